"""Messenger's translations one by one: settings, errors, events; and whatever anybody posts, signed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.messenger_errors import InDoubt, error_of
from bot.channels.messenger_parse import ControlChanged, File, Ignored, Said, WrongPage, parse
from bot.channels.messenger_render import bodies
from bot.channels.messenger_settings import MESSENGER_SETTINGS, MessengerSettings, messenger_of
from bot.conversation.accept import LONGEST_EXTERNAL_ID
from bot.gateway.messenger import receive
from bot.gateway.platforms import PLATFORMS
from bot.http.context import CONTEXT
from bot.http.errors import ApiError
from bot.messages import Accepted, Attachment, Author, Incoming, Owner
from bot.ports import ChannelBusy, ChannelError
from tests.spoiling import misfitted, spoiled
from tests.unit.conversation.test_channel_policy import said

PAGE, PSID = "4242", "7001"


def call_back(*items: dict[str, Any], name: str = "messaging", page: str = PAGE) -> dict[str, Any]:
    head = {"sender": {"id": PSID}, "recipient": {"id": PAGE}, "timestamp": 1_700_000_000_000}
    return {"object": "page", "entry": [{"id": page, name: [{**head, **item} for item in items]}]}


class TestParse:
    @pytest.mark.parametrize("at", ["\ud800", "\x00", "x" * 400, None, 1.5, [1]])
    def test_a_press_without_an_id_needs_a_moment_to_be_told_apart(self, at: object) -> None:
        """A moment that is no number would make a name that no database can hold."""
        press = {"postback": {"title": "查订单", "payload": "text:你好"}}
        (event,) = parse(call_back({**press, "timestamp": at}))
        assert event == Ignored("without_id")
        (event,) = parse(call_back(press))
        assert isinstance(event, Said)
        assert event.incoming.external_id == f"postback:{PSID}:1700000000000"

    def test_words_files_and_stickers(self) -> None:
        picture = {"type": "image", "payload": {"url": "https://cdn/x.jpg"}}
        link = {"type": "fallback", "title": "鞋", "url": "https://shop/x"}
        thumb = {"type": "image", "payload": {"url": "https://cdn/t.png", "sticker_id": 369239263222822}}
        events = parse(
            call_back(
                {"message": {"mid": "m1", "text": "你好"}},
                {"message": {"mid": "m2", "attachments": [picture, picture, link]}},
                {"message": {"mid": "m3", "attachments": [thumb]}},
                {"message": {"mid": "m4", "text": "查", "quick_reply": {"payload": "a" * 32}}},
            )
        )
        first, second, third, fourth = (event for event in events if isinstance(event, Said))
        assert (first.incoming.external_id, first.incoming.text, first.incoming.window) == ("m1", "你好", "message")
        assert first.incoming.sent_at is not None
        assert first.incoming.sent_at.timestamp() == 1_700_000_000
        assert second.files == (File("image", 0), File("image", 1))
        assert second.incoming.text == "鞋 https://shop/x"
        assert (third.incoming.text, third.files) == ("👍", ())
        assert fourth.incoming.payload == "a" * 32

    def test_what_is_not_for_us_is_passed_over(self) -> None:
        events = parse(
            call_back(
                {"message": {"mid": "m", "text": "x", "is_echo": True}},
                {"message": {"mid": "m", "text": "x"}, "sender": {"id": PAGE}},
                {"message": {"text": "without an id"}},
                {"message": {"mid": "m", "text": ""}},
                {"delivery": {"mids": ["m"]}},
                {"read": {"watermark": 1}},
                {"reaction": {}},
                {},
            )
        )
        assert all(isinstance(event, Ignored) for event in events)
        assert len(events) == 8

    def test_a_followed_link_that_joins_chats_is_as_if_typed(self) -> None:
        """A thread that is known tells a referral; a new one tells it with its first press."""
        known, new, other = parse(
            call_back(
                {"referral": {"ref": "KFL-2345", "source": "SHORTLINK", "type": "OPEN_THREAD"}},
                {"postback": {"mid": "m", "title": "Start", "payload": "x", "referral": {"ref": "KFL-2345"}}},
                {"referral": {"ref": "summer-sale"}},
            )
        )
        assert isinstance(known, Said)
        assert isinstance(new, Said)
        assert known.incoming == new.incoming
        assert (known.incoming.text, known.incoming.payload, known.incoming.window) == ("KFL-2345", None, "message")
        assert other == Ignored("referral")

    def test_standby_and_control(self) -> None:
        (standby,) = parse(call_back({"message": {"mid": "m", "text": "x"}}, name="standby"))
        assert isinstance(standby, Said)
        assert standby.standby
        taken, given_to_us = parse(call_back({"take_thread_control": {}}, {"pass_thread_control": {}}))
        assert (taken, given_to_us) == (ControlChanged(PSID, ours=False), ControlChanged(PSID, ours=True))

    def test_other_pages(self) -> None:
        with pytest.raises(WrongPage):
            parse(call_back({}, page="666"), PAGE)
        both = {"object": "page", "entry": [*call_back({}, page="666")["entry"], *call_back({})["entry"]]}
        assert len(parse(both, PAGE)) == 1


class TestErrors:
    @pytest.mark.parametrize(
        ("code", "subcode", "status", "kind", "reason"),
        [
            (10, 2018278, 400, ChannelError, "window_closed"),
            (10, 2018300, 400, ChannelError, "elsewhere"),
            (10, 0, 403, ChannelError, "permission"),
            (190, 463, 401, ChannelError, "permission"),
            (230, 0, 403, ChannelError, "permission"),
            (200, 1545041, 400, ChannelError, "blocked"),
            (551, 1545041, 400, ChannelError, "blocked"),
            (100, 2018001, 400, ChannelError, "blocked"),
            (100, 0, 400, ChannelError, "refused"),
            (613, 0, 400, ChannelBusy, ""),
            (1200, 0, 400, ChannelBusy, ""),
            (99999, 0, 429, ChannelBusy, ""),
            (1, 0, 500, InDoubt, ""),
        ],
    )
    def test_codes(self, code: int, subcode: int, status: int, kind: type[Exception], reason: str) -> None:
        answer = {"error": {"message": "您的秘密", "code": code, "error_subcode": subcode}}
        error = error_of(answer, status)
        assert type(error) is kind
        assert getattr(error, "reason", "") == reason
        assert "秘密" not in str(error)

    def test_success_and_silence(self) -> None:
        assert error_of({"recipient_id": "1"}, 200) is None
        assert isinstance(error_of({}, 502), InDoubt)


class TestSettings:
    FULL = {
        "KEFU_MESSENGER_VERIFY_TOKEN": "v",
        "KEFU_MESSENGER_APP_SECRET": "s",
        "KEFU_MESSENGER_PAGE_TOKEN": "t",
    }

    def test_all_or_none(self) -> None:
        assert messenger_of({}, "https://x") is None
        found = messenger_of(self.FULL, "https://x")
        assert found is not None
        assert (found.page_id, found.api_base) == (None, "https://x")
        assert not any(secret in repr(found) for secret in ("'v'", "'s'", "'t'"))
        for name in self.FULL:
            half = {key: value for key, value in self.FULL.items() if key != name}
            with pytest.raises(ValueError, match=name):
                messenger_of(half, "https://x")

    def test_ids_are_numbers(self) -> None:
        with pytest.raises(ValueError, match="KEFU_MESSENGER_PAGE_ID must be a number"):
            messenger_of({**self.FULL, "KEFU_MESSENGER_PAGE_ID": "my page"}, "https://x")

    def test_secrets_are_marked(self) -> None:
        assert {name for name, _, _, secret in MESSENGER_SETTINGS if secret} == set(self.FULL)


def test_the_bot_is_never_tagged() -> None:
    with pytest.raises(ChannelError) as refused:
        bodies(PSID, said(1), late=True)
    assert refused.value.reason == "window_closed"
    (body,) = bodies(PSID, said(1, author=Author.AGENT), late=True)
    assert (body["messaging_type"], body["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")


# --- whatever is posted, properly signed --------------------------------------------------------
class TinyStore:
    """Takes everything, keeps nothing."""

    def __init__(self) -> None:
        self.taken = 0

    async def open_conversation(self, channel: str, sender: str, **_: Any) -> Any:
        return SimpleNamespace(id="c" * 32, sender=sender, owner=Owner.BOT, agent=None, version=1, language="zh")

    async def change_owner(self, *_: Any, **__: Any) -> None: ...

    async def conversations(self, **_: Any) -> list[Any]:
        return []

    async def button(self, *_: Any) -> None:
        return None

    async def accept(self, incoming: Incoming, *, language: str) -> Accepted:
        assert incoming.text or incoming.attachment
        assert len(incoming.external_id) <= LONGEST_EXTERNAL_ID
        assert len(incoming.sender) <= 255
        f"{incoming.text}{incoming.sender}{incoming.external_id}".encode()
        self.taken += 1
        return Accepted(said(1), duplicate=False)


class Silent:
    async def ring(self, *_: Any) -> None: ...

    async def publish(self, *_: Any) -> None: ...

    def be_courteous(self, *_: Any) -> None: ...

    async def promise(self, channel: str, media_id: str, kind: str, name: str) -> Attachment:
        return Attachment(name, kind, 0, media_id)


class Posted:
    """As much of a request as the route looks at: a real one takes longer to make than everything that follows."""

    def __init__(self, body: bytes, app: web.Application) -> None:
        self.headers = {"X-Hub-Signature-256": "sha256=" + hmac.new(b"secret", body, hashlib.sha256).hexdigest()}
        self.config_dict = app
        self._body = body

    async def read(self) -> bytes:
        return self._body


WORDS = st.text(max_size=12) | st.integers() | st.none() | st.booleans() | st.floats()
ANYTHING = st.recursive(
    WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


def mostly(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Right four times out of five, so that what stands behind it is reached."""
    return st.integers(0, 4).flatmap(lambda number: ANYTHING if number == 0 else usual)


