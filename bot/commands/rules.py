"""``kefu rules check``: check what operators edit before it goes live."""

from __future__ import annotations

import argparse
import sys

from bot import wiring
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Print every fault with its file; 1 when there is one."""
    found = wiring.rule_faults()
    for fault in found:
        print(fault)
    print(f"kefu: {len(found)} fault(s) in rules/ and data/responses/.", file=sys.stderr)
    return 1 if found else 0
