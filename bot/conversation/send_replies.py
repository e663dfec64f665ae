"""Send what was recorded, in the order of ``seq``. Called inside a conversation's drain only: one sender at a time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import structlog

from bot.conversation.send_by_policy import send_by_policy
from bot.messages import Conversation, Delivery, StoredMessage
from bot.ports import Channel, ChannelError, Parts, Work

log = structlog.get_logger(__name__)

Fate = tuple[Delivery, str | None]
"""How it ended, and why it did not end well."""


async def send(parts: Parts, work: Work, endpoint: str | None = None) -> bool:
    """Send what is unsent (to one ``endpoint`` only); False when there was nothing to send from this process.

    Raises when a resendable message cannot be sent now: the queue tries again. What goes to the customer's other
    endpoints is sent before that: one platform's trouble is not another's.
    """
    waiting: dict[str, list[StoredMessage]] = defaultdict(list)
    for message in work.unsent:
        if endpoint in (None, message.endpoint):
            waiting[message.endpoint].append(message)
    tried, trouble = False, None
    for there, messages in waiting.items():
        try:
            tried |= await _send_to(parts, replace(work, conversation=_seen_from(work, there), unsent=messages))
        except Exception as error:
            trouble = trouble or error
    if trouble is not None:
        raise trouble
    return tried


def _seen_from(work: Work, endpoint: str) -> Conversation:
    there = work.endpoints.get(endpoint)
    if there is None:
        return work.conversation
    return replace(work.conversation, channel=there.channel, sender=there.sender, endpoint=there.id)


async def _send_to(parts: Parts, work: Work) -> bool:
    channel = parts.channels.get(work.conversation.channel)
    if channel is None:
        return False  # another process serves that channel, and will send
    rule = parts.channel_rules.get(channel.name)
    if rule is not None:
        await send_by_policy(parts, channel, rule, work)
    elif channel.resendable:
        await _send_all(parts, channel, work)
    else:
        for message in work.unsent:
            fate, reason = await _send_once(parts, channel, work.conversation, message)
            await parts.store.mark_delivery([message.id], fate, reason=reason)
    return True


async def _send_all(parts: Parts, channel: Channel, work: Work) -> None:
    """Where saying it twice is harmless there is nothing to remember before trying, and one note for all is enough."""
    fates: dict[Fate, list[str]] = defaultdict(list)
    try:
        for message in work.unsent:
            fates[await _try(channel, work.conversation, message)].append(message.id)
    finally:
        for (fate, reason), message_ids in fates.items():
            await parts.store.mark_delivery(message_ids, fate, reason=reason)


async def _send_once(parts: Parts, channel: Channel, conversation: Conversation, message: StoredMessage) -> Fate:
    if message.delivery is Delivery.SENDING:
        # A crash came between the mark and its outcome. Saying it twice is worse than showing that we do not know.
        return Delivery.PERHAPS, None
    await parts.store.mark_delivery([message.id], Delivery.SENDING)
    try:
        return await _try(channel, conversation, message)
    except Exception as error:
        log.warning("message_in_doubt", conversation=conversation.id, message=message.id, error=repr(error))
        return Delivery.PERHAPS, None


async def _try(channel: Channel, conversation: Conversation, message: StoredMessage) -> Fate:
    try:
        await channel.send(conversation, message)
    except ChannelError as error:
        log.warning("message_refused", conversation=conversation.id, message=message.id, error=str(error))
        return Delivery.FAILED, error.reason
    return Delivery.SENT, None


async def unfinished(parts: Parts) -> list[str]:
    """Conversations with something unhandled or unsent: what a queue sweeps for at its start and now and then.

    Only those of the channels that this process serves: a terminal chat must not answer the web's customers.
    """
    served = list(parts.channels)
    unhandled = await parts.store.unhandled_conversations(served)
    return list(dict.fromkeys([*unhandled, *await parts.store.undelivered_conversations(served)]))
