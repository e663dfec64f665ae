"""Whatever is posted at the call-backs: an answer or a clear refusal, never a failure of ours.

20,000 cases through the functions behind the routes, at which nothing but their own refusals may come out, and some
hundred of the same through HTTP, at which none may become a 500.
"""

from __future__ import annotations

import json
import random
import time
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.wechat_callback import Secrets, open_echo, open_encrypted, open_encrypted_echo, open_message
from bot.channels.wechat_crypto import Refused, aes_key, encrypt, signature
from bot.channels.wechat_parse import Ignored, parse
from bot.channels.wecom_parse import ID, Item, Said, parse_item, receiver_of
from bot.channels.xml_fields import write_fields
from bot.messages import Incoming
from tests.platforms.connected import connected
from tests.platforms.wechat import WechatSimulator
from tests.platforms.wecom import WecomSimulator
from tests.spoiling import misfitted, spoiled

NOW = time.time()
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SEALED = Secrets("simulated-token", "wx0000simulated01", aes_key(KEY))
PLAIN = Secrets("simulated-token", "wx0000simulated01")

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NAMES = st.sampled_from(
    [
        "MsgType",
        "Event",
        "EventKey",
        "Content",
        "FromUserName",
        "ToUserName",
        "CreateTime",
        "MsgId",
        "MediaId",
        "Encrypt",
        "bizmsgmenuid",
        "Label",
        "Location_X",
        "Location_Y",
        "Title",
        "Url",
        "Recognition",
        "Token",
        "OpenKfId",
    ]
)
VALUES = TEXT | st.sampled_from(
    [
        "text",
        "event",
        "image",
        "voice",
        "location",
        "link",
        "subscribe",
        "unsubscribe",
        "CLICK",
        "kf_msg_or_event",
        "oABC",
        "1700000000",
        "24000000000000001",
        "9" * 19,
        "0",
        "-1",
        "]]>",
        "<xml>",
        "&amp;",
        "/back_to_bot",
    ]
)
FIELDS = st.dictionaries(NAMES, VALUES, max_size=8)
WELL_FORMED = FIELDS.map(write_fields)
HAND_MADE = st.sampled_from(
    [
        b"<!DOCTYPE x []><xml/>",
        b"<xml",
        b"</xml>",
        b"<xml/>",
        b"<xml><a/><a/></xml>",
        b"",
        b"null",
        b"<?xml version='1.1'?><x/>",
    ]
)
BODIES = WELL_FORMED | HAND_MADE | st.binary(max_size=120) | st.tuples(WELL_FORMED, st.binary(max_size=5)).map(b"".join)
QUERIES = st.dictionaries(
    st.sampled_from(["signature", "msg_signature", "timestamp", "nonce", "encrypt_type", "echostr", "openid"]),
    TEXT | st.sampled_from([str(int(NOW)), "0", "a" * 40, "QUJD", "aes", "raw"]),
    max_size=7,
)


def signed(body: bytes, query: dict[str, str], *, sealed: bool) -> tuple[dict[str, str], bytes]:
    """As somebody would who knows the secrets: the deeper layers are reached, too."""
    now, nonce = str(int(NOW)), query.get("nonce", "n")
    right = {**query, "timestamp": now, "nonce": nonce, "signature": signature(SEALED.token, now, nonce)}
    if not sealed:
        return right, body
    inside = encrypt(aes_key(KEY), body, SEALED.receiver)
    right["msg_signature"] = signature(SEALED.token, now, nonce, inside)
    return right, write_fields({"Encrypt": inside})


def through(query: dict[str, str], body: bytes, secrets: Secrets) -> None:
    """The whole way of both call-backs up to the store."""
    for step in (
        lambda: parse(open_message(query, body, secrets, NOW).fields),
        lambda: open_encrypted(query, body, secrets, NOW),
        lambda: open_echo(query, secrets, NOW),
        lambda: open_encrypted_echo(query, secrets, NOW),
    ):
        try:
            step()
        except Refused:
            continue


