"""Shows how far training is: one live line in a terminal, a line for each stage elsewhere."""

from __future__ import annotations

import re
import time
from types import TracebackType

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

_STARTING = re.compile(r"Starting to train component '(\w+)'")
_CACHED = re.compile(r"Restored component '(\w+)' from cache")


class Progress:
    """A context manager; tell it what the training child prints with ``hear``."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Bar | None = None
        self._began = time.monotonic()
        self._stage = ""

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._bar = Bar(
                SpinnerColumn(),
                TextColumn("training the model: {task.description}"),
                TimeElapsedColumn(),
                console=self._console,
                transient=True,
            )
            self._bar.add_task("starting", total=None)
            self._bar.start()
        self._show("reading rules and examples")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
        if kind is None:
            self._console.print(f"kefu: training took {time.monotonic() - self._began:.0f} s.", markup=False)

    def hear(self, line: str) -> None:
        """One line of the child's output."""
        if found := _STARTING.search(line):
            self._show(found.group(1))
        elif found := _CACHED.search(line):
            self._show(f"{found.group(1)} (unchanged)")
        elif "Your Rasa model is trained" in line:
            self._show("packing")

    def _show(self, stage: str) -> None:
        if stage == self._stage:
            return
        self._stage = stage
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], description=stage)
        else:
            seconds = time.monotonic() - self._began
            self._console.print(f"kefu: training the model: {stage} ({seconds:.0f} s)", markup=False)
