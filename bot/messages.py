"""The frozen types that travel through the system; every other module speaks in these.

Times are timezone-aware UTC. Ids are 32 hexadecimal characters unless a docstring says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

NLU_FALLBACK = "nlu_fallback"
"""The intent name of a message the classifier refused (Rasa's own name for it)."""


class Owner(str, Enum):
    """Who answers a conversation (design, invariant 2)."""

    BOT = "bot"
    WAITING = "waiting"
    AGENT = "agent"
    CLOSED = "closed"


class Author(str, Enum):
    """Who wrote a stored message. SYSTEM writes notices: place in the queue, back to the bot, closed."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Delivery(str, Enum):
    """The fate of an outgoing message. PERHAPS: a crash made it unknowable, so it is not repeated.

    HELD: recorded for the agent's eyes only (the owner changed in the middle of a bot turn); never sent.
    DELAYED: the channel's window or quota (rules/channels.yml) lets it through only after the customer's next message.
    """

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    PERHAPS = "perhaps"
    FAILED = "failed"
    HELD = "held"
    DELAYED = "delayed"


@dataclass(frozen=True)
class Attachment:
    """A file a customer or agent sent; ``url`` is where we keep it, never the platform's own link."""

    name: str
    content_type: str
    size: int
    url: str


@dataclass(frozen=True)
class Customer:
    """A customer whose identity the shop's site signed (JWT ``sub`` and ``name``)."""

    id: str
    name: str = ""


@dataclass(frozen=True)
class Incoming:
    """What a channel hands to ``accept``: translated and verified, not yet stored.

    ``external_id`` is unique within the channel: the platform's message id, or ``<endpoint>:<client_id>`` for the
    web. ``payload`` is the id of an offered button. ``address`` is the sender's network address, for attempt limits.
    ``window`` is the kind of reply window (``rules/channels.yml``) that opens at ``sent_at`` (now when None).
    """

    channel: str
    sender: str
    external_id: str
    text: str = ""
    payload: str | None = None
    attachment: Attachment | None = None
    address: str = ""
    window: str | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True)
class OfferedButton:
    """A button as the core knows it. Customers see a label and ``id``; ``payload`` (``/intent{json}``) stays here."""

    id: str
    labels: Mapping[Language, str]
    payload: str


@dataclass(frozen=True)
class Card:
    """A block beside a text. ``kind`` is ``order``, ``refund`` or ``article``; ``data`` is JSON-able and masked, its
    words in both languages: ``{"zh": ..., "en": ...}`` (what is in it: ``actions/records/card_types.py``)."""

    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Utterance:
    """One bot sentence before it is stored: a response key, its arguments, and both rendered texts."""

    key: str
    arguments: Mapping[str, Any]
    texts: Mapping[Language, str]
    buttons: tuple[OfferedButton, ...] = ()
    card: Card | None = None


@dataclass(frozen=True)
class Understanding:
    """What the NLU made of one message. ``confidence`` 0..1; ``mood`` −1 (angry) .. 1 (pleased).

    ``language`` is None when the message does not tell ("ok", a number). ``entities`` hold ``entity, value, start,
    end`` with offsets into the customer's own text. ``ranking``: (intent, confidence) pairs, best first. ``mood_words``
    made the mood. ``second_intent`` is what one clause, ``second_text``, asks for beyond ``intent``.
    """

    intent: str
    confidence: float
    entities: tuple[Mapping[str, Any], ...] = ()
    language: Language | None = None
    mood: float = 0.0
    mood_words: tuple[str, ...] = ()
    ranking: tuple[tuple[str, float], ...] = ()
    second_intent: str | None = None
    second_text: str = ""


@dataclass(frozen=True)
class Turn:
    """One question to the brain. One of ``text`` and ``payload`` is set; neither where a file came without words.

    ``payload``: a trusted ``/intent{json}`` made by us. ``fresh`` asks for a new session (first turn, or back from an
    agent): no open form survives. ``attachment``: the content type of a file that came along. ``joined``: two chats are
    one here, and the ``customer`` may have signed in on the other.
    """

    conversation_id: str
    message_id: str
    text: str = ""
    payload: str | None = None
    language: Language = "zh"
    customer: Customer | None = None
    address: str = ""
    fresh: bool = False
    attachment: str = ""
    joined: bool = False


