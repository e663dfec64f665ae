"""``POST /channels/web/sessions``: a browser gets a session, a signed customer their own conversation."""

from __future__ import annotations

import secrets
from typing import Any

from aiohttp import web

from bot.gateway.identity import customer_of
from bot.http.bodies import is_id, read_object
from bot.http.context import Context, context_of
from bot.http.errors import ApiError, wrong_field
from bot.http.language import as_language, language_of, set_language
from bot.messages import Conversation, Customer, Language

CHANNEL = "web"


async def open_session(request: web.Request) -> web.Response:
    """``{language?, identity?}`` → ``{session, conversation, language, owner, file_mb}``."""
    context = context_of(request)
    body = await read_object(request)
    given = _language(body)
    language = given or language_of(request)
    set_language(request, language)
    customer = _customer(body, context)
    # A signed customer meets the same conversation on every device; anybody else gets one of their own.
    sender = f"customer:{customer.id}" if customer else f"visitor:{secrets.token_hex(16)}"
    store = context.parts.store
    conversation = await store.open_conversation(CHANNEL, sender, language=language, customer=customer)
    if given and given != conversation.language:
        await store.set_language(conversation.id, given)
    return web.json_response(
        {
            "session": await context.accounts.create_web_session(conversation.endpoint),
            "conversation": conversation.id,
            "language": given or conversation.language,
            "owner": conversation.owner.value,
            "file_mb": context.settings.file_mb,
        }
    )


async def session_conversation(request: web.Request, session: object) -> Conversation:
    """The conversation behind a session token; also sets the language of errors. Raises unknown_session."""
    context = context_of(request)
    known = isinstance(session, str) and is_id(session)
    conversation = await context.accounts.web_session(str(session)) if known else None
    if conversation is None:
        raise ApiError("unknown_session")
    set_language(request, conversation.language)
    return conversation


def _language(body: dict[str, Any]) -> Language | None:
    value = body.get("language")
    if value is None:
        return None
    language = as_language(value) if isinstance(value, str) else None
    if language is None:
        raise wrong_field("language", "zh 或 en", "zh or en")
    return language


def _customer(body: dict[str, Any], context: Context) -> Customer | None:
    value = body.get("identity")
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise wrong_field("identity", "JWT 字符串", "a JWT string")
    return customer_of(value, context.settings.identity_secret)
