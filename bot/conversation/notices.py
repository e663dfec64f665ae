"""The sentences the core says itself; MORE_WAITS and MORE_ELSEWHERE where rules/channels.yml says so.

Their texts stand in ``data/responses/``: ``notices.yml``, and ``joining.yml`` for what begins with ``notice_join``.
"""

from __future__ import annotations

from collections.abc import Mapping

HANDED_OVER = "notice_handed_over"
STILL_WAITING = "notice_still_waiting"
HANDED_OVER_CLOSED = "notice_handed_over_closed"
STILL_CLOSED = "notice_still_closed"
AGENT_JOINED = "notice_agent_joined"
BACK_TO_BOT = "notice_back_to_bot"
CLOSED = "notice_closed"
TROUBLE = "notice_trouble"
MORE_WAITS = "notice_more_waits"
MORE_ELSEWHERE = "notice_more_elsewhere"

JOIN_CODE = "notice_join_code"
JOIN_LINK = "notice_join_link"
JOIN_CODE_ELSEWHERE = "notice_join_code_elsewhere"
JOIN_NOT_THERE = "notice_join_not_there"
JOIN_NOWHERE = "notice_join_nowhere"
JOIN_ALREADY = "notice_join_already"
JOIN_LATER = "notice_join_later"
JOIN_CONFIRM = "notice_join_confirm"
JOIN_OWN = "notice_join_own"
JOIN_TAKEN = "notice_join_taken"
JOIN_REFUSED = "notice_join_refused"
JOIN_DECLINED = "notice_join_declined"
JOINED = "notice_joined"
JOINED_ELSEWHERE = "notice_joined_elsewhere"
PARTED = "notice_parted"
NOT_JOINED = "notice_not_joined"

HAND_OVERS = frozenset({HANDED_OVER, HANDED_OVER_CLOSED})
"""What is said when a person takes over; the second outside rules/hours.yml."""

ARGUMENTS: Mapping[str, frozenset[str]] = {
    HANDED_OVER: frozenset({"place"}),
    STILL_WAITING: frozenset({"place"}),
    HANDED_OVER_CLOSED: frozenset({"opens"}),
    STILL_CLOSED: frozenset({"opens"}),
    AGENT_JOINED: frozenset({"agent"}),
    BACK_TO_BOT: frozenset(),
    CLOSED: frozenset(),
    TROUBLE: frozenset(),
    MORE_WAITS: frozenset(),
    MORE_ELSEWHERE: frozenset({"link"}),
    JOIN_CODE: frozenset({"channel", "code", "minutes"}),
    JOIN_LINK: frozenset({"channel", "link", "code", "minutes"}),
    JOIN_CODE_ELSEWHERE: frozenset({"channels", "code", "minutes"}),
    JOIN_NOT_THERE: frozenset({"channel", "channels"}),
    JOIN_NOWHERE: frozenset(),
    JOIN_ALREADY: frozenset({"channel"}),
    JOIN_LATER: frozenset(),
    JOIN_CONFIRM: frozenset({"channel", "at", "here"}),
    JOIN_OWN: frozenset(),
    JOIN_TAKEN: frozenset(),
    JOIN_REFUSED: frozenset(),
    JOIN_DECLINED: frozenset(),
    JOINED: frozenset({"channel"}),
    JOINED_ELSEWHERE: frozenset({"channel"}),
    PARTED: frozenset({"channels"}),
    NOT_JOINED: frozenset(),
}
"""Every notice with the arguments it is given."""
