"""Numbers to tables: on the terminal, as JSON and as Markdown in ``bench/results/``."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).resolve().parent / "results"
_COLUMNS = ("", "stock rasa", "kefu, whole path", "ratio", "brain alone", "ratio")


def spread(samples: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile, and how many samples they come from."""
    ordered = sorted(samples)
    return {
        "p50": statistics.median(ordered),
        "p95": ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))],
        "n": len(ordered),
    }


def rows(result: dict[str, Any]) -> list[tuple[str, ...]]:
    """One row a measurement. Ratios say how many times ours stock's number is; the brain alone is timed inside."""
    stock, ours, alone = result["stock rasa"], result["kefu"], result["brain alone"]
    table = [
        _row(f"{kind} turn, {which} (ms)", stock["turns"][kind][which], ours["turns"][kind][which], alone[kind][which])
        for kind in stock["turns"]
        for which in ("p50", "p95")
    ]
    for key, name in (
        ("early", "turn 10 of a conversation (ms)"),
        ("late", f"turn {result['long']} (ms)"),
        ("growth", f"growth, turn {result['long']} ÷ turn 10"),
    ):
        table.append(_row(name, stock["growth"][key], ours["growth"][key]))
    for key, name in (
        ("throughput", "20 conversations at once (messages/s)"),
        ("start", "start to first answer (s)"),
        ("memory", "memory of all processes (MB)"),
    ):
        table.append(_row(name, stock[key], ours[key]))
    return table


def notes(result: dict[str, Any]) -> list[str]:
    """How to read the table."""
    encoder = result["encoder"]
    return [
        "Plain, action and order turns repeat texts, whose sentence vectors both sides remember: times without "
        "the encoder. Turns with a new text include it.",
        f"The sentence encoder alone, for a new text: {encoder['p50']:.1f} ms (p95 {encoder['p95']:.1f}), the same on "
        "both sides.",
        "The whole path of kefu includes what stock Rasa has not: the inbox and outbox on disk before and after each "
        "answer, and the transcript in both languages.",
    ]


def _row(what: str, stock: float, ours: float, alone: float | None = None) -> tuple[str, ...]:
    inside = ("", "") if alone is None else (f"{alone:.1f}", f"{stock / alone:.2f}")
    return what, f"{stock:.1f}", f"{ours:.1f}", f"{stock / ours:.2f}", *inside


def show(result: dict[str, Any], console: Console) -> None:
    table = Table(title="Kefu beside stock Rasa: same model, same machine, same run")
    for column in _COLUMNS:
        table.add_column(column, justify="left" if not column else "right")
    for row in rows(result):
        table.add_row(*row)
    console.print(table)
    for note in notes(result):
        console.print(note, markup=False)


def write(result: dict[str, Any]) -> Path:
    """``turns.json`` and ``turns.md``; returns the latter."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    result = {"measured_at": datetime.now(timezone.utc).isoformat(timespec="seconds"), "machine": machine(), **result}
    (RESULTS / "turns.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    lines = [
        "# Kefu beside stock Rasa",
        "",
        f"Measured {result['measured_at']} on {result['machine']}, by `make bench`. Stock is `rasa run` + "
        "`rasa run actions` of the same version with the same model, the REST channel and a SQLite tracker store; "
        "Kefu is `kefu run`, asked over HTTP. A ratio above 1 means that stock's number is larger.",
        "",
        "| " + " | ".join(_COLUMNS) + " |",
        "|---|---:|---:|---:|---:|---:|",
        *("| " + " | ".join(row) + " |" for row in rows(result)),
        "",
        *(f"* {note}" for note in notes(result)),
    ]
    path = RESULTS / "turns.md"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def machine() -> str:
    """Cores, processor and Python, for the head of a result."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
