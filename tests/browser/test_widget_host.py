"""The loader on the pages of a shop: another origin, its language, its customers, its own styles and policy."""

from __future__ import annotations

import base64
import json

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.fake_server import FakeServer
from tests.browser.widget_page import Widget

# Red, one by one.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
)


def other_site(server: FakeServer) -> str:
    """The same server under a name that is another origin to a browser."""
    return server.origin.replace("127.0.0.1", "localhost")


def same_site(server: FakeServer) -> dict[str, str]:
    """Two origins of one site, as a shop has that runs the service itself: they share what a browser keeps."""
    port = server.origin.rsplit(":", 1)[1]
    return {"site": f"http://www.shop.localhost:{port}", "service": f"http://service.shop.localhost:{port}"}


def token(subject: str) -> str:
    part = base64.urlsafe_b64encode(json.dumps({"sub": subject, "name": "张伟"}).encode()).decode().rstrip("=")
    return f"head.{part}.signature-of-{subject}"


VIOLATIONS = """document.addEventListener('securitypolicyviolation', (event) => {
  console.error(`violation of ${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});"""


def test_it_works_on_another_origin_under_a_strict_policy(
    widget: Widget, context: BrowserContext, server: FakeServer, troubles: list[str]
) -> None:
    """The page allows the service's script and frame and nothing else: no style, no picture, no script of its own."""
    context.add_init_script(VIOLATIONS)
    widget.visit(site=other_site(server)).open().ask("SO202611010002").ask("8002")
    frame = widget.page.locator("iframe")
    assert (frame.get_attribute("src") or "").startswith(f"{server.origin}/widget/?")
    expect(widget.frame.locator(".card.order")).to_be_visible()
    widget.frame.locator("#file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PIXEL})
    expect(widget.frame.locator(".line.customer img")).to_be_visible()
    widget.button("关闭聊天窗口").click()
    expect(frame).to_be_hidden()
    assert troubles == []
    # A page that breaks its own policy is heard, so silence above means something.
    widget.page.evaluate("() => { document.body.append(document.createElement('style')); }")
    widget.page.evaluate("() => { document.querySelector('style').textContent = 'a {}'; }")
    assert [one.split(":")[0] for one in troubles if one.startswith("violation")] == ["violation of style-src-elem"]


def test_unread_messages_are_counted_on_the_button_until_read(widget: Widget, page: Page, server: FakeServer) -> None:
    widget.visit(**same_site(server)).open().ask("你好")
    page.keyboard.press("Escape")
    expect(page.locator("iframe").first).to_be_hidden()
    conversation = server.conversations[0]
    server.call(lambda: server.say(conversation, "bot", "一"))
    server.call(lambda: server.say(conversation, "bot", "二"))
    launcher = page.get_by_role("button", name="打开在线客服, 2 条未读消息")
    expect(launcher).to_contain_text("2")
    page.reload()
    expect(launcher).to_contain_text("2")
    launcher.click()
    expect(widget.lines("bot")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="打开在线客服", exact=True)).to_be_visible()


def test_the_frame_is_not_loaded_before_it_is_needed(widget: Widget, page: Page) -> None:
    widget.visit()
    expect(page.get_by_role("button", name="打开在线客服")).to_be_visible()
    assert page.locator("iframe").count() == 0


def test_it_stays_open_from_page_to_page_without_taking_the_focus(widget: Widget, page: Page) -> None:
    widget.visit().open().ask("你好")
    widget.visit(lang="zh-CN", tag="data-position=left")
    expect(widget.lines("customer")).to_have_text("你好")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    page.keyboard.press("Escape")
    expect(page.locator("iframe")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("button", name="打开在线客服")).to_be_visible()
    expect(page.locator("iframe")).to_be_hidden()


@pytest.mark.parametrize(
    ("lang", "tag", "placeholder"),
    [
        ("zh-Hant-TW", "", "请输入您的问题…"),
        ("en-US", "", "Type your question…"),
        ("fr", "", "Type your question…"),
        ("zh-CN", "data-language=en", "Type your question…"),
    ],
)
def test_the_language_is_the_tags_or_the_pages(widget: Widget, lang: str, tag: str, placeholder: str) -> None:
    widget.visit(lang=lang, tag=f"{tag} data-open=true")
    expect(widget.input).to_have_attribute("placeholder", placeholder)


