"""The sheet behind "more": the customer's own copy, on this device or by e-mail, and the way to another channel."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.fake_server import FakeServer
from tests.browser.test_widget_host import other_site, token
from tests.browser.widget_page import Widget


def sheet(widget: Widget) -> Locator:
    return widget.frame.get_by_role("dialog")


def more(widget: Widget, name: str = "更多") -> Widget:
    widget.button(name).click()
    expect(sheet(widget)).to_be_visible()
    return widget


@pytest.mark.parametrize(
    ("lang", "name", "link"), [("zh", "更多", "下载对话记录"), ("en", "More", "Download this conversation")]
)
def test_the_conversation_can_be_kept(
    widget: Widget, page: Page, server: FakeServer, troubles: list[str], lang: str, name: str, link: str
) -> None:
    widget.visit(lang=lang, site=other_site(server)).open(lang)
    expect(widget.button(name)).to_be_hidden()  # there is nothing to keep yet
    more(widget.ask("SO202611010002"), name)
    with page.expect_download() as kept:
        widget.frame.get_by_role("link", name=link).click()
    assert kept.value.suggested_filename == "chat-2026-11-22.txt"
    assert Path(kept.value.path()).read_text("utf-8").splitlines()[:2] == [lang, "SO202611010002"]
    expect(widget.input).to_be_visible()
    assert troubles == []


def test_by_mail_where_the_shop_sends_mail(widget: Widget, server: FakeServer) -> None:
    more(widget.visit().open().ask("你好"))
    address = widget.frame.get_by_label("把对话记录发到邮箱")
    address.fill("nobody")
    address.press("Enter")
    told = sheet(widget).get_by_role("status")
    expect(told).to_have_text("the server's words for bad_email")
    address.fill(" chen@mail.example ")
    widget.button("发送邮件").click()
    expect(told).to_contain_text("邮件已发出")
    assert server.mails == [("chen@mail.example", "zh")]
    widget.button("返回对话").click()
    expect(sheet(widget)).to_have_count(0)
    server.mail = server.wechat = False
    more(widget)
    server.wait_until(lambda: server.asked_menu == 2)
    expect(sheet(widget).locator("input")).to_have_count(0)
    expect(sheet(widget).get_by_role("button")).to_have_text(["返回对话"])


@pytest.mark.parametrize(
    ("lang", "name", "words"), [("zh", "更多", "换到微信继续"), ("en", "More", "Continue on WeChat")]
)
def test_the_way_to_wechat(widget: Widget, lang: str, name: str, words: str) -> None:
    more(widget.visit(lang=lang).open(lang).ask("你好"), name)
    widget.button(words).click()
    expect(sheet(widget)).to_have_count(0)
    expect(widget.lines("customer")).to_have_text(["你好", words])
    expect(widget.input).to_be_focused()


def test_the_keyboard_stays_on_the_sheet_and_comes_back(widget: Widget, page: Page) -> None:
    widget.visit().open().ask("你好")
    widget.button("更多").focus()
    page.keyboard.press("Enter")
    expect(widget.button("换到微信继续")).to_be_visible()
    stops = []
    for _ in range(6):
        page.keyboard.press("Tab")
        stops.append(page.frames[1].evaluate("document.activeElement.textContent || document.activeElement.id"))
    assert stops == ["下载对话记录", "email", "发送邮件", "换到微信继续", "返回对话", "下载对话记录"]
    page.keyboard.press("Shift+Tab")
    expect(widget.button("返回对话")).to_be_focused()
    page.keyboard.press("Escape")
    expect(sheet(widget)).to_have_count(0)
    expect(widget.input).to_be_visible()
    expect(widget.button("更多")).to_be_focused()


def test_without_a_network_it_says_so(widget: Widget, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    server.down = True
    more(widget)
    expect(sheet(widget).get_by_role("status")).to_contain_text("网络不通")
    widget.button("返回对话").click()
    expect(widget.button("更多")).to_be_focused()


def test_nobody_elses_sheet_stays_open(widget: Widget, page: Page) -> None:
    """Somebody signs in while it is open: the copy behind it is not theirs."""
    more(widget.visit().open().ask("我还没登录"))
    page.evaluate("(token) => Kefu.identify(token)", token("C1"))
    expect(sheet(widget)).to_have_count(0)
    expect(widget.button("更多")).to_be_hidden()
