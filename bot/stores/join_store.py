"""The store of ``joining.Joins``: each method is one transaction over the functions beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from actions.records.database import Database
from bot.joining import Changed, Claim, Endpoint, JoinCode, JoinRules
from bot.messages import Conversation, Draft, StoredMessage
from bot.stores import join_codes, join_tables, joins
from bot.stores.inbox import AlreadyHandled


class JoinStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def endpoints(self, conversation_id: str) -> list[Endpoint]:
        return await self._database.read(joins.list_endpoints, conversation_id)

    async def line_of_time(self, conversation_id: str) -> list[StoredMessage]:
        return await self._database.read(joins.line_of_time, conversation_id)

    async def make_code(
        self, conversation: Conversation, made_for: str, hashes: Mapping[str, str], rules: JoinRules
    ) -> bool:
        return await self._database.write(join_codes.make_code, conversation, made_for, hashes, rules)

    async def claim(self, message: StoredMessage, given: str, rules: JoinRules) -> Claim:
        return await self._database.write(join_codes.claim, message, given, rules)

    async def claimed(self, endpoint: str) -> JoinCode | None:
        return await self._database.read(join_codes.find_claimed, endpoint)

    async def drop_claim(self, endpoint: str) -> None:
        await self._database.write(join_codes.end_codes, join_tables.join_codes.c.claimed_by == endpoint)

    async def join(
        self, message: StoredMessage, code: JoinCode, drafts: Sequence[Draft], question: Draft | None
    ) -> Changed:
        try:
            return await self._database.write(joins.join, message, code, drafts, question)
        except AlreadyHandled:
            return Changed((message.conversation_id, code.home_id), ())

    async def part(
        self,
        conversation_id: str,
        endpoints: Collection[str],
        by: str,
        drafts: Mapping[str, Sequence[Draft]],
        message: StoredMessage | None = None,
    ) -> Changed:
        try:
            return await self._database.write(joins.part, conversation_id, endpoints, by, drafts, message)
        except AlreadyHandled:
            return Changed((conversation_id, *endpoints), ())
