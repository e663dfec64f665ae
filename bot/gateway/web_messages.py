"""``/channels/web/messages``: a customer writes, and reads the history. Acknowledged only after it is stored."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from bot.conversation.accept import UnknownPayload, accept
from bot.gateway.web_files import attachment_of
from bot.gateway.web_sessions import CHANNEL, session_conversation
from bot.http.bodies import id_of, is_id, number_of, read_object, seq_of, text_of
from bot.http.context import Context, context_of
from bot.http.errors import ApiError, wait_first, wrong_field
from bot.http.events import Events, subscribed
from bot.http.limits import AttemptLimit
from bot.http.origins import address_of
from bot.http.views import agent_names, external_id, for_customer, message_json, state_json
from bot.messages import Accepted, Conversation, Incoming, StoredMessage
from bot.ports import Answer, Parts

LONGEST_WAIT = 30.0
# Events may be lost, and a message without a reply makes none: look again this often, in seconds.
LOOK_AGAIN = 0.5
SESSION_LIMIT = web.AppKey("session_limit", AttemptLimit)


async def post_message(request: web.Request) -> web.Response:
    """``{session, client_id, text|payload|attachment}`` → 202 ``{id}``.

    With ``wait`` 200 ``{id, replies, owner, language}``.
    """
    context = context_of(request)
    body = await read_object(request)
    conversation = await session_conversation(request, body.get("session"))
    seconds = request.config_dict[SESSION_LIMIT].attempt(conversation.id)
    if seconds:
        raise wait_first("slow_down", seconds)
    wait = number_of(request, "wait", default=0, largest=LONGEST_WAIT)
    incoming = await _incoming(request, body, conversation)
    if "wait" not in request.query:
        return web.json_response({"id": (await _accept(context.parts, incoming)).message.id}, status=202)
    async with subscribed(context.parts.notifier, conversation.id) as events:
        accepted = await _accept(context.parts, incoming)
        answer = await _answer(context.parts, accepted, events, wait)
    return web.json_response(await _outcome(context, accepted.message, answer))


async def get_messages(request: web.Request) -> web.Response:
    """``?session=&after=SEQ`` → ``{messages, owner, language, place, agent, more}``; at most 500 messages at once."""
    context = context_of(request)
    conversation = await session_conversation(request, request.query.get("session"))
    store = context.parts.store
    read = await store.history(conversation.id, after=seq_of(request), limit=500)
    messages = for_customer(read, conversation.endpoint)
    names = await agent_names(context.accounts, conversation, messages)
    shown = [message_json(message, names) for message in messages]
    state = await state_json(store, conversation, names)
    return web.json_response({"messages": shown, "more": len(read) == 500, **state})


async def _accept(parts: Parts, incoming: Incoming) -> Accepted:
    try:
        return await accept(parts, incoming)
    except UnknownPayload as error:
        raise ApiError("unknown_payload") from error


async def _answer(parts: Parts, accepted: Accepted, events: Events, seconds: float) -> Answer | None:
    """The answer as soon as the message is handled; None when the time is over before."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    # Its arrival is told as well as its end. That of a duplicate was told long ago, perhaps both.
    told = accepted.duplicate
    if told and (answer := await parts.store.answer_to(accepted.message.id)):
        return answer
    while (left := end - loop.time()) > 0:
        event = await events.next(min(left, LOOK_AGAIN))
        if event is not None and event.get("seq") != accepted.message.seq:
            continue
        if event is not None and not told:
            told = True
        elif answer := await parts.store.answer_to(accepted.message.id):
            return answer
    return await parts.store.answer_to(accepted.message.id)


async def _outcome(context: Context, message: StoredMessage, answer: Answer | None) -> dict[str, Any]:
    conversation = answer.conversation if answer else await context.parts.store.conversation(message.conversation_id)
    replies = for_customer(answer.replies, message.endpoint) if answer else []
    names = await agent_names(context.accounts, conversation, replies)
    return {
        "id": message.id,
        "replies": [message_json(reply, names) for reply in replies],
        "owner": conversation.owner.value,
        "language": conversation.language,
    }


async def _incoming(request: web.Request, body: dict[str, Any], conversation: Conversation) -> Incoming:
    """A button alone; or a text, a file of ``/channels/web/files``, or both."""
    context = context_of(request)
    client_id = id_of(body, "client_id")
    payload, file_id = body.get("payload"), body.get("attachment")
    if payload is not None and (body.get("text") is not None or file_id is not None):
        raise wrong_field(
            "payload", "单独发送，不与 text、attachment 同时使用", "sent alone, without text or attachment"
        )
    if payload is not None and (not isinstance(payload, str) or not is_id(payload)):
        raise wrong_field("payload", "按钮编号", "a button's id")
    wordless = payload is not None or (file_id is not None and not body.get("text"))
    text = "" if wordless else text_of(body)
    return Incoming(
        channel=CHANNEL,
        sender=conversation.sender,
        external_id=external_id(conversation.endpoint, client_id),
        text=text,
        payload=payload,
        attachment=await attachment_of(request, conversation, file_id) if file_id is not None else None,
        address=address_of(request, context.settings),
    )
