"""``kefu parse``: what the NLU makes of each line of stdin, one JSON object a line."""

from __future__ import annotations

import argparse
import json
import sys

from bot.brain import parse, train
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Read to the end of stdin; bytes that are no UTF-8 become the replacement sign, no line is dropped."""
    settings.make_home()
    model = train.ensure_model(settings.home)
    lines = (line.decode("utf-8", "replace").rstrip("\r\n") for line in sys.stdin.buffer)
    for result in parse.parse_lines(model, lines, explain=options.explain):
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return 0
