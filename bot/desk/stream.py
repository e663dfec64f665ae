"""``GET /desk/api/stream``: tells an open desk which conversations changed, and who is typing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.conversation.events import DESK_TOPIC
from bot.desk.auth import COOKIE, with_agent
from bot.http.context import Context, context_of
from bot.http.events import subscribed
from bot.http.limits import AttemptLimit
from bot.http.sockets import Say, check_upgrade, serve_socket
from bot.messages import Agent, Author, Owner
from bot.ports import UnknownConversation

# Seconds after which an open desk is asked again whether its log-in still holds.
CHECK_SESSION = 60.0


async def _open(request: web.Request, agent: Agent) -> web.StreamResponse:
    check_upgrade(request)
    stream = DeskStream(context_of(request), agent, request.cookies[COOKIE])
    return await serve_socket(request, stream.speak, stream.listen)


open_stream = with_agent(_open)


class DeskStream:
    """One open desk. The origin was checked by the gateway before the socket opened."""

    def __init__(self, context: Context, agent: Agent, token: str) -> None:
        self._context = context
        self._agent = agent
        self._token = token
        self._typing = AttemptLimit(1, 2)

    async def speak(self, say: Say) -> None:
        """Returns, which closes the socket, once the log-in has ended."""
        async with subscribed(self._context.parts.notifier, DESK_TOPIC) as events:
            await say({"type": "ready"})
            while True:
                event = await events.next(CHECK_SESSION)
                if event is not None:
                    await say(event)
                elif await self._context.accounts.desk_session(self._token) is None:
                    return

    async def listen(self, frame: Mapping[str, Any], say: Say) -> None:
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
