"""The sentences the core says itself, the last two where rules/channels.yml says so.

Their texts stand in ``data/responses/notices.yml``.
"""

from __future__ import annotations

from collections.abc import Mapping

HANDED_OVER = "notice_handed_over"
STILL_WAITING = "notice_still_waiting"
AGENT_JOINED = "notice_agent_joined"
BACK_TO_BOT = "notice_back_to_bot"
CLOSED = "notice_closed"
TROUBLE = "notice_trouble"
MORE_WAITS = "notice_more_waits"
MORE_ELSEWHERE = "notice_more_elsewhere"

ARGUMENTS: Mapping[str, frozenset[str]] = {
    HANDED_OVER: frozenset({"place"}),
    STILL_WAITING: frozenset({"place"}),
    AGENT_JOINED: frozenset({"agent"}),
    BACK_TO_BOT: frozenset(),
    CLOSED: frozenset(),
    TROUBLE: frozenset(),
    MORE_WAITS: frozenset(),
    MORE_ELSEWHERE: frozenset({"link"}),
}
"""Every notice with the arguments it is given."""
