"""Which files an agent may send to whom. Pure: what a file is, its bytes have said before."""

from __future__ import annotations

from typing import Any

from bot.channel_rules import ChannelRule
from bot.http.errors import ApiError

MEGABYTE = 1024 * 1024
LARGEST = 25 * MEGABYTE
"""What Messenger takes; the others take less (``rules/channels.yml``)."""
KINDS = {
    **{"image/jpeg": "JPG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WebP", "video/mp4": "MP4"},
    **{"audio/mpeg": "MP3", "audio/amr": "AMR", "application/pdf": "PDF"},
}
"""Content types that an agent may send at all, by the names that people use."""


def check_file(rule: ChannelRule | None, content_type: str, size: int) -> None:
    """Raises ApiError in words that name what the channel takes."""
    taken = _taken(rule)
    if content_type not in taken:
        raise ApiError("file_refused.type", {"types": ", ".join(KINDS[each] for each in taken)})
    if size > _largest(rule):
        raise ApiError("file_refused.size", {"limit": _largest(rule) // MEGABYTE})


def files_json(rule: ChannelRule | None) -> dict[str, Any]:
    """For the desk: content types and MB."""
    return {"types": _taken(rule), "megabytes": _largest(rule) // MEGABYTE}


def _taken(rule: ChannelRule | None) -> list[str]:
    return [each for each in KINDS if rule is None or rule.file_types is None or each in rule.file_types]


def _largest(rule: ChannelRule | None) -> int:
    return LARGEST if rule is None or rule.file_bytes is None else min(LARGEST, rule.file_bytes)
