"""The bot speaks first: about a late order, or to ask whether a complaint is settled. Once, politely, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.conversation.channel_policy import standing
from bot.conversation.compose import draft_of
from bot.conversation.events import tell_messages
from bot.messages import Author, Card, Conversation, OfferedButton, Owner
from bot.ports import Parts, StaleConversation


@dataclass(frozen=True)
class Offer:
    """A button: the response that is its label, and what it does."""

    key: str
    payload: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Manners:
    """Where and when the bot may speak first: on these ``channels``, within their reply windows (rules/channels.yml).

    ``quiet_from`` and ``quiet_to`` are hours of the shop's day between which it stays silent (21 and 9: at night).
    """

    channels: frozenset[str]
    quiet_from: int
    quiet_to: int

    def is_quiet(self, hour: int) -> bool:
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= hour < self.quiet_to
        return hour >= self.quiet_from or hour < self.quiet_to


async def speak_first(
    parts: Parts,
    conversation: Conversation,
    subject: str,
    key: str,
    arguments: Mapping[str, Any],
    offers: Sequence[Offer] = (),
    card: Card | None = None,
) -> bool:
    """Say it on the endpoint that the ``conversation`` is seen from, if ``subject`` was not told before.

    False where it was, or where people hold the conversation.
    """
    if conversation.owner not in (Owner.BOT, Owner.CLOSED):
        return False
    utterance = parts.responses.render(key, arguments)
    buttons = [_button(parts, offer) for offer in offers]
    utterance = replace(utterance, buttons=(*utterance.buttons, *buttons), card=card)
    draft = draft_of(utterance, conversation.language, author=Author.BOT)
    draft = replace(draft, endpoint=conversation.endpoint or None)
    try:
        written = await parts.store.tell_unasked(
            conversation.id, subject, [draft], expected_version=conversation.version
        )
    except StaleConversation:
        return False
    if written:
        await parts.queue.ring(conversation.id)
        await tell_messages(parts.notifier, conversation.id, written)
    return bool(written)


async def may_be_told(parts: Parts, conversation: Conversation, manners: Manners, now: datetime) -> bool:
    """Whether the channel's window is open, and nobody but the bot holds the conversation."""
    if conversation.channel not in manners.channels or conversation.owner not in (Owner.BOT, Owner.CLOSED):
        return False
    rule = parts.channel_rules.get(conversation.channel)
    if rule is None or not rule.windows:
        return True
    now_open = standing(rule, await parts.store.reply_windows(conversation.endpoint), now)
    return now_open is not None and now_open.closes_at is not None and now_open.left_for_bot != 0


async def where_to_tell(
    parts: Parts, conversation_ids: Collection[str], manners: Manners, now: datetime
) -> Conversation | None:
    """Of a customer's conversations the one used last, if it may be told anything now.

    Only that one: a message on a channel that the customer has left reaches nobody.
    """
    found = [await parts.store.conversation(conversation_id) for conversation_id in conversation_ids]
    last_words = [(await parts.store.last_word_of_customer(each.id), each) for each in found]
    spoken = [(said.created_at, each) for said, each in last_words if said is not None]
    if not spoken:
        return None
    latest = max(spoken, key=lambda pair: pair[0])[1]
    return latest if await may_be_told(parts, latest, manners, now) else None


def _button(parts: Parts, offer: Offer) -> OfferedButton:
    return OfferedButton("", parts.responses.render(offer.key, offer.arguments).texts, offer.payload)
