"""``GET /channels/web/stream``: a customer's open page. It is told what it lacks, then what happens.

Every event is only a hint to look at the store again: what a page is sent are differences to what it
was sent before, so a lost or doubled event does no harm.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from aiohttp import web

from bot.conversation.events import DESK_TOPIC
from bot.gateway.web_messages import SESSION_LIMIT
from bot.gateway.web_sessions import CHANNEL, session_conversation
from bot.http.bodies import seq_of
from bot.http.context import Context, context_of
from bot.http.events import Event
from bot.http.language import as_language
from bot.http.limits import AttemptLimit
from bot.http.origins import address_of
from bot.http.sockets import Say, StreamEnds, check_upgrade, serve_socket
from bot.http.views import agent_names, for_customer, message_json, state_json
from bot.messages import Author, Conversation

PAGE = 200
PAGES_AT_ONCE = 20
"""How many pages of one conversation may be open: tabs, devices, and sockets whose end is not noticed yet."""


async def open_stream(request: web.Request) -> web.StreamResponse:
    """``?session=&after=SEQ``: messages with a larger ``seq`` are sent first, in order, each once."""
    conversation = await session_conversation(request, request.query.get("session"))
    after = seq_of(request)
    check_upgrade(request)
    context, limit = context_of(request), request.config_dict[SESSION_LIMIT]
    caps: Mapping[Hashable, int] = {
        ("conversation", conversation.id): PAGES_AT_ONCE,
        ("address", address_of(request, context.settings)): context.settings.sockets_per_address,
    }
    return await serve_socket(request, CustomerStream(context, conversation, after, limit), caps)


class CustomerStream:
    """One open page of one conversation; ``after`` is the last ``seq`` it has, ``limit`` that of its messages."""

    # Seconds without an event after which the store is looked at all the same.
    patience = 20.0

    def __init__(self, context: Context, conversation: Conversation, after: int, limit: AttemptLimit) -> None:
        self.topic = conversation.id
        self._context = context
        self._id = conversation.id
        self._sender = conversation.sender
        self._endpoint = conversation.endpoint
        self._seq = after
        self._told: Mapping[str, Any] = {}
        self._typing = AttemptLimit(1, 2)
        self._limit = limit

    async def begin(self, say: Say) -> None:
        self._told = await self._state()
        await say({"type": "ready", **self._told})
        await self._tell_messages(say)

    async def follow(self, event: Event | None, say: Say) -> None:
        if event is not None and event.get("type") == "typing":
            await self._tell_typing(event, say)
        elif event is None or self._concerns(event):
            await self._tell_messages(say)
            await self._tell_state(say)

    async def listen(self, frame: Mapping[str, Any]) -> None:
        notifier = self._context.parts.notifier
        if frame.get("type") == "typing" and not self._typing.attempt("typing"):
            await notifier.publish(
                DESK_TOPIC, {"type": "typing", "conversation": self._id, "author": Author.CUSTOMER.value}
            )
        elif frame.get("type") == "language":
            language = as_language(str(frame.get("language")))
            if language is not None and not self._limit.attempt(self._id):
                await self._context.parts.store.set_language(self._id, language)
                # Makes this and every other open page of the conversation look again.
                await notifier.publish(self._id, {"type": "owner"})

    def _concerns(self, event: Event) -> bool:
        if event.get("type") == "message":
            return int(event.get("seq", 0)) > self._seq
        return True

    async def _tell_typing(self, event: Event, say: Say) -> None:
        if event.get("author") in (Author.BOT.value, Author.AGENT.value):
            await say({"type": "typing", "author": event["author"]})

    async def _tell_messages(self, say: Say) -> None:
        store = self._context.parts.store
        while read := await store.history(self._id, after=self._seq, limit=PAGE):
            conversation = await store.conversation(self._id)
            names = await agent_names(self._context.accounts, conversation, read)
            for message in for_customer(read, self._endpoint):
                await say({"type": "message", "message": message_json(message, names)})
            self._seq = read[-1].seq

    async def _tell_state(self, say: Say) -> None:
        before, now = self._told, await self._state()
        self._told = now
        if before["conversation"] != now["conversation"]:
            # Joined with another chat, or separated: the page reads what it is in now from the beginning.
            await say({"type": "conversation", "conversation": now["conversation"]})
            raise StreamEnds
        if (before["owner"], before["agent"]) != (now["owner"], now["agent"]):
            await say({"type": "owner", "owner": now["owner"], "place": now["place"], "agent": now["agent"]})
        elif before["place"] != now["place"]:
            await say({"type": "place", "place": now["place"]})
        if before["language"] != now["language"]:
            await say({"type": "language", "language": now["language"]})

    async def _state(self) -> dict[str, Any]:
        store = self._context.parts.store
        conversation = await store.open_conversation(CHANNEL, self._sender, language="zh")
        return await state_json(store, conversation, await agent_names(self._context.accounts, conversation))
