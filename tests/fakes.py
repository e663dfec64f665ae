"""Hand-written stand-ins for the ports; any test may import them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from bot.messages import (
    BotTurn,
    Conversation,
    Incoming,
    Language,
    OfferedButton,
    StoredMessage,
    Turn,
    Understanding,
    Utterance,
)
from bot.ports import Parts
from bot.rules import HandoffRule, HandoffRules

REASON: Mapping[Language, str] = {"zh": "原因", "en": "reason"}
RULES = HandoffRules(
    rules=(
        HandoffRule("asks_for_human", "intent", "request_human", "hand_over", REASON, keep_reply=False),
        HandoffRule("misunderstood", "misunderstood_in_a_row", 3, "hand_over", REASON, keep_reply=False),
        HandoffRule("upset", "mood_at_most", -0.6, "hand_over", REASON, say=("utter_sorry",), keep_reply=True),
        HandoffRule(
            "identity_failed", "response", "utter_identity_exhausted", "offer", REASON, say=("utter_offer_human",)
        ),
        HandoffRule("trouble", "failed", True, "offer", REASON, say=("notice_trouble",)),
    )
)


def utterance(key: str, arguments: Mapping[str, Any] | None = None, *payloads: str) -> Utterance:
    """A sentence in both languages, with a button for each payload."""
    shown = " ".join(f"{name}={value}" for name, value in (arguments or {}).items())
    return Utterance(
        key=key,
        arguments=arguments or {},
        texts={"zh": f"中文 {key} {shown}".strip(), "en": f"English {key} {shown}".strip()},
        buttons=tuple(
            OfferedButton("", {"zh": f"按钮{payload}", "en": f"Button {payload}"}, payload) for payload in payloads
        ),
    )


class FakeResponses:
    """Renders every key; ``buttons`` maps a key to the payloads offered under it."""

    def __init__(self, buttons: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.buttons = {"notice_handed_over": ("/back_to_bot",), **(buttons or {})}

    def render(self, key: str, arguments: Mapping[str, Any] | None = None) -> Utterance:
        return utterance(key, arguments, *self.buttons.get(key, ()))


@dataclass
class FakeBrain:
    """Answers ``utter_echo`` with the text; ``script`` overrides by text or payload; ``during`` runs in mid-turn.

    Like the real one it answers the same message id the same way again, and has its effect once.
    """

    script: dict[str, BotTurn | Exception] = field(default_factory=dict)
    during: Callable[[Turn], Awaitable[None]] | None = None
    asked: list[Turn] = field(default_factory=list)
    answers: dict[str, BotTurn] = field(default_factory=dict)

    async def reply(self, turn: Turn) -> BotTurn:
        self.asked.append(turn)
        if self.during is not None:
            await self.during(turn)
        if turn.message_id not in self.answers:
            answer = self.script.get(turn.payload or turn.text) or bot_turn(text=turn.text, language=turn.language)
            if isinstance(answer, Exception):
                raise answer
            self.answers[turn.message_id] = answer
        return self.answers[turn.message_id]


def bot_turn(
    *keys: str,
    text: str = "",
    intent: str = "greet",
    language: Any = "zh",
    mood: float = 0.0,
    mood_words: tuple[str, ...] = (),
    **changes: Any,
) -> BotTurn:
    """A turn that says ``keys`` (``utter_echo`` when none are given)."""
    understanding = Understanding(
        intent=intent, confidence=0.9, language=language, mood=mood, mood_words=mood_words, ranking=((intent, 0.9),)
    )
    said = tuple(utterance(key) for key in keys) or (utterance("utter_echo", {"text": text}),)
    return replace(BotTurn(understanding, said, language, actions=("utter_echo",)), **changes)


def failed_turn(*keys: str) -> BotTurn:
    """A turn in which an action raised, after saying ``keys``."""
    said = tuple(utterance(key) for key in keys)
    return BotTurn(Understanding("track_order", 0.8), said, "zh", failed=True)


def misunderstood_turn() -> BotTurn:
    return bot_turn("utter_fallback", intent="nlu_fallback", facts={"misunderstood": True})


@dataclass
class FakeChannel:
    """Keeps what was sent; ``failures`` are raised first, one a send."""

    name: str = "web"
    resendable: bool = True
    sent: list[StoredMessage] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def send(self, conversation: Conversation, message: StoredMessage, *, late: bool = False) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message)


@dataclass
class FakeQueue:
    rung: list[str] = field(default_factory=list)

    def ring_in(self, transaction: Any, conversation_id: str) -> None:
        """A doorbell outside the database has nothing to do here."""

    async def ring(self, conversation_id: str) -> None:
        self.rung.append(conversation_id)


@dataclass
class FakeNotifier:
    """Keeps what was published."""

    published: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    async def publish(self, topic: str, event: Mapping[str, Any]) -> None:
        self.published.append((topic, event))

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[AsyncIterator[Mapping[str, Any]]]:
        async def replay() -> AsyncIterator[Mapping[str, Any]]:
            for published_topic, event in self.published:
                if published_topic == topic:
                    yield event

        yield replay()


def fake_parts(store: Any, **changes: Any) -> Parts:
    """A real store with everything else faked."""
    channel = FakeChannel()
    parts = Parts(
        store=store,
        queue=FakeQueue(),
        brain=FakeBrain(),
        notifier=FakeNotifier(),
        responses=FakeResponses(),
        channels={channel.name: channel},
        handoff_rules=RULES,
    )
    return replace(parts, **changes)


def incoming(sender: str, external_id: str, text: str = "你好", **changes: Any) -> Incoming:
    return replace(Incoming(channel="web", sender=sender, external_id=f"{sender}:{external_id}", text=text), **changes)
