"""Trains the model when it is missing or older than its data. Imports no Rasa: a child process does the work."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from bot.brain.project import PROJECT
from bot.brain.staleness import fingerprint
from bot.brain.training_progress import Progress

_LINES_SHOWN = 15
_MODELS_KEPT = 2
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class TrainingFailed(Exception):
    """Training ended without a model; the text says why, where the log is and what to do."""


def ensure_model(home: Path, *, project: Path = PROJECT, console: Console | None = None) -> Path:
    """The model that belongs to the present files, trained now if there is none. Shows its progress on stderr."""
    model = model_path(home, project)
    return model if model.exists() else train(home, project=project, console=console, only_if_missing=True)


def train(
    home: Path, *, project: Path = PROJECT, console: Console | None = None, only_if_missing: bool = False
) -> Path:
    """Train and return the model's path below ``home``; a killed training leaves no model. Raises TrainingFailed."""
    with _one_at_a_time(home):
        model = model_path(home, project)
        if only_if_missing and model.exists():
            return model
        workshop = home / "models" / "unfinished"
        shutil.rmtree(workshop, ignore_errors=True)
        try:
            _run_rasa(home, project, workshop, console or Console(stderr=True, highlight=False))
            made = workshop / "model.tar.gz"
            if not made.exists():
                raise TrainingFailed(_explain(home, 0, deque()))
            os.replace(made, model)
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
        _drop_old(model)
        return model


def model_path(home: Path, project: Path = PROJECT) -> Path:
    """Where the model that belongs to the present files is, or would be."""
    return home / "models" / f"kefu-{fingerprint(project)}.tar.gz"


def _log_path(home: Path) -> Path:
    return home / "logs" / "training.log"


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    """Two trainings at once would take each other's memory and files; the second waits and finds the first's model."""
    (home / "models").mkdir(parents=True, exist_ok=True)
    with (home / "models" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run_rasa(home: Path, project: Path, workshop: Path, console: Console) -> None:
    log = _log_path(home)
    log.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["train", "--out", str(workshop), "--fixed-model-name", "model"]
    command = [sys.executable, "-m", "bot.brain.rasa_train", *arguments]
    environment = {
        **os.environ,
        # The child is ours, whatever folder it trains.
        "PYTHONPATH": os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH")))),
        "KEFU_HOME": str(home),
        "RASA_CACHE_DIRECTORY": str(home / "rasa-cache"),
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        # Deprecation notes of Rasa's own dependencies, which nobody here can act upon.
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
    latest: deque[str] = deque(maxlen=_LINES_SHOWN)
    with log.open("w", encoding="utf-8") as kept, Progress(console) as progress:
        child = subprocess.Popen(  # noqa: S603 (our own interpreter, no shell)
            command,
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        try:
            assert child.stdout is not None
            for line in child.stdout:
                kept.write(line)
                progress.hear(line)
                if _tells_something(line):
                    latest.append(_COLOUR.sub("", line.rstrip()))
            code = child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()
    if code != 0:
        raise TrainingFailed(_explain(home, code, latest))


def _tells_something(line: str) -> bool:
    """Not progress bars, not the warnings of Rasa's dependencies and the source lines under them."""
    return bool(line.strip()) and not line.startswith(" ") and "it/s" not in line and "Warning: " not in line


def _explain(home: Path, code: int, latest: deque[str]) -> str:
    said = "\n".join(f"    {line}" for line in latest)
    remedy = (
        "the system ended it, most likely for want of memory: training takes about 2 GB"
        if code < 0
        else "mend what it names (`rasa data validate` checks the same files), then run `kefu train` again"
    )
    return f"training the model failed.\n{said}\n  Whole log: {_log_path(home)}\n  Remedy: {remedy}."


def _drop_old(model: Path) -> None:
    """Keep the one before as well: switching back to a former version of the data then needs no training."""
    others = sorted(model.parent.glob("kefu-*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in [path for path in others if path != model][_MODELS_KEPT - 1 :]:
        path.unlink()