def test_it_follows_when_the_page_switches(widget: Widget, page: Page, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    page.evaluate("document.documentElement.lang = 'en'")
    expect(widget.input).to_have_attribute("placeholder", "Type your question…")
    expect(page.get_by_role("button", name="Close customer service chat")).to_be_visible()
    widget.ask("9")
    assert server.conversations[0].language == "en"
    page.evaluate("Kefu.setLanguage('zh-CN')")
    expect(widget.input).to_have_attribute("placeholder", "请输入您的问题…")


def test_the_shops_colour_and_side(widget: Widget, page: Page) -> None:
    widget.visit(tag="data-position=left data-color=%22%23223355%22").open()
    box = page.locator("iframe").bounding_box()
    assert box is not None
    assert box["x"] == 20
    assert (
        page.frames[1].evaluate("getComputedStyle(document.querySelector('.top')).backgroundColor") == "rgb(34, 51, 85)"
    )


def test_the_page_opens_and_closes_it(widget: Widget, page: Page) -> None:
    widget.visit()
    page.evaluate("Kefu.open()")
    expect(widget.input).to_be_focused()
    page.evaluate("Kefu.close()")
    expect(page.locator("iframe")).to_be_hidden()


def test_a_signed_customer_has_a_conversation_of_their_own(widget: Widget, page: Page, server: FakeServer) -> None:
    widget.visit().open().ask("我还没登录")
    page.evaluate("(token) => Kefu.identify(token)", token("C1"))
    expect(widget.lines("customer")).to_have_count(0)
    widget.ask("我登录了")
    assert server.identities == [None, token("C1")]
    page.evaluate("Kefu.identify('')")
    expect(widget.lines("customer")).to_have_text("我还没登录")
    widget.visit(tag=f"data-identity={token('C1')}")
    expect(widget.lines("customer")).to_have_text("我登录了")
    widget.visit(tag=f"data-identity={token('C2')}")
    expect(widget.input).to_be_visible()
    widget.ask("我是别人")
    expect(widget.lines("customer")).to_have_text("我是别人")
    assert server.identities == [None, token("C1"), token("C2")]


def test_a_refused_sign_in_still_gets_help(widget: Widget, server: FakeServer) -> None:
    server.bad_identity = True
    widget.visit(tag=f"data-identity={token('C1')}").open().ask("你好")
    expect(widget.alert).to_contain_text("登录状态已失效")
    assert server.identities == [token("C1"), None]


def test_the_identity_is_in_no_address(widget: Widget, context: BrowserContext) -> None:
    addresses: list[str] = []
    context.on("request", lambda request: addresses.append(request.url))
    widget.visit().open()
    widget.page.evaluate("(token) => Kefu.identify(token)", token("C1"))
    widget.ask("你好")
    assert addresses
    assert not [one for one in addresses if "signature" in one]


def test_messages_of_other_origins_are_ignored_on_both_sides(widget: Widget, page: Page, server: FakeServer) -> None:
    widget.visit(site=other_site(server)).open().ask("你好")
    page.evaluate("window.postMessage({kefu: 'close'}, '*')")
    page.frames[1].evaluate("window.postMessage({kefu: 'identify', identity: 'x'}, '*')")
    for origin in (server.origin, other_site(server)):
        page.evaluate(
            """(address) => new Promise((done) => {
              const frame = document.createElement('iframe');
              frame.onload = done;
              frame.src = address;
              document.body.append(frame);
            })""",
            f"{origin}/blank.html",
        )
        page.frames[-1].evaluate("parent.postMessage({kefu: 'close'}, '*')")
        page.frames[-1].evaluate("parent.frames[0].postMessage({kefu: 'language', language: 'en'}, '*')")
    widget.ask("在吗")
    expect(widget.lines("customer")).to_have_text(["你好", "在吗"])
    expect(widget.input).to_have_attribute("placeholder", "请输入您的问题…")
    assert server.identities == [None]


def test_the_styles_of_the_shop_do_not_leak_in(widget: Widget, page: Page) -> None:
    widget.visit()
    page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
          sheet.replaceSync('button, iframe, svg, span {display: none; position: static; width: 5px; opacity: 0}');
          document.adoptedStyleSheets = [sheet]; }"""
    )
    launcher = page.get_by_role("button", name="打开在线客服")
    box = launcher.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (58, 58)
    launcher.click()
    expect(widget.input).to_be_visible()


def test_the_page_of_its_own_has_no_close_button(page: Page, server: FakeServer) -> None:
    page.goto(f"{server.origin}/widget/?language=en")
    expect(page.get_by_label("Your message")).to_be_focused()
    expect(page.get_by_role("button", name="Close the chat")).to_be_hidden()


def test_the_demo_shop(page: Page, context: BrowserContext, server: FakeServer, troubles: list[str]) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(server.origin)
    widget = Widget(page, server)
    expect(page.get_by_role("heading", level=1)).to_contain_text("认真挑选")
    page.get_by_role("button", name="SO202611010002").click()
    expect(widget.input).to_be_focused()
    assert page.evaluate("navigator.clipboard.readText()") == "SO202611010002"
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Chosen with care")
    expect(widget.input).to_have_attribute("placeholder", "Type your question…")
    expect(page).to_have_title("Camellia Shop · Kefu demo shop")
    assert page.evaluate("Array.from(document.images).filter((one) => !one.naturalWidth).length") == 0
    assert troubles == []