IDS = st.fixed_dictionaries({"id": mostly(st.sampled_from([PSID, PSID, PAGE]))})
ATTACHMENTS = st.fixed_dictionaries(
    {
        "type": mostly(st.sampled_from(["image", "location", "fallback", "file"])),
        "payload": st.fixed_dictionaries(
            {}, optional={"url": mostly(st.just("https://x/y")), "coordinates": ANYTHING, "sticker_id": ANYTHING}
        )
        | ANYTHING,
    },
    optional={"title": ANYTHING, "url": ANYTHING},
)
MESSAGES = st.fixed_dictionaries(
    {"mid": mostly(st.just("m_1")), "text": mostly(st.text(max_size=12))},
    optional={
        "attachments": mostly(st.lists(ATTACHMENTS, max_size=3)),
        "quick_reply": st.fixed_dictionaries({"payload": ANYTHING}) | ANYTHING,
        "is_echo": st.booleans(),
    },
)
ITEMS = st.fixed_dictionaries(
    {"sender": IDS, "message": mostly(MESSAGES)},
    optional={
        "postback": st.fixed_dictionaries({"payload": ANYTHING, "title": ANYTHING}) | ANYTHING,
        "timestamp": ANYTHING,
        "pass_thread_control": ANYTHING,
        "take_thread_control": ANYTHING,
    },
)
ENTRIES = st.fixed_dictionaries(
    {"id": mostly(st.just(PAGE)), "messaging": mostly(st.lists(ITEMS, max_size=3))},
    optional={"standby": st.lists(ITEMS, max_size=2)},
)
DOCUMENTS = st.fixed_dictionaries({"object": st.just("page"), "entry": st.lists(ENTRIES, max_size=3)})
EXAMPLES, EACH = 125, 165
"""Making one up takes far longer than trying it: so many are made up, and each is spoiled in so many ways."""


