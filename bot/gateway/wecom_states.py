"""Keeps WeCom's service states in step with our owners: once a conversation has come to rest, never in mid-sentence.

In the states of a queue, a person or the end the API lets nothing through, so what is to be said is said before.
"""

from __future__ import annotations

import asyncio

import structlog

from bot.channels.wecom import WecomChannel
from bot.channels.wecom_parse import CHANNEL
from bot.conversation.events import DESK_TOPIC
from bot.ports import Parts, UnknownConversation

LOOK_SECONDS = 0.3
log = structlog.get_logger("kefu.gateway")


class StateKeeper:
    """Hears of every change as the desk does, and of every message sent."""

    def __init__(self, parts: Parts, channel: WecomChannel) -> None:
        self._parts = parts
        self._channel = channel
        self._changed: set[str] = set()
        channel.on_sent = self._changed.add

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.gather(self._listen(), self._keep())

    async def _listen(self) -> None:
        async with self._parts.notifier.subscribe(DESK_TOPIC) as events:
            async for event in events:
                if conversation_id := event.get("conversation"):
                    self._changed.add(str(conversation_id))

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for conversation_id in list(self._changed):
                try:
                    if await self._keep_one(conversation_id):
                        self._changed.discard(conversation_id)
                except Exception as error:
                    log.warning("service_state_not_kept", conversation=conversation_id, error=repr(error))
                    self._changed.discard(conversation_id)

    async def _keep_one(self, conversation_id: str) -> bool:
        """False while something is still to be said."""
        try:
            work = await self._parts.store.work(conversation_id)
        except UnknownConversation:
            return True
        if work.conversation.channel != CHANNEL:
            return True
        if work.unsent or work.message is not None:
            return False
        await self._channel.keep_step(work.conversation)
        return True
