"""What a shop's page can do with the widget: colours, sizes, its own code, several widgets, a place in the page."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.fake_server import FakeServer
from tests.browser.test_widget_host import same_site, token
from tests.browser.widget_page import LAUNCHER, Widget

HEARD = """() => {
  window.heard = [];
  const hear = (type) => Kefu.on(type, (detail) => window.heard.push([type, detail]));
  ['message', 'unread', 'open', 'close', 'ready'].forEach(hear);
}"""


def add_widget(page: Page, server: FakeServer, **data: str) -> None:
    """One more script tag, as the shop's own code may add it."""
    page.evaluate(
        """([address, data]) => new Promise((done) => {
          const script = document.createElement('script');
          Object.assign(script.dataset, data);
          script.onload = done;
          script.src = address;
          document.body.append(script);
        })""",
        [f"{server.origin}/widget.js", data],
    )


def until(page: Page, condition: str) -> None:
    """Not Playwright's own way, which the page's strict policy forbids."""
    end = time.monotonic() + 10
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(20)


def heard(page: Page, kind: str) -> list[object]:
    return [detail for what, detail in page.evaluate("window.heard") if what == kind]


def colour_of(page: Page, selector: str, what: str = "backgroundColor") -> str:
    found: str = page.frames[1].evaluate(f"getComputedStyle(document.querySelector('{selector}')).{what}")
    return found


def test_the_page_hears_what_happens_each_message_once(widget: Widget, page: Page, server: FakeServer) -> None:
    widget.visit(**same_site(server))
    page.evaluate(HEARD)
    widget.open().ask("你好")
    until(page, "window.heard.filter(([type]) => type === 'message').length === 2")
    first, second = heard(page, "message")
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert (first["author"], first["text"], first["language"]) == ("customer", "你好", "zh")
    assert second["author"] == "bot"
    assert set(second) == {"id", "author", "agent", "text", "language", "created_at"}
    page.keyboard.press("Escape")
    expect(page.locator("iframe").first).to_be_hidden()
    server.call(lambda: server.say(server.conversations[0], "bot", "还在吗"))
    until(page, "window.heard.some(([type, count]) => type === 'unread' && count === 1)")
    assert [what for what, _ in page.evaluate("window.heard") if what in ("open", "close", "ready")] == [
        "open",
        "ready",
        "close",
    ]
    # After a reload only what is new is told.
    page.reload()
    page.evaluate(HEARD)
    page.get_by_role("button", name=LAUNCHER["zh"]).click()
    expect(widget.lines("bot")).to_have_count(2)
    server.call(lambda: server.say(server.conversations[0], "bot", "新的"))
    until(page, "window.heard.some(([type]) => type === 'message')")
    assert [one["text"] for one in heard(page, "message") if isinstance(one, dict)] == ["新的"]


def test_a_listener_can_be_taken_away_and_a_broken_one_harms_nobody(
    widget: Widget, page: Page, troubles: list[str]
) -> None:
    widget.visit()
    page.evaluate(
        """() => {
          window.opened = 0;
          Kefu.on('open', () => { throw new Error('the shop\\'s own mistake'); });
          window.stop = Kefu.on('open', () => { window.opened += 1; });
        }"""
    )
    page.evaluate("Kefu.open(); Kefu.close(); window.stop(); Kefu.open()")
    expect(widget.input).to_be_visible()
    assert page.evaluate("window.opened") == 1
    assert [one for one in troubles if "own mistake" not in one] == []


def test_css_variables_dress_the_widget(widget: Widget, page: Page) -> None:
    widget.visit()
    page.evaluate(
        """() => {
          const set = (name, value) => document.documentElement.style.setProperty('--kefu-' + name, value);
          set('color', '#7a1fa2');
          set('ground', 'rgb(250, 240, 230)');
          set('card', 'red; } * { display: none');
          set('text', 'url(https://evil.example/x)');
          set('font', 'Georgia, serif');
          set('bottom', '60px');
          set('width', '420px');
          set('z', '50');
        }"""
    )
    page.evaluate("Kefu.open()")
    expect(widget.input).to_be_visible()
    frame = page.locator("iframe")
    box = frame.bounding_box()
    assert box is not None
    assert box["width"] == 420
    assert round(box["y"] + box["height"]) == 820 - 60 - 72
    assert frame.evaluate("(one) => getComputedStyle(one).zIndex") == "51"
    assert colour_of(page, ".top") == "rgb(122, 31, 162)"
    assert colour_of(page, ".log") == "rgb(250, 240, 230)"
    assert colour_of(page, "body", "fontFamily") == "Georgia, serif"
    # What is no plain value changes nothing.
    assert colour_of(page, ".composer") == "rgb(255, 255, 255)"
    assert colour_of(page, "body", "color") == "rgb(20, 32, 43)"
    # A page that turns dark is followed when the chat is opened again.
    page.evaluate("Kefu.close(); document.documentElement.style.setProperty('--kefu-ground', '#101010')")
    page.evaluate("Kefu.open()")
    expect(widget.frame.locator(".log")).to_have_css("background-color", "rgb(16, 16, 16)")


