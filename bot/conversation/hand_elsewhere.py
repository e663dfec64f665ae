"""A person answers in another app of the platform (Messenger's inbox): the bot is silent until they give it back."""

from __future__ import annotations

from bot.conversation.events import tell_messages, tell_owner, tell_waiting
from bot.messages import Conversation, Owner
from bot.ports import Parts, StaleConversation


async def answered_elsewhere(parts: Parts, conversation: Conversation, by: str) -> None:
    """``by`` stands where an agent's name stands. What an agent at our desk has is left to them."""
    await _change(parts, conversation, (Owner.BOT, Owner.WAITING, Owner.CLOSED), Owner.AGENT, by)


async def given_back(parts: Parts, conversation: Conversation, by: str) -> None:
    """The bot answers again, from a fresh start."""
    if conversation.owner is Owner.AGENT and conversation.agent == by:
        await _change(parts, conversation, (Owner.AGENT,), Owner.BOT, None)


async def _change(
    parts: Parts, conversation: Conversation, before: tuple[Owner, ...], owner: Owner, by: str | None
) -> None:
    while conversation.owner in before:
        waited = conversation.owner is Owner.WAITING
        try:
            await parts.store.change_owner(
                conversation.id,
                expected_version=conversation.version,
                owner=owner,
                agent=by,
                fresh=owner is Owner.BOT,
            )
        except StaleConversation:
            conversation = await parts.store.conversation(conversation.id)
            continue
        await tell_messages(parts.notifier, conversation.id, [])
        await tell_owner(parts.notifier, conversation.id)
        if waited:
            await tell_waiting(parts)
        return
