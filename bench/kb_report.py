"""The figures of kb.py: tables on the terminal, and JSON, Markdown and a picture in ``bench/results/``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.kb_questions import HALVES
from bench.report import RESULTS

GOALS = {"recall@1": 0.85, "recall@3": 0.95, "without an article, answered": 0.05, "search p95, ms": 20.0}
_QUALITY = ("recall@1", "recall@3", "answered rightly", "answered wrongly", "without an article, answered")
_COLOURS = ("#0b6e4f", "#4caf8a", "#8a94a6", "#c9ced8")


def quality_rows(result: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Every figure, the test half's first where there is one."""
    sides = list(result["quality"])
    rows = []
    for half in _halves(result):
        for language in ("zh", "en", "both"):
            for name in _QUALITY:
                cells = [f"{100 * result['quality'][side][half][language][name]:.1f}" for side in sides]
                rows.append([half, language, name, *cells])
    return ["half", "language", "per cent", *sides], rows


def _halves(result: Mapping[str, Any]) -> list[str]:
    return [half for half in reversed(HALVES) if half in result["quality"]["ours"]]


def size_rows(result: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """One column a size."""
    sizes = result["sizes"]
    rows = [["passages", *(f"{size['passages']:,}" for size in sizes)]]
    for side in ("ours", "BM25 alone", "vectors alone"):
        for which in ("p50", "p95"):
            rows.append([f"search, {side}: {which}, ms", *(f"{s['search, ms'][side][which]:.1f}" for s in sizes)])
    for name in ("index", "open again", "one article changed"):
        rows.append([f"{name}, s of the processor", *(f"{size[name]['processor']:.1f}" for size in sizes)])
        rows.append([f"{name}, s by the clock", *(f"{size[name]['wall']:.1f}" for size in sizes)])
    rows.append(["memory of its own, MB", *(f"{size['memory, MB']['own']:.0f}" for size in sizes)])
    rows.append(["mapped from the index on disk, MB", *(f"{size['memory, MB']['mapped']:.0f}" for size in sizes)])
    rows.append(["peak memory of building, MB", *(f"{size['peak of building, MB']:.0f}" for size in sizes)])
    rows.append(["index on disk, MB", *(f"{size['on disk, MB']:.0f}" for size in sizes)])
    for side in ("ours", "BM25 alone", "vectors alone"):
        rows.append([f"made-up questions found first, {side}, %", *(f"{100 * s['recall@1'][side]:.1f}" for s in sizes)])
    return ["articles", *(f"{size['articles']:,}" for size in sizes)], rows


def notes(result: Mapping[str, Any]) -> list[str]:
    """How to read the tables."""
    rate = result["passages a second"]
    sentences = [
        "Blind questions of tests/data/kb_questions: a half and language has 150 with an article and 38 or 37 without. "
        "The test half's figures are in kb-test.md; every look at it is in looks.md beside the questions. An answer is "
        "given from a score of 0.5; the others' thresholds let 5% of the development half's questions without an "
        "article pass.",
        f"The encoder takes {rate:.0f} passages a second of the processor's time.",
    ]
    if result["sizes"]:
        largest = result["sizes"][-1]
        minutes = largest["passages"] / rate / 60
        sentences += [
            "Sizes: articles made up of dictionary words with stored vectors, times of the processor on one core "
            "without the encoder's own; other work ran on the machine.",
            f"For {largest['articles']:,} articles, {largest['passages']:,} passages, the encoder takes "
            f"{minutes:.0f} minutes, once; it is not part of the times to index.",
        ]
    return sentences


def goals_met(result: Mapping[str, Any]) -> bool:
    """Whether the issue's goals are met in both languages, as the bot serves, and every size is fast enough."""
    sides = result["quality"]
    ours = sides.get("ours, with the classifier's intents", sides["ours"])[_halves(result)[0]]
    found = all(ours[language][name] >= GOALS[name] for language in ("zh", "en") for name in ("recall@1", "recall@3"))
    silent = ours["both"]["without an article, answered"] <= GOALS["without an article, answered"]
    fast = all(size["search, ms"]["ours"]["p95"] < GOALS["search p95, ms"] for size in result["sizes"])
    return found and silent and fast


def show(result: Mapping[str, Any], console: Console) -> None:
    for title, (header, rows) in _tables(result).items():
        table = Table(title=title)
        for column in header:
            table.add_column(column)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for note in notes(result):
        console.print(note, markup=False)


def write(result: Mapping[str, Any], folder: Path = RESULTS, name: str = "kb") -> Path:
    """``kb.json``, ``kb.md`` and ``kb.png``, or under another ``name``; returns the JSON file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    parts = [
        "# Search over articles\n",
        f"Measured {result['measured']} at {result['commit']} by `python -m bench kb`.\n",
    ]
    parts += [f"{note}\n" for note in notes(result)]
    for title, (header, rows) in _tables(result).items():
        lines = ["| " + " | ".join(row) + " |" for row in (header, ["---"] * len(header), *rows)]
        parts.append(f"## {title}\n\n" + "\n".join(lines) + "\n")
    (folder / f"{name}.md").write_text("\n".join(parts), encoding="utf-8")
    draw(result, folder / f"{name}.png")
    return folder / f"{name}.json"


def draw(result: Mapping[str, Any], path: Path) -> None:
    """Quality, and beside it time by size where sizes were measured."""
    import matplotlib  # type: ignore[import-untyped]

    matplotlib.use("Agg")
    from matplotlib import pyplot

    both = bool(result["sizes"])
    figure, panels = pyplot.subplots(
        1, 1 + both, figsize=(12 if both else 6.4, 4.6), constrained_layout=True, squeeze=False
    )
    _draw_quality(result, panels[0][0])
    if both:
        _draw_times(result, panels[0][1])
    for axes in panels[0]:
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _draw_quality(result: Mapping[str, Any], axes: Any) -> None:
    sides, half = result["quality"], _halves(result)[0]
    groups = [(language, name) for language in ("zh", "en") for name in ("recall@1", "recall@3")]
    groups.append(("both", "without an article, answered"))
    width = 0.8 / len(sides)
    for number, (side, figures) in enumerate(sides.items()):
        heights = [100 * figures[half][language][name] for language, name in groups]
        places = [place + (number - (len(sides) - 1) / 2) * width for place in range(len(groups))]
        bars = axes.bar(places, heights, width * 0.94, label=side, color=_COLOURS[number % len(_COLOURS)])
        axes.bar_label(bars, fmt="%.0f", fontsize=7)
    axes.set_xticks(range(len(groups)), [f"{name}\n{language}".replace(", ", ",\n") for language, name in groups])
    axes.tick_params(axis="x", labelsize=8)
    axes.set_title(f"Blind questions, {half} half (%)", fontsize=11)
    axes.set_ylim(0, 118)
    axes.legend(fontsize=8, frameon=False, loc="upper center", ncol=2)


def _draw_times(result: Mapping[str, Any], axes: Any) -> None:
    sizes = [size["articles"] for size in result["sizes"]]
    for number, side in enumerate(("ours", "BM25 alone", "vectors alone")):
        times = [size["search, ms"][side]["p95"] for size in result["sizes"]]
        axes.plot(sizes, times, marker="o", label=side, color=("#0b6e4f", "#8a94a6", "#b9bfca")[number])
    axes.axhline(GOALS["search p95, ms"], color="#b3261e", linewidth=0.8, linestyle="--")
    axes.set_xscale("log")
    axes.set_xlabel("articles")
    axes.set_title("Search, 95th percentile, ms without the encoder", fontsize=11)
    axes.legend(fontsize=8, frameon=False)


def _tables(result: Mapping[str, Any]) -> dict[str, tuple[list[str], list[list[str]]]]:
    tables = {"Blind questions": quality_rows(result)}
    return {**tables, "Size": size_rows(result)} if result["sizes"] else tables
