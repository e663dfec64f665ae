"""Where derived files may be written."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """``KEFU_HOME``, by default ``./var``; not created here."""
    return Path(os.environ.get("KEFU_HOME") or "var")
