"""The small shared parts: attempt limits, addresses behind proxies, preferred languages, waiting for events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.terminal import TerminalChannel
from bot.channels.web import WebChannel
from bot.http import limits
from bot.http.bodies import clean_text
from bot.http.events import Events
from bot.http.language import as_language, preferred
from bot.http.limits import AtOnce, AttemptLimit
from bot.http.origins import address_of, is_from_this_machine, is_same_origin
from bot.messages import Author, StoredMessage
from bot.settings import Settings
from tests.fakes import FakeNotifier

SETTINGS = Settings(home=Path("."), database_url="sqlite:///x")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_limit_lets_pass_again_when_time_has_gone_by() -> None:
    clock = Clock()
    limit = AttemptLimit(2, 10, clock)
    assert [limit.attempt("a"), limit.attempt("a")] == [0, 0]
    clock.now = 4
    assert limit.attempt("a") == 6
    assert limit.attempt("b") == 0
    clock.now = 10
    assert limit.attempt("a") == 0


def test_limit_of_zero_is_none() -> None:
    limit = AttemptLimit(0, 10, Clock())
    assert {limit.attempt("a") for _ in range(1000)} == {0.0}


def test_limit_forgets_idle_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_KEYS", 10)
    clock = Clock()
    limit = AttemptLimit(1, 10, clock)
    for number in range(10):
        limit.attempt(number)
    clock.now = 20
    for number in range(100, 111):
        limit.attempt(number)
    assert len(limit._attempts) <= 11
    assert limit.attempt(105) > 0


@pytest.mark.parametrize(
    ("peer", "is_ours"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:8.8.8.8", False),
        ("10.0.0.7", False),
        ("172.17.0.1", False),
        ("8.8.8.8", False),
        ("fe80::1%eth0", False),
        ("", False),
    ],
)
def test_who_counts_as_this_machine(peer: str, is_ours: bool) -> None:
    request = make_mocked_request("GET", "/metrics", {"Host": "localhost"})
    assert is_from_this_machine(request.clone(remote=peer)) is is_ours


def test_places_are_free_again_when_their_holder_has_gone() -> None:
    places = AtOnce()
    with places.place({"a": 2, "x": 3}) as first, places.place({"a": 2, "y": 1}) as second:
        assert (first, second) == (True, True)
        with places.place({"a": 2}) as third, places.place({"b": 1, "y": 1}) as fourth:
            assert (third, fourth) == (False, False)
        with places.place({"b": 1}) as fifth:  # the fourth has taken none of b's
            assert fifth
    with pytest.raises(OSError, match="cut off"), places.place({"a": 1, "x": 1}):
        raise OSError("cut off")
    with places.place({"a": 1, "x": 1, "y": 1, "b": 1}) as again:
        assert again
    assert not places._held


def test_a_cap_of_zero_is_none() -> None:
    places = AtOnce()
    with ExitStack() as held:
        assert all(held.enter_context(places.place({"a": 0})) for _ in range(1000))


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "1.1.1.1", "127.0.0.1"),
        (1, "1.1.1.1", "1.1.1.1"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 10.0.0.1", "1.1.1.1"),
        (2, "1.1.1.1", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_address_behind_proxies_cannot_be_made_up(proxies: int, header: str, address: str) -> None:
    class Transport(asyncio.Transport):
        def get_extra_info(self, name: str, default: Any = None) -> Any:
            return ("127.0.0.1", 1234) if name == "peername" else default

    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": header}, transport=Transport())
    assert address_of(request, replace(SETTINGS, trusted_proxies=proxies)) == address


def test_forwarded_host_counts_only_behind_a_trusted_proxy() -> None:
    headers = {"Host": "inside:8000", "X-Forwarded-Host": "evil.example", "Origin": "https://evil.example"}
    request = make_mocked_request("GET", "/", headers=headers)
    assert not is_same_origin(request, SETTINGS)
    assert is_same_origin(request, replace(SETTINGS, trusted_proxies=1))


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("de,en;q=0.2,zh;q=0.7", "zh"),
        ("de", None),
        ("", None),
        ("en;q=0,zh;q=0.1", "zh"),
        ("en;q=x", None),
        (";;;,,", None),
    ],
)
def test_preferred_language(header: str, language: str | None) -> None:
    assert preferred(header) == language


@given(st.text())
def test_any_header_is_survived(header: str) -> None:
    assert preferred(header) in ("zh", "en", None)
    assert as_language(header) in ("zh", "en", None)


@given(st.text())
def test_cleaned_text_keeps_everything_readable(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in cleaned)


async def test_event_after_a_time_out_is_not_lost() -> None:
    queue: asyncio.Queue[dict[str, int]] = asyncio.Queue()

    async def source() -> AsyncIterator[dict[str, int]]:
        while True:
            yield await queue.get()

    events = Events(source())
    assert await events.next(0.01) is None
    queue.put_nowait({"n": 1})
    assert await events.next(10) == {"n": 1}
    await events.close()


async def test_ended_subscription_still_waits() -> None:
    async def source() -> AsyncIterator[dict[str, int]]:
        yield {"n": 1}

    events = Events(source())
    assert await events.next(10) == {"n": 1}
    assert [await events.next(0.001) for _ in range(3)] == [None, None, None]
    done = asyncio.create_task(asyncio.Event().wait())
    done.cancel()
    assert await events.next(10, unless=done) is None  # type: ignore[arg-type]
    await events.close()


async def test_channels_deliver() -> None:
    notifier, shown = FakeNotifier(), list[StoredMessage]()
    reply = StoredMessage("m", "c", 7, 1, Author.BOT, "好", "zh", datetime.now(timezone.utc))
    conversation: Any = type("Row", (), {"id": "c"})()
    await WebChannel(notifier).send(conversation, reply)
    assert notifier.published == [("c", {"type": "message", "seq": 7})]
    await TerminalChannel(shown.append).send(conversation, reply)
    assert shown == [reply]
