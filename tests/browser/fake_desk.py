"""The contract's desk over the fake web channel: one agent, whatever conversations the tests make."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from typing import Any

from aiohttp import WSMsgType, web

from tests.browser import fake_bot
from tests.browser.fake_server import FakeConversation, FakeServer

LIN = {"username": "lin", "display_name": "小林", "role": "agent", "language": "zh"}
SAM = {"username": "sam", "display_name": "Sam", "role": "agent", "language": "en"}
CSRF = "a-csrf-token"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b5500"
    "00000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)
"""One grey point."""
COOKIE = "kefu_desk"
DECISION = {
    "responder": "bot",
    "intent": "track_order",
    "confidence": 0.934,
    "ranking": [["track_order", 0.934], ["list_orders", 0.03]],
    "entities": [{"entity": "order_number", "value": "SO202611010002", "start": 0, "end": 14}],
    "mood": -0.7,
    "mood_words": ["气死"],
    "rule": "track_order opens its form",
    "actions": ["action_order_status", "action_listen"],
    "effects": ["cancel_order:SO202611010001"],
    "facts": {"article": "returns", "score": 0.83},
    "failed": False,
    "misunderstood": False,
    "handoff": {
        "rule": "upset",
        "fired": "upset",
        "do": "hand_over",
        "threshold": -0.6,
        "measured": -0.7,
        "words": "气死",
    },
}


class FakeDesk(FakeServer):
    """Troubles: ``lose_answers`` (break the connection after an agent's message was stored), ``faster`` (the user name
    of a colleague who claims first); ``logged_in`` can be taken away. ``typed`` is the last typing frame of a desk."""

    def __init__(self) -> None:
        super().__init__()
        self.logged_in: dict[str, Any] | None = None
        self.lose_answers = False
        self.faster = ""
        self.typed: dict[str, Any] | None = None
        self.desks: list[web.WebSocketResponse] = []
        self.details: dict[str, dict[str, Any]] = {}
        self.agent_client_ids: dict[str, dict[str, Any]] = {}

    def more_routes(self, app: web.Application) -> None:
        one = "/desk/api/conversations/{id}"
        app.add_routes(
            [
                web.post("/desk/api/login", self._log_in),
                web.post("/desk/api/logout", self._log_out),
                web.get("/desk/api/me", self._me),
                web.get("/desk/api/agents", self._agents),
                web.get("/desk/api/stream", self._desk_stream),
                web.get("/desk/api/conversations", self._list),
                web.get(one, self._one),
                web.get(f"{one}/transcript", self._transcript),
                web.get("/desk/api/media/{id}", self._media),
                web.post(f"{one}/files", self._file),
                web.post(f"{one}/{{action}}", self._act),
            ]
        )

    # --- what tests do ---------------------------------------------------------------------
    async def add(
        self, conversation_id: str, *, owner: str = "waiting", language: str = "zh", **details: Any
    ) -> FakeConversation:
        """A conversation as if a customer had made it; ``details`` are fields of its row and dossier."""
        conversation = FakeConversation(conversation_id, language, owner=owner, place=1 if owner == "waiting" else None)
        self.conversations.append(conversation)
        self.details[conversation_id] = {
            "mood": 0.0,
            "reason": None,
            "handoffs": [],
            "orders": [],
            "notes": [],
            **details,
        }
        await self.tell_desks(conversation_id)
        return conversation

    async def tell_desks(self, conversation_id: str, **frame: Any) -> None:
        for desk in list(self.desks):
            if not desk.closed:
                await desk.send_json({"type": "changed", "conversation": conversation_id, **frame})

    async def line(
        self, conversation: FakeConversation, author: str, text: str, *, other: str | None = None, **desk: Any
    ) -> dict[str, Any]:
        """A message; ``other`` is its text in the language the customer did not see; ``desk`` is for agents only."""
        message = await self.say(conversation, author, text, card=desk.pop("card", None), agent=desk.pop("agent", None))
        message["attachment"] = desk.pop("attachment", None)
        message["desk"] = {"other": other, "decision": None, "delivery": "sent", "key": None, **desk}
        await self.tell_desks(conversation.id)
        return message

    # --- routes ----------------------------------------------------------------------------
    async def _log_in(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body["password"] != "right":
            return _error(401, "bad_login", "用户名或密码不正确。")
        self.logged_in = SAM if body["username"] == "sam" else LIN
        response = web.json_response({"agent": self.logged_in, "csrf": CSRF})
        response.set_cookie(COOKIE, "x", path="/desk", httponly=True, samesite="Strict")
        return response

    async def _log_out(self, _: web.Request) -> web.Response:
        self.logged_in = None
        return web.json_response({})

    async def _me(self, request: web.Request) -> web.Response:
        if self.logged_in is None or COOKIE not in request.cookies:
            return _error(401, "not_logged_in", "登录已失效，请重新登录。")
        return web.json_response({"agent": self.logged_in, "csrf": CSRF})

    async def _agents(self, _: web.Request) -> web.Response:
        return web.json_response({"agents": [LIN, SAM]})

    async def _desk_stream(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.desks.append(socket)
        await socket.send_json({"type": "ready"})
        async for message in socket:
            if message.type is WSMsgType.TEXT and "typing" in message.data:
                self.typed = message.json()
        self.desks.remove(socket)
        return socket

    async def _list(self, request: web.Request) -> web.Response:
        if self.logged_in is None:
            return _error(401, "not_logged_in", "登录已失效，请重新登录。")
        owner = request.query["owner"]
        rows = [self._row(one) for one in self.conversations if one.owner == owner]
        return web.json_response({"conversations": rows})

    async def _one(self, request: web.Request) -> web.Response:
        conversation = self._find(request)
        if conversation is None:
            return _error(404, "unknown_conversation", "没有这个会话。")
        details = self.details.get(conversation.id, {})
        intents = [{"seq": 1, "intent": "track_order", "confidence": 0.93, "understood": True}]
        curve = [{"seq": 1, "mood": 0.1, "words": []}, {"seq": 3, "mood": -0.7, "words": ["气死"]}]
        rest = {name: details.get(name, []) for name in ("handoffs", "orders", "notes", "collected")}
        return web.json_response(
            {**self._row(conversation), **rest, "intents": intents, "mood_curve": curve, "articles": [], "changes": []}
        )

    async def _transcript(self, request: web.Request) -> web.Response:
        conversation = self._find(request)
        assert conversation is not None
        language = request.query["language"]
        return web.json_response({"messages": [_desk_message(one, language) for one in conversation.messages]})

    async def _media(self, request: web.Request) -> web.Response:
        """``picture`` is there; everything else is still on its way."""
        if request.match_info["id"] != "picture":
            return _error(404, "not_found", "没有这个地址。")
        return web.Response(body=PICTURE, content_type="image/png")

    async def _file(self, request: web.Request) -> web.Response:
        conversation = self._find(request)
        assert conversation is not None
        if request.headers.get("X-CSRF-Token") != CSRF:
            return _error(403, "bad_csrf", "请求未通过安全校验。")
        name, data = request.query["name"], await request.read()
        if not data.startswith(b"\x89PNG"):
            return _error(415, "unsupported_file", "不支持这种文件。")
        kept = {"name": name, "content_type": "image/png", "size": len(data), "url": "/desk/api/media/picture"}
        await self.line(conversation, "agent", "", agent="小林", attachment=kept)
        return web.json_response(self._row(conversation))

    async def _act(self, request: web.Request) -> web.Response:
        conversation, agent = self._find(request), self.logged_in
        assert conversation is not None
        if agent is None:
            return _error(401, "not_logged_in", "登录已失效，请重新登录。")
        if request.headers.get("X-CSRF-Token") != CSRF:
            return _error(403, "bad_csrf", "请求未通过安全校验。")
        body, action = await request.json(), request.match_info["action"]
        if action == "claim" and self.faster:
            await self.hand_to(conversation, "agent", agent=self.faster)
        is_mine = conversation.owner == "agent" and conversation.agent == agent["username"]
        is_free = conversation.owner in ("waiting", "bot")
        if not (is_mine or action == "notes" or (action == "claim" and is_free)):
            return _error(409, "owner_changed", "该会话刚被他人处理。")
        if action == "claim":
            await self.hand_to(conversation, "agent", agent=agent["username"])
        elif action == "return":
            await self.hand_to(conversation, "bot")
        elif action == "close":
            await self.hand_to(conversation, "closed")
        elif action == "transfer":
            await self.hand_to(conversation, "agent", agent=body["agent"])
        elif action == "notes":
            now = datetime.now(timezone.utc).isoformat()
            note = {"id": "n", "agent": agent["display_name"], "text": body["text"], "created_at": now}
            self.details[conversation.id]["notes"].append(note)
        elif body["client_id"] not in self.agent_client_ids:
            sent = await self.say(conversation, "agent", body["text"], agent=agent["display_name"])
            self.agent_client_ids[body["client_id"]] = sent
        await self.tell_desks(conversation.id)
        if action == "messages" and self.lose_answers:
            assert request.transport is not None
            request.transport.close()
        return web.json_response(self._row(conversation))

    # --- shapes ----------------------------------------------------------------------------
    def _find(self, request: web.Request) -> FakeConversation | None:
        wanted = request.match_info["id"]
        return next((one for one in self.conversations if one.id == wanted), None)

    def _row(self, conversation: FakeConversation) -> dict[str, Any]:
        details = self.details.setdefault(conversation.id, {"notes": []})
        last = conversation.messages[-1] if conversation.messages else None
        names = {one["username"]: one["display_name"] for one in (LIN, SAM)}
        return {
            "id": conversation.id,
            "channel": details.get("channel", "web"),
            "owner": conversation.owner,
            "agent": conversation.agent,
            "agent_name": names.get(conversation.agent or ""),
            "language": conversation.language,
            "mood": details.get("mood", 0.0),
            "customer": details.get("customer"),
            "place": conversation.place,
            "waiting_seconds": details.get("waited", 5) if conversation.owner == "waiting" else None,
            "last_message": last and {key: last[key] for key in ("author", "text", "created_at")},
            "reason": details.get("reason"),
            "undelivered": details.get("undelivered", 0),
            "overdue": details.get("overdue", []),
            "reply_limits": details.get("reply_limits"),
            "version": 1,
        }


def _desk_message(message: dict[str, Any], language: str) -> dict[str, Any]:
    desk = message.get("desk", {"other": None, "decision": None, "delivery": "sent", "key": None})
    seen = message["text"]
    text = desk["other"] if desk["other"] and language != message["language"] else seen
    shown = {key: value for key, value in message.items() if key != "desk"}
    rest = {key: desk.get(key) for key in ("decision", "delivery", "delivery_reason", "key")}
    return {**shown, "text": text, "original": seen, **rest}


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


async def upset_customer(desk: FakeDesk, conversation_id: str = "c" * 32) -> FakeConversation:
    """A waiting conversation with everything a desk can show."""
    handoff = {
        "rule": "upset",
        "reason": "客户情绪明显不满",
        "words": "气死我了",
        "threshold": -0.6,
        "measured": -0.72,
        "created_at": datetime.now(timezone.utc).isoformat(),
    }
    order: dict[str, Any] = {
        **fake_bot.ORDER_CARD["data"],
        "customer": {"name": "A**** C***", "phone": "*******8002", "identity": "order"},
        "refund": None,
        "requests": [],
    }
    conversation = await desk.add(
        conversation_id,
        mood=-0.72,
        waited=125,
        reason={"rule": "upset", "text": "客户情绪明显不满"},
        handoffs=[handoff],
        orders=[order],
    )
    await desk.line(conversation, "customer", "我的order到哪了？气死我了", decision=DECISION)
    await desk.line(
        conversation,
        "bot",
        "订单 SO202611010002 运输中，预计 11 月 22 日前送达。",
        other="Order SO202611010002 is on its way, promised by 22 November.",
        key="utter_order_status",
        card=fake_bot.ORDER_CARD,
    )
    await desk.line(
        conversation, "bot", "需要我帮您催一下吗？", other="Shall I hurry it up?", delivery="held", key="utter_offer"
    )
    await desk.line(
        conversation, "bot", "抱歉让您久等了。", other="Sorry for the wait.", delivery="perhaps", key="utter_sorry"
    )
    await desk.line(
        conversation,
        "system",
        "已为您转接人工客服，您目前排在第 1 位。",
        other="You're number 1 in line for a person.",
        key="notice_handed_over",
    )
    return conversation


async def _show(desk: FakeDesk) -> None:
    await upset_customer(desk)
    for number, (owner, text) in enumerate([("waiting", "Where is my refund?"), ("bot", "你好"), ("closed", "谢谢")]):
        conversation = await desk.add(
            f"{number}" * 32, owner=owner, language="en" if number == 0 else "zh", mood=0.5 - number / 4
        )
        await desk.line(conversation, "customer", text)


if __name__ == "__main__":
    server = FakeDesk()
    print(server.start(8766).origin, flush=True)
    server.call(lambda: _show(server))
    asyncio.new_event_loop().run_forever()
