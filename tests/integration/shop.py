"""A whole shop as a child process: ``kefu run`` on a free port, with a home of its own and the trained model."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
PASSWORD = "only-for-tests"
# Made once for the developer's own runs; a test's home borrows them instead of training again.
BORROWED = ("models", "encoder", "jieba")
STARTS_WITHIN = 240.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def trained_home() -> Path:
    """Where ``make test`` has put the model."""
    return Path(os.environ.get("KEFU_HOME") or ROOT / "var").resolve()


class Shop:
    """One life of the process; make another over the same home to restart it."""

    def __init__(self, home: Path, port: int, **environment: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        for name in BORROWED:
            source = trained_home() / name
            source.mkdir(parents=True, exist_ok=True)
            if not (home / name).exists():
                (home / name).symlink_to(source)
        self.address = f"http://127.0.0.1:{port}"
        self.log = home / "shop.log"
        settings = {"KEFU_HOME": str(home), "KEFU_PORT": str(port), "KEFU_DEMO_PASSWORD": PASSWORD}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                cwd=ROOT,
                env={**os.environ, **settings, **environment},
                stdout=log,
                stderr=log,
            )

    def wait_for(self, path: str, within: float = STARTS_WITHIN) -> None:
        """Until ``path`` answers 200; raises with the end of the log when the process dies or the time is over."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self.address + path, timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.1)
        raise AssertionError(f"{path} did not answer:\n{self.log.read_text(encoding='utf-8')[-3000:]}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """As Ctrl-C does; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)
