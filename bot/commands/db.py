"""``kefu db upgrade``: bring the tables to this version."""

from __future__ import annotations

import argparse
import sys

from bot.settings import Settings
from bot.stores.migrate import upgrade


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Apply every migration that is missing; running it again does nothing."""
    settings.make_home()
    upgrade(settings.database_url)
    print("kefu: the database is at this version.", file=sys.stderr)
    return 0
