"""The search over articles, ours beside BM25 alone and vectors alone: how well it finds, how fast at any size.

``python -m bench kb [--sizes 100,1000,20000] [--library DIR] [--model FILE]`` reads the development half of the
blind questions and writes ``bench/results/kb.*``. With ``--half test --why "…"`` the look is logged, both halves are
read, and ``bench/results/kb-test.*`` written.
"""

from __future__ import annotations

import argparse
import asyncio
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
from bench.kb_questions import DEVELOPMENT, HALVES, LANGUAGES, QUESTIONS, TEST, Question, questions
from bench.nlu_blind import commit, log_look

ARTICLES = Path(__file__).resolve().parent.parent / "kb" / "articles"
console = Console(highlight=False)


def main(arguments: Sequence[str]) -> int:
    """Measure, show and write; 1 when one of the issue's goals is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench kb")
    parser.add_argument("--sizes", default="100,1000,20000", help="numbers of made-up articles")
    parser.add_argument("--library", type=Path, help="keep the made-up articles here, and use them again")
    parser.add_argument("--model", type=Path, help="a trained model: its intents beside, as the bot serves them")
    parser.add_argument("--half", choices=HALVES, default=DEVELOPMENT, help="of the blind questions (default dev)")
    parser.add_argument("--why", help="who looks at the test half, and what for; goes to looks.md beside it")
    options = parser.parse_args(list(arguments))
    if options.half == TEST and not options.why:
        parser.error("say --why you look at the test half; the look is logged")
    if options.half == TEST:
        log_look(options.why, commit(), QUESTIONS)
    result: dict[str, Any] = {
        "measured": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "commit": commit(),
        "quality": quality(HALVES if options.half == TEST else (DEVELOPMENT,), options.model),
        "passages a second": kb_sizes.passages_a_second(ARTICLES),
        "sizes": [size(int(number), options.library) for number in options.sizes.split(",") if number],
    }
    kb_report.show(result, console)
    name = "kb-test" if options.half == TEST else "kb"
    console.print(f"\nwritten to {kb_report.write(result, name=name)}", markup=False)
    return 0 if kb_report.goals_met(result) else 1


def quality(halves: Sequence[str], model: Path | None = None) -> dict[str, Any]:
    """Figures by side, half and language (``both`` for all)."""
    asked = questions(halves)
    sides: dict[str, kb_sides.Ask] = {"ours": kb_sides.ours(ARTICLES)}
    if model is not None:
        sides["ours, with the classifier's intents"] = kb_sides.ours(ARTICLES, intents_of(model, asked))
    sides |= {"BM25 alone": kb_sides.bm25(ARTICLES), "vectors alone": kb_sides.vectors(ARTICLES)}
    found: dict[str, Any] = {}
    for name, ask in sides.items():
        outcomes = kb_sides.put(ask, asked)
        least = kb_sides.ANSWER_FROM if name.startswith("ours") else kb_sides.threshold(outcomes)
        found[name] = {
            half: {
                language: kb_sides.figures(_part(outcomes, half, language), least) for language in (*LANGUAGES, "both")
            }
            for half in halves
        }
    return found


def _part(outcomes: Sequence[kb_sides.Outcome], half: str, language: str) -> list[kb_sides.Outcome]:
    return [o for o in outcomes if o.question.half == half and language in (o.question.language, "both")]


def intents_of(model: Path, asked: Sequence[Question]) -> Mapping[str, Mapping[str, float]]:
    """Question → what the classifier of a trained model thought of, with its confidence, as the bot serves it."""
    from rasa.core.channels.channel import UserMessage

    from bot.brain.parse import _load
    from bot.brain.understand import safe_text, understanding

    processor = _load(model)

    async def all_of_them() -> dict[str, Mapping[str, float]]:
        parsed = {q.text: await processor.parse_message(UserMessage(safe_text(q.text))) for q in asked}
        return {text: dict(understanding(found, 0).ranking) for text, found in parsed.items()}

    return asyncio.run(all_of_them())


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
