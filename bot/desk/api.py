"""The desk's routes: read the queue and one conversation, and what an agent may do with it.

A rule of all actions: the core decides under the version check, and who comes too late gets 409 owner_changed.
"""

from __future__ import annotations

from aiohttp import web

from actions import shop
from bot.conversation import hand_to_agent, join_desk
from bot.conversation.collected import collected
from bot.conversation.events import DESK_TOPIC
from bot.desk import auth, dossier, stream
from bot.desk.files import files_json
from bot.desk.line_of_time import all_messages, endpoints_of, notes_of
from bot.desk.overview import conversation_json, limits_json
from bot.desk.transcript import transcript
from bot.desk.wishes import wishes_json
from bot.http.bodies import id_of, is_id, read_object, text_of
from bot.http.context import Context, context_of
from bot.http.errors import ApiError, wrong_field
from bot.http.language import as_language
from bot.http.views import Names
from bot.messages import Agent, Conversation, Owner
from bot.ports import StaleConversation, UnknownConversation


async def list_conversations(request: web.Request, agent: Agent) -> web.Response:
    """``?owner=waiting|agent|bot|closed`` (all without it) → ``{conversations: [...]}``, longest-waiting first."""
    context = context_of(request)
    asked = request.query.get("owner", "")
    if asked and asked not in [owner.value for owner in Owner]:
        raise wrong_field("owner", "waiting、agent、bot 或 closed", "waiting, agent, bot or closed")
    found = await context.parts.store.overviews(owner=Owner(asked) if asked else None)
    names, overdue = await _names(context), await context.records.overdue_complaints()
    rows = [conversation_json(each, context.parts, agent.language, names, overdue) for each in found]
    return web.json_response({"conversations": rows})


async def get_conversation(request: web.Request, agent: Agent) -> web.Response:
    """The row with ``reply_limits``, ``files`` (what an agent may send), ``channels`` (where the customer is or was
    reached), ``invites`` (where they can be invited to) and its dossier: collected, handoffs, orders, notes, intents,
    mood_curve, articles, failures, changes."""
    context = context_of(request)
    parts, names = context.parts, await _names(context)
    overview = await parts.store.overview(_id(request))
    conversation = overview.conversation
    messages = await all_messages(parts, conversation)
    endpoints = await endpoints_of(parts, conversation)
    customer_id = conversation.customer.id if conversation.customer else None
    orders = await context.records.orders_of_conversation(conversation.id, customer_id)
    overdue = await context.records.overdue_complaints()
    episode = [message.decision for message in messages if message.decision and message.episode == conversation.episode]
    handoffs = dossier.handoffs_json(await parts.store.handoffs(conversation.id), parts.handoff_rules, agent.language)
    return web.json_response(
        {
            **conversation_json(overview, parts, agent.language, names, overdue),
            **dossier.dossier(messages, orders, handoffs),
            "files": files_json(parts.channel_rules.get(conversation.channel)),
            "reply_limits": limits_json(parts, conversation, await parts.store.reply_windows(conversation.endpoint)),
            "notes": dossier.notes_json(await notes_of(parts, endpoints), names),
            "channels": dossier.channels_json(endpoints, names),
            "invites": sorted(parts.joining.served) if parts.joining else [],
            "collected": wishes_json(collected(episode), parts.responses, agent.language),
        }
    )


async def get_transcript(request: web.Request, agent: Agent) -> web.Response:
    """``?language=zh|en`` (the agent's own without it) → ``{messages: [...]}``, the whole conversation."""
    context = context_of(request)
    asked = request.query.get("language")
    language = as_language(asked) if asked else agent.language
    if language is None:
        raise wrong_field("language", "zh 或 en", "zh or en")
    conversation = await conversation_of(request)
    messages = await all_messages(context.parts, conversation)
    channels = {each.id: each.channel for each in await endpoints_of(context.parts, conversation)}
    return web.json_response({"messages": transcript(messages, language, await _names(context), channels)})


async def list_agents(request: web.Request, agent: Agent) -> web.Response:
    """``{agents: [...]}``: to whom a conversation can be passed on."""
    agents = await context_of(request).accounts.agents()
    return web.json_response({"agents": [auth.agent_json(each) for each in agents]})


async def claim(request: web.Request, agent: Agent) -> web.Response:
    """``{version?}``: with the version the agent saw, a change in between gives owner_changed."""
    body = await read_object(request)
    version = body.get("version")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise wrong_field("version", "整数", "a whole number")
    conversation = await conversation_of(request)
    await hand_to_agent.claim(context_of(request).parts, conversation.id, agent, expected_version=version)
    return await changed(request, agent)


async def say(request: web.Request, agent: Agent) -> web.Response:
    """``{text, client_id}``: only its own agent may write; a repeated ``client_id`` is one message."""
    body = await read_object(request)
    text, client_id = text_of(body), id_of(body, "client_id")
    conversation = await conversation_of(request)
    await hand_to_agent.say(context_of(request).parts, conversation.id, agent, text, client_id)
    return await changed(request, agent)


