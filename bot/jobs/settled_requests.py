"""Carries out what was asked for while the shop's system was down, and tells the customer what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from actions.records.ledger import Ledger, Settled
from bot.conversation.compose import notice
from bot.conversation.events import tell_messages
from bot.ports import Parts, UnknownConversation

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=20)


@dataclass(frozen=True)
class SettledRequests:
    """Each request is taken by one process, should two run it."""

    parts: Parts
    ledger: Ledger

    async def run(self) -> int:
        """How many customers were told something now."""
        await self.ledger.retry()
        told = 0
        for settled in await self.ledger.untold():
            await self._tell(settled)
            await self.ledger.told(settled)
            told += 1
        return told

    async def _tell(self, settled: Settled) -> None:
        parts, conversation_id = self.parts, settled.request.conversation_id
        try:
            conversation = await parts.store.conversation(conversation_id)
            number = settled.request.order_number
            said = {"reference": settled.reference, **({"order_number": number} if number else {})}
            key = f"utter_{'request' if number else 'wish'}_{settled.state}"
            draft = notice(parts.responses, key, conversation.language, said)
            message = await parts.store.add_notice(conversation_id, draft)
        except UnknownConversation:
            log.warning("customer_gone", request=settled.reference)
            return
        await parts.queue.ring(conversation_id)
        await tell_messages(parts.notifier, conversation_id, [message])
