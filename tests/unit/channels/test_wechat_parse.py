"""What customers do in WeChat, as messages of ours."""

from __future__ import annotations

import random
from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.wechat_crypto import Refused
from bot.channels.wechat_parse import Followed, Ignored, Media, Said, Scanned, Unfollowed, parse
from bot.channels.wechat_render import chosen, menu_id, render
from bot.messages import Author, OfferedButton, StoredMessage

HEAD = {"ToUserName": "gh_1", "FromUserName": "oABC-_9", "CreateTime": "1700000000"}
AT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)


def said(**fields: str) -> Said:
    happening = parse({**HEAD, "MsgId": "24000000000000001", **fields})
    assert isinstance(happening, Said)
    return happening


def test_a_text() -> None:
    incoming = said(MsgType="text", Content="我的订单到哪了？").incoming
    assert (incoming.channel, incoming.sender, incoming.external_id) == ("wechat", "oABC-_9", "24000000000000001")
    assert (incoming.text, incoming.window, incoming.sent_at) == ("我的订单到哪了？", "message", AT)


def test_a_voice_brings_what_the_platform_understood() -> None:
    voice = said(MsgType="voice", MediaId="m1", Format="amr", Recognition="查一下快递。")
    assert voice.incoming.text == "查一下快递。"
    assert voice.media == Media("m1", "voice", "voice.amr")


@pytest.mark.parametrize(
    ("kind", "name"), [("image", "image.jpg"), ("video", "video.mp4"), ("shortvideo", "video.mp4")]
)
def test_files_are_fetched_later(kind: str, name: str) -> None:
    shown = said(MsgType=kind, MediaId="m1", PicUrl="http://x/0")
    assert shown.incoming.text == ""
    assert shown.media is not None
    assert shown.media.name == name


def test_a_place() -> None:
    place = said(MsgType="location", Location_X="31.23", Location_Y="121.47", Scale="15", Label="上海市人民广场")
    assert place.incoming.text == "📍 上海市人民广场 (31.23, 121.47)"


def test_a_link() -> None:
    link = said(MsgType="link", Title="耳机", Description="降噪", Url="https://shop.example/1")
    assert link.incoming.text == "耳机\n降噪\nhttps://shop.example/1"


def test_a_menus_key_is_what_the_customer_says() -> None:
    click = parse({**HEAD, "MsgType": "event", "Event": "CLICK", "EventKey": "查物流"})
    assert isinstance(click, Said)
    assert (click.incoming.text, click.incoming.window) == ("查物流", "menu")
    assert click.incoming.external_id == "oABC-_9:1700000000:CLICK:查物流"


def test_following_and_leaving() -> None:
    event = {**HEAD, "MsgType": "event"}
    assert parse({**event, "Event": "subscribe", "EventKey": "qrscene_42"}) == Followed("oABC-_9", AT, "42")
    assert parse({**event, "Event": "SCAN", "EventKey": "42"}) == Scanned("oABC-_9", AT, "42")
    assert parse({**event, "Event": "unsubscribe", "EventKey": ""}) == Unfollowed("oABC-_9")


@pytest.mark.parametrize(
    ("event", "key", "window"),
    [("subscribe", "qrscene_KFL-2345", "follow"), ("SCAN", "KFL-2345", "scan")],
)
def test_a_scanned_link_that_joins_chats_is_as_if_typed(event: str, key: str, window: str) -> None:
    said = parse({**HEAD, "MsgType": "event", "Event": event, "EventKey": key})
    assert isinstance(said, Said)
    assert (said.incoming.text, said.incoming.window, said.incoming.sent_at) == ("KFL-2345", window, AT)
    again = parse({**HEAD, "MsgType": "event", "Event": event, "EventKey": key})
    assert again == said, "delivered again it is the same message"


