"""Bring the index on disk up to date with a folder: only changed files are read, cut into words and encoded again."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from kb import disk
from kb.articles import ArticleError, article_paths, parse_article
from kb.calibrate import calibrate
from kb.dense import Codes, Space, kind_of
from kb.disk import Stored
from kb.index import Index, background, background_kinds, background_terms, postings_of
from kb.lexical import PostingsCollector
from kb.likeness import WordRows
from kb.passages import passages_of
from kb.reading import Reader
from kb.records import FileRecord, FileState, Shown, distinct_names
from kb.strings import Strings
from lang.encode import Encoder
from lang.home import home
from lang.normalize import fold

log = logging.getLogger("kefu.kb")

LEARN_AGAIN_FROM = 0.1
"""Means, cells and calibration are learnt again when so large a share of the passages came, changed or went."""
_ENCODED_AT_ONCE = 256
# A file changed so shortly before it was looked at may have been changed again within the clock's tick.
_TICK_NS = 2_000_000_000

# Whose change makes another index of the same articles.
_MAKERS = (
    *("articles.py", "background.txt", "build.py", "calibrate.py", "dense.py", "encodings.py", "heads.py"),
    *("index.py", "lexical.py", "likeness.py", "passages.py", "reading.py", "records.py", "sections.py"),
    *("terms.py", "votes.py"),
)
_PRIMITIVES = ("detect.py", "normalize.py", "pinyin.py", "tokenize.py")

Progress = Callable[[int, int], None]
"""Told (files done, files to do) while changed files are read and encoded."""


@dataclass(frozen=True)
class Refreshed:
    """``changed``: whether ``stored`` differs from what was on disk.

    ``faults``: one line a file that cannot be read; its last good version serves, where there is one.
    """

    stored: Stored
    faults: tuple[str, ...]
    changed: bool


@dataclass
class _Fresh:
    """What is gathered of changed files, row by row."""

    records: list[FileRecord] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    passages: list[str] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    place: list[int] = field(default_factory=list)
    codes: list[Codes] = field(default_factory=list)
    waiting: list[tuple[str, str]] = field(default_factory=list)
    words: PostingsCollector = field(default_factory=PostingsCollector)


@dataclass(frozen=True)
class _Plan:
    """Records kept, by their number in the old index, and broken files: size, time of change, fault."""

    kept: dict[int, FileRecord]
    broken: dict[str, list[Any]]


def root_of(folder: Path, kernel: str) -> Path:
    """Where the index of a folder lies: a place for each folder and encoder."""
    name = f"{folder.resolve()}\x00{kernel}"
    return home() / "kb" / hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def listing(folder: Path) -> dict[str, FileState]:
    """Every article file by its path within the folder."""
    found = {}
    for path in article_paths(folder):
        try:
            status = path.stat()
        except OSError:  # removed since it was listed, or a link to nothing
            continue
        found[path.relative_to(folder).as_posix()] = FileState(status.st_size, status.st_mtime_ns)
    return found


def is_current(meta: Mapping[str, Any], files: Mapping[str, FileState]) -> bool:
    """Whether an index describes exactly these files, as far as their sizes and times tell."""
    return _states(meta) == files and all(state.mtime_ns < meta["seen_ns"] - _TICK_NS for state in files.values())


def refresh(folder: Path, encoder: Encoder, progress: Progress | None = None) -> Refreshed:
    """The index of ``folder``, from disk as far as its files are unchanged; written back when they are not."""
    root, maker = root_of(folder, encoder.kernel), _maker(encoder)
    stored = disk.load(root, maker)
    if stored is not None and is_current(stored.meta, listing(folder)):
        return Refreshed(stored, _faults(stored.meta), False)
    with disk.only_one(root):
        stored = disk.load(root, maker)
        return _update(folder, encoder, root, maker, stored, progress)


def _update(
    folder: Path, encoder: Encoder, root: Path, maker: str, old: Stored | None, progress: Progress | None
) -> Refreshed:
    seen = time.time_ns()
    files = listing(folder)
    fresh = _Fresh()
    plan = _read_changed(folder, files, old, fresh, encoder, progress)
    if old is not None and not fresh.records and len(plan.kept) == len(old.meta["files"]):
        meta = {**old.meta, "files": [record.as_json() for record in plan.kept.values()], "broken": plan.broken}
        same = Stored(old.arrays, {**meta, "seen_ns": seen})
        _keep(partial(disk.save_meta, root, same.meta), root)
        return Refreshed(same, _faults(meta), plan.broken != old.meta["broken"])
    arrays = _joined(old, plan, fresh)
    arrays["background"] = encoder.encode([fold(text) for text in background()], remember=True)
    records = [*plan.kept.values(), *fresh.records]
    meta = {"files": [record.as_json() for record in records], "broken": plan.broken, "seen_ns": seen}
    stored = _learnt(arrays, meta, old, sum(record.passages for record in plan.kept.values()))
    if _keep(partial(disk.save, root, stored, maker), root):
        # From the map, so that the memory of building is given back.
        stored = disk.load(root, maker) or stored
    return Refreshed(stored, _faults(meta), True)


def _keep(write: Callable[[], None], root: Path) -> bool:
    """Whether it could be written; without a writable disk the index serves from memory."""
    try:
        write()
    except OSError as error:
        log.warning(json.dumps({"event": "the index cannot be kept on disk", "why": str(error), "path": str(root)}))
        return False
    return True


def _read_changed(
    folder: Path,
    files: Mapping[str, FileState],
    old: Stored | None,
    fresh: _Fresh,
    encoder: Encoder,
    progress: Progress | None,
) -> _Plan:
    known: dict[str, tuple[int, FileRecord]] = {}
    if old is not None:
        known = {f["path"]: (number, FileRecord.from_json(f)) for number, f in enumerate(old.meta["files"])}
    trusted_before = old.meta["seen_ns"] - _TICK_NS if old is not None else 0
    kept: dict[int, FileRecord] = {}
    broken: dict[str, list[Any]] = {}
    changed = []
    for path, state in files.items():
        number, record = known.get(path, (-1, None))
        if record is not None and record.state == state and state.mtime_ns < trusted_before:
            kept[number] = record
        else:
            changed.append(path)
    for done, path in enumerate(changed):
        number, record = known.get(path, (-1, None))
        try:
            data = (folder / path).read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            if record is not None and record.digest == digest:
                kept[number] = record.touched(files[path])
            else:
                _add(fresh, data, folder, path, files[path], digest, encoder)
        except (ArticleError, OSError) as error:
            broken[path] = [files[path].size, files[path].mtime_ns, str(error)]
            if record is not None:
                kept[number] = record
        if progress is not None:
            progress(done + 1, len(changed))
    _encode(fresh, encoder)
    return _Plan(dict(sorted(kept.items())), broken)


def _add(fresh: _Fresh, data: bytes, folder: Path, path: str, state: FileState, digest: str, encoder: Encoder) -> None:
    article = parse_article(data, folder / path, folder)
    passages = passages_of(article)
    fresh.records.append(FileRecord.of(article, path, state, digest, len(passages)))
    fresh.texts.append(Shown.encode(article))
    for passage in passages:
        fresh.words.add(passage.text, passage.question)
        fresh.waiting.append((passage.prefix, fold(passage.text)))
        fresh.kind.append(kind_of(passage.text, passage.question))
        fresh.place.append(passage.place)
    if len(fresh.waiting) >= _ENCODED_AT_ONCE:
        _encode(fresh, encoder)


def _encode(fresh: _Fresh, encoder: Encoder) -> None:
    """The vectors of what waits, in its order; the encoder remembers them, so that a build cut short is not lost."""
    vectors = np.zeros((len(fresh.waiting), encoder.size), np.float32)
    for prefix in ("query: ", "passage: "):
        places = [place for place, (own, _) in enumerate(fresh.waiting) if own == prefix]
        if places:
            vectors[places] = encoder.encode([fresh.waiting[place][1] for place in places], prefix, remember=True)
    fresh.codes.append(Codes.of(vectors))
    fresh.waiting.clear()


def _joined(old: Stored | None, plan: _Plan, fresh: _Fresh) -> dict[str, np.ndarray]:
    """All arrays but what is learnt: the kept files' rows first, then the fresh ones."""
    records = [*plan.kept.values(), *fresh.records]
    owner = np.repeat(np.arange(len(records), dtype=np.int32), [record.passages for record in records])
    if old is None:
        kept, older, texts = np.zeros(0, np.int64), None, []
        parts: dict[str, list[np.ndarray]] = {"codes": [], "scale": [], "kind": [], "place": []}
    else:
        kept = np.flatnonzero(np.isin(old.arrays["owner"], list(plan.kept)))
        older, all_texts = postings_of(old.arrays), Strings(old.arrays["texts"], old.arrays["text_starts"])
        texts = [all_texts[number] for number in plan.kept]
        parts = {name: [old.arrays[name][kept]] for name in ("codes", "scale", "kind", "place")}
    parts["codes"] += [codes.codes for codes in fresh.codes]
    parts["scale"] += [codes.scale for codes in fresh.codes]
    parts["kind"].append(np.array(fresh.kind, np.int8))
    parts["place"].append(np.array(fresh.place, np.int16))
    names = distinct_names(records)
    number = {slug: place for place, slug in enumerate(sorted(set(names)))}
    slug_of_file = np.array([number[name] for name in names], np.int64)
    postings = fresh.words.postings(slug_of_file[owner], older, kept)
    reader = Reader.learn(postings)
    stored_texts = Strings.of([*texts, *fresh.texts])
    return {
        **{name: np.concatenate(found) for name, found in parts.items()},
        "owner": owner,
        "words": postings.words.blob,
        "word_starts": postings.words.starts,
        "starts": postings.starts,
        "rows": postings.rows,
        "counts": postings.counts,
        "holders": postings.holders,
        "lengths": postings.lengths,
        "articles": np.array([postings.articles]),
        **reader.arrays(),
        **WordRows.of_passages(postings).arrays("passage"),
        **WordRows.of_texts(postings, background_terms()).arrays("background"),
        "texts": stored_texts.blob,
        "text_starts": stored_texts.starts,
    }


