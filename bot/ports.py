"""What the core needs from the outside, as small protocols. Concrete parts are chosen in ``wiring.py``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.channel_rules import ChannelRule, ReplyWindow, Spend
from bot.joining import Endpoint, Joining
from bot.messages import (
    Accepted,
    BotTurn,
    Conversation,
    Customer,
    Delivery,
    Draft,
    Handoff,
    Incoming,
    Language,
    Note,
    OfferedButton,
    Owner,
    StoredMessage,
    Turn,
    Utterance,
)
from bot.opening_hours import ALWAYS, OpeningHours


class StaleConversation(Exception):
    """The owner changed since the conversation was read; read again and decide again."""


class UnknownConversation(LookupError):
    """No conversation has this id."""


class Brain(Protocol):
    async def reply(self, turn: Turn) -> BotTurn:
        """Answer one message; handling the same ``message_id`` again gives the same answer and no second effect."""


class Channel(Protocol):
    """One platform. ``resendable`` is true where sending twice is harmless (the receiver knows our id)."""

    name: str
    resendable: bool

    async def send(self, conversation: Conversation, message: StoredMessage, *, late: bool = False) -> None:
        """Deliver one message, within the limits of ``rules/channels.yml`` already; return only when it is delivered.

        ``late``: an agent's words after the reply window, for platforms that let them through under a tag.
        Raises ``ChannelError`` when the platform refused it, ``ChannelBusy`` when it was certainly not delivered
        but may be tried again soon; any other exception leaves its fate in doubt.
        """


class ChannelError(Exception):
    """The platform refused a message; trying again will not help. ``reason``: ``window_closed`` and ``quota_spent`` (it
    waits for the customer's next message), ``blocked`` (the customer does not want us), ``permission`` (token, rights,
    account), ``elsewhere`` (another app has the conversation), else ``refused``."""

    def __init__(self, text: str, reason: str = "refused") -> None:
        super().__init__(text)
        self.reason = reason


class ChannelBusy(Exception):
    """The platform takes nothing just now, and certainly did not take this message: the queue tries again."""


class Queue(Protocol):
    """A doorbell: "drain this conversation". The inbox table is the truth."""

    def ring_in(self, transaction: Any, conversation_id: str) -> None:
        """Ring inside the accepting transaction, where the queue lives in the same database; else do nothing.

        Called on the transaction's thread.
        """

    async def ring(self, conversation_id: str) -> None:
        """Ring after the commit; a no-op where ``ring_in`` did it."""


class Notifier(Protocol):
    """Live events for open pages. Topics: a conversation id, or ``desk``. One may get lost: pages resume by seq."""

    async def publish(self, topic: str, event: Mapping[str, Any]) -> None: ...

    def subscribe(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[Mapping[str, Any]]]: ...


class Responses(Protocol):
    """The response catalogue: ``data/responses/*.yml``."""

    def render(self, key: str, arguments: Mapping[str, Any] | None = None) -> Utterance:
        """Both languages of a key; raises KeyError for an unknown key or a missing argument."""


@dataclass(frozen=True)
class TurnRecord:
    """Everything one handled message changes, written in one transaction under a version check (none with None).

    ``new_owner`` None leaves the owner alone; ``handoff`` goes with ``Owner.WAITING``.
    """

    message: StoredMessage
    expected_version: int | None
    drafts: Sequence[Draft] = ()
    decision: Mapping[str, Any] = field(default_factory=dict)
    language: Language | None = None
    mood: float | None = None
    misunderstandings: int | None = None
    fresh: bool | None = None
    new_owner: Owner | None = None
    handoff: Handoff | None = None


@dataclass(frozen=True)
class Work:
    """``unsent``: PENDING and SENDING messages by ``seq``. ``message``: the oldest not yet handled, if any.

    ``endpoints``: where the unsent ones go, by id.
    """

    conversation: Conversation
    unsent: Sequence[StoredMessage]
    message: StoredMessage | None
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """``replies`` to one message by ``seq``, HELD ones included; the ``conversation`` as it is now."""

    conversation: Conversation
    replies: Sequence[StoredMessage]


@dataclass(frozen=True)
class Overview:
    """A conversation as the agents' queue shows it. ``last`` was really said (none that is HELD), without its buttons.

    ``place``: 1 for the next to be served, None when not waiting. ``handoff``: the latest. ``undelivered``: messages of
    this episode that the channel did not let through, or perhaps not. ``collected``: as it was at the latest hand-over,
    see ``conversation/collected.py``.
    """

    conversation: Conversation
    last: StoredMessage | None
    place: int | None
    handoff: Handoff | None
    undelivered: int = 0
    collected: Sequence[Mapping[str, Any]] = ()


class Store(Protocol):
    """The only truth. Every method is one transaction."""

    # --- customers -------------------------------------------------------------------------
    async def open_conversation(
        self, channel: str, sender: str, *, language: Language, customer: Customer | None = None
    ) -> Conversation:
        """The conversation of this sender, made when there is none; a given ``customer`` is kept on it."""

    async def conversation(self, conversation_id: str) -> Conversation:
        """Raises UnknownConversation."""

    async def accept(self, incoming: Incoming, *, language: Language = "zh") -> Accepted:
        """Store a customer's message and ring the queue in the same transaction; a known external id is a duplicate.

        A sender without a conversation gets one, in ``language``. A ``closed`` conversation reopens with the bot: next
        episode, fresh session. With ``incoming.window`` the reply window opens anew, and DELAYED messages are PENDING
        again, for the endpoint that the customer writes from now.
        """

    async def history(self, conversation_id: str, *, after: int = 0, limit: int = 500) -> list[StoredMessage]:
        """Messages of both sides with ``seq`` > ``after``, oldest first, HELD ones included."""

    async def set_language(self, conversation_id: str, language: Language) -> None: ...

    # --- handling --------------------------------------------------------------------------
    async def work(self, conversation_id: str) -> Work:
        """What is left to do in one conversation; raises UnknownConversation."""

    async def unhandled_conversations(self, channels: Collection[str] | None = None) -> list[str]:
        """Ids with unhandled messages, oldest first: what a restart sweeps. ``channels``: of these only."""

    async def button(self, conversation_id: str, button_id: str) -> OfferedButton | None: ...

    async def record_turn(self, record: TurnRecord) -> list[StoredMessage]:
        """Mark the message handled and write its replies; raises StaleConversation under the version check.

        A bot's reply that is not HELD is written only while the bot owns the conversation. A message that was
        handled before changes nothing: its first replies come back.
        """

    async def answer_to(self, message_id: str) -> Answer | None:
        """None until the message is handled."""

    async def last_notice(self, conversation_id: str) -> StoredMessage | None:
        """The latest SYSTEM message: what decides whether a waiting customer is told again."""

    # --- unasked ---------------------------------------------------------------------------
    async def tell_unasked(
        self, conversation_id: str, subject: str, drafts: Sequence[Draft], *, expected_version: int
    ) -> list[StoredMessage]:
        """Unasked, each ``subject`` once; only while the bot owns it, or nobody does, else StaleConversation."""

    async def note_once(self, conversation_id: str, subject: str, agent: str, text: str) -> bool:
        """A note for agents, each ``subject`` once, whoever owns it; False where it was written before."""

    async def last_word_of_customer(self, conversation_id: str) -> StoredMessage | None:
        """The customer's latest message."""

    # --- outbox ----------------------------------------------------------------------------
    async def undelivered_count(self) -> int:
        """How many messages are PENDING or SENDING."""

    async def undelivered_conversations(self, channels: Collection[str] | None = None) -> list[str]:
        """Ids with PENDING or SENDING messages, oldest first. ``channels``: of these only."""

    async def mark_delivery(
        self, message_ids: Collection[str], delivery: Delivery, *, reason: str | None = None, spend: Spend | None = None
    ) -> None:
        """Note a fate, and in the same transaction what it takes of the reply window."""

    async def open_window(self, conversation: Conversation, kind: str, at: datetime) -> None:
        """A follow or a scan on its endpoint lets us answer, as a message does; the same one again changes nothing."""

    async def reply_windows(self, endpoint: str) -> list[ReplyWindow]:
        """Those that the customer ever opened there, each kind once; none for channels without windows."""

    async def add_notice(self, conversation_id: str, draft: Draft) -> StoredMessage:
        """A SYSTEM message that answers nothing, whoever owns the conversation."""

    # --- desk ------------------------------------------------------------------------------
    async def conversations(
        self, *, owner: Owner | None = None, agent: str | None = None, limit: int = 100
    ) -> list[Conversation]:
        """Waiting ones longest-waiting first, others latest change first."""

    async def overviews(self, *, owner: Owner | None = None, limit: int = 100) -> list[Overview]:
        """The same conversations with what the agents' queue shows of each."""

    async def overview(self, conversation_id: str) -> Overview:
        """Raises UnknownConversation."""

    async def place_in_queue(self, conversation_id: str) -> int | None:
        """1 for the next to be served; None when not waiting."""

    async def waiting_count(self) -> int:
        """How many conversations wait for an agent."""

    async def change_owner(
        self,
        conversation_id: str,
        *,
        expected_version: int,
        owner: Owner,
        agent: str | None = None,
        fresh: bool = False,
        drafts: Sequence[Draft] = (),
    ) -> tuple[Conversation, list[StoredMessage]]:
        """Change the owner under the version check and write its notices; raises StaleConversation."""

    async def add_agent_message(self, conversation_id: str, draft: Draft) -> StoredMessage:
        """Only while ``draft.agent`` owns it, else StaleConversation; a repeated ``client_id`` gives the first one."""

    async def handoffs(self, conversation_id: str) -> list[Handoff]: ...

    async def add_note(self, conversation_id: str, agent: str, text: str) -> Note: ...

    async def notes(self, conversation_id: str) -> list[Note]: ...


@dataclass(frozen=True)
class Parts:
    """The concrete parts one process works with, handed to every function of the core that needs them."""

    store: Store
    queue: Queue
    brain: Brain
    notifier: Notifier
    responses: Responses
    channels: Mapping[str, Channel]
    handoff_rules: Any
    channel_rules: Mapping[str, ChannelRule] = field(default_factory=dict)
    hours: OpeningHours = ALWAYS
    """When people answer."""
    public_url: str = ""
    """Where customers reach this server, without a slash at its end; empty when that is not known."""
    joining: Joining | None = None
