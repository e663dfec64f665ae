"""One customer message as the actions see it, read from Rasa's tracker once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rasa_sdk import Tracker

from kb.search import Language

_PHOTO_LASTS = 3
"""Messages of the customer: a photo is often sent before the words that say what it is about."""
FORM_SLOTS = ("order_number", "last_four", "identity_code", "details", "confirmed")


@dataclass(frozen=True)
class SecondWish:
    """What a message asks for beside its own intent; ``text``: the clause that does, as the customer wrote it."""

    intent: str
    text: str

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> SecondWish | None:
        """``message``: Rasa's parse data."""
        found = message.get("secondary_intent") or {}
        return cls(found["name"], found.get("text") or "") if found.get("name") else None


@dataclass(frozen=True)
class CustomerTurn:
    """``customer_id`` is the one the shop's site signed; ``ranking`` holds (intent, confidence), best first."""

    conversation_id: str
    message_id: str
    customer_id: str | None
    address: str
    text: str
    intent: str
    confidence: float
    entities: tuple[Mapping[str, Any], ...]
    ranking: tuple[tuple[str, float], ...]
    language: Language
    form: str | None
    requested_slot: str | None
    story: tuple[str, ...] = ()
    """What the customer typed since the open form began, this message last; a form that is asked anew begins anew."""
    joined: bool = False
    """Another chat leads here, too: who writes may not be the one who logged in."""
    attachment: str = ""
    """The content type of a file that came with the message."""
    service: str | None = None
    """What the open form is about."""
    second: SecondWish | None = None
    photo_at_hand: bool = False
    """A photo or video came with this message, or with one of the two before it."""

    @classmethod
    def of(cls, tracker: Tracker) -> CustomerTurn:
        message = tracker.latest_message
        metadata = message.get("metadata") or {}
        intent = message.get("intent") or {}
        ranking = message.get("intent_ranking") or ()
        return cls(
            conversation_id=metadata.get("conversation_id") or tracker.sender_id,
            # Stock Rasa knows no message id of ours; its own serves as well.
            message_id=metadata.get("message_id") or message.get("message_id") or "",
            customer_id=metadata.get("customer_id"),
            address=metadata.get("address") or "",
            text=message.get("text") or "",
            intent=intent.get("name") or "nlu_fallback",
            confidence=float(intent.get("confidence") or 0.0),
            entities=tuple(message.get("entities") or ()),
            ranking=tuple((item["name"], float(item["confidence"])) for item in ranking if item.get("name")),
            language="en" if tracker.get_slot("language") == "en" else "zh",
            form=tracker.active_loop.get("name"),
            requested_slot=tracker.get_slot("requested_slot"),
            story=_story(tracker),
            joined=bool(metadata.get("joined")),
            attachment=metadata.get("attachment") or "",
            service=tracker.get_slot("service") if tracker.active_loop.get("name") else None,
            second=SecondWish.of(message),
            photo_at_hand=any(map(_shows, _latest_attachments(tracker))),
        )

    @property
    def pressed_button(self) -> bool:
        """Customers' own text never begins with a slash; our buttons' payloads do."""
        return self.text.startswith("/")

    @property
    def first_wish(self) -> str:
        """The text without the clause of a second wish."""
        return self.text.replace(self.second.text, "") if self.second else self.text

    @property
    def only_digits(self) -> bool:
        """Digits, and no letter of any script."""
        return any(sign.isdigit() for sign in self.text) and not any(sign.isalpha() for sign in self.text)

    def entity(self, name: str) -> str | None:
        """The last value of this entity in the message."""
        values = [entity.get("value") for entity in self.entities if entity.get("entity") == name]
        return str(values[-1]) if values else None

    def says_more_than_data(self) -> bool:
        """Whether letters are left when what the rules found is taken out."""
        return sum(letter.isalpha() for letter in self.beside_data) >= 2

    @property
    def beside_data(self) -> str:
        """The text without what the rules found: numbers, addresses, days."""
        rest = self.text
        for entity in sorted(self.entities, key=lambda found: found.get("start") or 0, reverse=True):
            start, end = entity.get("start"), entity.get("end")
            if entity.get("entity") != "language" and start is not None and end is not None:
                rest = rest[:start] + rest[end:]
        return rest


def _story(tracker: Tracker) -> tuple[str, ...]:
    said: list[str] = []
    inside, began, earlier = tracker.active_loop.get("name") is not None, False, False
    for event in reversed(tracker.events):
        if event["event"] == "active_loop":
            # The message that opened the form stands before its event; the form may have ended with the last message.
            began = began or event.get("name") is not None
            inside = inside or not earlier
        if event["event"] != "user":
            continue
        earlier = True
        text = event.get("text") or ""
        if text.startswith("/"):
            if text.endswith('=again"}'):
                break
        else:
            said.append(text)
        if began or not inside:
            break
    return tuple(reversed(said))


def _latest_attachments(tracker: Tracker) -> list[str]:
    said = [event for event in tracker.events if event["event"] == "user"]
    return [(event.get("metadata") or {}).get("attachment") or "" for event in said[-_PHOTO_LASTS:]]


def _shows(content_type: str) -> bool:
    return content_type.startswith(("image/", "video/"))


def answered_question(tracker: Tracker) -> bool:
    """Whether the latest message filled a slot of the open form."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "slot" and event["name"] in FORM_SLOTS and event["value"] is not None:
            return True
    return False


def refused_this_turn(tracker: Tracker, form: str) -> bool:
    """Whether the form has let the latest message go to somebody else: it is asked only for its question now."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "action_execution_rejected" and event.get("name") == form:
            return True
    return False


def kept_of(event: Mapping[str, Any]) -> dict[str, Any]:
    """What the brain keeps of a bot sentence: key, arguments, texts, buttons, card (bot/brain/nlg.py); else empty."""
    metadata = event.get("metadata") or {}
    return dict(metadata.get("kefu") or {}) if event["event"] == "bot" else {}


def latest_facts(tracker: Tracker, most: int) -> Iterator[Mapping[str, Any]]:
    """The facts of the bot's last sentences, the latest first: what a question waits for lies in the question."""
    sentences = (kept for event in reversed(tracker.events) if (kept := kept_of(event)))
    return (kept.get("facts") or {} for kept in islice(sentences, most))


def said_this_turn(tracker: Tracker) -> set[str]:
    """Keys of the bot's sentences since the customer's latest message."""
    keys: set[str] = set()
    for event in reversed(tracker.events):
        if event["event"] == "user":
            break
        keys.add(kept_of(event).get("key", ""))
    return keys
