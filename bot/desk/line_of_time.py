"""What an agent reads of one customer, whatever the channels: endpoints, notes and messages of joined chats as one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.join_chats import joined
from bot.joining import Endpoint
from bot.messages import Conversation, Note, StoredMessage
from bot.ports import Parts

_PAGE = 500


async def endpoints_of(parts: Parts, conversation: Conversation) -> list[Endpoint]:
    """Where the customer is or was reached, the conversation's own first."""
    if parts.joining is None:
        return [Endpoint(conversation.id, conversation.channel, conversation.sender)]
    return await parts.joining.joins.endpoints(conversation.id)


async def notes_of(parts: Parts, endpoints: Sequence[Endpoint]) -> list[Note]:
    """Also what colleagues wrote before the chats were joined; the oldest first."""
    found = [note for each in joined(endpoints) for note in await parts.store.notes(each.id)]
    return sorted(found, key=lambda note: note.created_at)


async def all_messages(parts: Parts, conversation: Conversation) -> list[StoredMessage]:
    """In the order of arrival, those of joined chats from before they were joined included."""
    if parts.joining is not None:
        return await parts.joining.joins.line_of_time(conversation.id)
    messages: list[StoredMessage] = []
    while page := await parts.store.history(conversation.id, after=messages[-1].seq if messages else 0, limit=_PAGE):
        messages += page
    return messages
