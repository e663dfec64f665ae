"""The index on disk: what is read again, what is believed, and that it is the same as one built at once."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from kb import build, disk
from kb.build import Refreshed, refresh, root_of
from kb.index import Index
from lang.encode import Encoder, encoder


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty KEFU_HOME; the encoder, opened before, stays where it was."""
    encoder()
    path = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("KEFU_HOME", str(path))
    return path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are parsed from here on."""
    names: list[str] = []
    original = build.parse_article

    def parse(data: bytes, path: Path, folder: Path) -> object:
        names.append(path.name)
        return original(data, path, folder)

    monkeypatch.setattr(build, "parse_article", parse)
    return names


def age(folder: Path, seconds: float = 60) -> None:
    """As if the files had been written some time ago."""
    then = time.time() - seconds
    for path in folder.rglob("*.md"):
        os.utime(path, (then, then))


def edit(path: Path, old: str, new: str, seconds: float = 30) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    then = time.time() - seconds
    os.utime(path, (then, then))


def refreshed(folder: Path) -> Refreshed:
    return refresh(folder, encoder())


def same(first: Index, second: Index) -> bool:
    """Whether two indexes hold the same, whatever the order of their files."""

    def content(index: Index) -> dict[str, object]:
        return {
            record.path: (
                record.digest,
                index.text_of(file),
                index.codes.vectors(np.flatnonzero(np.asarray(index.owner) == file)).tolist(),
            )
            for file, record in enumerate(index.records)
        }

    def words(index: Index) -> list[tuple[bytes, int, int]]:
        sizes = np.diff(index.postings.starts).tolist()
        return list(zip(index.postings.words, sizes, index.postings.holders.tolist(), strict=True))

    return content(first) == content(second) and words(first) == words(second)


def test_what_is_unchanged_is_not_read_again(folder: Path, read: list[str]) -> None:
    age(folder)
    assert refreshed(folder).changed
    assert len(read) == 6
    read.clear()
    assert not refreshed(folder).changed
    assert read == []


def test_only_what_changed_is_read(folder: Path, read: list[str]) -> None:
    age(folder)
    refreshed(folder)
    read.clear()
    edit(folder / "payment/invoice.en.md", "24 hours", "48 hours")
    (folder / "payment/invoice.zh.md").unlink()
    (folder / "extra.en.md").write_text("# Gift wrap\n\nWe wrap presents for free.\n", encoding="utf-8")
    joined = Index(refreshed(folder).stored)
    assert sorted(read) == ["extra.en.md", "invoice.en.md"]
    shutil.rmtree(root_of(folder, encoder().kernel))
    assert same(joined, Index(refreshed(folder).stored))


def test_a_file_that_was_only_touched_is_not_parsed(folder: Path, read: list[str]) -> None:
    age(folder)
    refreshed(folder)
    read.clear()
    age(folder, seconds=20)
    assert not refreshed(folder).changed
    assert read == []


def test_an_edit_within_the_clocks_tick_is_seen(folder: Path) -> None:
    refreshed(folder)
    path = folder / "payment/invoice.en.md"
    before = path.stat()
    path.write_text(path.read_text(encoding="utf-8").replace("24 hours", "72 hours"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert refreshed(folder).changed


@pytest.mark.parametrize("harm", ["cut", "changed", "manifest", "foreign", "pointer", "missing"])
def test_a_broken_index_is_built_anew(folder: Path, read: list[str], harm: str) -> None:
    age(folder)
    whole = Index(refreshed(folder).stored)
    root = root_of(folder, encoder().kernel)
    kept = root / (root / "current").read_text(encoding="ascii")
    codes = kept / "codes.npy"
    if harm == "cut":
        codes.write_bytes(codes.read_bytes()[:-100])
    elif harm == "changed":
        data = bytearray(codes.read_bytes())
        data[-50] ^= 255
        codes.write_bytes(bytes(data))
    elif harm == "manifest":
        (kept / "manifest.json").write_text("{", encoding="utf-8")
    elif harm == "foreign":
        manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
        (kept / "manifest.json").write_text(json.dumps({**manifest, "maker": "another"}), encoding="utf-8")
    elif harm == "pointer":
        (root / "current").write_text("index-nowhere", encoding="ascii")
    else:
        codes.unlink()
    read.clear()
    again = refreshed(folder)
    assert again.changed
    assert len(read) == 6
    assert same(whole, Index(again.stored))


def test_only_the_index_in_force_is_kept(folder: Path) -> None:
    age(folder)
    refreshed(folder)
    edit(folder / "payment/invoice.en.md", "24 hours", "48 hours")
    refreshed(folder)
    assert len(list(root_of(folder, encoder().kernel).glob("index-*"))) == 1


def test_an_index_in_use_outlives_its_replacement(folder: Path) -> None:
    age(folder)
    older = Index(refreshed(folder).stored)
    edit(folder / "payment/invoice.en.md", "24 hours", "48 hours")
    refreshed(folder)
    number = [record.path for record in older.records].index("payment/invoice.en.md")
    assert "24 hours" in older.text_of(number).sections[0].text


def test_a_broken_article_keeps_its_last_good_version(folder: Path, read: list[str]) -> None:
    age(folder)
    refreshed(folder)
    edit(folder / "payment/invoice.en.md", "intents: [request_invoice]", "intents: [")
    broken = refreshed(folder)
    assert len(broken.faults) == 1
    assert "invoice.en.md" in broken.faults[0]
    assert "payment/invoice.en.md" in [record.path for record in Index(broken.stored).records]
    read.clear()
    assert refreshed(folder).faults == broken.faults
    assert read == []
    edit(folder / "payment/invoice.en.md", "intents: [", "intents: [request_invoice]", seconds=20)
    assert refreshed(folder).faults == ()


def test_without_a_writable_disk_it_serves_from_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "save", full)
    assert len(Index(refreshed(folder).stored).slugs) == 3


def test_progress_is_told(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    refresh(folder, encoder(), lambda done, total: told.append((done, total)))
    assert told == [(number, 6) for number in range(1, 7)]


def test_another_encoder_has_another_index(folder: Path) -> None:
    class Other(Encoder):
        kernel = "another/1"

    assert root_of(folder, Other.kernel) != root_of(folder, encoder().kernel)


def test_what_was_learnt_serves_until_a_tenth_is_different(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"page{number}.en.md").write_text(f"# Page {number}\n\nText {number}.\n", encoding="utf-8")
    age(tmp_path)
    first = refreshed(tmp_path).stored.meta
    edit(tmp_path / "page1.en.md", "Text", "Words")
    second = refreshed(tmp_path).stored.meta
    assert (first["passages_since"], second["passages_since"]) == (0, 4)
    for number in range(2, 8):
        edit(tmp_path / f"page{number}.en.md", "Text", "Words")
    assert refreshed(tmp_path).stored.meta["passages_since"] == 0
