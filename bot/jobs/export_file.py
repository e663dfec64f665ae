"""A copy of one's data as a ZIP: JSON for programs, and a text for people in the customer's language."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.messages import Language
from bot.ports import Responses

_NAMES = {"zh": "个人资料.txt", "en": "your-data.txt"}
_SECTIONS = ("orders", "requests", "complaints", "coupons", "feedback")


def pack(data: Mapping[str, Any], files: Mapping[str, bytes], responses: Responses, language: Language) -> bytes:
    """``data.json`` holds all of ``data``; the text the same, under headings; ``files`` by their names in the ZIP."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # Photos and videos are packed already.
            archive.writestr(name, content, zipfile.ZIP_STORED)
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2, default=str))
        # A byte-order mark, without which old editors on Windows show Chinese as scrap.
        archive.writestr(_NAMES[language], "\ufeff" + "\r\n".join(_lines(data, responses, language)) + "\r\n")
    return packed.getvalue()


def _lines(data: Mapping[str, Any], responses: Responses, language: Language) -> Iterator[str]:
    def said(key: str, **arguments: Any) -> str:
        return responses.render(f"word_export_{key}", arguments).texts[language]

    yield said("title", reference=data["number"], shop_day={"date": data["day"]})
    yield from ("", f"== {said('profile')} ==", _line(data["customer"]))
    for section in _SECTIONS:
        rows = [*data.get(section, ()), *(data.get("membership", ()) if section == "coupons" else ())]
        yield from ("", f"== {said(section)} ==", *(_line(row) for row in rows))
        if not rows:
            yield said("nothing")
    if data["joined_chats"]:
        yield from ("", f"== {said('joined')} ==", *(_line(row) for row in data["joined_chats"]))
    if data["conversations_left_out"]:
        yield from ("", said("left_out", count=data["conversations_left_out"]))
    for conversation in data["conversations"]:
        yield from ("", f"== {said('conversations')}: {conversation['channel']}, {conversation['began_at'][:10]} ==")
        for message in conversation["messages"]:
            name = message.get("file") or message.get("attachment")
            shown = f" [{said('attachment', name=name)}]" if name is not None else ""
            yield f"{message['at'][:16].replace('T', ' ')} {said('by_' + message['by'])}: {message['text']}{shown}"


def _line(row: Mapping[str, Any]) -> str:
    return " · ".join(f"{name}: {_shown(value)}" for name, value in row.items() if value not in (None, "", [], {}))


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_shown(each)}" for name, each in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " | ".join(_shown(each) for each in value)
    return str(value)
