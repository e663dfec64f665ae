"""One customer on several channels: the types, and what the core needs of the store for it (docs/decisions/0021).

An **endpoint** is a customer's name on one channel; its id is that of the conversation that began there. Joining leads
an endpoint into another conversation, its *home*, from then on; undoing it leads it back to its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from bot.messages import Conversation, Draft, StoredMessage

LINK_PREFIX = "KFL-"
"""How the secret in a link begins: a channel that was opened with one hands it on as what the customer said."""


@dataclass(frozen=True)
class Endpoint:
    """``joined_at`` and ``joined_by`` (``code``, ``link``): since when it leads elsewhere; None for one's own.

    ``parted_by``: ``customer``, or the user name of an agent; None while it is joined.
    """

    id: str
    channel: str
    sender: str
    joined_at: datetime | None = None
    joined_by: str = ""
    parted_at: datetime | None = None
    parted_by: str | None = None


@dataclass(frozen=True)
class JoinWords:
    """What a customer types, without space and punctuation, in lower case. ``{channel}`` stands in ``start``."""

    start: tuple[str, ...]
    elsewhere: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    unlink: tuple[str, ...]
    polite: tuple[str, ...]
    channels: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class JoinRules:
    """``rules/joining.yml``. Only wrong codes count, and codes made, within ``window``."""

    code_lasts: timedelta
    window: timedelta
    codes_of_one_chat: int
    wrong_of_one_chat: int
    wrong_of_one_address: int
    words: JoinWords


@dataclass(frozen=True)
class JoinCode:
    """A code that was made in the conversation ``home_id``, on ``channel``, and typed in some other one.

    ``message_id``: the message that it was typed in. ``by``: ``code`` or ``link``.
    """

    id: str
    home_id: str
    channel: str
    made_at: datetime
    message_id: str
    by: str


class Verdict(str, Enum):
    """``REFUSED``: wrong, too late, used, or too many tries; it is never told which. ``OWN``: typed where it was made.

    ``TAKEN``: one of the two is joined with something else already.
    """

    FOUND = "found"
    OWN = "own"
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True)
class Claim:
    """``code`` is set when it was found."""

    verdict: Verdict
    code: JoinCode | None = None


class JoinRefused(Exception):
    """It can no longer be joined: too late, used, or by now joined otherwise. Nothing was changed."""


@dataclass(frozen=True)
class Changed:
    """What a join or its undoing wrote, and every conversation that it touched (the queue has to look at them)."""

    conversations: Sequence[str]
    written: Sequence[StoredMessage]


class Joins(Protocol):
    """Every method is one transaction."""

    async def endpoints(self, conversation_id: str) -> list[Endpoint]:
        """Its own first, then those that are or were joined to it, the latest first; each once."""

    async def line_of_time(self, conversation_id: str) -> list[StoredMessage]:
        """What was said in it, and on joined channels before they were joined, in the order of arrival."""

    async def make_code(
        self, conversation: Conversation, made_for: str, hashes: Mapping[str, str], rules: JoinRules
    ) -> bool:
        """Keep a new code (``{"code": hash, "link": hash}``), which ends the one before; False after too many.

        ``made_for``: a message's id, or another that is used once; the same one again changes the code.
        """

    async def claim(self, message: StoredMessage, given: str, rules: JoinRules) -> Claim:
        """Somebody typed a code with this hash. A found one is theirs until their next; each message tries once."""

    async def claimed(self, endpoint: str) -> JoinCode | None:
        """The code that waits for this endpoint's yes."""

    async def drop_claim(self, endpoint: str) -> None:
        """The next message was no yes: the code is spent."""

    async def join(
        self, message: StoredMessage, code: JoinCode, drafts: Sequence[Draft], question: Draft | None
    ) -> Changed:
        """The ``message`` said yes: from now on its endpoint leads to the code's home. Raises JoinRefused.

        ``drafts`` are written there, and ``question``, the bot's own last words, while the bot owns it.
        """

    async def part(
        self,
        conversation_id: str,
        endpoints: Collection[str],
        by: str,
        drafts: Mapping[str, Sequence[Draft]],
        message: StoredMessage | None = None,
    ) -> Changed:
        """Undo: these endpoints lead to their own conversations again, and so does what they wrote and nobody handled.

        ``drafts`` by the conversation they are said in; ``message``: the customer's, which is handled with this.
        """


Link = Callable[[str], Awaitable[str | None]]
"""An address that opens a channel with this secret in it; None where it cannot be made now."""


@dataclass(frozen=True)
class Joining:
    """What a process needs for it. ``links`` by channel; ``served``: the channels where a customer can go on."""

    joins: Joins
    rules: JoinRules
    served: Collection[str]
    links: Mapping[str, Link] = field(default_factory=dict)
