"""What ``sync_msg`` lists, as what a customer or one of the shop's people said or did."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from bot.channels.wechat_parse import Ignored, Media, Said
from bot.messages import Incoming

CHANNEL = "wecom"
FROM_CUSTOMER, FROM_SYSTEM, FROM_SERVICER = 3, 4, 5
ID = re.compile(r"[A-Za-z0-9_\-@.]{1,64}")
_MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,128}")
_BUTTON = re.compile(r"[0-9a-f]{32}")
_LONGEST_TEXT = 5_000


@dataclass(frozen=True)
class Entered:
    """Somebody opened the chat. ``code``: good for one welcome within 20 s, empty when none may be said."""

    sender: str
    code: str
    at: datetime


@dataclass(frozen=True)
class NotSent:
    """A message of ours that the platform took and then could not deliver."""

    sender: str
    message_id: str


@dataclass(frozen=True)
class ServicerSaid:
    """One of the shop's people answered in WeCom itself."""

    sender: str
    userid: str
    message_id: str
    text: str


@dataclass(frozen=True)
class SessionChanged:
    """``change``: 1 taken from the pool, 2 passed on, 3 ended, 4 taken again after its end."""

    sender: str
    change: int
    userid: str


Item = Said | Entered | NotSent | ServicerSaid | SessionChanged | Ignored


def sender_of(open_kfid: str, external_userid: str) -> str:
    """A customer writes to several accounts of one company: each is a conversation of its own."""
    return f"{open_kfid}/{external_userid}"


def receiver_of(sender: str) -> tuple[str, str]:
    """``(open_kfid, external_userid)``."""
    open_kfid, _, external_userid = sender.partition("/")
    return open_kfid, external_userid


def parse_item(item: Any) -> Item:
    """Never raises: one odd entry must not keep the rest of the list from being read."""
    if not isinstance(item, Mapping):
        return Ignored("unknown")
    if item.get("msgtype") == "event":
        return _event(item.get("event"), _moment(item.get("send_time")))
    customer, message_id, at = _sender(item), item.get("msgid"), _moment(item.get("send_time"))
    if customer is None or at is None or not isinstance(message_id, str) or not _MESSAGE_ID.fullmatch(message_id):
        return Ignored("unknown")
    text, media = _content(item)
    if item.get("origin") == FROM_SERVICER:
        return ServicerSaid(
            customer, _text(item.get("servicer_userid")), message_id, text or f"[{media.name}]" if media else text
        )
    if item.get("origin") != FROM_CUSTOMER:
        return Ignored("unknown")
    if not text.strip() and media is None:
        return Ignored("empty")
    incoming = Incoming(CHANNEL, customer, message_id, text=text, payload=_pressed(item), window="message", sent_at=at)
    return Said(incoming, media=media)


def _event(event: Any, at: datetime | None) -> Item:
    sender = _sender(event) if isinstance(event, Mapping) else None
    if sender is None:
        return Ignored("event")
    kind = event.get("event_type")
    if kind == "enter_session" and at is not None:
        return Entered(sender, _text(event.get("welcome_code"))[:256], at)
    if kind == "msg_send_fail":
        return NotSent(sender, _text(event.get("fail_msgid"))[:64])
    if kind == "session_status_change":
        change, userid = event.get("change_type"), _text(event.get("new_servicer_userid"))
        return SessionChanged(sender, change if isinstance(change, int) else 0, userid)
    return Ignored("event")


def _content(item: Mapping[str, Any]) -> tuple[str, Media | None]:
    kind = item.get("msgtype")
    inside = item.get(kind) if isinstance(kind, str) else None
    if not isinstance(inside, Mapping):
        return "", None
    if kind == "text":
        return _text(inside.get("content"))[:_LONGEST_TEXT], None
    if kind == "location":
        names = " ".join(filter(None, (_text(inside.get("name")), _text(inside.get("address")))))
        return f"📍 {names} ({inside.get('latitude')}, {inside.get('longitude')})"[:_LONGEST_TEXT], None
    if kind in ("link", "miniprogram", "channels_shop_product", "channels_shop_order"):
        texts = (_text(inside.get(name)) for name in ("title", "product_name", "desc", "order_id", "url"))
        return "\n".join(filter(None, texts))[:_LONGEST_TEXT], None
    media_id = _text(inside.get("media_id"))
    if kind in _FILES and 0 < len(media_id) <= 255:
        return "", Media(media_id, kind, _FILES[kind])
    return "", None


_FILES = {"image": "image.jpg", "voice": "voice.amr", "video": "video.mp4", "file": "file"}


def _pressed(item: Mapping[str, Any]) -> str | None:
    """The button of ours behind a menu's entry."""
    inside = item.get("text")
    button = inside.get("menu_id") if isinstance(inside, Mapping) else None
    return button if isinstance(button, str) and _BUTTON.fullmatch(button) else None


def _sender(item: Mapping[str, Any]) -> str | None:
    account, customer = item.get("open_kfid"), item.get("external_userid")
    if not (
        isinstance(account, str) and isinstance(customer, str) and ID.fullmatch(account) and ID.fullmatch(customer)
    ):
        return None
    return sender_of(account, customer)


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(value), timezone.utc)
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
