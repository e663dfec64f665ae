"""Understanding, ours beside stock Rasa's: the same examples, the same blind messages, the same run.

Stock is the pipeline of ``rasa init``, once as it is and once with JiebaTokenizer. Each side is trained in one process
and served in another (nlu_sides.py), one after the other.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import nlu_blind, nlu_data, nlu_kept, nlu_report, nlu_summary, report
from bench.nlu_blind import BlindMessage
from bench.nlu_children import ChildFailed, run_child
from bench.nlu_data import OURS, Examples, Pipeline
from bench.nlu_sides import ServeTask, TrainTask
from lang.home import home

console = Console(highlight=False)
# An epoch of DIET over all examples takes a minute on two cores: 100 of them, twice, would be hours of `make bench`.
# After 12 it knows 99% of its examples. `--epochs 100` measures stock as it comes.
EPOCHS, STOCKS_OWN = 20, 100
THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main(arguments: Sequence[str]) -> int:
    """Measure, show and write ``bench/results/nlu.*``; a run over a part of the intents is only shown."""
    parser = _parser()
    options = parser.parse_args(list(arguments))
    partly = options.quick or options.intents is not None
    if options.half == "test":
        if not options.why:
            parser.error("--half test needs --why WHO, WHAT FOR: every look at the test half is recorded")
        if partly:
            parser.error("--half test is for the whole measurement: leave --quick and --intents")
        nlu_blind.log_look(options.why, nlu_blind.commit())
    # Ended from outside, leave no child that trains on for an hour, and no models in /tmp.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="kefu-bench-nlu-"))
    try:
        if options.quick:
            _quick(folder)
            return 0
        epochs = None if options.epochs == STOCKS_OWN else options.epochs
        result = measure(folder, options.half, options.intents, epochs, options.reuse)
    except (ChildFailed, ValueError, FileNotFoundError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    nlu_report.show(result, console)
    if not partly:
        console.print(f"\nwritten to {nlu_report.write(result)}", markup=False)
    return 0


def measure(folder: Path, half: str, intents: int | None, epochs: int | None, reuse: bool) -> dict[str, Any]:
    """Every side's figures, the comparison of errors, and our confusions; ``intents`` takes only the first so many."""
    known = nlu_data.copy_examples(folder / "all").intents
    examples = nlu_data.copy_examples(folder / "data", only=known[:intents])
    messages = nlu_blind.read(half, examples.intents, known=known)
    began = {
        "measured_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": report.machine(),
        "commit": nlu_blind.commit(),
    }
    sides, answers = {}, {}
    for pipeline in nlu_data.pipelines(folder / "configs", epochs):
        sides[pipeline.name], answers[pipeline.name] = _side(pipeline, examples, messages, folder, reuse)
    return {
        **began,
        "half": half,
        "epochs": epochs,
        "data": {
            "examples": len(examples.texts),
            "intents": len(examples.intents),
            "messages": len(messages),
            "repeated": nlu_data.repeated(examples, [message.text for message in messages]),
        },
        "threads": {"training": THREADS, "serving": 1},
        "sides": sides,
        "errors": nlu_summary.compare(messages, answers),
        "confusions": nlu_summary.confusions(messages, answers[OURS], with_texts=half == "dev"),
    }


def _side(
    pipeline: Pipeline, examples: Examples, messages: Sequence[BlindMessage], folder: Path, reuse: bool
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    name, place = pipeline.name, folder / pipeline.name
    own_home = _home(place / "home")
    training = _train(pipeline, examples, place, own_home, reuse)
    serving, answers = _serve(name, Path(training.pop("model")), messages, place, own_home)
    return {**nlu_summary.side_summary(messages, answers), "training": training, "serving": serving}, answers


def _train(pipeline: Pipeline, examples: Examples, place: Path, own_home: Path, reuse: bool) -> dict[str, Any]:
    """What the training took, and the model. Ours, which changes with our code, is trained in every run."""
    kept, key = home() / "bench", nlu_kept.key(pipeline, examples)
    if reuse and pipeline.name != OURS and (training := nlu_kept.find(kept, key)):
        console.print(f"training {pipeline.name}: that of {training['trained_at']}", markup=False)
        return training
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    task = TrainTask(str(pipeline.config), str(examples.folder), str(place), THREADS)
    training = {**run_child(f"training {pipeline.name}", task, place, own_home, console), "trained_at": now}
    training["seconds"] -= training["held_up"]
    if pipeline.name != OURS:
        nlu_kept.keep(kept, key, training)
    return training


def _serve(
    name: str, model: Path, messages: Sequence[BlindMessage], place: Path, own_home: Path
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    task = ServeTask(str(model), [message.text for message in messages], spare=name == OURS)
    serving = run_child(f"serving {name}", task, place, own_home, console)
    return serving, serving.pop("answers")


def _home(path: Path) -> Path:
    """A KEFU_HOME of its own: with the encoder's graph, which is compiled once a machine, but no remembered vectors."""
    (path / "encoder").mkdir(parents=True)
    for graph in (home() / "encoder").glob("*.onnx"):
        (path / "encoder" / graph.name).symlink_to(graph.resolve())
    return path


def _quick(folder: Path) -> None:
    """Ours alone on the development half, with the model that ``kefu train`` made (trained now when it is stale)."""
    from bot.brain.train import ensure_model

    known = nlu_data.copy_examples(folder / "all").intents
    messages = nlu_blind.read("dev", known, known=known)
    _, answers = _serve(OURS, ensure_model(home()).resolve(), messages, folder / OURS, home().resolve())
    summary = nlu_summary.side_summary(messages, answers)
    for part, right in {**summary["sets"], **summary["pools"]}.items():
        console.print(
            f"{part:18} {right['accuracy']:6.1%}  ignoring refusals {right['ignoring_refusals']:6.1%}  "
            f"refused {right['refused']:5.1%}  of {right['messages']}"
        )
    found, times = summary["out_of_scope"], summary["milliseconds"]["all"]
    console.print(
        f"out of scope: AUROC {found['auroc']:.3f}, refused {found['at_5_percent']['recall']:.1%} at 5% false "
        f"refusals, {found['refused_as_served']:.1%} as served · macro-F1 {summary['macro_f1']:.3f} · "
        f"calibration error {summary['calibration']['in scope']:.3f} · {times['p50']:.1f} ms (p95 {times['p95']:.1f})"
    )
    nlu_report.show_confusions(nlu_summary.confusions(messages, answers, with_texts=False), console)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench nlu", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--half", choices=("dev", "test"), default="dev", help="of the blind set (default dev)")
    parser.add_argument("--why", help="who looks at the test half, and what for; goes to tests/nlu/blind/looks.md")
    parser.add_argument("--reuse", action="store_true", help="stock models of an earlier run with the same examples")
    parser.add_argument("--quick", action="store_true", help="only ours, with the trained model; writes nothing")
    parser.add_argument("--intents", type=int, help="only the first so many intents; writes nothing")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=f"of stock's DIET (default {EPOCHS}; 100: its own)")
    return parser