@pytest.mark.parametrize("colour", ["#ffee00", "#17775a", "#000000", "#9a9a9a"])
def test_text_on_the_shops_colour_can_be_read(widget: Widget, page: Page, colour: str) -> None:
    widget.visit(tag=f"data-color=%22%23{colour[1:]}%22").open()
    ratio = page.frames[1].evaluate(
        """() => {
          const light = (text) => {
            const [r, g, b] = text.match(/\\d+/g).map((one) => one / 255)
              .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const style = getComputedStyle(document.querySelector('.top'));
          const [one, other] = [style.color, style.backgroundColor].map(light);
          return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        }"""
    )
    assert ratio >= 4.5


def test_two_widgets_of_one_page_keep_to_themselves(widget: Widget, page: Page, server: FakeServer) -> None:
    widget.visit(tag="data-color=%22%23223355%22")
    add_widget(page, server, name="sales", color="#aa2200", position="right")
    add_widget(page, server, name="sales")  # the same once more changes nothing
    buttons = page.get_by_role("button", name=LAUNCHER["zh"])
    expect(buttons).to_have_count(2)
    boxes = [one.bounding_box() for one in buttons.all()]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["y"] - boxes[1]["y"] == 74
    assert page.evaluate("Object.keys(Kefu.widgets).sort()") == ["main", "sales"]
    page.evaluate("Kefu.widgets.sales.open()")
    sales = page.frame_locator("iframe[src*='name=sales']")
    sales.locator("#text").fill("我要买")
    sales.locator("#text").press("Enter")
    expect(sales.locator(".line.bot:not(.intro)")).to_have_count(1)
    page.evaluate("Kefu.widgets.sales.close(); Kefu.open()")
    main = page.frame_locator("iframe:not([src*='name='])")
    expect(main.locator("#text")).to_be_visible()
    expect(main.locator(".line.customer")).to_have_count(0)
    assert len(server.conversations) == 1
    main.locator("#text").fill("你好")
    main.locator("#text").press("Enter")
    expect(main.locator(".line.bot:not(.intro)")).to_have_count(1)
    assert len(server.conversations) == 2
    page.reload()
    add_widget(page, server, name="sales")
    page.evaluate("Kefu.widgets.sales.open()")
    expect(page.frame_locator("iframe[src*='name=sales']").locator(".line.customer .bubble")).to_have_text("我要买")


def test_a_widget_in_the_page_itself(widget: Widget, page: Page, server: FakeServer) -> None:
    page.goto(f"{server.origin}/blank.html")
    page.evaluate(
        'document.body.innerHTML = \'<div id="help" style="width:500px;height:600px;--kefu-ground:#eeeeff"></div>\''
    )
    add_widget(page, server, target="#help")
    inside = page.frame_locator("#help iframe")
    inside.locator("#text").fill("你好")
    inside.locator("#text").press("Enter")
    expect(inside.locator(".line.bot:not(.intro)")).to_have_count(1)
    box = page.locator("#help iframe").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (500, 600)
    expect(inside.locator("#close")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(inside.locator("#text")).to_be_visible()
    expect(page.get_by_role("button", name=LAUNCHER["zh"])).to_be_hidden()
    assert colour_of(page, ".log") == "rgb(238, 238, 255)"


def test_a_shop_may_bring_its_own_button(widget: Widget, page: Page) -> None:
    widget.visit(tag="data-launcher=false")
    expect(page.get_by_role("button", name=LAUNCHER["zh"])).to_be_hidden()
    # In braces: Playwright calls a function that an expression leaves behind, here before anybody had pressed it.
    page.evaluate("() => { document.getElementById('before').onclick = () => Kefu.open(); }")
    assert page.locator("iframe").count() == 0
    page.locator("#before").click()
    expect(widget.input).to_be_focused()
    # Pressed again while the chat is open, it leads back into it.
    page.evaluate(HEARD)
    page.locator("#before").click()
    expect(widget.input).to_be_focused()
    assert page.evaluate("window.heard") == []


def test_a_signed_customer_is_the_same_in_every_widget(
    widget: Widget, page: Page, server: FakeServer, context: BrowserContext
) -> None:
    widget.visit(tag=f"data-identity={token('C1')}")
    add_widget(page, server, name="sales", identity=token("C1"))
    page.evaluate("Kefu.widgets.sales.open()")
    sales = page.frame_locator("iframe[src*='name=sales']")
    sales.locator("#text").fill("你好")
    sales.locator("#text").press("Enter")
    expect(sales.locator(".line.bot:not(.intro)")).to_have_count(1)
    assert server.identities == [token("C1")]
