"""``/channels/web/transcript``: a customer's own copy of what was said, to keep or by e-mail."""

from __future__ import annotations

import asyncio
import heapq
from datetime import datetime, timezone

import structlog
from aiohttp import web

from bot.conversation.written_transcript import TranscriptWords, written_transcript
from bot.gateway.web_messages import SESSION_LIMIT
from bot.gateway.web_sessions import session_conversation
from bot.http.bodies import read_object
from bot.http.context import Context, context_of
from bot.http.errors import ApiError, wait_first
from bot.http.language import as_language
from bot.http.limits import AttemptLimit
from bot.http.origins import address_of
from bot.http.views import agent_names, for_customer
from bot.mail import Mail
from bot.mail_settings import is_address
from bot.messages import Author, Conversation, Language, StoredMessage
from lang.shop_clock import shop_zone

PATH = "/channels/web/transcript"
PAGE = 500
PATIENCE = 18.0
"""Seconds for a mail to be handed over; the customer's page gives up after twenty."""
HOUR = 3600
MAIL_LIMITS = web.AppKey("mail_limits", tuple)
"""Mails of one conversation, to one address, from one network address and of the whole shop, in an hour."""

log = structlog.get_logger("kefu.gateway")


def mail_limits() -> tuple[AttemptLimit, ...]:
    return AttemptLimit(3, HOUR), AttemptLimit(3, HOUR), AttemptLimit(10, HOUR), AttemptLimit(300, HOUR)


def routes() -> list[web.RouteDef]:
    return [web.get(PATH, get_transcript), web.post(PATH, mail_transcript)]


async def get_transcript(request: web.Request) -> web.Response:
    """``?session=&language=`` → a text file."""
    conversation = await session_conversation(request, request.query.get("session"))
    if seconds := request.config_dict[SESSION_LIMIT].attempt(conversation.id):
        raise wait_first("slow_down", seconds)
    language = _language(request.query.get("language"), conversation)
    context, now = context_of(request), datetime.now(timezone.utc)
    messages = await _messages(context, conversation)
    data = await _file(context, conversation, messages, language, now)
    headers = {"Content-Disposition": f'attachment; filename="{_name(now)}"', "Cache-Control": "private, no-store"}
    return web.Response(body=data, content_type="text/plain", charset="utf-8", headers=headers)


async def mail_transcript(request: web.Request) -> web.Response:
    """``{session, email, language?}`` → 202 once the mail server has it.

    No way to write to strangers: subject and text are ours, what was said is a file beside them, few go out, and
    only of a conversation in which somebody was answered.
    """
    context = context_of(request)
    body = await read_object(request)
    conversation = await session_conversation(request, body.get("session"))
    if context.mailer is None:
        raise ApiError("no_mail")
    given, email = body.get("language"), body.get("email")
    if not isinstance(email, str) or not is_address(email.strip()):
        raise ApiError("bad_email")
    language = _language(given if isinstance(given, str) else None, conversation)
    messages = await _messages(context, conversation)
    if {message.author for message in messages} <= {Author.CUSTOMER}:
        raise ApiError("nothing_said")
    _count(request, conversation, email.strip())
    now, words = datetime.now(timezone.utc), TranscriptWords(context.parts.responses, language)
    mail = Mail(
        to=email.strip(),
        subject=words("word_transcript_title"),
        text=words("word_transcript_mail"),
        file_name=_name(now),
        file=await _file(context, conversation, messages, language, now),
    )
    try:
        await asyncio.wait_for(context.mailer.send(mail), PATIENCE)
    except Exception as error:
        # Neither the address nor the words go into the log, and a mail server's answer may hold the address.
        log.error("mail_failed", conversation=conversation.id, error=type(error).__name__)
        raise ApiError("mail_failed") from error
    return web.json_response({"sent": True}, status=202)


def _count(request: web.Request, conversation: Conversation, email: str) -> None:
    keys = (conversation.id, email.lower(), address_of(request, context_of(request).settings), "")
    limits: tuple[AttemptLimit, ...] = request.config_dict[MAIL_LIMITS]
    for limit, key in zip(limits, keys, strict=True):
        if seconds := limit.attempt(key):
            raise ApiError("too_many_mails", {"minutes": int(seconds / 60) + 1}, {"Retry-After": str(int(seconds) + 1)})


def _language(given: str | None, conversation: Conversation) -> Language:
    return as_language(given or "") or conversation.language


def _name(now: datetime) -> str:
    return f"chat-{now.astimezone(shop_zone()):%Y-%m-%d}.txt"


async def _file(
    context: Context,
    conversation: Conversation,
    messages: list[StoredMessage],
    language: Language,
    now: datetime,
) -> bytes:
    names = await agent_names(context.accounts, conversation, messages)
    words = TranscriptWords(context.parts.responses, language)
    text = written_transcript(messages, words, names, shop_zone(), now, context.parts.public_url)
    # Notepad reads a file without this mark in the old encoding of the country, and knows no line end but its own.
    return ("\ufeff" + text.replace("\n", "\r\n")).encode()


async def _messages(context: Context, conversation: Conversation) -> list[StoredMessage]:
    """What the page shows, and before it what was said in this very chat until it was joined with another one.

    Not what the other channel's customer had said before the two were joined: a page never sees that either.
    """
    ids = dict.fromkeys((conversation.endpoint, conversation.id))
    told = [for_customer(await _all(context, each), conversation.endpoint) for each in ids]
    return list(heapq.merge(*told, key=lambda message: message.created_at))


async def _all(context: Context, conversation_id: str) -> list[StoredMessage]:
    messages: list[StoredMessage] = []
    while page := await context.parts.store.history(
        conversation_id, after=messages[-1].seq if messages else 0, limit=PAGE
    ):
        messages += page
    return messages
