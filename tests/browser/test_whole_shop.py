"""A real browser, the real server, the real model: what the issue promises, as a customer and an agent see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.widget_page import LAUNCHER, Widget
from tests.integration.shop import PASSWORD, Shop, free_port

NASTY = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"
PATIENCE = 30_000


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Shop]:
    """Depends on the browser, so that nothing is started where there is none."""
    shop = Shop(tmp_path_factory.mktemp("shop") / "home", free_port(), KEFU_RATE_PER_SESSION="0")
    shop.wait_for("/readyz")
    yield shop
    assert shop.stop() == 0


class Customer(Widget):
    """One visitor of the demo shop page; ``says`` waits until the bot has said something that matches."""

    def __init__(self, page: Page, shop: Shop, language: str) -> None:
        super().__init__(page, server=None)
        page.goto(f"{shop.address}/?lang={language}")
        page.get_by_role("button", name=LAUNCHER[language], exact=True).click()
        expect(self.input).to_be_visible()

    def says(self, text: str, *answers: str) -> Customer:
        bubbles = self.frame.locator(".line:not(.customer):not(.intro)")
        before = bubbles.count()
        self.write(text)
        for place, answer in enumerate(answers):
            expect(bubbles.nth(before + place)).to_contain_text(re.compile(answer))
        return self


@pytest.fixture
def customer(browser: Browser, shop: Shop) -> Iterator[Callable[[str], Customer]]:
    contexts: list[BrowserContext] = []

    def arrive(language: str) -> Customer:
        contexts.append(browser.new_context(locale="zh-CN" if language == "zh" else "en-GB"))
        contexts[-1].set_default_timeout(PATIENCE)
        return Customer(contexts[-1].new_page(), shop, language)

    expect.set_options(timeout=PATIENCE)
    yield arrive
    for context in contexts:
        context.close()


@pytest.fixture
def desk(browser: Browser, shop: Shop) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{shop.address}/desk/")
    page.locator("#username").fill("agent")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab").first).to_be_visible()
    yield page
    context.close()


def test_an_order_in_chinese_with_a_digression_in_the_form(customer: Callable[[str], Customer]) -> None:
    visitor = customer("zh").says("我的订单到哪了", "订单号").says("SO202611010002", "后四位")
    visitor.says("等下，退货要几天内？", "7 天", "后四位").says("8002", "SO202611010002")
    expect(visitor.frame.locator(".card.order .timeline li").first).to_be_visible()
    visitor.says("我的order什么时候到", "SO202611010002").says("訂單什麼時候到", "SO202611010002")


def test_an_order_in_english(customer: Callable[[str], Customer]) -> None:
    visitor = customer("en").says("Where is my order?", "order number").says("so202611010006", "last four")
    visitor.says("8006", "SO202611010006")
    expect(visitor.frame.locator(".card.order")).to_contain_text("SO202611010006")
    visitor.button("More").click()
    with visitor.page.expect_download() as kept:
        visitor.frame.get_by_role("link", name="Download this conversation").click()
    copy = kept.value.path().read_text("utf-8-sig").splitlines()
    assert copy[0] == "Your chat with customer service"
    assert "You: so202611010006" in [line.partition("] ")[2] for line in copy]
    expect(visitor.frame.get_by_role("dialog").get_by_role("textbox")).to_have_count(0)  # no mail server


@pytest.mark.parametrize("number", ["SO202611010003", "SO209912319999"], ids=["a real order", "no such order"])
def test_wrong_digits_three_times_tell_nothing_and_offer_a_human(
    customer: Callable[[str], Customer], number: str
) -> None:
    visitor = customer("en").says("track my parcel", "order number").says(number, "last four")
    visitor.says("1111", "1111 don't match").says("2222", "2222 don't match")
    visitor.says("3333", "couldn't verify", "colleague")
    expect(visitor.button("Talk to a person").last).to_be_enabled()
    expect(visitor.frame.locator(".card")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "words", "rule"),
    [
        ("zh", ["转人工"], "asks_for_human"),
        ("en", ["let me speak to a real person"], "asks_for_human"),
        ("zh", ["你们就是骗子！！！气死我了，太垃圾了！！！"], "upset"),
        ("en", ["asdkjh qwe", "blorp zzt", "fjdksl grmpf"], "misunderstood"),
    ],
    ids=["asks in Chinese", "asks in English", "angry", "nonsense"],
)
def test_a_hand_over_reaches_the_desk_with_its_reason_and_the_whole_transcript(
    customer: Callable[[str], Customer], desk: Page, language: str, words: list[str], rule: str
) -> None:
    visitor = customer(language)
    visitor.says("你好" if language == "zh" else "hello", ".")
    for text in words:
        visitor.says(text, ".")
    expect(visitor.banner).to_contain_text(re.compile("第 1 位|number 1"))
    row = desk.locator(".row").first
    row.click()
    transcript = desk.locator(".line")
    expect(transcript.first).to_contain_text("你好" if language == "zh" else "hello")
    expect(desk.locator(".line.customer").filter(has_text=words[-1])).to_have_count(1)
    expect(desk.get_by_text(rule, exact=True)).to_be_visible()
    answer_and_return(desk, visitor, language)


def answer_and_return(desk: Page, visitor: Customer, language: str) -> None:
    desk.get_by_role("button", name="接入会话").click()
    desk.get_by_label("回复客户").fill("您好，我是小林 " + NASTY)
    desk.keyboard.press("Enter")
    expect(visitor.lines("agent").last).to_have_text("您好，我是小林 " + NASTY)
    bot_lines = visitor.lines("bot").count()
    visitor.write("运费多少" if language == "zh" else "how much is delivery")
    expect(desk.locator(".line").last).to_contain_text("运费多少" if language == "zh" else "how much is delivery")
    expect(visitor.lines("bot")).to_have_count(bot_lines)
    desk.get_by_role("button", name="交还机器人").click()
    expect(visitor.human).to_be_enabled()
    visitor.says("运费多少" if language == "zh" else "how much is delivery", "99")
    assert visitor.page.title() != "broken"
    assert desk.title() != "broken"


def test_a_reload_and_a_restart_of_the_page_keep_the_history(customer: Callable[[str], Customer]) -> None:
    visitor = customer("zh").says("你好", "客服").says("怎么开发票", "发票")
    said = visitor.lines("bot").all_inner_texts()
    visitor.page.reload()
    if not visitor.input.is_visible():
        visitor.page.get_by_role("button", name=LAUNCHER["zh"], exact=True).click()
    expect(visitor.lines("bot")).to_have_text(said)


@pytest.mark.parametrize(
    "text",
    ["/restart", "/session_start", "😀😀😀", NASTY, "a" * 4999, "\u0007\u202e怎么退货"],
    ids=["restart", "session", "emoji", "html", "long", "control"],
)
def test_odd_input_gets_a_decent_answer(customer: Callable[[str], Customer], text: str) -> None:
    visitor = customer("zh").says(text, ".").says("怎么退货", "退货")
    assert visitor.page.title() != "broken"


def test_ten_thousand_characters_get_a_clear_error(customer: Callable[[str], Customer]) -> None:
    visitor = customer("zh")
    visitor.write("好" * 10_000)
    expect(visitor.frame.get_by_role("alert").or_(visitor.frame.locator("#count"))).to_contain_text(
        re.compile("5,?000")
    )
