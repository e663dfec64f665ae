"""Send what was recorded, in the order of ``seq``. Called inside a conversation's drain only: one sender at a time."""

from __future__ import annotations

import structlog

from bot.messages import Conversation, Delivery, StoredMessage
from bot.ports import Channel, ChannelError, Parts

log = structlog.get_logger(__name__)


async def send(parts: Parts, conversation_id: str) -> None:
    """Send one conversation's outbox; raises when a resendable message cannot be sent now: the queue tries again."""
    waiting = await parts.store.undelivered(conversation_id)
    if not waiting:
        return
    conversation = await parts.store.conversation(conversation_id)
    channel = parts.channels.get(conversation.channel)
    if channel is None:
        return  # another process serves this channel, and will send it
    for message in waiting:
        await parts.store.mark_delivery(message.id, await _send_one(parts, channel, conversation, message))


async def recover(parts: Parts) -> None:
    """After a restart: ring for every conversation with something unsent; ``send`` decides about the doubtful ones."""
    for conversation_id in await parts.store.undelivered_conversations(list(parts.channels)):
        await parts.queue.ring(conversation_id)


async def unfinished(parts: Parts) -> list[str]:
    """Conversations with something unhandled or unsent: what a queue sweeps for at its start and now and then.

    Only those of the channels that this process serves: a terminal chat must not answer the web's customers.
    """
    served = list(parts.channels)
    unhandled = await parts.store.unhandled_conversations(served)
    return list(dict.fromkeys([*unhandled, *await parts.store.undelivered_conversations(served)]))


async def _send_one(parts: Parts, channel: Channel, conversation: Conversation, message: StoredMessage) -> Delivery:
    if message.delivery is Delivery.SENDING and not channel.resendable:
        # A crash came between the mark and its outcome. Saying it twice is worse than showing that we do not know.
        return Delivery.PERHAPS
    await parts.store.mark_delivery(message.id, Delivery.SENDING)
    try:
        await channel.send(conversation, message)
    except ChannelError as error:
        log.warning("message_refused", conversation=conversation.id, message=message.id, error=str(error))
        return Delivery.FAILED
    except Exception as error:
        if channel.resendable:
            raise
        log.warning("message_in_doubt", conversation=conversation.id, message=message.id, error=repr(error))
        return Delivery.PERHAPS
    return Delivery.SENT
