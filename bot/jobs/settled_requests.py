"""Carries out what was asked for while the shop's system was down, and tells the customer what became of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from actions.records.ledger import Ledger, Settled
from bot.conversation.compose import notice
from bot.conversation.events import tell_messages
from bot.ports import Parts, UnknownConversation

log = structlog.get_logger(__name__)

EVERY_SECONDS = 20.0


class SettledRequests:
    """Several processes may run it: each request is taken by one of them."""

    def __init__(self, parts: Parts, ledger: Ledger, every: float = EVERY_SECONDS) -> None:
        self._parts = parts
        self._ledger = ledger
        self._every = every
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._now_and_then())

    async def stop(self) -> None:
        """What is under way is cut short, and taken up again later."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def run(self) -> int:
        """How many customers were told something now."""
        await self._ledger.retry()
        told = 0
        for settled in await self._ledger.untold():
            await self._tell(settled)
            await self._ledger.told(settled)
            told += 1
        return told

    async def _tell(self, settled: Settled) -> None:
        parts, conversation_id = self._parts, settled.request.conversation_id
        try:
            conversation = await parts.store.conversation(conversation_id)
            said = {"order_number": settled.request.order_number, "reference": settled.reference}
            key = f"utter_request_{settled.state}"
            draft = notice(parts.responses, key, conversation.language, said)
            message = await parts.store.add_notice(conversation_id, draft)
        except UnknownConversation:
            log.warning("customer_gone", request=settled.reference)
            return
        await parts.queue.ring(conversation_id)
        await tell_messages(parts.notifier, conversation_id, [message])

    async def _now_and_then(self) -> None:
        while True:
            try:
                await self.run()
            except Exception as error:
                log.exception("requests_not_retried", error=repr(error))
            await asyncio.sleep(self._every)
