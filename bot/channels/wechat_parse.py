"""The fields of a verified WeChat message, as what a customer said or did."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from bot.channels.wechat_crypto import Refused
from bot.joining import LINK_PREFIX
from bot.messages import Incoming

CHANNEL = "wechat"
_OPENID = re.compile(r"[A-Za-z0-9_\-@.]{1,128}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_MENU_CHOICE = re.compile(r"[0-9]{1,18}")
_LONGEST_TEXT = 5_000
_SCANNED = {"subscribe": "follow", "SCAN": "scan"}
"""Events that a QR code of ours can lead to, and the reply windows that they open."""


@dataclass(frozen=True)
class Media:
    """A file that the platform keeps for some days under ``media_id``. ``kind``: image, voice, video or file."""

    media_id: str
    kind: str
    name: str


@dataclass(frozen=True)
class Said:
    """A message. ``choice``: an entry of a menu of ours (``wechat_render.menu_id``); ``media``: still to be fetched."""

    incoming: Incoming
    choice: str | None = None
    media: Media | None = None


@dataclass(frozen=True)
class Followed:
    """Somebody subscribed. ``scene``: what their QR code carried."""

    sender: str
    at: datetime
    scene: str = ""


@dataclass(frozen=True)
class Scanned:
    """Somebody who follows already scanned a QR code of ours, which carried ``scene``."""

    sender: str
    at: datetime
    scene: str = ""


@dataclass(frozen=True)
class Unfollowed:
    sender: str


@dataclass(frozen=True)
class Ignored:
    """Something that asks for no answer. ``kind`` is one of the platform's words, or ``unknown``."""

    kind: str


Happening = Said | Followed | Scanned | Unfollowed | Ignored


def parse(fields: Mapping[str, str]) -> Happening:
    """Raises Refused for a message without a sender or an id: nobody could be answered, nothing told apart."""
    sender, at = fields.get("FromUserName", ""), fields.get("CreateTime", "")
    done_at = moment(at) if _NUMBER.fullmatch(at) else None
    if not _OPENID.fullmatch(sender) or done_at is None:
        raise Refused("fields")
    if fields.get("MsgType") == "event":
        return _event(fields, sender, at, done_at)
    said = _SPOKEN.get(fields.get("MsgType", ""))
    if said is None:
        return Ignored("unknown")
    number = fields.get("MsgId", "")
    if not _NUMBER.fullmatch(number):
        raise Refused("fields")
    text, media = said(fields)
    if not text.strip() and media is None:
        return Ignored("empty")
    choice = fields.get("bizmsgmenuid", "")
    return Said(
        Incoming(CHANNEL, sender, number, text=text[:_LONGEST_TEXT], window="message", sent_at=done_at),
        choice=choice if _MENU_CHOICE.fullmatch(choice) else None,
        media=media,
    )


def _event(fields: Mapping[str, str], sender: str, at: str, done_at: datetime) -> Happening:
    event, key = fields.get("Event", ""), fields.get("EventKey", "").strip()
    scene = key.removeprefix("qrscene_")
    if event in _SCANNED and scene.startswith(LINK_PREFIX):
        # The QR code that joins this chat to another one: as if its secret had been typed.
        number = f"{sender}:{at}:{event}:{scene}"[:320]
        return Said(Incoming(CHANNEL, sender, number, text=scene[:64], window=_SCANNED[event], sent_at=moment(at)))
    if event == "subscribe":
        return Followed(sender, done_at, scene[:64])
    if event == "SCAN":
        return Scanned(sender, done_at, key[:64])
    if event == "unsubscribe":
        return Unfollowed(sender)
    if event != "CLICK" or not key:
        return Ignored("event")
    # The operator writes as a menu's key what the customer would have typed.
    number = f"{sender}:{at}:{event}:{key}"[:320]
    return Said(Incoming(CHANNEL, sender, number, text=key[:_LONGEST_TEXT], window="menu", sent_at=done_at))


def moment(at: str) -> datetime | None:
    """Seconds since 1970 as the platform writes them; None for what no calendar holds."""
    try:
        return datetime.fromtimestamp(int(at), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def _text(fields: Mapping[str, str]) -> tuple[str, Media | None]:
    return fields.get("Content", ""), None


def _image(fields: Mapping[str, str]) -> tuple[str, Media | None]:
    return "", _media(fields, "image", "jpg")


def _voice(fields: Mapping[str, str]) -> tuple[str, Media | None]:
    """With what the platform understood of it, where the operator has switched that on."""
    form = fields.get("Format", "").lower()
    return fields.get("Recognition", ""), _media(fields, "voice", form if form in ("amr", "speex", "mp3") else "amr")


def _video(fields: Mapping[str, str]) -> tuple[str, Media | None]:
    return "", _media(fields, "video", "mp4")


def _location(fields: Mapping[str, str]) -> tuple[str, Media | None]:
    label, x, y = fields.get("Label", ""), fields.get("Location_X", ""), fields.get("Location_Y", "")
    return f"📍 {label} ({x}, {y})" if x and y else label, None


def _link(fields: Mapping[str, str]) -> tuple[str, Media | None]:
    return "\n".join(filter(None, (fields.get(name, "").strip() for name in ("Title", "Description", "Url")))), None


def _media(fields: Mapping[str, str], kind: str, ending: str) -> Media | None:
    media_id = fields.get("MediaId", "").strip()
    return Media(media_id, kind, f"{kind}.{ending}") if 0 < len(media_id) <= 255 else None


_SPOKEN = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
}
