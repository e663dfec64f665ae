"""The store of ``ports.Store`` on SQLite or PostgreSQL: each method is one transaction over the functions beside it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

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
from bot.ports import Queue, TurnRecord
from bot.stores import desk, inbox, outbox
from bot.stores.engine import Database
from bot.stores.rows import now
from bot.stores.tables import conversations, messages


class SqlAlchemyStore:
    """``queue`` is rung inside the accepting transaction where it lives in the same database; None rings nothing."""

    def __init__(self, database_url: str, queue: Queue | None = None) -> None:
        self.database = Database(database_url)
        self._queue = queue

    async def open(self) -> None:
        """Connect once, so that a wrong address fails at the start; the tables are ``migrate.upgrade``'s work."""
        async with self.database.reading() as connection:
            await connection.execute(sa.select(sa.literal(1)))

    async def close(self) -> None:
        await self.database.close()

    # --- customers -------------------------------------------------------------------------
    async def open_conversation(
        self, channel: str, sender: str, *, language: Language, customer: Customer | None = None
    ) -> Conversation:
        async with self.database.reading() as connection:
            found = await inbox.find_conversation(connection, channel, sender)
        if found is None:
            try:
                async with self.database.writing() as connection:
                    return await inbox.insert_conversation(connection, channel, sender, language, customer)
            except IntegrityError:  # somebody opened it in the meantime
                async with self.database.reading() as connection:
                    found = await inbox.find_conversation(connection, channel, sender)
                if found is None:
                    raise
        if customer is None or customer == found.customer:
            return found
        return await self._update(found.id, **inbox.customer_columns(customer))

    async def conversation(self, conversation_id: str) -> Conversation:
        async with self.database.reading() as connection:
            return await inbox.read_conversation(connection, conversation_id)

    async def accept(self, incoming: Incoming) -> Accepted:
        try:
            async with self.database.writing() as connection:
                message = await inbox.store_incoming(connection, incoming)
                if self._queue is not None:
                    await self._queue.ring_in(connection, message.conversation_id)
        except inbox.AlreadyStored as stored:
            return Accepted(stored.message, duplicate=True)
        return Accepted(message, duplicate=False)

    async def history(self, conversation_id: str, *, after: int = 0, limit: int = 500) -> list[StoredMessage]:
        async with self.database.reading() as connection:
            return await outbox.messages_where(
                connection, messages.c.conversation_id == conversation_id, messages.c.seq > after, limit=limit
            )

    async def set_language(self, conversation_id: str, language: Language) -> None:
        await self._update(conversation_id, language=language)

    # --- handling --------------------------------------------------------------------------
    async def next_unhandled(self, conversation_id: str) -> StoredMessage | None:
        async with self.database.reading() as connection:
            return await inbox.next_unhandled(connection, conversation_id)

    async def unhandled_conversations(self, channels: Collection[str] | None = None) -> list[str]:
        async with self.database.reading() as connection:
            return await inbox.unhandled_conversations(connection, channels)

    async def button(self, conversation_id: str, button_id: str) -> OfferedButton | None:
        async with self.database.reading() as connection:
            return await outbox.find_button(connection, conversation_id, button_id)

    async def record_turn(self, record: TurnRecord) -> list[StoredMessage]:
        """See the port; a message that was handled before changes nothing and gives its first replies again."""
        try:
            async with self.database.writing() as connection:
                return await inbox.record_turn(connection, record)
        except inbox.AlreadyHandled:
            return await self.replies_to(record.message.id)

    async def is_handled(self, message_id: str) -> bool:
        query = sa.select(messages.c.handled_at).where(messages.c.id == message_id)
        async with self.database.reading() as connection:
            return (await connection.execute(query)).scalar() is not None

    async def replies_to(self, message_id: str) -> list[StoredMessage]:
        async with self.database.reading() as connection:
            return await outbox.messages_where(connection, messages.c.in_reply_to == message_id)

    async def last_notice(self, conversation_id: str) -> StoredMessage | None:
        async with self.database.reading() as connection:
            return await outbox.last_notice(connection, conversation_id)

    # --- outbox ----------------------------------------------------------------------------
    async def undelivered(self, conversation_id: str | None = None) -> list[StoredMessage]:
        async with self.database.reading() as connection:
            return await outbox.undelivered(connection, conversation_id)

    async def undelivered_conversations(self, channels: Collection[str] | None = None) -> list[str]:
        async with self.database.reading() as connection:
            return await outbox.undelivered_conversations(connection, channels)

    async def mark_delivery(self, message_id: str, delivery: Delivery) -> None:
        async with self.database.writing() as connection:
            await outbox.mark_delivery(connection, message_id, delivery)

    # --- desk ------------------------------------------------------------------------------
    async def conversations(
        self, *, owner: Owner | None = None, agent: str | None = None, limit: int = 100
    ) -> list[Conversation]:
        async with self.database.reading() as connection:
            return await desk.list_conversations(connection, owner, agent, limit)

    async def place_in_queue(self, conversation_id: str) -> int | None:
        async with self.database.reading() as connection:
            return await desk.place_in_queue(connection, conversation_id)

    async def waiting_count(self) -> int:
        async with self.database.reading() as connection:
            return await desk.waiting_count(connection)

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
        async with self.database.writing() as connection:
            return await desk.change_owner(
                connection,
                conversation_id,
                expected_version=expected_version,
                owner=owner,
                agent=agent,
                fresh=fresh,
                drafts=drafts,
            )

    async def add_agent_message(self, conversation_id: str, draft: Draft) -> StoredMessage:
        try:
            async with self.database.writing() as connection:
                return await desk.add_agent_message(connection, conversation_id, draft)
        except inbox.AlreadyStored as stored:
            return stored.message

    async def handoffs(self, conversation_id: str) -> list[Handoff]:
        async with self.database.reading() as connection:
            return await desk.list_handoffs(connection, conversation_id)

    async def add_note(self, conversation_id: str, agent: str, text: str) -> Note:
        async with self.database.writing() as connection:
            return await desk.insert_note(connection, conversation_id, agent, text)

    async def notes(self, conversation_id: str) -> list[Note]:
        async with self.database.reading() as connection:
            return await desk.list_notes(connection, conversation_id)

    async def _update(self, conversation_id: str, **columns: str | None) -> Conversation:
        async with self.database.writing() as connection:
            await connection.execute(
                sa.update(conversations)
                .where(conversations.c.id == conversation_id)
                .values(updated_at=now(), **columns)
            )
            return await inbox.read_conversation(connection, conversation_id)
