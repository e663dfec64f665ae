"""The figures as a table on the terminal, and as JSON, Markdown and a picture in ``bench/results/``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.nlu_blind import HARD, IN_SCOPE
from bench.nlu_picture import draw
from bench.report import RESULTS

NAMES = {
    "in_scope.zh": "in scope, Chinese",
    "in_scope.en": "in scope, English",
    "hard.mixed": "hard: languages mixed",
    "hard.traditional": "hard: Traditional",
    "hard.short": "hard: very short",
    "hard.typos": "hard: typing errors",
    "hard.long": "hard: long complaints",
}
_SHOWN_CONFUSIONS = 15
_CONFUSIONS = {
    "as_served": "as served, all sets (`nlu_fallback`: refused, or out of scope)",
    "ignoring_refusals": "best intents in scope, refusals ignored",
}


def rows(sides: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """One row a measurement, one column a side."""
    columns = [_column(side) for side in sides.values()]
    return [(name, *(column[name] for column in columns)) for name in columns[0]]


def _column(side: Mapping[str, Any]) -> dict[str, str]:
    outside, gaps, times = side["out_of_scope"], side["calibration"], side["milliseconds"]
    training, serving = side["training"], side["serving"]
    return {
        **{f"right, {NAMES[part]}": _right(side["sets"][part]) for part in (*IN_SCOPE, *HARD)},
        "right, hard sets together": _right(side["pools"]["hard"]),
        "macro-F1, in scope": f"{side['macro_f1']:.3f}",
        "expected calibration error, in scope": f"{gaps['in scope']:.3f}",
        "expected calibration error, in scope + hard": f"{gaps['in scope + hard']:.3f}",
        "out of scope: AUROC": f"{outside['auroc']:.3f}",
        "out of scope refused at 5% false refusals": _percent(outside["at_5_percent"]["recall"]),
        "… other worlds": _percent(outside["worlds"]),
        "… neighbouring services": _percent(outside["neighbours"]),
        "refused as served: out of scope / in scope": _as_served(outside),
        "ms a message up to 35 Chinese characters: p50 / p95": _times(times["short chinese"]),
        "ms a message, all: p50 / p95": _times(times["all"]),
        "ms of processor time a message, all: p50 / p95": _times(times["processor time"]),
        "training (s)": f"{training['seconds']:.0f}",
        "processor time of training (s)": f"{training['cpu_seconds']:.0f}",
        "peak memory of training (MB)": f"{training['memory']:.0f}",
        "memory of serving (MB)": f"{serving['memory']:.0f}",
        "loading (s)": f"{serving['load_seconds']:.1f}",
    }


def conclusions(result: Mapping[str, Any]) -> list[str]:
    """The comparison of errors in words."""
    errors = result["errors"]
    lines = []
    for key, name in (("as_served", "a refusal is an error"), ("ignoring_refusals", "refusals ignored")):
        ratio = errors[key]
        lines.append(
            f"Errors on the {errors['messages']:,} in-scope and hard messages ({name}): ours {ratio['ours']}, the "
            f"better stock side's ({ratio['better']}) {ratio['theirs']}; ratio {ratio['ratio']:.2f}, 95% interval "
            f"{ratio['low']:.2f}–{ratio['high']:.2f}."
        )
    return lines


def notes(result: Mapping[str, Any]) -> list[str]:
    """How the figures were made."""
    data, threads = result["data"], result["threads"]
    trained = [_trained(name, side["training"]) for name, side in _sides(result)]
    loads = [f"{name} {side['serving']['load_before']}" for name, side in _sides(result)]
    with_tensorflow = [name for name, side in _sides(result) if side["serving"]["tensorflow"]]
    return [
        f"{data['examples']:,} examples of {data['intents']} intents for every side; {data['messages']:,} messages of "
        f"the {result['half']} half, of which {data['repeated']} equal an example.",
        "Right: the intent as served, a refusal (`nlu_fallback`) counting as an error; in brackets the best intent "
        "whether or not it was refused.",
        "Stock is what Rasa 3.6 fills an empty configuration with (`rasa init`), DIET's random seed fixed; its score "
        "is the confidence of the best intent before FallbackClassifier. “+ jieba” has JiebaTokenizer for "
        "WhitespaceTokenizer.",
        _epochs(result["epochs"]),
        "At 5% false refusals: one threshold for both languages, such that 5% of the in-scope messages fall below it.",
        "Each side trained and served in processes of its own, one after the other. Threads of BLAS, OpenMP and "
        f"TensorFlow: {threads['training']} in training, {threads['serving']} in serving, which is pinned to one core; "
        "messages parsed one at a time, each for the first time. Served with TensorFlow: "
        f"{', '.join(with_tensorflow)}.",
        f"Training: without imports, caches of earlier trainings empty. {' '.join(trained)}",
        f"Load of the machine (processes wanting a core) before serving: {', '.join(loads)}.",
        f"Intervals: paired bootstrap, {result['errors']['resamples']:,} resamples, seed {result['errors']['seed']}.",
    ]


def show(result: Mapping[str, Any], console: Console) -> None:
    table = Table(title=f"Understanding beside stock Rasa, {result['half']} half")
    for column in ("", *result["sides"]):
        table.add_column(column, justify="left" if not column else "right")
    for row in rows(result["sides"]):
        table.add_row(*row)
    console.print(table)
    for line in conclusions(result):
        console.print(line, markup=False)
    show_confusions(result["confusions"], console)


def show_confusions(confusions: Mapping[str, list[dict[str, Any]]], console: Console) -> None:
    for key, title in _CONFUSIONS.items():
        console.print(f"our most frequent confusions, {title}:")
        for pair in confusions[key][:_SHOWN_CONFUSIONS]:
            console.print(f"  {pair['count']:3} {pair['intent']} → {pair['said']}", markup=False)


def write(result: Mapping[str, Any]) -> Path:
    """``nlu.{json,md,png}``, for the test half ``nlu-test.*``; returns the Markdown file.

    With fewer epochs than stock's own the files are ``nlu-N-epochs.*``: no such run may pass for stock as it comes.
    """
    RESULTS.mkdir(parents=True, exist_ok=True)
    shortened = "" if result["epochs"] is None else f"-{result['epochs']}-epochs"
    stem = RESULTS / f"nlu{'' if result['half'] == 'dev' else '-test'}{shortened}"
    stem.with_suffix(".json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    draw(result, stem.with_suffix(".png"))
    path = stem.with_suffix(".md")
    path.write_text("\n".join(_markdown(result, stem.name)) + "\n", "utf-8")
    return path


def _markdown(result: Mapping[str, Any], stem: str) -> list[str]:
    return [
        f"# Understanding beside stock Rasa: {result['half']} half of the blind set",
        "",
        f"Measured {result['measured_at']} at {result['commit']} on {result['machine']}, by `python -m bench nlu`.",
        "",
        f"![The same figures as bars]({stem}.png)",
        "",
        "| | " + " | ".join(result["sides"]) + " |",
        "|---|" + "---:|" * len(result["sides"]),
        *("| " + " | ".join(row) + " |" for row in rows(result["sides"])),
        "",
        *(f"**{line}**\n" for line in conclusions(result)),
        *(f"* {note}" for note in notes(result)),
        "",
        "## Our confusions",
        "",
        "Pairs with at least two errors.",
        *(line for key, title in _CONFUSIONS.items() for line in _confusion_table(title, result["confusions"][key])),
    ]


def _confusion_table(title: str, pairs: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        "",
        f"### {title[0].upper()}{title[1:]}",
        "",
        "| messages | meant | understood |",
        "|---:|---|---|",
        *(f"| {pair['count']} | {pair['intent']} | {pair['said']} |" for pair in pairs),
    ]


def _epochs(epochs: int | None) -> str:
    if epochs is None:
        return "DIET trains for 100 epochs, as it comes."
    return f"**Not stock as it comes: DIET trained for {epochs} epochs instead of 100.**"


def _trained(name: str, training: Mapping[str, Any]) -> str:
    held_up = f", {training['held_up']:.0f} s of standing still not counted" if training["held_up"] else ""
    return f"{name}: {training['trained_at']}, load before it {training['load_before']}{held_up}."


def _sides(result: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return list(result["sides"].items())


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _right(accuracy: Mapping[str, float]) -> str:
    return f"{_percent(accuracy['accuracy'])} ({_percent(accuracy['ignoring_refusals'])})"


def _as_served(found: Mapping[str, float]) -> str:
    return f"{_percent(found['refused_as_served'])} / {_percent(found['in_scope_refused_as_served'])}"


def _times(spread: Mapping[str, float]) -> str:
    return f"{spread['p50']:.1f} / {spread['p95']:.1f}"
