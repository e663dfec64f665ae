"""``GET /channels/web/menu``: what else this chat can do: a copy by e-mail, going on on another channel."""

from __future__ import annotations

from aiohttp import web

from bot.conversation.join_chats import ways_on
from bot.gateway.web_sessions import session_conversation
from bot.http.context import context_of
from bot.http.language import as_language

PATH = "/channels/web/menu"


async def get_menu(request: web.Request) -> web.Response:
    """``?session=&language=`` → ``{mail, channels: [{channel, text}]}``; ``text``: what to say to go on there."""
    conversation = await session_conversation(request, request.query.get("session"))
    language = as_language(request.query.get("language", "")) or conversation.language
    context = context_of(request)
    ways = await ways_on(context.parts, conversation)
    channels = [{"channel": channel, "text": texts[language]} for channel, texts in ways.items()]
    return web.json_response({"mail": context.mailer is not None, "channels": channels})
