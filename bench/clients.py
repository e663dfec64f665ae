"""A customer of each system: says something in a conversation and waits for the whole answer."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
import uuid
from typing import Any, Protocol

import aiohttp

from bench.processes import Side


class Customer(Protocol):
    name: str

    async def say(self, conversation: str, text: str) -> float:
        """Milliseconds until the answer was there; raises RuntimeError when there is none."""


class StockCustomer:
    """Speaks to the REST channel of ``rasa run``."""

    def __init__(self, http: aiohttp.ClientSession, side: Side) -> None:
        self.name = side.name
        self._http = http
        self._address = side.address

    async def ready(self) -> bool:
        try:
            async with self._http.get(f"{self._address}/") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def say(self, conversation: str, text: str) -> float:
        began = time.perf_counter()
        body = {"sender": conversation, "message": text}
        async with self._http.post(f"{self._address}/webhooks/rest/webhook", json=body) as answer:
            replies = await answer.json()
        if not replies:
            raise RuntimeError(f"{self.name} said nothing to {text!r}")
        return (time.perf_counter() - began) * 1000


class KefuCustomer:
    """Speaks to the web channel of ``kefu run``; a conversation is a web session, opened at its first message."""

    def __init__(self, http: aiohttp.ClientSession, side: Side) -> None:
        self.name = side.name
        self._http = http
        self._address = side.address
        self._sessions: dict[str, str] = {}

    async def ready(self) -> bool:
        try:
            async with self._http.get(f"{self._address}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def say(self, conversation: str, text: str) -> float:
        if conversation not in self._sessions:
            opened = await self._post("sessions", {"language": "en"})
            self._sessions[conversation] = opened["session"]
        body = {"session": self._sessions[conversation], "client_id": uuid.uuid4().hex, "text": text}
        began = time.perf_counter()
        answer = await self._post("messages?wait=30", body)
        took = (time.perf_counter() - began) * 1000
        if not answer.get("replies"):
            raise RuntimeError(f"{self.name} said nothing to {text!r}")
        return took

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        async with self._http.post(f"{self._address}/channels/web/{path}", json=body) as answer:
            content = await answer.json()
            if answer.status >= 400:
                raise RuntimeError(f"{self.name} answered {answer.status}: {content}")
            return content


class DirectCustomer:
    """Speaks to ``RasaBrain.reply`` in a process of its own; the time is measured inside that process."""

    name = "brain alone"

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child
        self.actions: dict[str, list[str]] = {}

    async def ready(self) -> bool:
        return bool((await self._answer()).get("ready"))

    async def say(self, conversation: str, text: str) -> float:
        answer = await self._ask({"conversation": conversation, "text": text})
        if answer["failed"]:
            raise RuntimeError(f"the brain failed at {text!r}")
        self.actions[text] = answer["actions"]
        return float(answer["milliseconds"])

    async def encode(self, texts: list[str]) -> list[float]:
        """Milliseconds of the sentence encoder alone for each text."""
        return list((await self._ask({"encode": texts}))["milliseconds"])

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(question) + "\n")
        self._child.stdin.flush()
        return await self._answer()

    async def _answer(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        while line := await asyncio.to_thread(self._child.stdout.readline):
            if line.startswith("@"):
                return dict(json.loads(line[1:]))
        raise RuntimeError("the process with the brain ended")
