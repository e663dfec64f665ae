"""Stock models kept from an earlier run: an hour of training each, and the same for the same examples."""

from __future__ import annotations

import hashlib
import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.nlu_data import Examples, Pipeline

_KEPT = 4


def key(pipeline: Pipeline, examples: Examples) -> str:
    """A hash of Rasa's version, the configuration and the examples: what a stock model is made of."""
    digest = hashlib.sha256(version("rasa").encode())
    for path in (pipeline.config, *sorted(examples.folder.glob("*.yml"))):
        digest.update(f"\0{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def find(folder: Path, name: str) -> dict[str, Any] | None:
    """What ``nlu_sides.train`` told of this model, with the path of the kept one; None where there is none."""
    told, model = folder / f"{name}.json", folder / f"{name}.tar.gz"
    if not (told.exists() and model.exists()):
        return None
    return {**json.loads(told.read_text("utf-8")), "model": str(model)}


def keep(folder: Path, name: str, training: dict[str, Any]) -> None:
    """Copy the model and what was told of it; only the newest few stay."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(training["model"], folder / f"{name}.tar.gz")
    (folder / f"{name}.json").write_text(json.dumps(training), "utf-8")
    newest_first = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for model in newest_first[_KEPT:]:
        model.unlink()
        model.with_name(model.name.replace(".tar.gz", ".json")).unlink(missing_ok=True)
