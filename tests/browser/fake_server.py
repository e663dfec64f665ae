"""The contract's web channel over a scripted bot, with handles to break it: for tests of the pages alone.

It runs on a thread of its own. ``FakeServer.call`` runs a function on that thread; attributes that only switch
behaviour are plain flags. ``python -m tests.browser.fake_server PORT`` serves it for looking at.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import WSMsgType, web

from bot.file_types import FROM_PAGES, safe_name, type_of
from bot.gateway.pages import CONTENT_TYPES, sent_text
from tests.browser import fake_bot

WEB = Path(__file__).resolve().parents[2] / "bot" / "web"
PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'"
HOST_PAGE = """<!doctype html><html lang="{lang}"><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><title>Host</title><h1>Host</h1><button id="before">A button of the shop's own</button>
{tag}</html>"""
T = TypeVar("T")


@dataclass
class FakeConversation:
    """One conversation and everything open on it."""

    id: str
    language: str
    owner: str = "bot"
    place: int | None = None
    agent: str | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    typing: list[dict[str, Any]] = field(default_factory=list)


class FakeServer:
    """Troubles are switches: ``refuse_sockets``, ``drop_answers`` (store a message, then break the connection),
    ``down`` (break everything), ``silent`` (store, never answer), ``bad_identity``.

    ``mail`` and ``wechat``: what the menu offers; ``mails`` holds address and language of what was asked for.
    ``received`` counts deliveries by client_id, ``uploads`` files that came in, repeated ones too, each at most
    ``file_mb``; ``identities`` holds
    what came with each new session.
    """

    def __init__(self) -> None:
        self.conversations: list[FakeConversation] = []
        self.sessions: dict[str, FakeConversation] = {}
        self.signed: dict[str | None, FakeConversation] = {}
        self.received: dict[str, int] = {}
        self.identities: list[str | None] = []
        self.refuse_sockets = self.drop_answers = self.down = self.silent = False
        self.bad_identity = False
        self.files: dict[str, tuple[FakeConversation, bytes, dict[str, Any]]] = {}
        self.uploads, self.file_mb = 0, 10
        self.mails: list[tuple[str, str]] = []
        self.mail = self.wechat = True
        self.asked_menu = 0
        self.origin = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    # --- life ------------------------------------------------------------------------------
    def start(self, port: int = 0) -> FakeServer:
        self._thread.start()
        self.origin = asyncio.run_coroutine_threadsafe(self._serve(port), self._loop).result(10)
        return self

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def call(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine function on the server's thread and return its result."""
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(10)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait for something to become true on the server's side; raises TimeoutError after ten seconds."""

        async def watch() -> None:
            # Any condition may be asked for, so nothing rings when it comes true.
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

        self.call(watch)

    async def _serve(self, port: int) -> str:
        app = web.Application(middlewares=[self._break], client_max_size=32 * 1024 * 1024)
        app.add_routes(
            [
                web.get("/", _page("shop/index.html")),
                web.get("/host.html", self._host),
                web.get("/blank.html", _blank),
                web.get("/widget/", _page("widget/index.html")),
                web.get("/desk/", _page("desk/index.html")),
                web.post("/channels/web/sessions", self._open),
                web.post("/channels/web/messages", self._post),
                web.get("/channels/web/messages", self._history),
                web.get("/channels/web/stream", self._stream),
                web.get("/channels/web/menu", self._menu),
                web.get("/channels/web/transcript", self._copy),
                web.post("/channels/web/transcript", self._mail),
                web.post("/channels/web/files", self._take_file),
                web.get("/channels/web/files/{id}", self._show_file),
            ]
        )
        self.more_routes(app)
        app.router.add_get("/{path:.+}", _file)
        # A dropped connection is what several tests are about; a page's open streams must not hold up the end.
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        assert site._server is not None
        return f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]

    def more_routes(self, app: web.Application) -> None:
        """For servers that fake more than the widget's side."""

    @web.middleware
    async def _break(self, request: web.Request, handler: Any) -> web.StreamResponse:
        is_ours = request.path.startswith("/channels/")
        if is_ours and self.down:
            assert request.transport is not None
            request.transport.close()
            return web.Response(status=503)
        response: web.StreamResponse = await handler(request)
        if not response.prepared:
            response.headers["Cache-Control"] = "no-store"
        return response

    # --- pages -----------------------------------------------------------------------------
    async def _host(self, request: web.Request) -> web.Response:
        """Any shop's page: ``?lang=`` and, in ``tag=``, the attributes of the widget's tag."""
        service = request.query.get("service") or self.origin
        tag = f"<script src='{service}/widget.js' {request.query.get('tag', '')}></script>"
        text = HOST_PAGE.format(lang=request.query.get("lang", "zh-CN"), tag=tag)
        policy = f"default-src 'none'; img-src data:; script-src {service}; frame-src {service} http://*:*/blank.html"
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": policy})

    # --- web channel -----------------------------------------------------------------------
    async def _open(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.identities.append(body.get("identity"))
        if body.get("identity") and self.bad_identity:
            return _error(401, "bad_identity")
        # A signed customer meets the same conversation again.
        conversation = self.signed.get(body.get("identity"))
        if conversation is None:
            conversation = FakeConversation(uuid.uuid4().hex, body.get("language", "zh"))
            self.conversations.append(conversation)
        if body.get("identity"):
            self.signed[body["identity"]] = conversation
        session = uuid.uuid4().hex
        self.sessions[session] = conversation
        return web.json_response(
            {
                "session": session,
                "conversation": conversation.id,
                "language": conversation.language,
                "file_mb": self.file_mb,
            }
        )

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.json()
        conversation = self.sessions.get(body["session"])
        if conversation is None:
            return _error(401, "unknown_session")
        client_id = body["client_id"]
        self.received[client_id] = self.received.get(client_id, 0) + 1
        known = [one for one in conversation.messages if one["client_id"] == client_id]
        if not known:
            file = self.files[body["attachment"]][2] if "attachment" in body else None
            text = "" if file else body.get("text")
            if text is None:
                text = conversation.buttons.get(body["payload"])
                if text is None:
                    return _error(400, "unknown_payload")
            if len(text) > 5000:
                return _error(413, "too_long")
            conversation.language = fake_bot.language_of(text, conversation.language)
            known = [await self.say(conversation, "customer", text, client_id=client_id, attachment=file)]
            if not self.silent:
                task = asyncio.create_task(self._answer(conversation, text))
                self._answering = task
        if self.drop_answers:
            assert request.transport is not None
            request.transport.close()
        return web.json_response({"id": known[0]["id"]}, status=202)

    async def _menu(self, request: web.Request) -> web.Response:
        if request.query["session"] not in self.sessions:
            return _error(401, "unknown_session")
        self.asked_menu += 1
        words = {"zh": "换到微信继续", "en": "Continue on WeChat"}[request.query["language"]]
        channels = [{"channel": "wechat", "text": words}] if self.wechat else []
        return web.json_response({"mail": self.mail, "channels": channels})

    async def _copy(self, request: web.Request) -> web.Response:
        said = [one["text"] for one in self.sessions[request.query["session"]].messages]
        headers = {"Content-Disposition": 'attachment; filename="chat-2026-11-22.txt"'}
        return web.Response(text="\n".join([request.query["language"], *said]), headers=headers)

    async def _mail(self, request: web.Request) -> web.Response:
        body = await request.json()
        if "@" not in body["email"]:
            return _error(400, "bad_email")
        self.mails.append((body["email"], body["language"]))
        return web.json_response({"sent": True}, status=202)

    async def _take_file(self, request: web.Request) -> web.Response:
        """As the real one does it: the same client_id is the same file."""
        conversation = self.sessions.get(request.query["session"])
        if conversation is None:
            return _error(401, "unknown_session")
        self.uploads += 1
        data = await request.read()
        content_type = type_of(data)
        if content_type not in FROM_PAGES:
            return _error(415, "unsupported_file")
        file_id = uuid.uuid5(uuid.NAMESPACE_OID, conversation.id + request.query["client_id"]).hex
        name = safe_name(request.query["name"], content_type)
        about = {"name": name, "content_type": content_type, "size": len(data), "url": f"/channels/web/files/{file_id}"}
        self.files[file_id] = (conversation, data, about)
        return web.json_response({"attachment": file_id}, status=201)

    async def _show_file(self, request: web.Request) -> web.Response:
        conversation, data, about = self.files[request.match_info["id"]]
        if self.sessions.get(request.query["session"]) is not conversation:
            return _error(404, "not_found")
        return web.Response(body=data, content_type=about["content_type"])

    async def _history(self, request: web.Request) -> web.Response:
        conversation = self.sessions.get(request.query["session"])
        if conversation is None:
            return _error(401, "unknown_session")
        after = int(request.query["after"])
        missing = [one for one in conversation.messages if one["seq"] > after]
        return web.json_response({"messages": missing, **_state(conversation)})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        conversation = self.sessions.get(request.query["session"])
        if conversation is None or self.refuse_sockets:
            return _error(401, "unknown_session")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "ready", **_state(conversation)})
        conversation.sockets.append(socket)
        for message in list(conversation.messages):
            if message["seq"] > int(request.query["after"]):
                await socket.send_json({"type": "message", "message": message})
        async for incoming in socket:
            if incoming.type is WSMsgType.TEXT:
                await self._hear(conversation, socket, json.loads(incoming.data))
        conversation.sockets.remove(socket)
        return socket

    async def _hear(self, conversation: FakeConversation, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        if frame["type"] == "ping":
            await socket.send_json({"type": "pong"})
        elif frame["type"] == "language":
            conversation.language = frame["language"]
            await self._tell(conversation, {"type": "language", "language": frame["language"]})

    # --- what tests and the bot do ---------------------------------------------------------
    async def say(
        self, conversation: FakeConversation, author: str, text: str, *, client_id: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """Add a message of anybody's and show it to the open pages; ``buttons`` are (zh, en) titles."""
        language = conversation.language
        offered = []
        for titles in more.get("buttons", ()):
            payload = uuid.uuid4().hex
            title = titles[0 if language == "zh" else 1]
            conversation.buttons[payload] = title
            offered.append({"title": title, "payload": payload})
        message = {
            "id": uuid.uuid4().hex,
            "seq": len(conversation.messages) + 1,
            "author": author,
            "text": text,
            "language": language,
            "buttons": offered,
            "card": more.get("card"),
            "attachment": more.get("attachment"),
            "created_at": datetime.now(timezone.utc).isoformat(),
            "agent": more.get("agent"),
            "client_id": client_id,
        }
        conversation.messages.append(message)
        await self._tell(conversation, {"type": "message", "message": message})
        return message

    async def hand_to(
        self, conversation: FakeConversation, owner: str, *, place: int | None = None, agent: str | None = None
    ) -> None:
        conversation.owner, conversation.place, conversation.agent = owner, place, agent
        await self._tell(conversation, {"type": "owner", **_state(conversation)})

    async def join(self, conversation: FakeConversation, home: FakeConversation) -> None:
        """The chat is led into another one; its pages are told, and their sockets end."""
        self.sessions = {token: home if one is conversation else one for token, one in self.sessions.items()}
        await self._tell(conversation, {"type": "conversation", "conversation": home.id})
        for socket in list(conversation.sockets):
            await socket.close()

    async def drop_sockets(self) -> None:
        """Break the connections without a word, as a network does."""
        for conversation in self.conversations:
            for socket in list(conversation.sockets):
                transport = socket._req.transport if socket._req else None
                assert transport is not None
                transport.abort()

    async def _answer(self, conversation: FakeConversation, text: str) -> None:
        if conversation.owner in ("waiting", "agent"):
            return
        await self._tell(conversation, {"type": "typing", "author": "bot"})
        replies = fake_bot.answer(text, conversation.memory)
        if not replies:
            await self.hand_to(conversation, "waiting", place=2)
            words = {"zh": "已为您转接人工客服，您排在第 2 位。", "en": "You are number 2 in line for a person."}
            await self.say(
                conversation, "system", words[conversation.language], buttons=[("返回机器人", "Back to the bot")]
            )
        for reply in replies:
            await self.say(
                conversation, "bot", reply[conversation.language], buttons=reply["buttons"], card=reply["card"]
            )

    async def _tell(self, conversation: FakeConversation, frame: dict[str, Any]) -> None:
        for socket in list(conversation.sockets):
            if not socket.closed:
                await socket.send_json(frame)


def _page(name: str) -> Any:
    async def page(request: web.Request) -> web.Response:
        policy = f"{PAGE_POLICY}; frame-src 'self'; base-uri 'none'; form-action 'self'"
        headers = {"Content-Security-Policy": policy}
        return web.Response(body=_as_sent(WEB / name), headers={**headers, "Content-Type": CONTENT_TYPES[".html"]})

    return page


async def _file(request: web.Request) -> web.Response:
    path = WEB / request.match_info["path"]
    if not path.is_file():
        raise web.HTTPNotFound
    return web.Response(body=_as_sent(path), headers={"Content-Type": CONTENT_TYPES[path.suffix]})


def _as_sent(path: Path) -> bytes:
    """What the real server sends: a mistake in compacting a file must show here."""
    state = path.stat()
    return sent_text(path, state.st_mtime_ns, state.st_size).plain


async def _blank(_: web.Request) -> web.Response:
    return web.Response(text="<!doctype html><title>Blank</title>", content_type="text/html")


def _state(conversation: FakeConversation) -> dict[str, Any]:
    return {
        "conversation": conversation.id,
        "owner": conversation.owner,
        "language": conversation.language,
        "place": conversation.place,
        "agent": conversation.agent,
    }


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": f"the server's words for {code}"}}, status=status)


if __name__ == "__main__":
    server = FakeServer().start(int(sys.argv[1]) if len(sys.argv) > 1 else 8765)
    print(server.origin, flush=True)
    threading.Event().wait()
