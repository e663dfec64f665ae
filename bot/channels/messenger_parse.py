"""Messenger's call-backs in our words. One holds any number of entries, an entry any number of events; all are read.

Whatever has not the documented form is passed over: one odd event must not keep the others from being heard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from bot.channel_rules import MESSAGE_WINDOW
from bot.joining import LINK_PREFIX
from bot.messages import Incoming

CHANNEL = "messenger"
TEXT_PAYLOAD = "text:"
"""A menu item's payload that begins so says the rest, as if the customer had typed it."""
FILES = ("image", "audio", "video", "file")
LONGEST_TEXT = 5_000
_LIKES = frozenset({369239263222822, 369239343222814, 369239383222810})


@dataclass(frozen=True)
class File:
    """A file that lies at Messenger: attachment ``number`` of its message. ``kind``: image, audio, video or file."""

    kind: str
    number: int


@dataclass(frozen=True)
class Said:
    """A customer's words or button. ``files`` come with them. ``standby``: another app has the conversation."""

    incoming: Incoming
    files: tuple[File, ...] = ()
    standby: bool = False


@dataclass(frozen=True)
class ControlChanged:
    """The hand-over protocol: another app took or gave the conversation. ``ours``: we have it now."""

    sender: str
    ours: bool


@dataclass(frozen=True)
class Ignored:
    """Echoes of what we said, deliveries, reads, reactions and whatever comes next year."""

    kind: str


Event = Said | ControlChanged | Ignored


class WrongPage(ValueError):
    """Nothing in the call-back is for our page."""


def parse(document: Mapping[str, Any], page_id: str | None = None) -> list[Event]:
    """Every event for our page, in the order given. Raises ValueError for another object, WrongPage for other pages."""
    if document.get("object") != "page":
        raise ValueError("not a page's call-back")
    entries = [entry for entry in _list(document.get("entry")) if isinstance(entry, Mapping)]
    ours = [entry for entry in entries if page_id is None or str(entry.get("id")) == page_id]
    if entries and not ours:
        raise WrongPage("another page's call-back")
    return [event for entry in ours for event in _events_of(entry)]


def _events_of(entry: Mapping[str, Any]) -> Iterator[Event]:
    page = str(entry.get("id") or "")
    for name, standby in (("messaging", False), ("standby", True)):
        for item in _list(entry.get(name)):
            if isinstance(item, Mapping):
                yield _event(item, page, standby=standby)


def _event(item: Mapping[str, Any], page: str, *, standby: bool) -> Event:
    sender = _id(item, "sender")
    message, postback = item.get("message"), item.get("postback")
    if sender and (ref := _ref(item) or _ref(postback)).startswith(LINK_PREFIX):
        # The m.me link that joins this chat to another one: as if its secret had been typed.
        return Said(_incoming(item, sender, f"ref:{sender}:{item.get('timestamp')}"[:320], ref[:64], None), (), standby)
    if isinstance(message, Mapping):
        if message.get("is_echo") or not sender or sender == page:
            return Ignored("echo")
        return _said(item, sender, message, standby=standby)
    if isinstance(postback, Mapping) and sender:
        return _pressed(item, sender, postback, standby=standby)
    if sender and "pass_thread_control" in item:
        return ControlChanged(sender, ours=True)
    if sender and "take_thread_control" in item:
        return ControlChanged(sender, ours=False)
    return Ignored(next((key for key in ("delivery", "read", "reaction", "optin", "referral") if key in item), "other"))


def _said(item: Mapping[str, Any], sender: str, message: Mapping[str, Any], *, standby: bool) -> Event:
    mid = message.get("mid")
    if not _is_id(mid):
        return Ignored("without_id")
    attachments = [each for each in _list(message.get("attachments")) if isinstance(each, Mapping)]
    quick_reply = message.get("quick_reply")
    payload = quick_reply.get("payload") if isinstance(quick_reply, Mapping) else None
    words = [_text(message.get("text")), *(_in_words(each) for each in attachments)]
    text = _like(message) or "\n".join(word for word in words if word)
    files = () if _like(message) else tuple(_files(attachments))
    if not text and not files and not payload:
        return Ignored("empty")
    return Said(_incoming(item, sender, str(mid), text, payload), files, standby)


def _pressed(item: Mapping[str, Any], sender: str, postback: Mapping[str, Any], *, standby: bool) -> Event:
    """A button of a card or a menu. In standby there is no payload; what is left is the title."""
    mid, title, payload = postback.get("mid"), _text(postback.get("title")), postback.get("payload")
    at = item.get("timestamp")
    # Older versions send no id: a customer presses once at a moment.
    known = mid if _is_id(mid) else f"postback:{sender}:{at}" if isinstance(at, int) else None
    if known is None:
        return Ignored("without_id")
    if isinstance(payload, str) and payload.startswith(TEXT_PAYLOAD):
        title, payload = _text(payload[len(TEXT_PAYLOAD) :]), None
    if not title and not payload:
        return Ignored("empty")
    return Said(_incoming(item, sender, str(known)[:320], title, payload), (), standby)


def _incoming(item: Mapping[str, Any], sender: str, mid: str, text: str, payload: object) -> Incoming:
    usable = payload if isinstance(payload, str) and 0 < len(payload) <= 64 else None
    return Incoming(CHANNEL, sender, mid, text, usable, window=MESSAGE_WINDOW, sent_at=_moment(item.get("timestamp")))


def _ref(happening: object) -> str:
    referral = happening.get("referral") if isinstance(happening, Mapping) else None
    return _text(referral.get("ref")) if isinstance(referral, Mapping) else ""


def _in_words(attachment: Mapping[str, Any]) -> str:
    """A place or a shared link; the files themselves come apart."""
    payload = attachment.get("payload")
    inside: Mapping[str, Any] = payload if isinstance(payload, Mapping) else {}
    if attachment.get("type") == "location" and isinstance(place := inside.get("coordinates"), Mapping):
        numbers = [place.get("lat"), place.get("long")]
        shown = all(isinstance(number, int | float) for number in numbers)
        return f"📍 {numbers[0]},{numbers[1]}" if shown else ""
    if attachment.get("type") == "fallback":
        found = (_text(attachment.get("title")), _text(attachment.get("url") or inside.get("url")))
        return " ".join(part for part in found if part)
    return ""


def _files(attachments: list[Mapping[str, Any]]) -> Iterator[File]:
    for number, each in enumerate(attachments):
        if each.get("type") in FILES:
            yield File(str(each["type"]), number)


def _like(message: Mapping[str, Any]) -> str:
    """The thumb that sits where the send button is."""
    ids = [message.get("sticker_id")]
    ids += [
        each["payload"].get("sticker_id")
        for each in _list(message.get("attachments"))
        if isinstance(each, Mapping) and isinstance(each.get("payload"), Mapping)
    ]
    return "👍" if any(isinstance(each, int) and each in _LIKES for each in ids) else ""


def _moment(milliseconds: object) -> datetime | None:
    if isinstance(milliseconds, int | float) and 0 < milliseconds < 4e12:
        return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
    return None


def _id(item: Mapping[str, Any], name: str) -> str:
    inside = item.get(name)
    value = inside.get("id") if isinstance(inside, Mapping) else None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and _is_id(value) and len(value) <= 128 else ""


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 320 and value.isprintable()


def _text(value: object) -> str:
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