@pytest.mark.parametrize(
    "fields",
    [
        {"MsgType": "event", "Event": "VIEW", "EventKey": "https://x"},
        {"MsgType": "event", "Event": "LOCATION", "Latitude": "1"},
        {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "EventKey": "42"},
        {"MsgType": "event", "Event": "CLICK", "EventKey": " "},
        {"MsgType": "hologram"},
        {"MsgType": "text", "Content": "  "},
        {"MsgType": "image"},
    ],
)
def test_what_asks_for_no_answer(fields: dict[str, str]) -> None:
    assert isinstance(parse({**HEAD, "MsgId": "1", **fields}), Ignored)


@pytest.mark.parametrize(
    "fields",
    [
        {"FromUserName": ""},
        {"FromUserName": "a b"},
        {"FromUserName": "x" * 200},
        {"CreateTime": "soon"},
        {"CreateTime": "9" * 20},
        {"MsgId": ""},
        {"MsgId": "1; DROP TABLE"},
    ],
)
def test_without_a_sender_or_a_number_it_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(Refused, match="fields"):
        parse({**HEAD, "MsgType": "text", "Content": "x", "MsgId": "1", **fields})


NAMES = st.sampled_from(
    ["MsgType", "Event", "EventKey", "Content", "FromUserName", "CreateTime", "MsgId", "MediaId", "bizmsgmenuid"]
)
VALUES = st.text(max_size=30) | st.sampled_from(
    ["text", "event", "image", "voice", "location", "link", "subscribe", "CLICK", "1700000000", "oABC", "1" * 30]
)


KINDS = ["text", "image", "voice", "video", "location", "link", "event"]


def test_no_fields_break_it() -> None:
    """A message of each kind, with some of its fields changed: making them up is what takes the time."""
    said = 0

    @settings(max_examples=120, deadline=None)
    @given(st.dictionaries(NAMES, VALUES, min_size=3, max_size=9), st.integers(0, 2**32))
    def run(fields: dict[str, str], seed: int) -> None:
        nonlocal said
        dice = random.Random(seed)
        for kind in KINDS * 2:
            changed = {name: fields[name] for name in dice.sample(sorted(fields), dice.randrange(3))}
            said += _is_read({**HEAD, "MsgType": kind, "MsgId": "1", "MediaId": "x", "Content": "在吗", **changed})

    run()
    assert said > 300


def _is_read(fields: dict[str, str]) -> bool:
    try:
        happening = parse(fields)
    except Refused:
        return False
    if isinstance(happening, Said):
        assert 0 < len(happening.incoming.external_id) <= 320
        assert happening.incoming.text.strip() or happening.media
    return isinstance(happening, Said)


# --- the other way -------------------------------------------------------------------------


def message(text: str, *labels: str) -> StoredMessage:
    buttons = tuple(
        OfferedButton(f"{index:x}f3c".ljust(32, "a"), {"zh": label, "en": label}, "/x")
        for index, label in enumerate(labels)
    )
    return StoredMessage("m" * 32, "c", 2, 1, Author.BOT, text, "zh", AT, buttons=buttons)


def test_a_text_is_a_text() -> None:
    assert render(message("您好"), "o1") == {"touser": "o1", "msgtype": "text", "text": {"content": "您好"}}


def test_buttons_become_a_menu_and_come_back() -> None:
    shown = message("还需要什么？", "查物流", "转人工")
    menu = render(shown, "o1")["msgmenu"]
    assert menu["head_content"] == "还需要什么？"
    assert [entry["content"] for entry in menu["list"]] == ["查物流", "转人工"]
    # WeChat gives back a number only.
    assert all(entry["id"].isdigit() for entry in menu["list"])
    assert chosen(menu["list"][1]["id"], shown.buttons) is shown.buttons[1]
    assert chosen("7", shown.buttons) is None


def test_a_menus_numbers_fit_where_the_platform_keeps_numbers() -> None:
    assert int(menu_id("f" * 32)) < 2**63
