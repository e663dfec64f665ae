"""Starts the child of nlu_sides.py for one task, shows how far it is, and reads its answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.nlu_data import ROOT
from bench.nlu_sides import ServeTask, TrainTask, environment, write_task

_TAIL = 3000
_LONG_GAP = 10.0


class ChildFailed(Exception):
    """A side's process ended without an answer; the text holds the end of what it printed."""


def run_child(what: str, task: TrainTask | ServeTask, folder: Path, home: Path, console: Console) -> dict[str, Any]:
    """Files of the task go to ``folder``. The answer also says how busy the machine was before
    (``load_before``) and for how many seconds both were stopped, as a job that lets another go first (``held_up``).
    """
    kind = "train" if isinstance(task, TrainTask) else "serve"
    threads = task.threads if isinstance(task, TrainTask) else 1
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{kind}.task.json", folder / f"{kind}.answer.json"]
    write_task(paths[0], task)
    log = folder / f"{kind}.log"
    load, began = os.getloadavg()[0], time.monotonic()
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "bench.nlu_sides", kind, *map(str, paths)],
            cwd=ROOT,
            env=environment(home, threads),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        held_up = _watch(child, what, log, began, console)
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
    if child.returncode != 0 or not paths[1].exists():
        raise ChildFailed(f"{what} ended with code {child.returncode}:\n{_end(log)}")
    console.print(f"{what}: {time.monotonic() - began:.0f} s", markup=False)
    return {**json.loads(paths[1].read_text("utf-8")), "load_before": round(load, 2), "held_up": held_up}


def _watch(child: subprocess.Popen[bytes], what: str, log: Path, began: float, console: Console) -> float:
    held_up, latest = 0.0, time.monotonic()
    with console.status(what) as status:
        while True:
            try:
                child.wait(0.5)
                return held_up
            except subprocess.TimeoutExpired:
                gap, latest = time.monotonic() - latest, time.monotonic()
                held_up += gap if gap > _LONG_GAP else 0.0
                passed = int(latest - began)
                status.update(f"{what} · {passed // 60}:{passed % 60:02} · {_last_line(log)}")


def _last_line(log: Path) -> str:
    """The newest piece of the log; progress bars write theirs over and over on one line."""
    pieces = [piece.strip() for piece in _end(log).replace("\r", "\n").splitlines()]
    return next((piece for piece in reversed(pieces) if piece), "")[:70].replace("[", "(").replace("]", ")")


def _end(log: Path) -> str:
    with log.open("rb") as content:
        content.seek(max(0, log.stat().st_size - _TAIL))
        return content.read().decode("utf-8", "replace")
