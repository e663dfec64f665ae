"""``POST /desk/api/conversations/ID/files``: an agent's photo or file, said at once as a message of its own.

Kept as customers' files are. What the customer's platform does not take is refused before anything is sent.
"""

from __future__ import annotations

from aiohttp import web

from bot.conversation.hand_to_agent import say
from bot.desk.api import changed, conversation_of
from bot.desk.auth import with_agent
from bot.desk.files import LARGEST, check_file
from bot.file_types import safe_name, type_of
from bot.gateway.platforms import platforms_of
from bot.gateway.web_sessions import CHANNEL as WEB
from bot.http.bodies import is_id, takes_up_to
from bot.http.context import context_of
from bot.http.errors import wrong_field
from bot.http.views import external_id
from bot.messages import Agent, Attachment, Conversation, Owner
from bot.ports import StaleConversation
from bot.stores.media import KEPT, MediaStore


def routes() -> list[web.RouteDef]:
    return [web.post("/desk/api/conversations/{id}/files", with_agent(post_file))]


@takes_up_to(LARGEST)
async def post_file(request: web.Request, agent: Agent) -> web.StreamResponse:
    """The body is the file, ``?client_id=&name=`` → the conversation. The same ``client_id`` is the same message."""
    client_id = request.query.get("client_id", "")
    if not is_id(client_id):
        raise wrong_field("client_id", "1 至 128 个可见字符", "1 to 128 printable characters")
    conversation = await conversation_of(request)
    if conversation.owner is not Owner.AGENT or conversation.agent != agent.username:
        raise StaleConversation(conversation.id)
    context, data = context_of(request), await request.read()
    content_type = type_of(data)
    check_file(context.parts.channel_rules.get(conversation.channel), content_type, len(data))
    name = safe_name(request.query.get("name", ""), content_type)
    attachment = await _kept(platforms_of(request).media, conversation, f"{agent.username}:{client_id}", name, data)
    await say(context.parts, conversation.id, agent, "", client_id, attachment)
    return await changed(request, agent)


async def _kept(media: MediaStore, conversation: Conversation, once: str, name: str, data: bytes) -> Attachment:
    # The web's customers fetch theirs from the web channel; the platforms are given the bytes.
    channel = WEB if conversation.channel == WEB else "desk"
    kind = type_of(data).partition("/")[0]
    promised = await media.promise(channel, external_id(conversation.id, once), kind, name)
    file = await media.find(promised.url.rpartition("/")[2])
    assert file is not None
    kept = file if file.state == KEPT else await media.keep(file, data)
    return Attachment(kept.name, kept.content_type, kept.size, promised.url)