@dataclass(frozen=True)
class BotTurn:
    """The brain's answer. ``failed``: an action raised or nothing was said.

    ``actions`` names the actions predicted, in order; ``rule`` the rule that fired, when known. ``effects`` names what
    was changed in the shop's records. ``facts`` keeps what explains the turn: article, score, verified order number.
    """

    understanding: Understanding
    utterances: tuple[Utterance, ...]
    language: Language
    actions: tuple[str, ...] = ()
    rule: str | None = None
    effects: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    failed: bool = False


@dataclass(frozen=True)
class Conversation:
    """A conversation's row. ``version`` grows with every change of owner; ``episode`` with every reopening.

    ``misunderstandings`` counts turns in a row that were not understood. ``mood``: the latest message's. ``fresh``: the
    next turn starts a new session. ``channel``, ``sender``: of the ``endpoint`` it is seen from (``bot/joining.py``).
    """

    id: str
    channel: str
    sender: str
    owner: Owner
    version: int
    episode: int
    language: Language
    last_seq: int
    created_at: datetime
    updated_at: datetime
    customer: Customer | None = None
    agent: str | None = None
    misunderstandings: int = 0
    mood: float = 0.0
    fresh: bool = True
    waiting_since: datetime | None = None
    endpoint: str = ""


@dataclass(frozen=True)
class StoredMessage:
    """One line of the transcript, either side. ``seq`` counts from 1 within the conversation.

    ``texts`` holds both languages where we have them (bot and system), else nothing: ``text`` is the author's own.
    ``decision`` explains a bot turn (invariant 4), on the customer's message that was answered. ``in_reply_to``: the id
    of that. ``delivery_reason``: why it waits or was not delivered. ``endpoint``: where it was written, or is read.
    """

    id: str
    conversation_id: str
    seq: int
    episode: int
    author: Author
    text: str
    language: Language
    created_at: datetime
    key: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[Language, str] = field(default_factory=dict)
    buttons: tuple[OfferedButton, ...] = ()
    card: Card | None = None
    attachment: Attachment | None = None
    payload: str | None = None
    agent: str | None = None
    in_reply_to: str | None = None
    decision: Mapping[str, Any] | None = None
    delivery: Delivery | None = None
    delivery_reason: str | None = None
    external_id: str | None = None
    address: str = ""
    endpoint: str = ""


@dataclass(frozen=True)
class Accepted:
    """The result of ``accept``. ``duplicate``: this external id had been stored before."""

    message: StoredMessage
    duplicate: bool


@dataclass(frozen=True)
class Draft:
    """Outgoing, without an id and a ``seq`` yet. ``endpoint`` None: where what it answers was written, or the last."""

    author: Author
    text: str
    language: Language
    key: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[Language, str] = field(default_factory=dict)
    buttons: tuple[OfferedButton, ...] = ()
    card: Card | None = None
    agent: str | None = None
    attachment: Attachment | None = None
    in_reply_to: str | None = None
    delivery: Delivery = Delivery.PENDING
    client_id: str | None = None
    endpoint: str | None = None


@dataclass(frozen=True)
class Handoff:
    """Why a conversation went to a human: the rule, its threshold, and the words that tripped it."""

    rule: str
    message_id: str
    words: str = ""
    threshold: float | None = None
    measured: float | None = None
    created_at: datetime | None = None


@dataclass(frozen=True)
class Note:
    """An agent's remark for colleagues; customers never see it."""

    id: str
    conversation_id: str
    agent: str
    text: str
    created_at: datetime


@dataclass(frozen=True)
class Agent:
    """A person at the desk. ``role`` is ``agent`` or ``supervisor``; ``language`` is the desk's language for them."""

    username: str
    display_name: str
    role: str
    language: Language
