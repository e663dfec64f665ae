"""The sentences the core says itself; their texts stand in ``data/responses/notices.yml``."""

from __future__ import annotations

from collections.abc import Mapping

HANDED_OVER = "notice_handed_over"
STILL_WAITING = "notice_still_waiting"
AGENT_JOINED = "notice_agent_joined"
BACK_TO_BOT = "notice_back_to_bot"
CLOSED = "notice_closed"
TROUBLE = "notice_trouble"

ARGUMENTS: Mapping[str, frozenset[str]] = {
    HANDED_OVER: frozenset({"place"}),
    STILL_WAITING: frozenset({"place"}),
    AGENT_JOINED: frozenset({"agent"}),
    BACK_TO_BOT: frozenset(),
    CLOSED: frozenset(),
    TROUBLE: frozenset(),
}
"""Every notice with the arguments it is given."""
