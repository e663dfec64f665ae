"""What processes share about platforms: tokens and their lease, nonces, cursors, files to fetch."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest

from actions.records.database import Database
from bot.channels.tokens import Token, TokenSource
from bot.stores import media as media_module
from bot.stores.callbacks import CallbackNonces, Cursor, Cursors
from bot.stores.media import MOST_TRIES, MediaStore
from bot.stores.platform_tokens import TokenShelf

PICTURE = b"\x89PNG\r\n\x1a\n"


async def test_a_lease_has_one_holder_until_it_runs_out(database: Database) -> None:
    shelf = TokenShelf(database)
    assert await shelf.lease("b", "one", 60)
    assert await shelf.lease("b", "one", 60)
    assert not await shelf.lease("b", "two", 60)
    await shelf.give_back("b", "two")
    assert not await shelf.lease("b", "two", 60)
    await shelf.give_back("b", "one")
    assert await shelf.lease("b", "two", 0.0)
    await asyncio.sleep(0.02)
    assert await shelf.lease("b", "one", 60)


async def test_of_many_askers_at_once_one_gets_the_lease(database: Database) -> None:
    shelf = TokenShelf(database)
    got = await asyncio.gather(*(shelf.lease("a", f"h{number}", 60) for number in range(8)))
    assert got.count(True) == 1


async def test_one_whose_lease_ran_out_writes_nothing(database: Database) -> None:
    shelf, end = TokenShelf(database), time.time() + 7200
    await shelf.lease("a", "slow", 0.0)
    await asyncio.sleep(0.02)
    await shelf.lease("a", "quick", 60)
    await shelf.write("a", "quick", "new", end)
    await shelf.write("a", "slow", "old", end)
    kept = await shelf.read("a")
    assert kept is not None
    assert kept[0] == "new"
    assert abs(kept[1] - end) < 1


async def test_two_processes_refresh_a_refused_token_once(database: Database) -> None:
    """Otherwise each would take the token out of the other's hands for ever."""
    fetched: list[bool] = []

    async def fetch(another: bool) -> Token:
        fetched.append(another)
        await asyncio.sleep(0.05)
        return Token(f"token {sum(fetched)}", time.time() + 7200)

    sources = [TokenSource("wechat:wx1", fetch, TokenShelf(database)) for _ in range(3)]
    assert set(await asyncio.gather(*(source.current() for source in sources))) == {"token 0"}
    assert fetched == [False]
    assert set(await asyncio.gather(*(source.instead_of("token 0") for source in sources))) == {"token 1"}
    # The platform was asked for its present token first, and for another one once.
    assert fetched == [False, False, True]


async def test_a_nonce_carries_one_content(database: Database) -> None:
    nonces = CallbackNonces(database)
    assert await nonces.is_new_or_same("wechat", "1:n", "a" * 64)
    assert await nonces.is_new_or_same("wechat", "1:n", "a" * 64)
    assert not await nonces.is_new_or_same("wechat", "1:n", "b" * 64)
    assert await nonces.is_new_or_same("other", "1:n", "b" * 64)
    at_once = await asyncio.gather(*(nonces.is_new_or_same("wechat", "2:n", digest * 64) for digest in "abcd"))
    assert at_once.count(True) == 1


async def test_a_cursor_is_asked_for_until_all_is_read(database: Database) -> None:
    cursors = Cursors(database)
    await cursors.ask("wk1", "permit 1")
    assert await cursors.asked() == [Cursor("wk1", "", "permit 1")]
    await cursors.move("wk1", "c5")
    assert await cursors.asked() == [Cursor("wk1", "c5", "permit 1")]
    # Told again while we read: what came since must not be forgotten.
    await cursors.ask("wk1", "permit 2")
    await cursors.move("wk1", "c6", done_with="permit 1")
    assert await cursors.asked() == [Cursor("wk1", "c6", "permit 2")]
    await cursors.move("wk1", "c7", done_with="permit 2")
    assert await cursors.asked() == []
    assert await cursors.read("wk1") == Cursor("wk1", "c7")


async def test_a_file_is_promised_once_and_kept(database: Database, tmp_path: Path) -> None:
    media = MediaStore(database, tmp_path)
    first = await media.promise("wechat", "m1", "image", "image.jpg")
    assert await media.promise("wechat", "m1", "image", "image.jpg") == first
    assert await media.promise("wecom", "m1", "image", "image.jpg") != first
    assert await media.read(first) is None
    (due,) = await media.due(["wechat"])
    kept = await media.keep(due, b"%PDF-1.7")
    assert (kept.state, kept.content_type, kept.size) == ("kept", "application/pdf", 8)
    assert await media.read(first) == b"%PDF-1.7"
    assert await media.due(["wechat"]) == []


async def test_a_file_that_cannot_be_had_is_tried_later_and_given_up_at_last(
    database: Database, tmp_path: Path
) -> None:
    media = MediaStore(database, tmp_path)
    await media.promise("wechat", "m1", "image", "image.jpg")
    (file,) = await media.due(["wechat"])
    for _ in range(MOST_TRIES):
        await media.failed(file)
        assert await media.due(["wechat"]) == []  # not at once again
        found = await media.find(file.id)
        assert found is not None
        file = found
    assert file.state == "lost"


async def test_an_offered_file_is_kept_once_named_and_dropped_when_never_named(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = MediaStore(database, tmp_path)
    first = await media.offer("web", "c:1", "photo.png", PICTURE)
    assert await media.offer("web", "c:1", "other.pdf", b"%PDF-1.7") == first
    assert (first.state, first.name, first.content_type, first.size) == ("offered", "photo.png", "image/png", 8)
    assert await media.read(first.attachment) is None  # nobody has been shown it yet
    attachment = await media.sent(first)
    assert await media.read(attachment) == PICTURE
    forgotten = await media.offer("web", "c:2", "photo.png", PICTURE)
    assert await media.drop_unsent("web") == 0
    later = media_module.now() + timedelta(days=2)
    monkeypatch.setattr(media_module, "now", lambda: later)
    assert await media.drop_unsent("web") == 1
    assert await media.find(forgotten.id) is None
    assert not media.path_of(forgotten).exists()
    assert await media.read(attachment) == PICTURE
    assert len([path for path in (tmp_path / "media").rglob("*") if path.is_file()]) == 1
