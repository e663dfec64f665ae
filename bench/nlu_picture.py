"""The picture of nlu_report.py: four groups of bars, one colour a side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.nlu_blind import HARD, IN_SCOPE

_COLOURS = ("#0b6e4f", "#8a94a6", "#c9ced8")
_SETS = {
    "in_scope.zh": "in scope\nChinese",
    "in_scope.en": "in scope\nEnglish",
    "hard.mixed": "languages\nmixed",
    "hard.traditional": "Traditional",
    "hard.short": "very\nshort",
    "hard.typos": "typing\nerrors",
    "hard.long": "long\ncomplaints",
}


def draw(result: Mapping[str, Any], path: Path) -> None:
    """Write the picture (PNG)."""
    import matplotlib  # type: ignore[import-untyped]

    matplotlib.use("Agg")
    from matplotlib import pyplot

    sides = result["sides"]
    figure = pyplot.figure(figsize=(12, 8), constrained_layout=True)
    grid = figure.add_gridspec(2, 3)
    parts = (*IN_SCOPE, *HARD)
    _bars(
        figure.add_subplot(grid[0, :]),
        "Messages understood (%), a refusal counting as an error",
        [_SETS[part] for part in parts],
        {name: [100 * side["sets"][part]["accuracy"] for part in parts] for name, side in sides.items()},
    )
    _bars(
        figure.add_subplot(grid[1, 0]),
        "Out of scope refused (%)\nat 5% false refusals",
        ["all", "other\nworlds", "neighbours"],
        {name: _refused(side["out_of_scope"]) for name, side in sides.items()},
    )
    errors = result["errors"]["as_served"]
    interval = f"{errors['ratio']:.2f} ({errors['low']:.2f}–{errors['high']:.2f})"
    pooled = "in scope + hard"
    _bars(
        figure.add_subplot(grid[1, 1]),
        f"Errors of {result['errors']['messages']:,} messages\nours ÷ the better stock: {interval}",
        ["in scope\nand hard"],
        {
            name: [round((1 - s["pools"][pooled]["accuracy"]) * s["pools"][pooled]["messages"])]
            for name, s in sides.items()
        },
    )
    _bars(
        figure.add_subplot(grid[1, 2]),
        "Milliseconds a message, one core",
        ["median", "95th\npercentile"],
        {name: [s["milliseconds"]["all"][which] for which in ("p50", "p95")] for name, s in sides.items()},
    )
    figure.axes[0].legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncol=3, frameon=False)
    figure.suptitle(f"Kefu beside stock Rasa, the same examples, {result['half']} half of the blind set")
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _refused(found: Mapping[str, Any]) -> list[float]:
    return [100 * share for share in (found["at_5_percent"]["recall"], found["worlds"], found["neighbours"])]


def _bars(axes: Any, title: str, groups: Sequence[str], heights: Mapping[str, Sequence[float]]) -> None:
    width = 0.8 / len(heights)
    for number, (name, values) in enumerate(heights.items()):
        places = [group + (number - (len(heights) - 1) / 2) * width for group in range(len(groups))]
        bars = axes.bar(places, values, width * 0.94, label=name, color=_COLOURS[number % len(_COLOURS)])
        axes.bar_label(bars, fmt="%.3g", fontsize=8, padding=1)
    axes.set_title(title, fontsize=11)
    axes.set_xticks(range(len(groups)), groups, fontsize=9)
    axes.set_ylim(0, 1.12 * max(max(values) for values in heights.values()) or 1)
    axes.spines[["top", "right"]].set_visible(False)
