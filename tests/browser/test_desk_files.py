"""Pictures, voices, files and places at the desk: shown with the customer's words, and sent by the agent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_desk import PICTURE, FakeDesk
from tests.browser.test_desk import claim, open_first


@pytest.fixture
def desk() -> Iterator[FakeDesk]:
    desk = FakeDesk()
    desk.start()
    yield desk
    desk.stop()


def attachment(content_type: str, name: str, media: str = "later", size: int = 0) -> dict[str, Any]:
    return {"name": name, "content_type": content_type, "size": size, "url": f"/desk/api/media/{media}"}


def writes(desk: FakeDesk, *messages: dict[str, Any], channel: str = "wechat") -> None:
    async def talk() -> None:
        conversation = await desk.add("a" * 32, channel=channel)
        for message in messages:
            line = await desk.line(conversation, "customer", **{"text": "", **message})
            line["channel"] = channel

    desk.call(talk)


def test_what_a_customer_sent_is_shown_or_offered(page: Page, desk: FakeDesk, troubles: list[str]) -> None:
    writes(
        desk,
        {"text": "屏幕碎了", "attachment": attachment("image/jpeg", "image.jpg", "picture")},
        {"attachment": attachment("audio/amr", "voice.amr")},
        {"attachment": attachment("application/octet-stream", "发票.bin", size=24_000)},
        {"attachment": attachment("image/svg+xml", "<b>x</b>.svg", "later")},
    )
    open_first(page, desk)
    lines = page.locator(".line")
    expect(lines.nth(0)).to_contain_text("屏幕碎了")
    picture = lines.nth(0).locator("img")
    expect(picture).to_have_js_property("naturalWidth", 1)
    expect(lines.nth(1).locator(".bubble")).to_have_count(0)  # nothing was said
    expect(lines.nth(1).get_by_role("link")).to_contain_text("voice.amr")
    expect(lines.nth(2).get_by_role("link")).to_contain_text("发票.bin · 24 KB")
    # Not here yet, or nothing that a picture's tag would show: a link to try again, and no markup out of a name.
    expect(lines.nth(3).get_by_role("link")).to_contain_text("<b>x</b>.svg")
    assert [trouble for trouble in troubles if "Failed to load resource" not in trouble] == []


@pytest.mark.parametrize(
    ("channel", "text", "address"),
    [
        (
            "wechat",
            "📍 西湖区文三路 (30.27, 120.13)",
            "https://apis.map.qq.com/uri/v1/marker?marker=coord:30.27,120.13",
        ),
        ("messenger", "📍 -31.2,121.5", "https://www.openstreetmap.org/?mlat=-31.2&mlon=121.5"),
    ],
)
def test_a_place_leads_to_a_map(page: Page, desk: FakeDesk, channel: str, text: str, address: str) -> None:
    writes(desk, {"text": text}, {"text": "送到 3, 4 楼"}, channel=channel)
    open_first(page, desk)
    expect(page.locator(".line").nth(0).get_by_role("link")).to_have_attribute("href", _starts(address))
    expect(page.locator(".line").nth(1).get_by_role("link")).to_have_count(0)


def _starts(address: str) -> re.Pattern[str]:
    return re.compile(f"^{re.escape(address)}")


def test_an_agent_sends_a_picture(page: Page, desk: FakeDesk) -> None:
    writes(desk, {"text": "在吗"})
    claim(page, desk)
    expect(page.get_by_role("button", name="发送文件")).to_be_visible()
    page.locator("input[type=file]").set_input_files({"name": "新款.png", "mimeType": "image/png", "buffer": PICTURE})
    sent = page.locator(".line.agent").last
    expect(sent.locator("img")).to_have_attribute("alt", "新款.png")


def test_a_file_that_is_refused_is_told(page: Page, desk: FakeDesk) -> None:
    writes(desk, {"text": "在吗"})
    claim(page, desk)
    page.locator("input[type=file]").set_input_files({"name": "x.exe", "mimeType": "image/png", "buffer": b"MZ"})
    expect(page.locator("#notices")).to_contain_text("不支持这种文件。")
    expect(page.locator(".line.agent")).to_have_count(0)
