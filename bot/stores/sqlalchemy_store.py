"""The store of ``ports.Store`` on SQLite or PostgreSQL: each method is one transaction over the functions beside it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from actions.records.database import Database
from bot.channel_rules import ReplyWindow, Spend
from bot.messages import (
    Accepted,
    Conversation,
    Customer,
    Delivery,
    Draft,
    Handoff,
    Incoming,
    Language,
    Note,
    OfferedButton,
    Owner,
    StoredMessage,
)
from bot.ports import Answer, Overview, Queue, TurnRecord, Work
from bot.stores import desk, inbox, outbox, overview, told, windows
from bot.stores.tables import messages

_RACES = 3
"""How often an accepting transaction is begun again because others were faster."""


class SqlAlchemyStore:
    """``queue`` is rung inside the accepting transaction where it lives in the same database; None rings nothing."""

    def __init__(self, database: Database, queue: Queue | None = None) -> None:
        self._database = database
        self._queue = queue

    # --- customers -------------------------------------------------------------------------
    async def open_conversation(
        self, channel: str, sender: str, *, language: Language, customer: Customer | None = None
    ) -> Conversation:
        found = await self._database.read(inbox.find_conversation, channel, sender)
        if found is None:
            try:
                return await self._database.write(inbox.insert_conversation, channel, sender, language, customer)
            except IntegrityError:  # somebody opened it in the meantime
                found = await self._database.read(inbox.find_conversation, channel, sender)
                if found is None:
                    raise
        if customer is None or customer == found.customer:
            return found
        await self._database.write(inbox.update_conversation, found.id, **inbox.customer_columns(customer))
        return replace(found, customer=customer)

    async def conversation(self, conversation_id: str) -> Conversation:
        return await self._database.read(inbox.read_conversation, conversation_id)

    async def accept(self, incoming: Incoming, *, language: Language = "zh") -> Accepted:
        for _ in range(_RACES):
            try:
                return await self._database.write(self._accept, incoming, language)
            except inbox.AlreadyStored as stored:
                return Accepted(stored.message, duplicate=True)
            except (IntegrityError, inbox.Rerouted):
                continue  # another process opened or joined the sender's conversation in the same moment
        return await self._database.write(self._accept, incoming, language)

    def _accept(self, connection: Connection, incoming: Incoming, language: Language) -> Accepted:
        message = inbox.store_incoming(connection, incoming, language)
        if self._queue is not None:
            self._queue.ring_in(connection, message.conversation_id)
        return Accepted(message, duplicate=False)

    async def history(self, conversation_id: str, *, after: int = 0, limit: int = 500) -> list[StoredMessage]:
        return await self._messages(messages.c.conversation_id == conversation_id, messages.c.seq > after, limit=limit)

    async def set_language(self, conversation_id: str, language: Language) -> None:
        await self._database.write(inbox.update_conversation, conversation_id, language=language)

    # --- handling --------------------------------------------------------------------------
    async def work(self, conversation_id: str) -> Work:
        return await self._database.read(inbox.work, conversation_id)

    async def unhandled_conversations(self, channels: Collection[str] | None = None) -> list[str]:
        return await self._database.read(inbox.unhandled_conversations, channels)

    async def button(self, conversation_id: str, button_id: str) -> OfferedButton | None:
        return await self._database.read(outbox.find_button, conversation_id, button_id)

    async def record_turn(self, record: TurnRecord) -> list[StoredMessage]:
        """See the port; a message that was handled before changes nothing and gives its first replies again."""
        try:
            return await self._database.write(inbox.record_turn, record)
        except inbox.AlreadyHandled:
            return await self._messages(messages.c.in_reply_to == record.message.id)

    async def answer_to(self, message_id: str) -> Answer | None:
        return await self._database.read(inbox.answer_to, message_id)

    async def last_notice(self, conversation_id: str) -> StoredMessage | None:
        return await self._database.read(outbox.last_notice, conversation_id)

    # --- unasked ---------------------------------------------------------------------------
    async def tell_unasked(
        self, conversation_id: str, subject: str, drafts: Sequence[Draft], *, expected_version: int
    ) -> list[StoredMessage]:
        try:
            return await self._database.write(told.tell_unasked, conversation_id, subject, drafts, expected_version)
        except IntegrityError:
            return []  # another process told it in the same moment

    async def note_once(self, conversation_id: str, subject: str, agent: str, text: str) -> bool:
        try:
            return await self._database.write(told.note_once, conversation_id, subject, agent, text)
        except IntegrityError:
            return False  # another process wrote it in the same moment

    async def last_word_of_customer(self, conversation_id: str) -> StoredMessage | None:
        return await self._database.read(told.last_word_of_customer, conversation_id)

    # --- outbox ----------------------------------------------------------------------------
    async def undelivered_count(self) -> int:
        return await self._database.read(outbox.undelivered_count)

    async def undelivered_conversations(self, channels: Collection[str] | None = None) -> list[str]:
        return await self._database.read(outbox.undelivered_conversations, channels)

    async def mark_delivery(
        self,
        message_ids: Collection[str],
        delivery: Delivery,
        *,
        reason: str | None = None,
        spend: Spend | None = None,
    ) -> None:
        await self._database.write(outbox.mark_delivery, message_ids, delivery, reason, spend)

    async def open_window(self, conversation: Conversation, kind: str, at: datetime) -> None:
        await self._database.write(self._open_window, conversation, kind, at)

    def _open_window(self, connection: Connection, conversation: Conversation, kind: str, at: datetime) -> None:
        inbox.update_conversation(connection, conversation.id)  # locks the row
        if not windows.is_known(connection, conversation.endpoint, kind, at):
            windows.open_window(connection, conversation.endpoint, kind, at)
            windows.release_delayed(connection, conversation.id, conversation.endpoint)

    async def reply_windows(self, conversation_id: str) -> list[ReplyWindow]:
        return await self._database.read(windows.windows_of, conversation_id)

    async def add_notice(self, conversation_id: str, draft: Draft) -> StoredMessage:
        return (await self._database.write(outbox.add_notice, conversation_id, draft))[0]

    # --- desk ------------------------------------------------------------------------------
    async def conversations(
        self, *, owner: Owner | None = None, agent: str | None = None, limit: int = 100
    ) -> list[Conversation]:
        return await self._database.read(desk.list_conversations, owner, agent, limit)

    async def overviews(self, *, owner: Owner | None = None, limit: int = 100) -> list[Overview]:
        return await self._database.read(overview.list_overviews, owner, limit)

    async def overview(self, conversation_id: str) -> Overview:
        return await self._database.read(overview.one_overview, conversation_id)

    async def place_in_queue(self, conversation_id: str) -> int | None:
        return await self._database.read(desk.place_in_queue, conversation_id)

    async def waiting_count(self) -> int:
        return await self._database.read(desk.waiting_count)

    async def change_owner(
        self,
        conversation_id: str,
        *,
        expected_version: int,
        owner: Owner,
        agent: str | None = None,
        fresh: bool = False,
        drafts: Sequence[Draft] = (),
    ) -> tuple[Conversation, list[StoredMessage]]:
        return await self._database.write(
            desk.change_owner,
            conversation_id,
            expected_version=expected_version,
            owner=owner,
            agent=agent,
            fresh=fresh,
            drafts=drafts,
        )

    async def add_agent_message(self, conversation_id: str, draft: Draft) -> StoredMessage:
        try:
            return await self._database.write(desk.add_agent_message, conversation_id, draft)
        except inbox.AlreadyStored as stored:
            return stored.message

    async def handoffs(self, conversation_id: str) -> list[Handoff]:
        return await self._database.read(desk.list_handoffs, conversation_id)

    async def add_note(self, conversation_id: str, agent: str, text: str) -> Note:
        return await self._database.write(desk.insert_note, conversation_id, agent, text)

    async def notes(self, conversation_id: str) -> list[Note]:
        return await self._database.read(desk.list_notes, conversation_id)

    async def _messages(self, *conditions: Any, limit: int | None = None) -> list[StoredMessage]:
        return await self._database.read(outbox.messages_where, *conditions, limit=limit)
