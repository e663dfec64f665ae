"""Graph API errors in our words: what waits, what is over, what may be tried again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.ports import ChannelBusy, ChannelError

# (code, subcode) → reason; a code alone stands for all its subcodes.
_BY_SUBCODE: Mapping[tuple[int, int], str] = {
    (10, 2018278): "window_closed",
    (10, 2018300): "elsewhere",
    (10, 1545041): "blocked",
    (100, 2018001): "blocked",
    (200, 1545041): "blocked",
    (200, 2018028): "permission",
}
_BY_CODE: Mapping[int, str] = {
    3: "permission",
    10: "permission",
    102: "permission",
    190: "permission",
    368: "permission",
    551: "blocked",
    1545041: "blocked",
    2018278: "window_closed",
    2018300: "elsewhere",
}
# The platform says: not now. 1200 is its "temporary failure, try again"; 613, 4, 17, 32 and 80006 are rates.
_BUSY = frozenset({2, 4, 17, 32, 341, 613, 1200, 80006})


def error_of(answer: Mapping[str, Any], status: int) -> Exception | None:
    """None for a success. The text names codes only: the platform's own may quote the message."""
    error = answer.get("error")
    if not isinstance(error, Mapping):
        return None if status < 400 else InDoubt(status)
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    told = f"messenger {code}/{subcode}"
    if code in _BUSY or status == 429 or (error.get("is_transient") is True and code != 1):
        return ChannelBusy(told)
    if code == 1:
        return InDoubt(status)  # "unknown error": it may have been delivered
    reason = _BY_SUBCODE.get((code, subcode)) or _BY_CODE.get(code)
    if reason is None and 200 <= code <= 299:
        reason = "permission"
    return ChannelError(told, reason or "refused")


class InDoubt(Exception):
    """An answer that says nothing about what was done."""

    def __init__(self, status: int) -> None:
        super().__init__(f"messenger: HTTP {status} without a usable answer")


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
