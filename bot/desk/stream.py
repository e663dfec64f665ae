"""``GET /desk/api/stream``: tells an open desk which conversations changed, and who is typing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.conversation.events import DESK_TOPIC
from bot.desk.auth import COOKIE, with_agent
from bot.http.context import Context, context_of
from bot.http.events import Event
from bot.http.limits import AttemptLimit
from bot.http.sockets import Say, StreamEnds, check_upgrade, serve_socket
from bot.messages import Agent, Author, Owner
from bot.ports import UnknownConversation

DESKS_AT_ONCE = 20
"""How many pages of the desk one agent may have open."""


async def _open(request: web.Request, agent: Agent) -> web.StreamResponse:
    check_upgrade(request)
    stream = DeskStream(context_of(request), agent, request.cookies[COOKIE])
    return await serve_socket(request, stream, {("agent", agent.username): DESKS_AT_ONCE})


open_stream = with_agent(_open)


class DeskStream:
    """One open desk. The origin was checked by the gateway before the socket opened."""

    topic = DESK_TOPIC
    # Seconds after which an open desk is asked again whether its log-in still holds.
    patience = 60.0

    def __init__(self, context: Context, agent: Agent, token: str) -> None:
        self._context = context
        self._agent = agent
        self._token = token
        self._typing = AttemptLimit(1, 2)
        self._checked = time.monotonic()

    async def begin(self, say: Say) -> None:
        await say({"type": "ready"})

    async def follow(self, event: Event | None, say: Say) -> None:
        """Raises ``StreamEnds`` once the log-in has ended."""
        if time.monotonic() - self._checked >= self.patience:
            if await self._context.accounts.desk_session(self._token) is None:
                raise StreamEnds
            self._checked = time.monotonic()
        if event is not None:
            await say(event)

    async def listen(self, frame: Mapping[str, Any]) -> None:
        """``{"type":"typing","conversation":id}``: shown to the customer, if this agent has the conversation."""
        conversation_id = frame.get("conversation")
        if frame.get("type") != "typing" or not isinstance(conversation_id, str):
            return
        if self._typing.attempt(conversation_id):
            return
        try:
            conversation = await self._context.parts.store.conversation(conversation_id)
        except UnknownConversation:
            return
        if conversation.owner is Owner.AGENT and conversation.agent == self._agent.username:
            await self._context.parts.notifier.publish(
                conversation_id, {"type": "typing", "author": Author.AGENT.value}
            )
