"""``kefu rules check``: check what operators edit. ``kefu rules try``: which rule on words a message meets."""

from __future__ import annotations

import argparse
import sys

from bot import wiring
from bot.conversation.decide_handoff import words_in
from bot.rules import RulesError, load_handoff_rules
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """1 when there is a fault."""
    return _try(options.message) if options.action == "try" else _check()


def _check() -> int:
    """Print every fault with its file."""
    found = wiring.rule_faults()
    for fault in found:
        print(fault)
    print(f"kefu: {len(found)} fault(s) in rules/ and data/responses/.", file=sys.stderr)
    return 1 if found else 0


def _try(messages: list[str]) -> int:
    """Print for each message the first rule on words that it meets, with these words; ``-`` for none."""
    try:
        rules = load_handoff_rules(wiring.RULES / "handoff.yml")
    except RulesError as error:
        print(error, file=sys.stderr)
        return 1
    for message in messages:
        met = next(((rule.id, found) for rule in rules.rules if (found := words_in(rule, message))), None)
        print(f"{met[0]} ({met[1]})" if met else "-", message, sep="\t")
    return 0
