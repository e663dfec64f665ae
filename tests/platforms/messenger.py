"""A Messenger of our own: signs call-backs, delivers again, keeps the 24 hours, passes conversations, refuses by code.

By hand: ``kefu simulate messenger``, and chat at the address it prints.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import random
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from tests.platforms.picture import PICTURE

PAGE = Path(__file__).parent / "messenger.html"
WINDOW, AGENT_WINDOW = 24 * 3600.0, 7 * 24 * 3600.0
OUR_APP, INBOX_APP = "1111111111", "263902037430900"
ACKNOWLEDGE_SECONDS = 20.0
DELIVERIES = 3


class GraphError(Exception):
    """An error as the Graph API words it."""

    def __init__(self, code: int, subcode: int = 0, status: int = 400, text: str = "error") -> None:
        super().__init__(code)
        self.body = {"error": {"message": text, "type": "OAuthException", "code": code, "error_subcode": subcode}}
        self.status = status


@dataclass
class Person:
    """A customer's phone. ``screen`` is what it shows; ``app`` has the conversation."""

    id: str
    wrote_at: float | None = None
    app: str = OUR_APP
    blocked: bool = False
    screen: list[dict[str, Any]] = field(default_factory=list)
    typing: bool = False
    seen: bool = False

    def texts(self) -> list[str]:
        return [each["text"] for each in self.screen if each["author"] == "page" and "text" in each]

    def offers(self) -> list[dict[str, Any]]:
        """The quick replies under the last thing the page said, which is where a phone shows them."""
        return list(self.screen[-1].get("quick_replies", [])) if self.screen else []


