"""What agents do with a conversation: claim, speak, pass on, return to the bot, close.

Each is refused with StaleConversation when somebody else was faster; the desk shows that and reads again. Customers are
told in their language; the queue sends what was recorded.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.accept import EmptyMessage, clean
from bot.conversation.compose import notice
from bot.conversation.events import tell_messages, tell_owner, tell_waiting
from bot.conversation.notices import AGENT_JOINED, BACK_TO_BOT, CLOSED
from bot.messages import Agent, Attachment, Author, Conversation, Draft, Owner, StoredMessage
from bot.ports import Parts, StaleConversation


async def claim(parts: Parts, conversation_id: str, agent: Agent, expected_version: int | None = None) -> Conversation:
    """Take a waiting conversation, or one that the bot answers. Claiming one's own again changes nothing."""
    conversation = await parts.store.conversation(conversation_id)
    if conversation.owner is Owner.AGENT and conversation.agent == agent.username:
        return conversation
    if conversation.owner not in (Owner.WAITING, Owner.BOT):
        raise StaleConversation(conversation_id)
    if expected_version is not None and conversation.version != expected_version:
        raise StaleConversation(conversation_id)
    said = notice(parts.responses, AGENT_JOINED, conversation.language, {"agent": agent.display_name})
    return await _change(parts, conversation, Owner.AGENT, [said], agent=agent.username)


async def return_to_bot(parts: Parts, conversation_id: str, agent: Agent) -> Conversation:
    """The bot answers again, from a fresh start."""
    conversation = await owned(parts, conversation_id, agent)
    said = notice(parts.responses, BACK_TO_BOT, conversation.language)
    return await _change(parts, conversation, Owner.BOT, [said], fresh=True)


async def close(parts: Parts, conversation_id: str, agent: Agent) -> Conversation:
    """End the episode; the customer's next message opens a new one. Closing a closed one changes nothing."""
    conversation = await parts.store.conversation(conversation_id)
    if conversation.owner is Owner.CLOSED:
        return conversation
    if conversation.owner is Owner.AGENT:
        conversation = await owned(parts, conversation_id, agent)
    said = notice(parts.responses, CLOSED, conversation.language)
    return await _change(parts, conversation, Owner.CLOSED, [said], fresh=True)


async def transfer(parts: Parts, conversation_id: str, agent: Agent, to: Agent) -> Conversation:
    """Pass it on to a colleague."""
    conversation = await owned(parts, conversation_id, agent)
    if conversation.agent == to.username:
        return conversation
    said = notice(parts.responses, AGENT_JOINED, conversation.language, {"agent": to.display_name})
    return await _change(parts, conversation, Owner.AGENT, [said], agent=to.username)


async def say(
    parts: Parts, conversation_id: str, agent: Agent, text: str, client_id: str, attachment: Attachment | None = None
) -> StoredMessage:
    """Write to the customer; the same ``client_id`` again gives the first message. Raises EmptyMessage too."""
    text = clean(text)
    if not text and attachment is None:
        raise EmptyMessage("The message is empty.")
    conversation = await parts.store.conversation(conversation_id)
    draft = Draft(
        author=Author.AGENT,
        text=text,
        language=conversation.language,
        agent=agent.username,
        attachment=attachment,
        client_id=client_id,
    )
    message = await parts.store.add_agent_message(conversation_id, draft)
    await parts.queue.ring(conversation_id)
    await tell_messages(parts.notifier, conversation_id, [message])
    return message


async def owned(parts: Parts, conversation_id: str, agent: Agent) -> Conversation:
    """The conversation, when it is this agent's; a supervisor may act on anybody's."""
    conversation = await parts.store.conversation(conversation_id)
    mine = conversation.agent == agent.username or agent.role == "supervisor"
    if conversation.owner is not Owner.AGENT or not mine:
        raise StaleConversation(conversation_id)
    return conversation


async def _change(
    parts: Parts,
    before: Conversation,
    owner: Owner,
    drafts: Sequence[Draft],
    *,
    agent: str | None = None,
    fresh: bool = False,
) -> Conversation:
    conversation, written = await parts.store.change_owner(
        before.id, expected_version=before.version, owner=owner, agent=agent, fresh=fresh, drafts=drafts
    )
    await parts.queue.ring(before.id)
    await tell_messages(parts.notifier, before.id, written)
    await tell_owner(parts.notifier, before.id)
    if before.owner is Owner.WAITING:
        await tell_waiting(parts)
    return conversation