async def add_note(request: web.Request, agent: Agent) -> web.Response:
    """``{text}``: for colleagues; any agent may write one."""
    text = text_of(await read_object(request))
    conversation = await conversation_of(request)
    parts = context_of(request).parts
    await parts.store.add_note(conversation.id, agent.username, text)
    await parts.notifier.publish(DESK_TOPIC, {"type": "changed", "conversation": conversation.id})
    return await changed(request, agent)


async def vouch(request: web.Request, agent: Agent) -> web.Response:
    """``{order_number}``: the agent has made sure that this is the order's customer; kept with a note of who did."""
    number = shop.canonical(id_of(await read_object(request), "order_number"))
    conversation = await conversation_of(request)
    context = context_of(request)
    if conversation.owner is not Owner.AGENT or conversation.agent != agent.username:
        raise StaleConversation(conversation.id)
    if not await context.records.vouch(conversation.id, number):
        raise ApiError("unknown_order", {"order_number": number})
    note = context.parts.responses.render("notice_vouched", {"order_number": number}).texts[agent.language]
    await context.parts.store.add_note(conversation.id, agent.username, note)
    await context.parts.notifier.publish(DESK_TOPIC, {"type": "changed", "conversation": conversation.id})
    return await changed(request, agent)


async def transfer(request: web.Request, agent: Agent) -> web.Response:
    """``{agent}``: the user name of a colleague."""
    username = id_of(await read_object(request), "agent")
    conversation = await conversation_of(request)
    context = context_of(request)
    receiver = next((each for each in await context.accounts.agents() if each.username == username), None)
    if receiver is None:
        raise ApiError("unknown_agent", {"agent": username})
    await hand_to_agent.transfer(context.parts, conversation.id, agent, receiver)
    return await changed(request, agent)


async def return_to_bot(request: web.Request, agent: Agent) -> web.Response:
    conversation = await conversation_of(request)
    await hand_to_agent.return_to_bot(context_of(request).parts, conversation.id, agent)
    return await changed(request, agent)


async def close(request: web.Request, agent: Agent) -> web.Response:
    conversation = await conversation_of(request)
    await hand_to_agent.close(context_of(request).parts, conversation.id, agent)
    return await changed(request, agent)


async def invite(request: web.Request, agent: Agent) -> web.Response:
    """``{channel?, client_id}``: tell the customer how to go on there, with a code that joins the two chats."""
    body = await read_object(request)
    channel, client_id = body.get("channel"), id_of(body, "client_id")
    parts = context_of(request).parts
    if channel is not None and channel not in (parts.joining.served if parts.joining else ()):
        raise wrong_field("channel", "已开通的渠道", "a channel that is set up")
    conversation = await conversation_of(request)
    await join_desk.invite(parts, conversation.id, agent, channel, client_id)
    return await changed(request, agent)


async def separate(request: web.Request, agent: Agent) -> web.Response:
    """The customer's joined chats are chats of their own again."""
    conversation = await conversation_of(request)
    await join_desk.separate(context_of(request).parts, conversation.id, agent)
    return await changed(request, agent)


def add_to(app: web.Application) -> None:
    """Add the desk's routes and its log-in limits to the application."""
    auth.add_limits_to(app)
    one = "/desk/api/conversations/{id}"
    guard = auth.with_agent
    app.add_routes(
        [
            web.post("/desk/api/login", auth.login),
            web.post("/desk/api/logout", guard(auth.logout)),
            web.get("/desk/api/me", guard(auth.me)),
            web.get("/desk/api/agents", guard(list_agents)),
            web.get("/desk/api/stream", stream.open_stream),
            web.get("/desk/api/conversations", guard(list_conversations)),
            web.get(one, guard(get_conversation)),
            web.get(f"{one}/transcript", guard(get_transcript)),
            web.post(f"{one}/claim", guard(claim)),
            web.post(f"{one}/messages", guard(say)),
            web.post(f"{one}/notes", guard(add_note)),
            web.post(f"{one}/verify", guard(vouch)),
            web.post(f"{one}/transfer", guard(transfer)),
            web.post(f"{one}/return", guard(return_to_bot)),
            web.post(f"{one}/close", guard(close)),
            web.post(f"{one}/invite", guard(invite)),
            web.post(f"{one}/separate", guard(separate)),
        ]
    )


def _id(request: web.Request) -> str:
    conversation_id = request.match_info["id"]
    if not is_id(conversation_id):
        raise UnknownConversation(conversation_id)
    return conversation_id


async def conversation_of(request: web.Request) -> Conversation:
    """Raises UnknownConversation."""
    return await context_of(request).parts.store.conversation(_id(request))


async def _names(context: Context) -> Names:
    return {each.username: each.display_name for each in await context.accounts.agents()}


async def changed(request: web.Request, agent: Agent) -> web.Response:
    """The conversation as it is after an agent's action."""
    context = context_of(request)
    overview = await context.parts.store.overview(_id(request))
    names, overdue = await _names(context), await context.records.overdue_complaints()
    return web.json_response(conversation_json(overview, context.parts, agent.language, names, overdue))
