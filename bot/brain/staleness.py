"""Tells whether a trained model is still that of the files.

Rasa's own dry run takes 22 seconds and sees neither our components' helpers nor their data, so we hash
everything that training reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from bot.response_files import read_folder

# The lock file stands for the versions of everything that trains.
_FILES = ("config.yml", "domain.yml", "uv.lock")
_FOLDERS = ("data/nlu", "data/stories", "bot/nlu", "lang")


def fingerprint(project: Path) -> str:
    """A hash of what the model is made from, 16 hexadecimal characters.

    Of ``data/responses`` only the keys count: they are action names to the model, while the sentences are
    read when the bot starts, so editing one needs no training.
    """
    digest = hashlib.sha256()
    for path in _inputs(project):
        digest.update(f"{path.relative_to(project).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    responses, _ = read_folder(project / "data" / "responses")
    digest.update("\0".join(sorted(responses)).encode())
    return digest.hexdigest()[:16]


def _inputs(project: Path) -> Iterator[Path]:
    for name in _FILES:
        if (project / name).exists():
            yield project / name
    for folder in _FOLDERS:
        for path in sorted((project / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
                yield path