def _learnt(arrays: dict[str, np.ndarray], meta: dict[str, Any], old: Stored | None, kept: int) -> Stored:
    """Means, cells and calibration: taken over from the old index while most of it is the same."""
    codes, kinds = Codes(arrays["codes"], arrays["scale"]), arrays["kind"]
    since = len(codes) - kept
    again = old is None
    if old is not None:
        since += old.meta["passages_since"] + len(old.arrays["owner"]) - kept
        again = since > LEARN_AGAIN_FROM * old.meta["passages_learnt"]
    if again or old is None:
        space = Space.learn(codes, kinds, arrays["background"], background_kinds())
        meta |= {"passages_since": 0, "passages_learnt": len(codes)}
    else:
        space = Space(old.arrays["centres"], old.arrays["middles"])
        meta |= {"passages_since": since, "passages_learnt": old.meta["passages_learnt"]}
    arrays |= {"centres": space.centres, "middles": space.middles}
    arrays |= {"distances": space.distances(codes, kinds), "cells": space.cell_of(codes, kinds)}
    if again or old is None:
        meta["calibration"] = calibrate(Index(Stored(arrays, meta))).as_json()
    else:
        meta["calibration"] = old.meta["calibration"]
    return Stored(arrays, meta)


def _states(meta: Mapping[str, Any]) -> dict[str, FileState]:
    states = {f["path"]: FileState(f["size"], f["mtime_ns"]) for f in meta["files"]}
    return states | {path: FileState(size, mtime) for path, (size, mtime, _) in meta["broken"].items()}


def _faults(meta: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(fault for _, _, fault in meta["broken"].values())


def _maker(encoder: Encoder) -> str:
    """What made an index: the encoder, and the code that decides what stands in it."""
    here = Path(__file__).parent
    digest = hashlib.sha256(encoder.kernel.encode())
    for path in (*(here / name for name in _MAKERS), *(here.parent / "lang" / name for name in _PRIMITIVES)):
        digest.update(path.read_bytes())
    return digest.hexdigest()