@dataclass
class MessengerPlatform:
    """``target``: the call-back's address. ``moved``: how far its clock was put forward, in seconds."""

    target: str = ""
    verify_token: str = "a-verify-token"
    app_secret: str = "an-app-secret"
    page_token: str = "a-page-token"
    page_id: str = "4242424242"
    moved: float = 0.0
    people: dict[str, Person] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    files: dict[str, list[str]] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(20261122))
    # What goes wrong on purpose.
    busy_calls: int = 0
    broken_calls: int = 0
    lose_acknowledgements: bool = False
    duplicate_share: float = 0.0
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _session: aiohttp.ClientSession | None = None
    _beside: set[asyncio.Task[Any]] = field(default_factory=set)

    # --- what customers do ------------------------------------------------------------------
    def person(self, psid: str = "7000000000000001") -> Person:
        return self.people.setdefault(psid, Person(psid))

    def text(self, psid: str, text: str, **message: Any) -> dict[str, Any]:
        """The event of a message; nothing is delivered yet."""
        return self._message(psid, {"text": text, **message})

    def press(self, psid: str, title: str) -> dict[str, Any]:
        """A quick reply under the page's last message."""
        offer = next(each for each in self.person(psid).offers() if each["title"] == title)
        return self._message(psid, {"text": title, "quick_reply": {"payload": offer["payload"]}})

    def file(self, psid: str, kind: str = "image", url: str = "https://cdn.example/1.jpg") -> dict[str, Any]:
        return self._message(psid, {"attachments": [{"type": kind, "payload": {"url": url}}]})

    def postback(self, psid: str, title: str, payload: str) -> dict[str, Any]:
        self._wrote(psid, {"text": title})
        return {**self._head(psid), "postback": {"mid": self._mid(), "title": title, "payload": payload}}

    def control(self, psid: str, *, to_inbox: bool) -> dict[str, Any]:
        """The inbox takes the conversation, or gives it back."""
        self.person(psid).app = INBOX_APP if to_inbox else OUR_APP
        if to_inbox:
            return {**self._head(psid), "take_thread_control": {"previous_owner_app_id": OUR_APP}}
        return {**self._head(psid), "pass_thread_control": {"new_owner_app_id": OUR_APP}}

    def _message(self, psid: str, message: dict[str, Any]) -> dict[str, Any]:
        self._wrote(psid, message)
        mid = self._mid()
        self.files[mid] = [str(each.get("type")) for each in message.get("attachments", [])]
        return {**self._head(psid), "message": {"mid": mid, **message}}

    def _wrote(self, psid: str, message: Mapping[str, Any]) -> None:
        person = self.person(psid)
        person.wrote_at, person.seen = self.now(), False
        shown = message.get("text") or "📎"
        person.screen.append({"author": "customer", "text": shown})

    def _head(self, psid: str) -> dict[str, Any]:
        return {
            "sender": {"id": psid},
            "recipient": {"id": self.page_id},
            "timestamp": int(self.now() * 1000),
        }

    def _mid(self) -> str:
        return f"m_{next(self._numbers):012d}"

    def now(self) -> float:
        return time.time() + self.moved

    # --- delivering -------------------------------------------------------------------------
    def batch(self, events: Iterable[Mapping[str, Any]]) -> bytes:
        """Several events in one body; those of conversations that the inbox has come as standby."""
        entries = []
        for event in events:
            psid = event["sender"]["id"]
            is_control = any(key.endswith("_thread_control") for key in event)
            name = "messaging" if is_control or self.person(psid).app == OUR_APP else "standby"
            entries.append({"id": self.page_id, "time": int(self.now() * 1000), name: [event]})
        return json.dumps({"object": "page", "entry": entries}).encode()

    def sign(self, body: bytes) -> dict[str, str]:
        digest = hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()
        return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}

    async def deliver(self, *events: Mapping[str, Any]) -> int:
        """As Messenger does: until it is acknowledged, three times at most; some deliveries come twice."""
        body, status = self.batch(events), 0
        for attempt in range(DELIVERIES):
            try:
                status = await asyncio.wait_for(self._post(body), ACKNOWLEDGE_SECONDS)
            except (asyncio.TimeoutError, aiohttp.ClientError):
                status = 0
            if status == 200 and not (self.lose_acknowledgements and attempt < DELIVERIES - 1):
                break
        if status == 200 and self.dice.random() < self.duplicate_share:
            await self._post(body)
        self.statuses.append(status)
        return status

    async def _post(self, body: bytes) -> int:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.post(self.target, data=body, headers=self.sign(body)) as answer:
            return answer.status

    async def close(self, _app: web.Application | None = None) -> None:
        for task in list(self._beside):
            task.cancel()
        if self._session is not None:
            await self._session.close()

    # --- the Graph API ----------------------------------------------------------------------
    def application(self) -> web.Application:
        app = web.Application(client_max_size=30 * 1024 * 1024)
        app.on_cleanup.append(self.close)
        app.add_routes(
            [
                web.post("/graph/me/{call}", self._graph),
                web.get("/graph/{mid}", self._attachments),
                web.get("/cdn/{name}", self._file),
                web.get("/", self._phone_page),
                web.get("/phone", self._phone),
                web.post("/phone", self._act),
            ]
        )
        return app

    async def _graph(self, request: web.Request) -> web.Response:
        try:
            self._may_call(request)
            body = await _form(request) if request.content_type == "multipart/form-data" else await request.json()
            shown = {name: value for name, value in body.items() if name != "filedata"}
            self.calls.append({"call": request.match_info["call"], **shown})
            return web.json_response(self._answer(request.match_info["call"], body))
        except GraphError as error:
            return web.json_response(error.body, status=error.status)

    async def _attachments(self, request: web.Request) -> web.Response:
        try:
            self._may_call(request)
            kinds = self.files.get(request.match_info["mid"])
            if kinds is None:
                raise GraphError(100, 33, text="Unsupported get request")
        except GraphError as error:
            return web.json_response(error.body, status=error.status)
        url = str(request.url.origin().with_path("/cdn/1.png"))
        found = [{"image_data": {"url": url}} if kind == "image" else {"file_url": url} for kind in kinds]
        return web.json_response({"attachments": {"data": found}, "id": request.match_info["mid"]})

    async def _file(self, _: web.Request) -> web.Response:
        return web.Response(body=PICTURE, content_type="image/png")

    def _may_call(self, request: web.Request) -> None:
        if self.broken_calls:
            self.broken_calls -= 1
            raise web.HTTPBadGateway(text="<html>bad gateway</html>")
        if self.busy_calls:
            self.busy_calls -= 1
            raise GraphError(613, text="Calls to this api have exceeded the rate limit.")
        if request.query.get("access_token") != self.page_token:
            raise GraphError(190, 463, 401, "Error validating access token")
        wanted = hmac.new(self.app_secret.encode(), self.page_token.encode(), hashlib.sha256).hexdigest()
        if request.query.get("appsecret_proof") != wanted:
            raise GraphError(100, text="Invalid appsecret_proof provided in the API argument")

    def _answer(self, call: str, body: Mapping[str, Any]) -> dict[str, Any]:
        person = self.people.get(str(body.get("recipient", {}).get("id")))
        if person is None:
            raise GraphError(100, 2018001, text="No matching user found")
        if call == "take_thread_control":
            person.app = OUR_APP
            return {"success": True}
        if call == "pass_thread_control":
            person.app = str(body["target_app_id"])
            return {"success": True}
        if person.app != OUR_APP:
            raise GraphError(10, 2018300, text="Message failed: another app is controlling this thread now.")
        if person.blocked:
            raise GraphError(551, 1545041, text="This person isn't available right now.")
        if "sender_action" in body:
            person.typing = body["sender_action"] == "typing_on"
            person.seen = person.seen or body["sender_action"] == "mark_seen"
            return {"recipient_id": person.id}
        self._check_window(person, body)
        if "filedata" in body:
            return self._show_file(person, body["message"], body["filedata"])
        return self._show(person, body["message"])

    def _check_window(self, person: Person, body: Mapping[str, Any]) -> None:
        kind = body.get("messaging_type")
        if kind not in ("RESPONSE", "UPDATE", "MESSAGE_TAG") or (kind == "MESSAGE_TAG" and "tag" not in body):
            raise GraphError(100, text="(#100) messaging_type")
        passed = self.now() - (person.wrote_at or 0.0)
        allowed = AGENT_WINDOW if body.get("tag") == "HUMAN_AGENT" else WINDOW
        if passed >= allowed:
            raise GraphError(10, 2018278, text="This message is sent outside of allowed window.")

    def _show(self, person: Person, message: Mapping[str, Any]) -> dict[str, Any]:
        replies, text = message.get("quick_replies", []), message.get("text")
        template = message.get("attachment", {}).get("payload")
        wrong = (text is None) == (template is None) or text == "" or len(text or "") > 2000 or len(replies) > 13
        wrong = wrong or any(len(each["title"]) > 20 or len(each["payload"]) > 1000 for each in replies)
        for element in (template or {}).get("elements", []):
            wrong = wrong or not 0 < len(element["title"]) <= 80 or len(element.get("subtitle", "")) > 80
            wrong = wrong or not ({"subtitle", "buttons", "image_url"} & set(element))
        if wrong:
            raise GraphError(100, text="(#100) Param message is invalid")
        shown = {"text": text} if text else {"cards": template["elements"]}
        person.screen.append({"author": "page", "quick_replies": replies, **shown})
        person.typing = False
        mid = self._mid()
        self._echo(person, mid, message)
        return {"recipient_id": person.id, "message_id": mid}

    def _show_file(self, person: Person, message: Mapping[str, Any], file: web.FileField) -> dict[str, Any]:
        """Uploaded with the message itself."""
        kind, shown = message.get("attachment", {}).get("type"), file.content_type.partition("/")[0]
        if kind not in ("image", "audio", "video", "file") or (kind != "file" and kind != shown):
            raise GraphError(100, 2018047, text="Upload attachment failure.")
        person.screen.append({"author": "page", "quick_replies": [], "file": file.filename, "data": file.file.read()})
        mid = self._mid()
        self._echo(person, mid, message)
        return {"recipient_id": person.id, "message_id": mid}

    def _echo(self, person: Person, mid: str, message: Mapping[str, Any]) -> None:
        """The page's own words come back, then that they were delivered."""
        head = {"sender": {"id": self.page_id}, "recipient": {"id": person.id}, "timestamp": int(self.now() * 1000)}
        echo = {**head, "message": {"mid": mid, "is_echo": True, "app_id": int(OUR_APP), **message}}
        delivered = {**self._head(person.id), "delivery": {"mids": [mid], "watermark": int(self.now() * 1000)}}
        body = json.dumps({"object": "page", "entry": [{"id": self.page_id, "messaging": [echo, delivered]}]}).encode()
        if self.target:
            task = asyncio.create_task(self._post(body))
            self._beside.add(task)
            task.add_done_callback(self._beside.discard)

    # --- the phone's page -------------------------------------------------------------------
    async def _phone_page(self, _: web.Request) -> web.Response:
        return web.Response(text=PAGE.read_text(encoding="utf-8"), content_type="text/html")

    async def _phone(self, _: web.Request) -> web.Response:
        person = self.person()
        passed = self.now() - (person.wrote_at or self.now())
        state = {"screen": person.screen, "typing": person.typing, "seen": person.seen, "app": person.app}
        return web.json_response({**state, "window_seconds": WINDOW - passed, "last_status": self.statuses[-1:]})

    async def _act(self, request: web.Request) -> web.Response:
        asked = await request.json()
        person, deed = self.person(), asked.get("do")
        if deed == "clock":
            self.moved += float(asked["seconds"])
        elif deed == "trouble":
            self.duplicate_share = float(asked.get("duplicate_share", 0))
            self.lose_acknowledgements = bool(asked.get("lose_acknowledgements"))
        elif deed == "control":
            await self.deliver(self.control(person.id, to_inbox=bool(asked["to_inbox"])))
        elif deed == "press":
            await self.deliver(self.press(person.id, str(asked["title"])))
        elif deed == "photo":
            await self.deliver(self.file(person.id))
        else:
            await self.deliver(self.text(person.id, str(asked["text"])))
        return web.json_response({})


async def _form(request: web.Request) -> dict[str, Any]:
    """A message with a file: its fields are JSON where they are no plain words."""
    fields = dict(await request.post())
    return {name: json.loads(value) if str(value).startswith("{") else value for name, value in fields.items()}


def stand(target: str, address: str) -> tuple[web.Application, Mapping[str, str]]:
    """For ``kefu simulate``: the application, and the settings with which Kefu finds it at ``address``."""
    platform = MessengerPlatform(target=f"{target}/channels/messenger")
    settings = {
        "KEFU_MESSENGER_VERIFY_TOKEN": platform.verify_token,
        "KEFU_MESSENGER_APP_SECRET": platform.app_secret,
        "KEFU_MESSENGER_PAGE_TOKEN": platform.page_token,
        "KEFU_MESSENGER_PAGE_ID": platform.page_id,
        "KEFU_MESSENGER_API_BASE": f"{address}/graph",
    }
    return platform.application(), settings
