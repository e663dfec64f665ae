"""WeCom customer service (微信客服): tells that there is something, lists it page by page, knows service states.

By hand: ``kefu simulate wecom`` beside a ``kefu run`` that has the settings it prints.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.channels.wechat_crypto import aes_key, encrypt, signature
from bot.channels.xml_fields import write_fields
from tests.platforms.simulator import Delivered, Refusal, answering, body_of
from tests.platforms.tencent import TOKEN_SECONDS, TWO_DAYS, TencentSimulator, text_within

PERMIT_SECONDS, WELCOME_SECONDS = 600.0, 20.0
MAX_HEAD_BYTES, MAX_MSGID = 1024, 32
NEW, BOT, POOL, PERSON, ENDED = range(5)
ALLOWED = {
    NEW: {BOT, POOL, PERSON, ENDED},
    BOT: {BOT, POOL, PERSON, ENDED},
    POOL: {POOL, PERSON, ENDED},
    PERSON: {PERSON, ENDED},
    ENDED: set(),
}
NAME = "微信客服 · WeCom customer service"


@dataclass
class WecomSimulator(TencentSimulator):
    """One company with one customer-service account."""

    corp_id: str = "ww0000simulated01"
    secret: str = "simulated-kf-secret"
    token: str = "simulated-token"
    key: str = "ABCDEFGabcdefghijklmnopqrstuvwxyz0123456789"
    open_kfid: str = "wkSimulated"
    servicers: tuple[str, ...] = ("LinXiao",)
    page: int = 1000
    empty_pages: bool = False
    items: list[dict[str, Any]] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    permits: dict[str, float] = field(default_factory=dict)
    welcomes: dict[str, tuple[str, float]] = field(default_factory=dict)
    msgids: set[str] = field(default_factory=set)
    access_token: str = ""
    access_until: float = 0.0

    # --- what customers do -----------------------------------------------------------------
    async def says(self, name: str, text: str, entry: str | None = None) -> Delivered:
        self.customer(name).sees("customer", text=text)
        inside = {"content": text, **({"menu_id": entry} if entry else {})}
        return await self.sends(name, {"msgtype": "text", "text": inside})

    async def picture(self, name: str, media_id: str) -> Delivered:
        return await self.sends(name, {"msgtype": "image", "image": {"media_id": media_id}})

    async def sends(self, name: str, content: Mapping[str, Any]) -> Delivered:
        self.keep(name, content)
        return await self.tell()

    def keep(self, name: str, content: Mapping[str, Any], *, origin: int = 3) -> dict[str, Any]:
        """A new entry of the list; nobody has been told yet."""
        if origin == 3:
            self.customer(name).open("message", TWO_DAYS, 5, self.clock.now())
            if self.states.get(name, NEW) == ENDED:
                self.states[name] = NEW
        item = {**self._whom(name), "msgid": secrets.token_urlsafe(18), "origin": origin, **content}
        self.items.append({"send_time": self.stamp(), **item})
        return self.items[-1]

    async def enters(self, name: str) -> Delivered:
        code = secrets.token_urlsafe(18)
        self.welcomes[code] = name, self.clock.now()
        event = {"event_type": "enter_session", **self._whom(name), "scene": "shop", "welcome_code": code}
        return await self._tells_event(event)

    async def servicer_takes(self, name: str, userid: str) -> Delivered:
        """One of the shop's people takes the conversation in WeCom itself."""
        self.states[name] = PERSON
        return await self._changed(name, 1, userid)

    async def servicer_says(self, name: str, userid: str, text: str) -> Delivered:
        self.customer(name).sees("shop", text=text)
        self.keep(name, {"msgtype": "text", "text": {"content": text}, "servicer_userid": userid}, origin=5)
        return await self.tell()

    async def servicer_ends(self, name: str) -> Delivered:
        self.states[name] = ENDED
        return await self._changed(name, 3, "")

    async def send_failed(self, name: str, msgid: str) -> Delivered:
        event = {"event_type": "msg_send_fail", **self._whom(name), "fail_msgid": msgid, "fail_type": 4}
        return await self._tells_event(event)

    async def _changed(self, name: str, change: int, userid: str) -> Delivered:
        event = {
            "event_type": "session_status_change",
            **self._whom(name),
            "change_type": change,
            "new_servicer_userid": userid,
        }
        return await self._tells_event(event)

    async def _tells_event(self, event: Mapping[str, Any]) -> Delivered:
        head = {"msgid": secrets.token_urlsafe(18), "send_time": self.stamp(), "origin": 4}
        self.items.append({**head, "msgtype": "event", "event": event})
        return await self.tell()

    async def tell(self) -> Delivered:
        """The call-back: only that there is something."""
        permit = secrets.token_urlsafe(18)
        self.permits[permit] = self.clock.now() + PERMIT_SECONDS
        return await self.deliver(
            lambda: self.signed({"Event": "kf_msg_or_event", "Token": permit, "OpenKfId": self.open_kfid})
        )

    def signed(
        self, fields: Mapping[str, str], *, timestamp: str = "", nonce: str = ""
    ) -> tuple[dict[str, str], bytes]:
        timestamp, nonce = timestamp or str(self.stamp()), nonce or secrets.token_hex(5)
        head = {"ToUserName": self.corp_id, "CreateTime": timestamp, "MsgType": "event"}
        sealed = encrypt(aes_key(self.key), write_fields({**head, **fields}), self.corp_id)
        signed = signature(self.token, timestamp, nonce, sealed)
        body = write_fields({"ToUserName": self.corp_id, "Encrypt": sealed, "AgentID": ""})
        return {"msg_signature": signed, "timestamp": timestamp, "nonce": nonce}, body

    def _whom(self, name: str) -> dict[str, str]:
        return {"open_kfid": self.open_kfid, "external_userid": name}

    # --- the API ---------------------------------------------------------------------------
    def create_app(self) -> web.Application:
        app = self.application(NAME)
        app.add_routes(
            [
                web.get("/cgi-bin/gettoken", answering(self, self._token)),
                web.post("/cgi-bin/kf/sync_msg", answering(self, self._sync)),
                web.post("/cgi-bin/kf/send_msg", answering(self, self._send)),
                web.post("/cgi-bin/kf/send_msg_on_event", answering(self, self._welcome)),
                web.post("/cgi-bin/kf/service_state/get", answering(self, self._state)),
                web.post("/cgi-bin/kf/service_state/trans", answering(self, self._trans)),
                *self.media_routes(),
            ]
        )
        return app

    async def _token(self, request: web.Request) -> dict[str, Any]:
        if request.query.get("corpid") != self.corp_id:
            raise Refusal(40013)
        if request.query.get("corpsecret") != self.secret:
            raise Refusal(40001)
        if self.clock.now() >= self.access_until:
            self.access_token, self.access_until = secrets.token_urlsafe(24), self.clock.now() + TOKEN_SECONDS
        return {"access_token": self.access_token, "expires_in": int(self.access_until - self.clock.now())}

    def check_token(self, request: web.Request) -> None:
        given = request.query.get("access_token", "")
        if given != self.access_token:
            raise Refusal(40014 if given else 41001)
        if self.clock.now() >= self.access_until:
            raise Refusal(42001)

    async def _sync(self, request: web.Request) -> dict[str, Any]:
        self.check_token(request)
        body = await body_of(request)
        self.calls.append(("sync", body))
        if body.get("open_kfid") != self.open_kfid:
            raise Refusal(95000)
        permit = body.get("token")
        if permit and self.permits.get(permit, 0.0) < self.clock.now():
            raise Refusal(95007, "invalid msg token")
        given = str(body.get("cursor") or "c0")
        start, nothing = int(given.strip("ce")), self.empty_pages and not given.endswith("e")
        if nothing:
            # Usual at the real one: an empty page, and more behind it.
            return {"msg_list": [], "has_more": 1, "next_cursor": f"c{start}e"}
        end = min(len(self.items), start + min(self.page, int(body.get("limit") or 1000)))
        return {"msg_list": self.items[start:end], "has_more": int(end < len(self.items)), "next_cursor": f"c{end}"}

    async def _send(self, request: web.Request) -> dict[str, Any]:
        self.check_token(request)
        body = await body_of(request)
        self.calls.append(("send", body))
        name = str(body.get("touser"))
        customer = self.customers.get(name)
        if body.get("open_kfid") != self.open_kfid:
            raise Refusal(95000)
        if customer is None:
            raise Refusal(40096)
        msgid = body.get("msgid")
        if msgid is not None and (not isinstance(msgid, str) or not 0 < len(msgid.encode()) <= MAX_MSGID):
            raise Refusal(40058)
        if msgid in self.msgids:
            raise Refusal(40058, "msgid used")
        shown = self._shown(body)
        if self.states.get(name, NEW) not in (NEW, BOT):
            raise Refusal(95018)
        unpaid = customer.pay(self.clock.now())
        if unpaid:
            raise Refusal({"window": 95002, "quota": 95001}[unpaid])
        self.msgids.add(str(msgid))
        customer.sees("shop", **shown)
        return {"msgid": msgid}

    async def _welcome(self, request: web.Request) -> dict[str, Any]:
        self.check_token(request)
        body = await body_of(request)
        self.calls.append(("welcome", body))
        name, at = self.welcomes.pop(str(body.get("code")), ("", 0.0))
        if not name or self.clock.now() - at > WELCOME_SECONDS:
            raise Refusal(95005)
        self.customer(name).sees("shop", **self._shown(body))
        return {}

    def _shown(self, body: Mapping[str, Any]) -> dict[str, Any]:
        kind = body.get("msgtype")
        inside = body.get(str(kind))
        if kind not in ("text", "image", "voice", "video", "file", "msgmenu") or not isinstance(inside, dict):
            raise Refusal(40008)
        if kind == "text":
            return {"text": text_within(inside.get("content"))}
        if kind == "msgmenu":
            clicks = [entry["click"] for entry in inside.get("list") or () if entry.get("type") == "click"]
            if not clicks or any(len(click["id"].encode()) > 128 for click in clicks):
                raise Refusal(40058)
            menu = [{"id": click["id"], "content": text_within(click["content"], 128)} for click in clicks]
            return {"text": text_within(inside.get("head_content"), MAX_HEAD_BYTES), "menu": menu}
        if inside.get("media_id") not in self.media:
            raise Refusal(40007)
        return {"text": f"[{kind}]", "media": inside["media_id"]}

    async def _state(self, request: web.Request) -> dict[str, Any]:
        self.check_token(request)
        return {"service_state": self.states.get(str((await body_of(request)).get("external_userid")), NEW)}

    async def _trans(self, request: web.Request) -> dict[str, Any]:
        self.check_token(request)
        body = await body_of(request)
        self.calls.append(("trans", body))
        name, wanted = str(body.get("external_userid")), body.get("service_state")
        if wanted not in ALLOWED[self.states.get(name, NEW)]:
            raise Refusal(95016)
        if wanted == PERSON and body.get("servicer_userid") not in self.servicers:
            raise Refusal(95014)
        self.states[name] = wanted
        return {"msg_code": secrets.token_urlsafe(8)}

    async def act(self, customer: str, deed: str, details: Mapping[str, Any]) -> None:
        if deed == "subscribe":
            await self.enters(customer)
        elif deed == "forget_token":
            self.access_until = 0.0
        else:
            await super().act(customer, deed, details)

    def environment(self, base: str) -> dict[str, str]:
        """The settings that connect a Kefu to this simulator."""
        return {
            "KEFU_WECOM_TOKEN": self.token,
            "KEFU_WECOM_CORP_ID": self.corp_id,
            "KEFU_WECOM_SECRET": self.secret,
            "KEFU_WECOM_AES_KEY": self.key,
            "KEFU_WECOM_API_BASE": base,
        }


def stand(target: str, address: str) -> tuple[web.Application, dict[str, str]]:
    """For ``kefu simulate wecom``: the platform, and the settings that lead a Kefu to it."""
    simulator = WecomSimulator(target=f"{target}/channels/wecom")
    return simulator.create_app(), simulator.environment(address)
