"""``kefu rules check``: check what operators edit before it goes live."""

from __future__ import annotations

import argparse
import sys

from bot import responses, wiring
from bot.rules import RulesError, load_handoff_rules
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Print every fault with its file; 1 when there is one."""
    found = faults()
    for fault in found:
        print(fault)
    print(f"kefu: {len(found)} fault(s) in rules/ and data/responses/.", file=sys.stderr)
    return 1 if found else 0


def faults() -> list[str]:
    """Every fault in rules/ and data/responses/, one sentence each."""
    found = list(responses.lint(wiring.RESPONSES))
    try:
        rules = load_handoff_rules(wiring.RULES / "handoff.yml")
    except RulesError as error:
        return [*found, str(error), *wiring.limit_faults()]
    if not found:
        known = set(responses.ResponseCatalogue.load(wiring.RESPONSES).keys())
        found += wiring.missing_responses(rules, known)
    return found + wiring.limit_faults()
