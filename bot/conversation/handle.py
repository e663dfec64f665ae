"""Handle what customers wrote, in order. ``docs/life-of-a-message.md`` tells the whole way."""

from __future__ import annotations

from bot.conversation.ask_bot import ask_bot, trusted_payload
from bot.conversation.choose_responder import Responder, choose_responder
from bot.conversation.events import tell_messages, tell_owner, tell_waiting
from bot.conversation.join_chats import about_joining
from bot.conversation.record_at_once import calls_for_human, record_at_once
from bot.conversation.record_bot_turn import held_record, record_of_bot_turn
from bot.conversation.record_notices import record_back_to_bot, record_for_agent, record_while_waiting
from bot.conversation.send_replies import send
from bot.messages import BotTurn, Conversation, Owner, StoredMessage
from bot.ports import Parts, StaleConversation, TurnRecord

WITHOUT_THE_BOT = {
    Responder.AGENT: record_for_agent,
    Responder.NOTICES: record_while_waiting,
    Responder.AT_ONCE: record_at_once,
    Responder.BACK_TO_BOT: record_back_to_bot,
}


async def drain(parts: Parts, conversation_id: str) -> None:
    """Handle every unhandled message of one conversation and send what is to be said, in the order of ``seq``.

    One drain per conversation at a time; cut short anywhere, the next one goes on where this one stopped.
    """
    work = await parts.store.work(conversation_id)
    while work.message is not None:
        # Sending may take long: look again before handling. Another endpoint need not be waited for.
        if not await send(parts, work, work.message.endpoint):
            await handle(parts, work.conversation, work.message)
        work = await parts.store.work(conversation_id)
    await send(parts, work)


async def handle(parts: Parts, conversation: Conversation, message: StoredMessage) -> None:
    """Answer one message and record everything about it at once; decided again whenever the owner changed meanwhile."""
    payload = await trusted_payload(parts, message)
    handled = await about_joining(parts, conversation, message, payload)
    urgent = calls_for_human(parts, message, payload)
    turn: BotTurn | None = None
    while not handled:
        responder = choose_responder(conversation.owner, payload, urgent)
        try:
            if responder is Responder.REOPEN:
                conversation = await _reopen(parts, conversation)
                responder = Responder.AT_ONCE if urgent else Responder.BOT
            if responder is Responder.BOT:
                turn = await ask_bot(parts, conversation, message, payload)
                record = await record_of_bot_turn(parts, conversation, message, turn, payload)
            elif turn is not None:
                record = held_record(conversation, message, turn)
            else:
                record = await WITHOUT_THE_BOT[responder](parts, conversation, message)
            await _write(parts, record)
            handled = True
        except StaleConversation:
            conversation = await parts.store.conversation(message.conversation_id)


async def _reopen(parts: Parts, conversation: Conversation) -> Conversation:
    reopened, _ = await parts.store.change_owner(
        conversation.id, expected_version=conversation.version, owner=Owner.BOT, fresh=True
    )
    return reopened


async def _write(parts: Parts, record: TurnRecord) -> None:
    conversation_id = record.message.conversation_id
    written = await parts.store.record_turn(record)
    await tell_messages(parts.notifier, conversation_id, [record.message, *written])
    if record.new_owner is not None:
        await tell_owner(parts.notifier, conversation_id)
    if record.new_owner is Owner.BOT:
        await tell_waiting(parts)
