"""The two systems under measurement as child processes: stock ``rasa run`` + ``rasa run actions``, and ``kefu run``."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT = 240.0


class Side:
    """One system: its processes, its address and the log they write."""

    def __init__(self, name: str, address: str, log: Path) -> None:
        self.name = name
        self.address = address
        self.log = log
        self.began = time.monotonic()
        self._children: list[subprocess.Popen[bytes]] = []

    def spawn(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        with self.log.open("ab") as log:
            self._children.append(
                subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env={**os.environ, **environment},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            )

    def check(self) -> None:
        """Raise with the log's end when a process is gone or none became ready in time."""
        gone = any(child.poll() is not None for child in self._children)
        if gone or time.monotonic() - self.began > START_LIMIT:
            raise RuntimeError(f"{self.name} {'ended' if gone else 'did not become ready'}")

    def log_end(self) -> str:
        return self.log.read_text("utf-8", "replace")[-3000:] if self.log.exists() else ""

    def memory(self) -> float:
        """Megabytes of all its processes, shared pages counted once."""
        processes = [
            process
            for child in self._children
            for process in [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]
        ]
        return sum(own_memory(process) for process in processes) / 2**20

    def stop(self) -> None:
        for child in self._children:
            child.terminate()
        for child in self._children:
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def own_memory(process: psutil.Process) -> int:
    """Bytes; where the system can tell, pages shared with other processes are counted in part."""
    full = process.memory_full_info()
    return int(getattr(full, "pss", full.uss))


def start_stock(model: Path, folder: Path, home: Path) -> Side:
    """Stock Rasa as its documentation runs it: a server with a SQL tracker store, and an action server.

    It speaks through our response generator, because the sentences are keys in two languages; that is a few
    microseconds of string work on both sides.
    """
    port, action_port = _free_port(), _free_port()
    folder.mkdir(parents=True)
    (folder / "credentials.yml").write_text("rest:\n")
    (folder / "endpoints.yml").write_text(
        "nlg: {type: bot.brain.nlg.KeyedResponses}\n"
        f"action_endpoint: {{url: 'http://127.0.0.1:{action_port}/webhook'}}\n"
        f"tracker_store: {{type: SQL, dialect: sqlite, db: '{folder / 'rasa.db'}'}}\n"
    )
    environment = {
        **_shop(folder, home),
        "RASA_TELEMETRY_ENABLED": "false",
        "SANIC_HOST": "127.0.0.1",
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    side = Side("stock rasa", f"http://127.0.0.1:{port}", folder / "stock.log")
    rasa = [sys.executable, "-m", "rasa", "run"]
    side.spawn([*rasa, "actions", "--port", str(action_port)], environment)
    side.spawn(
        [
            *rasa,
            *("--model", str(model), "--port", str(port), "--interface", "127.0.0.1"),
            *("--endpoints", str(folder / "endpoints.yml"), "--credentials", str(folder / "credentials.yml")),
        ],
        environment,
    )
    return side


def start_kefu(folder: Path, home: Path) -> Side:
    """``kefu run`` as a shop runs it; the trained model and compiled encoder are those of ``home``."""
    folder.mkdir(parents=True)
    for shared in ("models", "encoder"):
        (folder / shared).symlink_to((home / shared).resolve())
    port = _free_port()
    side = Side("kefu", f"http://127.0.0.1:{port}", folder / "kefu.log")
    limits = {"KEFU_RATE_PER_SESSION": "0", "KEFU_RATE_PER_ADDRESS": "0"}
    environment = {"KEFU_HOME": str(folder), "KEFU_HOST": "127.0.0.1", "KEFU_PORT": str(port), **limits}
    environment["KEFU_DATABASE_URL"] = f"sqlite:///{folder / 'kefu.db'}"
    side.spawn([sys.executable, "-m", "bot", "run"], environment)
    return side


def start_direct(folder: Path, model: Path, home: Path) -> subprocess.Popen[str]:
    """A process with nothing but the brain, see direct.py."""
    folder.mkdir(parents=True)
    return subprocess.Popen(
        [sys.executable, "-m", "bench.direct", str(model), str(folder)],
        cwd=ROOT,
        env={**os.environ, **_shop(folder, home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _shop(folder: Path, home: Path) -> dict[str, str]:
    """The demo shop's records, each side its own, and the compiled encoder of ``home``."""
    if not (folder / "encoder").exists():
        (folder / "encoder").symlink_to((home / "encoder").resolve())
    environment = {"KEFU_HOME": str(folder), "KEFU_DATABASE_URL": f"sqlite:///{folder / 'kefu.db'}"}
    for command in (["db", "upgrade"], ["demo", "seed"]):
        subprocess.run(
            [sys.executable, "-m", "bot", *command],
            cwd=ROOT,
            env={**os.environ, **environment},
            check=True,
            capture_output=True,
        )
    return environment


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
