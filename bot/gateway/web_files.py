"""``/channels/web/files``: a customer's photo or file, brought before the message that shows it.

Private: only sessions of the same conversation and logged-in agents can fetch it. What it is, its bytes say; what it is
called, we say (``bot/file_types.py``).
"""

from __future__ import annotations

import asyncio
import re
from urllib.parse import quote

from aiohttp import web

from bot.file_types import FROM_PAGES, safe_name, type_of
from bot.gateway.platforms import platforms_of
from bot.gateway.web_sessions import CHANNEL, session_conversation
from bot.http.bodies import is_id, takes_up_to
from bot.http.context import context_of
from bot.http.errors import ApiError, wait_first, wrong_field
from bot.http.limits import AttemptLimit
from bot.http.origins import address_of
from bot.http.views import external_id, for_customer
from bot.messages import Attachment, Conversation
from bot.photo_metadata import without_metadata
from bot.stores.media import KEPT, OFFERED, MediaFile
from bot.web_limits import MOST_MEGABYTES

PATH = "/channels/web/files"
MEGABYTE = 1024 * 1024
SECONDS = 180.0
"""For one file; a slow phone sends 10 MB in that time."""
FILE_LIMITS = web.AppKey("file_limits", tuple)
"""Files of one conversation, and of one network address, in ten minutes."""
_ID = re.compile(r"[0-9a-f]{32}")
_SHOWN = ("image/", "video/")


def limits() -> tuple[AttemptLimit, AttemptLimit]:
    return AttemptLimit(20, 600), AttemptLimit(100, 600)


def routes() -> list[web.RouteDef]:
    return [web.post(PATH, post_file), web.get(f"{PATH}/{{id}}", get_file)]


@takes_up_to(MOST_MEGABYTES * MEGABYTE)
async def post_file(request: web.Request) -> web.Response:
    """The body is the file; ``?session=&client_id=&name=`` → 201 ``{attachment, name, content_type, size}``.

    The same ``client_id`` again gives the file that came first.
    """
    conversation = await session_conversation(request, request.query.get("session"))
    client_id = request.query.get("client_id", "")
    if not is_id(client_id):
        raise wrong_field("client_id", "1 至 128 个可见字符", "1 to 128 printable characters")
    _count(request, conversation)
    media = platforms_of(request).media
    media_id = external_id(conversation.endpoint, client_id)
    file = await media.find_by_media_id(CHANNEL, media_id)
    if file is None:
        data = await _read(request, context_of(request).settings.file_mb)
        content_type = type_of(data)
        if content_type not in FROM_PAGES:
            raise ApiError("unsupported_file")
        data = await asyncio.to_thread(without_metadata, data, content_type)
        name = safe_name(request.query.get("name", ""), content_type)
        file = await media.offer(CHANNEL, media_id, name, data)
        await media.drop_unsent(CHANNEL)
    about = {"attachment": file.id, "name": file.name, "content_type": file.content_type, "size": file.size}
    return web.json_response(about, status=201)


async def get_file(request: web.Request) -> web.StreamResponse:
    """The bytes, for the session that sent them or whose conversation shows them; another one's do not exist."""
    conversation = await session_conversation(request, request.query.get("session"))
    file = await _file(request, request.match_info["id"])
    if file is None or not (_brought_here(file, conversation) or await _shown(request, conversation, file)):
        raise ApiError("not_found")
    way = "inline" if file.content_type.startswith(_SHOWN) else "attachment"
    headers = {
        "Content-Type": file.content_type,
        "Content-Disposition": f"{way}; filename*=UTF-8''{quote(file.name, safe='')}",
        "Cache-Control": "private, max-age=86400, immutable",
    }
    return web.FileResponse(platforms_of(request).media.path_of(file), headers=headers)


async def attachment_of(request: web.Request, conversation: Conversation, file_id: object) -> Attachment:
    """What a message shows of a file that this session brought. Raises unknown_attachment."""
    file = await _file(request, file_id) if isinstance(file_id, str) else None
    if file is None or not _brought_here(file, conversation):
        raise ApiError("unknown_attachment")
    return await platforms_of(request).media.sent(file)


async def _file(request: web.Request, file_id: str) -> MediaFile | None:
    file = await platforms_of(request).media.find(file_id) if _ID.fullmatch(file_id) else None
    return file if file is not None and file.state in (OFFERED, KEPT) else None


def _brought_here(file: MediaFile, conversation: Conversation) -> bool:
    return file.channel == CHANNEL and file.media_id.startswith(external_id(conversation.endpoint, ""))


async def _shown(request: web.Request, conversation: Conversation, file: MediaFile) -> bool:
    """Whether a message of the conversation carries it: an agent's, or one of a chat that was joined with this one."""
    after = 0
    while page := await context_of(request).parts.store.history(conversation.id, after=after, limit=500):
        for message in for_customer(page, conversation.endpoint):
            if message.attachment is not None and message.attachment.url == file.attachment.url:
                return True
        after = page[-1].seq
    return False


def _count(request: web.Request, conversation: Conversation) -> None:
    of_conversation, of_address = request.config_dict[FILE_LIMITS]
    address = address_of(request, context_of(request).settings)
    if seconds := of_conversation.attempt(conversation.id) or of_address.attempt(address):
        raise wait_first("too_many_files", seconds)


async def _read(request: web.Request, megabytes: int) -> bytes:
    """The body; one that is too large is refused as soon as that shows, whatever length it promised."""
    most = megabytes * MEGABYTE
    too_large = ApiError("file_too_large", {"limit": megabytes}, {"Connection": "close"})
    if (request.content_length or 0) > most:
        raise too_large
    data = bytearray()

    async def read() -> None:
        async for chunk in request.content.iter_any():
            data.extend(chunk)
            if len(data) > most:
                raise too_large

    try:
        await asyncio.wait_for(read(), SECONDS)
    except asyncio.TimeoutError:
        raise ApiError("too_slow", headers={"Connection": "close"}) from None
    if not data:
        raise ApiError("empty_file")
    return bytes(data)
