"""Named arrays kept as files in a folder, written whole or not at all, and believed only when nothing is amiss.

A folder ``<root>/<random name>`` holds one ``.npy`` file an array and ``manifest.json`` with the checksum of each.
``<root>/current`` names the folder in force and is replaced in one step; the others are removed. Readers have the
arrays mapped into memory, which outlives the removal of their files.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

log = logging.getLogger("kefu.kb")

_POINTER, _MANIFEST = "current", "manifest.json"
_CHUNK = 1 << 24
_MAPPED_FROM = 1 << 16
_ABANDONED_SECONDS = 6 * 3600.0


@dataclass(frozen=True)
class Stored:
    """What was saved: arrays by name, and whatever JSON holds."""

    arrays: Mapping[str, np.ndarray]
    meta: Mapping[str, Any]


def save(root: Path, stored: Stored, maker: str) -> None:
    """Put ``stored`` in force. ``maker`` says what wrote it: only the same maker reads it again. Raises OSError."""
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=root, prefix="index-"))
    try:
        sums = {}
        for name, array in stored.arrays.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)
            sums[name] = _checksum(folder / f"{name}.npy")
        manifest = {"maker": maker, "sums": sums, "meta": dict(stored.meta)}
        (folder / _MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
        _replace(root / _POINTER, folder.name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _remove_others(root, folder.name)


def save_meta(root: Path, meta: Mapping[str, Any]) -> None:
    """Replace what is kept beside the arrays in force. Raises OSError."""
    path = root / (root / _POINTER).read_text(encoding="ascii").strip() / _MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    _replace(path, json.dumps({**manifest, "meta": dict(meta)}, ensure_ascii=False))


def load(root: Path, maker: str) -> Stored | None:
    """What is in force; None where there is nothing, or nothing that can be trusted."""
    for _ in range(2):  # once more: the folder may have been replaced between two of our steps
        try:
            return _load(root / (root / _POINTER).read_text(encoding="ascii").strip(), maker)
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning(json.dumps({"event": "the index on disk is built anew", "why": str(error), "path": str(root)}))
            return None
    return None


@contextlib.contextmanager
def only_one(root: Path) -> Iterator[None]:
    """One process builds; the others wait, and then find what it made. Without a writable disk nobody waits."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = open(root / "lock", "w", encoding="ascii")  # noqa: SIM115 (closed below)
    except OSError:
        yield
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _load(folder: Path, maker: str) -> Stored:
    manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    if manifest["maker"] != maker:
        raise ValueError("another version made it")
    arrays = {}
    for name, expected in manifest["sums"].items():
        path = folder / f"{name}.npy"
        if _checksum(path) != expected:
            raise ValueError(f"{path.name} was changed or cut short")
        # What is small, or empty, cannot be mapped with any gain, or at all.
        mapped = np.load(path, mmap_mode="r" if expected[0] > _MAPPED_FROM else None, allow_pickle=False)
        # A plain view of the same memory: numpy's own class costs time at every slice.
        arrays[name] = np.asarray(mapped)
    return Stored(arrays, manifest["meta"])


def _checksum(path: Path) -> list[int]:
    """Size and CRC-32: against broken disks and half-written files, not against people."""
    size = found = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            size, found = size + len(chunk), zlib.crc32(chunk, found)
    return [size, found]


def _replace(path: Path, text: str) -> None:
    handle, written = tempfile.mkstemp(dir=path.parent, prefix="part-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(written, path)


def _remove_others(root: Path, kept: str) -> None:
    """Replaced folders, and what a killed process left; one that is being written by another process is young."""
    named = (root / _POINTER).read_text(encoding="ascii").strip()
    for path in root.glob("index-*"):
        whole = (path / _MANIFEST).exists()
        with contextlib.suppress(OSError):
            if path.name not in (kept, named) and (whole or time.time() - path.stat().st_mtime > _ABANDONED_SECONDS):
                shutil.rmtree(path, ignore_errors=True)
