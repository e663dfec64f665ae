"""What an agent does about a customer's other channels: send a code to go on elsewhere, and separate joined chats."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.events import tell_messages
from bot.conversation.hand_to_agent import owned
from bot.conversation.join_chats import joined, offer
from bot.conversation.join_chats import separate as separate_chats
from bot.messages import Agent, Conversation, StoredMessage
from bot.ports import Parts


async def invite(
    parts: Parts, conversation_id: str, agent: Agent, channel: str | None, client_id: str
) -> StoredMessage | None:
    """Tell the customer how to go on on ``channel`` (None: anywhere); None where joining is switched off.

    The same ``client_id`` again changes the code that it made. Raises StaleConversation when it is not this agent's.
    """
    conversation = await owned(parts, conversation_id, agent)
    if parts.joining is None:
        return None
    draft = await offer(parts, parts.joining, conversation, channel, f"desk:{client_id}"[:64])
    said = await parts.store.add_notice(conversation.id, replace(draft, agent=agent.username))
    await parts.queue.ring(conversation.id)
    await tell_messages(parts.notifier, conversation.id, [said])
    return said


async def separate(parts: Parts, conversation_id: str, agent: Agent) -> Conversation:
    """Every other channel of this customer is a chat of its own again. Raises StaleConversation."""
    conversation = await owned(parts, conversation_id, agent)
    if parts.joining is not None:
        others = joined(await parts.joining.joins.endpoints(conversation.id))[1:]
        if others:
            await separate_chats(parts, parts.joining, conversation.id, others, agent.username)
    return await parts.store.conversation(conversation.id)
