"""The WeChat Official Account platform: posts signed call-backs, takes replies by its API, counts and refuses.

By hand: ``kefu simulate wechat`` beside a ``kefu run`` that has the settings it prints.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from bot.channels.wechat_crypto import aes_key, encrypt, signature
from bot.channels.xml_fields import read_fields, write_fields
from tests.platforms.simulator import Delivered, Refusal, answering, body_of
from tests.platforms.tencent import TOKEN_SECONDS, TWO_DAYS, TencentSimulator, text_within

MINUTE = 60.0
NAME = "微信公众号 · WeChat Official Account"


@dataclass
class WechatSimulator(TencentSimulator):
    """One official account."""

    app_id: str = "wx0000simulated01"
    app_secret: str = "simulated-app-secret"
    token: str = "simulated-token"
    key: str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    mode: Literal["plain", "compatible", "encrypted"] = "encrypted"
    access_token: str = ""
    access_until: float = 0.0
    tokens_fetched: int = 0
    old_tokens: set[str] = field(default_factory=set)
    scenes: dict[str, tuple[str, float]] = field(default_factory=dict)

    # --- what customers do -----------------------------------------------------------------
    async def says(self, name: str, text: str, entry: str | None = None) -> Delivered:
        self.customer(name).sees("customer", text=text)
        pressed = {"bizmsgmenuid": entry} if entry else {}
        return await self.sends(name, {"MsgType": "text", "Content": text, **pressed})

    async def picture(self, name: str, media_id: str) -> Delivered:
        return await self.sends(name, {"MsgType": "image", "PicUrl": "http://mmbiz.invalid/0", "MediaId": media_id})

    async def sends(self, name: str, fields: Mapping[str, str]) -> Delivered:
        """A message of any kind opens the window of 48 hours."""
        return await self.deliver_fields(name, self.message(name, fields))

    def message(self, name: str, fields: Mapping[str, str]) -> dict[str, str]:
        """The fields of a new message, with a number of its own; not delivered yet."""
        self.customer(name).open("message", TWO_DAYS, 5, self.clock.now())
        return {**self._head(name), **fields, "MsgId": str(next(self.numbers))}

    async def event(self, name: str, event: str, key: str = "") -> Delivered:
        return await self.deliver_fields(name, self.event_fields(name, event, key))

    def event_fields(self, name: str, event: str, key: str = "") -> dict[str, str]:
        """What the customer did; not delivered yet."""
        customer = self.customer(name)
        customer.following = event != "unsubscribe"
        kind = {"subscribe": "follow", "CLICK": "menu", "SCAN": "scan"}.get(event)
        if kind:
            customer.open(kind, MINUTE, 3, self.clock.now())
        return {**self._head(name), "MsgType": "event", "Event": event, "EventKey": key}

    async def scans(self, name: str, address: str) -> Delivered:
        """The QR code behind the address that ``qrcode/create`` led to; who does not follow yet follows by it."""
        scene, until = self.scenes[parse_qs(urlsplit(address).query)["ticket"][0]]
        if self.clock.now() >= until:
            raise LookupError("this QR code has expired")
        if self.customer(name).following:
            return await self.event(name, "SCAN", scene)
        return await self.event(name, "subscribe", f"qrscene_{scene}")

    async def deliver_fields(self, name: str, fields: Mapping[str, str]) -> Delivered:
        delivered = await self.deliver(lambda: self.signed(fields))
        said = self._said_in(delivered.answer)
        if said:
            self.customer(name).sees("shop", text=said)
        if delivered.fault:
            self.customer(name).sees("platform", text="该公众号提供的服务出现故障，请稍后再试")
        return delivered

    def signed(
        self, fields: Mapping[str, str], *, timestamp: str = "", nonce: str = ""
    ) -> tuple[dict[str, str], bytes]:
        """Query and body as the platform makes them in this mode."""
        timestamp, nonce = timestamp or str(self.stamp()), nonce or secrets.token_hex(5)
        query = {"signature": signature(self.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
        query["openid"] = fields.get("FromUserName", "")
        plain = write_fields(dict(fields))
        if self.mode == "plain":
            return query, plain
        sealed = encrypt(aes_key(self.key), plain, self.app_id)
        query |= {"encrypt_type": "aes", "msg_signature": signature(self.token, timestamp, nonce, sealed)}
        outer = {"ToUserName": fields.get("ToUserName", ""), "Encrypt": sealed}
        return query, write_fields({**fields, **outer} if self.mode == "compatible" else outer)

    def _head(self, name: str) -> dict[str, str]:
        return {"ToUserName": "gh_simulated", "FromUserName": name, "CreateTime": str(self.stamp())}

    def _said_in(self, answer: str) -> str:
        """A text in the answer to a call-back itself."""
        if not answer.startswith("<xml>"):
            return ""
        fields = read_fields(answer.encode())
        if "Encrypt" in fields:
            from bot.channels.wechat_crypto import check_signature, decrypt

            signed = (fields["TimeStamp"], fields["Nonce"], fields["Encrypt"])
            check_signature(fields["MsgSignature"], self.token, *signed)
            fields = read_fields(decrypt(aes_key(self.key), fields["Encrypt"], self.app_id))
        return fields.get("Content", "")

    # --- the API ---------------------------------------------------------------------------
    def create_app(self) -> web.Application:
        app = self.application(NAME)
        app.add_routes(
            [
                web.post("/cgi-bin/stable_token", answering(self, self._stable_token)),
                web.post("/cgi-bin/message/custom/send", answering(self, self._send)),
                web.post("/cgi-bin/qrcode/create", answering(self, self._qrcode)),
                *self.media_routes(),
            ]
        )
        return app

    async def _stable_token(self, request: web.Request) -> dict[str, Any]:
        body = await body_of(request)
        if body.get("grant_type") != "client_credential":
            raise Refusal(40002)
        if body.get("appid") != self.app_id:
            raise Refusal(40013)
        if body.get("secret") != self.app_secret:
            raise Refusal(40125)
        if body.get("force_refresh") or self.access_until - self.clock.now() < 1:
            self.tokens_fetched += 1
            self.old_tokens.add(self.access_token)
            self.access_token = f"simulated-{self.tokens_fetched}-{secrets.token_urlsafe(8)}"
            self.access_until = self.clock.now() + TOKEN_SECONDS
        return {"access_token": self.access_token, "expires_in": int(self.access_until - self.clock.now())}

    def check_token(self, request: web.Request) -> None:
        given = request.query.get("access_token", "")
        if not given:
            raise Refusal(41001)
        if given != self.access_token:
            raise Refusal(42001 if given in self.old_tokens else 40001)
        if self.clock.now() >= self.access_until:
            raise Refusal(42001)

    def forget_token(self) -> None:
        """As when somebody else fetched a token in the old way: ours is worth nothing from now on."""
        self.old_tokens.add(self.access_token)
        self.access_token, self.access_until = "", 0.0

    async def _qrcode(self, request: web.Request) -> dict[str, Any]:
        """A QR code for a while, with a text of 1 to 64 characters in it."""
        self.check_token(request)
        body = await body_of(request)
        scene = body.get("action_info", {}).get("scene", {}).get("scene_str", "")
        seconds = body.get("expire_seconds", 60)
        if body.get("action_name") != "QR_STR_SCENE" or not 0 < len(scene) <= 64 or not 0 < seconds <= 2_592_000:
            raise Refusal(40053)
        ticket = secrets.token_urlsafe(60) + "=="
        self.scenes[ticket] = scene, self.clock.now() + seconds
        return {"ticket": ticket, "expire_seconds": seconds, "url": f"http://weixin.qq.com/q/{ticket[:20]}"}

    async def _send(self, request: web.Request) -> dict[str, Any]:
        self.check_token(request)
        body = await body_of(request)
        self.calls.append(("send", body))
        customer = self.customers.get(str(body.get("touser")))
        if customer is None:
            raise Refusal(40003)
        if not customer.following:
            raise Refusal(43004)
        shown = self._shown(body)
        unpaid = customer.pay(self.clock.now())
        if unpaid:
            raise Refusal({"window": 45015, "quota": 45047}[unpaid])
        customer.sees("shop", **shown)
        return {}

    def _shown(self, body: Mapping[str, Any]) -> dict[str, Any]:
        kind = body.get("msgtype")
        inside = body.get(str(kind))
        if kind not in ("text", "image", "voice", "video", "msgmenu", "news") or not isinstance(inside, dict):
            raise Refusal(40008)
        if kind == "text":
            return {"text": text_within(inside.get("content"))}
        if kind == "msgmenu":
            entries = inside.get("list")
            if not isinstance(entries, list) or not entries:
                raise Refusal(44003)
            menu = [{"id": str(int(entry["id"])), "content": text_within(entry["content"])} for entry in entries]
            return {"text": text_within(inside.get("head_content")), "menu": menu}
        if inside.get("media_id") not in self.media:
            raise Refusal(40007)
        return {"text": f"[{kind}]", "media": inside["media_id"]}

    async def act(self, customer: str, deed: str, details: Mapping[str, Any]) -> None:
        if deed in ("subscribe", "unsubscribe"):
            await self.event(customer, deed)
        elif deed == "forget_token":
            self.forget_token()
        else:
            await super().act(customer, deed, details)

    def environment(self, base: str) -> dict[str, str]:
        """The settings that connect a Kefu to this simulator."""
        settings = {
            "KEFU_WECHAT_TOKEN": self.token,
            "KEFU_WECHAT_APP_ID": self.app_id,
            "KEFU_WECHAT_APP_SECRET": self.app_secret,
            "KEFU_WECHAT_API_BASE": base,
        }
        return settings if self.mode == "plain" else {**settings, "KEFU_WECHAT_AES_KEY": self.key}


def stand(target: str, address: str) -> tuple[web.Application, dict[str, str]]:
    """For ``kefu simulate wechat``: the platform, and the settings that lead a Kefu to it."""
    simulator = WechatSimulator(target=f"{target}/channels/wechat")
    return simulator.create_app(), simulator.environment(address)
