"""The files of a copy: photos and documents that were sent in the customer's chats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.file_types import safe_name
from bot.messages import Attachment
from bot.stores.media import ADDRESS, MediaStore


async def gather(media: MediaStore, conversations: Sequence[dict[str, Any]], most_bytes: int) -> dict[str, bytes]:
    """``{name in the ZIP: content}``; each message that shows one gets its name as ``file``, and loses its ``url``.

    The newest first, until ``most_bytes`` are reached: what is left out keeps its own name alone. So does what lies
    elsewhere, or never came.
    """
    found: dict[str, bytes] = {}
    room = most_bytes
    shown = [message for each in conversations for message in each["messages"] if "attachment" in message]
    for message in sorted(shown, key=lambda message: str(message["at"]), reverse=True):
        file_id = str(message.pop("url")).removeprefix(ADDRESS)
        file = await media.find(file_id)
        if file is None or file.size > room:
            continue
        content = await media.read(Attachment(file.name, file.content_type, file.size, ADDRESS + file_id))
        if content is None:
            continue
        room -= len(content)
        message["file"] = f"files/{len(found) + 1:03}-{safe_name(message['attachment'], file.content_type)}"
        found[message["file"]] = content
    return found
