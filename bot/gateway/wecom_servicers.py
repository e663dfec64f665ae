"""Agents who answer in WeCom itself: what they say and do there, in our transcript and our owner."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot.channels.wecom import ENDED, PERSON, WecomChannel
from bot.channels.wecom_parse import CHANNEL, ServicerSaid, SessionChanged
from bot.conversation.events import tell_messages, tell_owner, tell_waiting
from bot.messages import Agent, Author, Conversation, Delivery, Draft, Owner
from bot.ports import Parts, StaleConversation

TAKEN, PASSED_ON, FINISHED, TAKEN_AGAIN = 1, 2, 3, 4
log = structlog.get_logger("kefu.gateway")


async def servicer_said(parts: Parts, channel: WecomChannel, said: ServicerSaid) -> None:
    """Their words stand in the transcript as an agent's that were sent. Somebody we do not know becomes its agent too:
    the customer has read it, so the bot must be silent."""
    conversation = await _of(parts, said.sender)
    agent = _agent(channel.agents, said.userid)
    draft = Draft(
        author=Author.AGENT,
        text=said.text,
        language=conversation.language,
        agent=agent.username,
        client_id=said.message_id,
        delivery=Delivery.SENT,
    )
    if not said.text.strip() or await _is_known(parts, conversation, said.message_id):
        return
    for _ in range(3):
        try:
            await _claim(parts, conversation, agent)
            message = await parts.store.add_agent_message(conversation.id, draft)
            await tell_messages(parts.notifier, conversation.id, [message])
            return
        except StaleConversation:
            conversation = await parts.store.conversation(conversation.id)
    log.warning("servicer_message_not_kept", conversation=conversation.id)


async def session_changed(parts: Parts, channel: WecomChannel, changed: SessionChanged) -> None:
    conversation = await _of(parts, changed.sender)
    try:
        if changed.change in (TAKEN, PASSED_ON, TAKEN_AGAIN) and changed.userid:
            channel.state_changed(changed.sender, PERSON)
            await _claim(parts, conversation, _agent(channel.agents, changed.userid))
        elif changed.change == FINISHED:
            channel.state_changed(changed.sender, ENDED)
            if conversation.owner is not Owner.CLOSED:
                await _own(parts, conversation, Owner.CLOSED, None)
    except StaleConversation:
        log.info("session_change_came_late", conversation=conversation.id)


async def _is_known(parts: Parts, conversation: Conversation, message_id: str) -> bool:
    """A page read again must not claim a conversation that has gone back to the bot since."""
    latest = await parts.store.history(conversation.id, after=conversation.last_seq - 200)
    return any(message.external_id == f"{conversation.id}:{message_id}" for message in latest)


async def _of(parts: Parts, sender: str) -> Conversation:
    return await parts.store.open_conversation(CHANNEL, sender, language="zh")


async def _claim(parts: Parts, conversation: Conversation, agent: Agent) -> None:
    """Without a notice: WeCom tells the customer itself, and lets none of ours through in this state."""
    if conversation.owner is not Owner.AGENT or conversation.agent != agent.username:
        await _own(parts, conversation, Owner.AGENT, agent.username)


async def _own(parts: Parts, conversation: Conversation, owner: Owner, agent: str | None) -> None:
    await parts.store.change_owner(
        conversation.id,
        expected_version=conversation.version,
        owner=owner,
        agent=agent,
        fresh=owner is Owner.CLOSED,
    )
    await tell_owner(parts.notifier, conversation.id)
    if conversation.owner is Owner.WAITING:
        await tell_waiting(parts)


def _agent(agents: Mapping[str, str], userid: str) -> Agent:
    """``agents``: WeCom's userid → our user name."""
    name = agents.get(userid, f"wecom:{userid}"[:64])
    return Agent(name, userid, "agent", "zh")