def test_nothing_but_refusals_comes_out() -> None:
    """Making an example up costs far more than running it: each is tried unsigned, signed and encrypted, whole and
    spoiled in two dozen ways."""
    cases = 0

    @settings(max_examples=270, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(QUERIES, BODIES, st.integers(0, 2**32))
    def run(query: dict[str, str], body: bytes, seed: int) -> None:
        nonlocal cases
        dice = random.Random(seed)
        for variant in (body, *(spoiled(body, dice) for _ in range(24))):
            through(query, variant, SEALED)
            through(*signed(variant, query, sealed=False), PLAIN)
            through(*signed(variant, query, sealed=True), SEALED)
            cases += 3

    run()
    assert cases >= 20_000


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(["event", "text", "wm1", "wk1"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "msgtype",
                    "event",
                    "event_type",
                    "origin",
                    "text",
                    "content",
                    "menu_id",
                    "open_kfid",
                    "external_userid",
                    "msgid",
                    "send_time",
                    "image",
                    "media_id",
                    "location",
                    "link",
                    "change_type",
                    "new_servicer_userid",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(ANYTHING, st.integers(0, 2**32))
def test_no_entry_of_wecoms_list_breaks_the_reading(item: Any, seed: int) -> None:
    """Whatever is listed, what comes out has the documented form: the next layer may rely on it."""
    dice = random.Random(seed)
    for good in (item, *ENTRIES):
        written = json.dumps(good).encode()
        for _ in range(20):
            has_the_documented_form(parse_item(json.loads(misfitted(written, dice))))


HEAD = {"open_kfid": "wk1", "external_userid": "wm1", "msgid": "m1", "send_time": 1_700_000_000, "origin": 3}
ENTRIES: tuple[dict[str, Any], ...] = (
    {**HEAD, "msgtype": "text", "text": {"content": "你好", "menu_id": "a" * 32}},
    {**HEAD, "msgtype": "image", "image": {"media_id": "x"}},
    {**HEAD, "msgtype": "location", "location": {"name": "店", "latitude": 1.5, "longitude": 2.5}},
    {**HEAD, "origin": 5, "servicer_userid": "lin", "msgtype": "text", "text": {"content": "您好"}},
    {**HEAD, "msgtype": "event", "event": {**HEAD, "event_type": "enter_session", "welcome_code": "c"}},
    {**HEAD, "msgtype": "event", "event": {**HEAD, "event_type": "session_status_change", "change_type": 1}},
    {**HEAD, "msgtype": "event", "event": {**HEAD, "event_type": "msg_send_fail", "fail_msgid": "m"}},
)


def has_the_documented_form(read: Item) -> None:
    assert isinstance(read, get_args(Item))
    if isinstance(read, Said):
        assert is_whole(read.incoming)
        assert read.incoming.text.strip() or read.media is not None
    elif not isinstance(read, Ignored):
        assert all(ID.fullmatch(part) for part in receiver_of(read.sender))
        assert all(isinstance(value, str | int | datetime) for value in vars(read).values())


def is_whole(incoming: Incoming) -> bool:
    texts = (incoming.sender, incoming.external_id, incoming.text)
    return (
        all(isinstance(text, str) for text in texts)
        and all(ID.fullmatch(part) for part in receiver_of(incoming.sender))
        and 0 < len(incoming.external_id) <= 128
        and len(incoming.text) <= 5_000
        and (incoming.payload is None or len(incoming.payload) == 32)
        and isinstance(incoming.sent_at, datetime)
    )


@pytest.mark.parametrize("simulator", [WechatSimulator, WecomSimulator])
async def test_no_request_becomes_a_500(simulator: Any, database_url: str, tmp_path: Path) -> None:
    tried: list[tuple[dict[str, str], bytes]] = []

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(QUERIES, BODIES, st.integers(0, 2**32))
    def collect(query: dict[str, str], body: bytes, seed: int) -> None:
        for variant in (body, spoiled(body, random.Random(seed))):
            tried.append((query, variant))
            tried.append(signed(variant, query, sealed=False))
            tried.append(signed(variant, query, sealed=True))

    collect()
    async with connected(simulator(), database_url, tmp_path) as world:
        path = f"/channels/{world.channel}"
        for number, (query, body) in enumerate(tried):
            answers = [await world.client.post(path, params=query, data=body)]
            answers += [await world.client.get(path, params=query)] * (number % 3 == 0)
            for answer in answers:
                assert answer.status in (200, 400, 403, 413), (query, body, await answer.text())
        assert len(tried) >= 200
        # Still in good order afterwards.
        assert not (await world.platform.says("o1", "你好")).fault
