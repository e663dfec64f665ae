"""What open pages are told. Hints only: a page that missed one reads the store after its last ``seq``."""

from __future__ import annotations

from collections.abc import Iterable

from bot.messages import Author, Delivery, Owner, StoredMessage
from bot.ports import Notifier, Parts

DESK_TOPIC = "desk"


async def tell_messages(notifier: Notifier, conversation_id: str, messages: Iterable[StoredMessage]) -> None:
    for message in messages:
        if message.delivery is not Delivery.HELD:
            await notifier.publish(conversation_id, {"type": "message", "seq": message.seq})
    await notifier.publish(DESK_TOPIC, {"type": "changed", "conversation": conversation_id})


async def tell_owner(notifier: Notifier, conversation_id: str) -> None:
    await notifier.publish(conversation_id, {"type": "owner"})


async def tell_waiting(parts: Parts) -> None:
    """Somebody left the queue, so those behind have moved up."""
    for conversation in await parts.store.conversations(owner=Owner.WAITING):
        await tell_owner(parts.notifier, conversation.id)


async def tell_typing(notifier: Notifier, conversation_id: str, author: Author) -> None:
    await notifier.publish(conversation_id, {"type": "typing", "author": author.value})
