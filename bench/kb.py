"""The search over articles, ours beside BM25 alone and vectors alone: how well it finds, how fast at any size.

``python -m bench kb [--sizes 100,1000,20000] [--library DIR] [--model FILE]``; writes ``bench/results/kb.*``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import kb_report, kb_sides, kb_sizes, kb_synthetic
from bench.kb_questions import HALVES, LANGUAGES, Question, questions

ARTICLES = Path(__file__).resolve().parent.parent / "kb" / "articles"
console = Console(highlight=False)


def main(arguments: Sequence[str]) -> int:
    """Measure, show and write; 1 when one of the issue's goals is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench kb")
    parser.add_argument("--sizes", default="100,1000,20000", help="numbers of made-up articles")
    parser.add_argument("--library", type=Path, help="keep the made-up articles here, and use them again")
    parser.add_argument("--model", type=Path, help="a trained model: its intents beside, as the bot serves them")
    options = parser.parse_args(list(arguments))
    result: dict[str, Any] = {
        "measured": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "quality": quality(options.model),
        "passages a second": kb_sizes.passages_a_second(ARTICLES),
        "sizes": [size(int(number), options.library) for number in options.sizes.split(",") if number],
    }
    kb_report.show(result, console)
    console.print(f"\nwritten to {kb_report.write(result)}", markup=False)
    return 0 if kb_report.goals_met(result) else 1


def quality(model: Path | None = None) -> dict[str, Any]:
    """Figures by side, half and language (``both`` for all)."""
    asked = questions()
    sides: dict[str, kb_sides.Ask] = {"ours": kb_sides.ours(ARTICLES)}
    if model is not None:
        sides["ours, with the classifier's intent"] = kb_sides.ours(ARTICLES, intents_of(model, asked))
    sides |= {"BM25 alone": kb_sides.bm25(ARTICLES), "vectors alone": kb_sides.vectors(ARTICLES)}
    found: dict[str, Any] = {}
    for name, ask in sides.items():
        outcomes = kb_sides.put(ask, asked)
        least = kb_sides.ANSWER_FROM if name.startswith("ours") else kb_sides.threshold(outcomes)
        found[name] = {
            half: {
                language: kb_sides.figures(_part(outcomes, half, language), least) for language in (*LANGUAGES, "both")
            }
            for half in (*HALVES, "all")
        }
    return found


def _part(outcomes: Sequence[kb_sides.Outcome], half: str, language: str) -> list[kb_sides.Outcome]:
    return [
        o
        for o in outcomes
        if o.question.half in (half, *HALVES * (half == "all")) and (language in (o.question.language, "both"))
    ]


def intents_of(model: Path, asked: Sequence[Question]) -> Mapping[str, str]:
    """Question → intent, by a trained model; ``nlu_fallback`` where it refuses."""
    from bot.brain.parse import parse_lines

    texts = [question.text for question in asked]
    return {text: parsed["intent"] for text, parsed in zip(texts, parse_lines(model, texts), strict=True)}


def size(number: int, library: Path | None) -> dict[str, Any]:
    """One library's figures, measured in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="kefu-bench-kb-") as temporary:
        folder = (library or Path(temporary)) / str(number)
        if not folder.exists():
            kb_synthetic.write(folder, number)
        measured: dict[str, Any] = {"articles": number}
        # Building leaves memory behind that serving would not need: a process each.
        for step in ("index", "serve"):
            command = [sys.executable, "-m", "bench.kb_sizes", step, str(folder), str(number), f"{temporary}/home"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"measuring {number} articles failed:\n{done.stderr[-2000:]}")
            measured |= json.loads(done.stdout.splitlines()[-1])
        return measured
