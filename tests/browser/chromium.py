"""Which Chromium to use and how to start it; the README's pictures are taken with it too."""

from __future__ import annotations

import os
import shutil

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = "no Chromium on this machine: install Debian's 'chromium' or name one in KEFU_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium_path() -> str | None:
    """The operator's choice, else whatever this machine has."""
    return os.environ.get("KEFU_CHROMIUM") or next((path for path in map(shutil.which, NAMES) if path), None)