def test_no_signed_body_breaks_the_call_back() -> None:
    given_settings = MessengerSettings("v", "secret", "t", PAGE)
    store, seen = TinyStore(), {200: 0}
    parts = SimpleNamespace(store=store, queue=Silent(), notifier=Silent(), channel_rules={})
    app = web.Application()
    channel = SimpleNamespace(settings=given_settings, be_courteous=Silent().be_courteous)
    fetcher = SimpleNamespace(ring=lambda: None)
    app[PLATFORMS] = SimpleNamespace(messenger=channel, media=Silent(), fetcher=fetcher)  # type: ignore[assignment]
    app[CONTEXT] = SimpleNamespace(parts=parts)  # type: ignore[assignment]
    loop = asyncio.new_event_loop()

    async def post(body: bytes) -> int:
        try:
            return (await receive(Posted(body, app))).status  # type: ignore[arg-type]
        except ApiError as refusal:
            return refusal.status

    async def try_all(document: Any, junk: bytes, dice: random.Random) -> None:
        whole = json.dumps(document).encode()
        odd = (misfitted(whole, dice) if number % 2 else spoiled(whole, dice) for number in range(EACH - 2))
        for body in (whole, junk, *odd):
            status = await post(body)
            assert status in (200, 400, 403), body
            seen[status] = seen.get(status, 0) + 1

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(DOCUMENTS, st.binary(max_size=60), st.integers(0, 2**32))
    def posted(document: Any, junk: bytes, seed: int) -> None:
        with structlog.testing.capture_logs():
            loop.run_until_complete(try_all(document, junk, random.Random(seed)))

    posted()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert sum(seen.values()) >= 20_000
    # It would be no test if everything were refused at the door.
    assert seen[200] > 2_000
    assert store.taken > 1_000
