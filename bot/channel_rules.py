"""What a platform lets us send, as ``rules/channels.yml`` says: frozen types that the core decides with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

MESSAGE_WINDOW = "message"
"""The window that every ordinary message of a customer opens."""


@dataclass(frozen=True)
class WindowRule:
    """A customer's deed of this ``kind`` lets us answer for so long, with so many messages (None: any number).

    ``kept_for_agent`` of them are never spent by the bot.
    """

    kind: str
    lasts: timedelta
    messages: int | None = None
    kept_for_agent: int = 0


@dataclass(frozen=True)
class ChannelRule:
    """One channel. Without ``windows`` it takes any number of messages at any time.

    ``agent_lasts``: how long after the customer's message an agent (never the bot) may still write. ``text_limit``
    counts characters, or bytes of UTF-8 where ``in_bytes``. ``merge_bubbles``: so many bot bubbles make one message.
    ``cards`` False: order and article cards become words. ``buttons`` is how many fit under a message, their labels at
    most ``button_characters`` long; with ``buttons_under_last`` a phone shows only those of the last message. A reply
    older than ``held_for`` is not sent any more. ``edge_say`` is the response said when a quota ends in the middle of
    an answer; ``link`` is where the customer can go on. ``file_types``: content types of the files that an agent may
    send, any when None; ``file_bytes`` is the largest.
    """

    name: str
    windows: tuple[WindowRule, ...] = ()
    agent_lasts: timedelta | None = None
    text_limit: int | None = None
    in_bytes: bool = False
    merge_bubbles: int = 1
    cards: bool = True
    buttons: int | None = None
    button_characters: int | None = None
    buttons_under_last: bool = False
    held_for: timedelta = timedelta(hours=48)
    edge_say: str | None = None
    link: str = ""
    file_types: tuple[str, ...] | None = None
    file_bytes: int | None = None

    def window(self, kind: str) -> WindowRule | None:
        return next((window for window in self.windows if window.kind == kind), None)


@dataclass(frozen=True)
class ReplyWindow:
    """The time in which a platform lets us answer: opened by a customer's deed, ``spent`` messages used of it."""

    kind: str
    opened_at: datetime
    spent: int = 0


@dataclass(frozen=True)
class Spend:
    """So many messages of an endpoint's reply window; negative gives them back."""

    endpoint: str
    window: str
    messages: int


Reason = Literal["window_closed", "quota_spent", "kept_for_agent", "too_long", "too_old"]
