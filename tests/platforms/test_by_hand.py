"""``kefu simulate`` and what ``kefu doctor`` says of the channels."""

from __future__ import annotations

import asyncio
import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot import wiring_platforms
from bot.cli import SIMULATED
from bot.commands.simulate import PLATFORMS
from bot.settings import Settings
from tests.platforms.connected import connected, until
from tests.platforms.wechat import WechatSimulator
from tests.platforms.wecom import WecomSimulator


def test_the_command_line_knows_every_simulator() -> None:
    assert set(SIMULATED) == set(PLATFORMS)


@pytest.mark.parametrize("name", ["wechat", "wecom"])
async def test_a_simulator_has_a_phone_and_names_the_settings(name: str) -> None:
    app, env = importlib.import_module(f"tests.platforms.{name}").stand("http://127.0.0.1:9", "http://127.0.0.1:8")
    settings = Settings.from_environment(env)
    assert getattr(settings, name) is not None
    async with TestClient(TestServer(app)) as client:
        page = await client.get("/")
        assert page.status == 200
        assert "微信" in await page.text()


async def test_one_can_chat_on_the_phones_page(database_url: str, tmp_path: Path) -> None:
    platform = WechatSimulator()
    async with connected(platform, database_url, tmp_path):
        async with TestClient(TestServer(platform.create_app())) as phone:
            await phone.post("/phone", data=json.dumps({"customer": "o1", "do": "say", "text": "你好"}))
            await until(lambda: platform.customer("o1").texts())
            state = await (await phone.get("/phone?customer=o1")).json()
        assert [each["text"] for each in state["screen"]] == ["你好", "中文 utter_echo text=你好"]
        assert state["windows"]["message"]["left"] == 4


@pytest.mark.parametrize("simulator", [WechatSimulator, WecomSimulator])
async def test_the_doctor_tries_the_token(simulator: Any, tmp_path: Path) -> None:
    platform = simulator()
    server = TestServer(platform.create_app())
    await server.start_server()
    env = {"KEFU_HOME": str(tmp_path), **platform.environment(str(server.make_url("")).rstrip("/"))}
    (name,) = wiring_platforms_of(env)
    assert await wiring_platforms.try_tokens(Settings.from_environment(env)) == {name: None}
    secret = "KEFU_WECHAT_APP_SECRET" if name == "wechat" else "KEFU_WECOM_SECRET"
    refused = await wiring_platforms.try_tokens(Settings.from_environment({**env, secret: "wrong-one"}))
    assert "wrong-one" not in str(refused)
    assert refused[name]
    await server.close()
    unreachable = await asyncio.wait_for(wiring_platforms.try_tokens(Settings.from_environment(env)), 30)
    assert unreachable == {name: f"{name}: no connection"}


def wiring_platforms_of(env: dict[str, str]) -> list[str]:
    settings = Settings.from_environment(env)
    return [name for name in wiring_platforms.KNOWN if getattr(settings, name) is not None]
