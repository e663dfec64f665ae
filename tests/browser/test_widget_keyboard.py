"""Without a mouse, with a screen reader, with an input method, on a small screen, in any colour."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.fake_server import FakeServer
from tests.browser.widget_page import Widget

FOCUSED = "document.activeElement.id"


def test_opening_moves_into_the_field_and_escape_comes_back(widget: Widget, page: Page) -> None:
    widget.visit()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    launcher = page.get_by_role("button", name="打开在线客服")
    expect(launcher).to_be_focused()
    assert launcher.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Enter")
    expect(widget.input).to_be_focused()
    expect(page.get_by_role("button", name="关闭在线客服")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.locator("iframe")).to_be_hidden()
    expect(launcher).to_be_focused()
    page.keyboard.press("Enter")
    expect(widget.input).to_be_focused()


def test_a_closed_widget_holds_no_tab_stop(widget: Widget, page: Page) -> None:
    widget.visit().open()
    page.keyboard.press("Escape")
    expect(page.locator("iframe").first).to_be_hidden()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") != "IFRAME"


def test_tab_goes_through_the_head_the_log_its_buttons_and_the_field(widget: Widget, page: Page) -> None:
    widget.visit().open().ask("你好")
    widget.human.focus()
    order = []
    frame = page.frames[1]
    for _ in range(9):
        order.append(frame.evaluate("document.activeElement.id || document.activeElement.textContent"))
        page.keyboard.press("Tab")
    assert order[:7] == ["human", "language", "close", "more", "log", "查订单", "转人工"]
    assert order[7:] == ["attach", "text"]


def test_a_quick_reply_hands_the_keyboard_back_to_the_field(widget: Widget, page: Page) -> None:
    widget.visit().open().ask("你好")
    widget.button("查订单").focus()
    page.keyboard.press("Enter")
    expect(widget.input).to_be_focused()
    expect(widget.lines("customer")).to_have_text(["你好", "查订单"])
    widget.human.focus()
    page.keyboard.press("Space")
    expect(widget.human).to_be_disabled()
    expect(widget.input).to_be_focused()


def test_the_log_is_announced_and_everything_has_a_name(widget: Widget) -> None:
    widget.visit().open().ask("你好")
    log = widget.frame.get_by_role("log", name="聊天记录")
    expect(log).to_have_attribute("aria-live", "polite")
    unnamed = widget.page.frames[1].evaluate(
        """() => Array.from(document.querySelectorAll('button, textarea, a'))
            .filter((node) => !node.hidden && !(node.getAttribute('aria-label') || node.textContent.trim()))
            .map((node) => node.outerHTML)"""
    )
    assert unnamed == []
    expect(widget.frame.locator(".line.bot:not(.intro) .who")).to_have_text("机器人")
    expect(widget.frame.locator(".line.customer .who")).to_have_text("您")


@pytest.mark.parametrize("event", ["{key: 'Enter', isComposing: true}", "{key: 'Enter', keyCode: 229}"])
def test_the_enter_that_picks_a_word_does_not_send(widget: Widget, page: Page, event: str) -> None:
    widget.visit().open()
    widget.input.fill("nihao")
    pressed = f"new KeyboardEvent('keydown', {{...{event}, bubbles: true, cancelable: true}})"
    page.frames[1].evaluate(f"document.getElementById('text').dispatchEvent({pressed})")
    expect(widget.input).to_have_value("nihao")
    widget.input.press("Enter")
    expect(widget.lines("customer")).to_have_text("nihao")


def test_on_a_phone_it_fills_the_screen(browser: Browser, server: FakeServer) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="zh-CN"
    )
    page = context.new_page()
    widget = Widget(page, server).visit()
    page.get_by_role("button", name="打开在线客服").tap()
    expect(widget.input).to_be_visible()
    assert page.locator("iframe").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    expect(page.get_by_role("button", name="关闭在线客服")).to_be_hidden()
    assert page.frames[1].evaluate("getComputedStyle(document.getElementById('text')).fontSize") == "16px"
    assert page.evaluate("document.documentElement.style.overflow") == "hidden"
    assert page.frames[1].evaluate("document.documentElement.scrollWidth <= innerWidth")
    widget.button("关闭聊天窗口").tap()
    expect(page.locator("iframe")).to_be_hidden()
    assert page.evaluate("document.documentElement.style.overflow") == ""
    context.close()


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_at_four_times_the_size_there_is_still_room_to_read(widget: Widget, page: Page, lang: str) -> None:
    """1280 × 800 at 400%; a keyboard on a phone's screen leaves about as much."""
    page.set_viewport_size({"width": 320, "height": 200})
    widget.visit(lang=lang).open("en" if lang == "en" else "zh").ask("hello")
    sizes = page.frames[1].evaluate(
        """() => ['log', 'title', 'human'].map((id) => {
          const node = document.getElementById(id);
          return [node.clientHeight, node.scrollWidth <= node.clientWidth];
        })"""
    )
    assert sizes[0][0] >= 80
    assert [fits for _, fits in sizes] == [True] * 3
    assert page.frames[1].evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_calm_motion_is_respected(browser: Browser, server: FakeServer) -> None:
    context = browser.new_context(reduced_motion="reduce", locale="zh-CN")
    widget = Widget(context.new_page(), server).visit().open().ask("你好")
    style = "getComputedStyle(document.querySelector('.line.bot')).animationName"
    assert widget.page.frames[1].evaluate(style) == "none"
    assert widget.page.locator("iframe").evaluate("(node) => getComputedStyle(node).transitionDuration") == "0s"
    context.close()


# Relative luminance after WCAG 2, of what is really painted behind each text.
CONTRAST = """() => {
  const part = (value) => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const read = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = read(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] > 0.99) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  document.querySelectorAll('body *').forEach((node) => {
    const own = Array.from(node.childNodes).some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.getClientRects().length) return;
    const [one, other] = [light(read(getComputedStyle(node).color)), light(ground(node))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) found.push(`${node.className} ${node.textContent.slice(0, 20)} ${ratio.toFixed(2)}`);
  });
  return found;
}"""


@pytest.mark.parametrize("color", ["", "ffd54f", "9e9e9e", "d81b60", "101820", "7f7f00"])
def test_every_text_has_contrast_in_any_colour(widget: Widget, server: FakeServer, color: str) -> None:
    tag = f"data-color=%22%23{color}%22" if color else ""
    widget.visit(tag=tag).open().ask("退货").ask("SO202611010002").ask("8002")
    widget.write("转人工")
    expect(widget.lines("system")).to_have_count(1)
    server.call(lambda: server.hand_to(server.conversations[0], "agent", agent="小林"))
    server.call(lambda: server.say(server.conversations[0], "agent", "您好", agent="小林"))
    expect(widget.lines("agent")).to_have_count(1)
    assert widget.page.frames[1].evaluate(CONTRAST) == []
