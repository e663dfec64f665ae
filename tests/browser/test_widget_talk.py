"""What a customer says and sees."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_bot import ORDER_CARD, REFUND_CARD
from tests.browser.fake_server import FakeServer
from tests.browser.widget_page import Widget


@pytest.mark.parametrize(
    ("language", "lang", "words", "state"),
    [("zh", "zh-CN", "我的订单到哪了", "运输中"), ("en", "en", "Where is my order?", "on its way")],
)
def test_an_order_and_its_courier_progress(
    widget: Widget, troubles: list[str], language: str, lang: str, words: str, state: str
) -> None:
    widget.visit(lang=lang).open(language).ask(words).ask("SO202611010002").ask("8002")
    card = widget.frame.get_by_role("article")
    expect(card).to_contain_text("SO202611010002")
    expect(card.locator(".state")).to_have_text(state)
    expect(card.locator(".timeline").first.locator("li")).to_have_count(3)
    card.locator("summary").click()
    expect(card.locator("details li")).to_be_visible()
    expect(card.locator(".items")).to_contain_text("¥899.00")
    expect(card.locator("time").first).to_contain_text("19:30")
    assert troubles == []


@pytest.mark.parametrize(
    ("lang", "step", "expected"), [("zh-CN", "提交申请", "11月25日 周三"), ("en", "Requested", "Wed 25 Nov")]
)
def test_a_refund_and_its_steps(widget: Widget, server: FakeServer, lang: str, step: str, expected: str) -> None:
    widget.visit(lang=lang).open("en" if lang == "en" else "zh").ask("hello" if lang == "en" else "你好")
    server.call(lambda: server.say(server.conversations[0], "bot", "…", card=REFUND_CARD))
    card = widget.frame.locator(".card.refund")
    expect(card).to_contain_text("¥459.00")
    expect(card).to_contain_text(expected)
    expect(card.locator("li").first).to_contain_text(step)
    expect(card.locator("li.ahead")).to_have_count(1)


def test_a_card_without_courier_events_has_no_empty_part(widget: Widget, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    bare = {**ORDER_CARD["data"], "events": [], "items": [], "courier": None, "tracking_number": None, "promised": None}
    card = {"kind": "order", "data": {**bare, "promised_on": None}}
    server.call(lambda: server.say(server.conversations[0], "bot", "…", card=card))
    shown = widget.frame.locator(".card.order")
    expect(shown).to_contain_text("SO202611010002")
    expect(shown.locator("dt")).to_have_text(["合计", "下单时间"])
    assert shown.locator("ul, ol, section, details").count() == 0


def test_an_article_stands_inside_its_card(widget: Widget) -> None:
    widget.visit().open().ask("怎么退货")
    card = widget.frame.locator("a.card.article")
    outer, inner = card.bounding_box(), card.get_by_text("查看全文").bounding_box()
    assert outer is not None
    assert inner is not None
    assert outer["x"] <= inner["x"]
    assert outer["y"] <= inner["y"] <= outer["y"] + outer["height"] - inner["height"]


def test_words_read_from_right_to_left_stand_in_their_order(widget: Widget) -> None:
    widget.visit().open().ask("مرحبا أين طلبي SO202611010002")
    widget.ask("SO202611010002 مرحبا")
    directions = "(all) => all.map((one) => getComputedStyle(one).direction)"
    assert widget.lines("customer").evaluate_all(directions) == ["rtl", "ltr"]
    widget.input.fill("شكرا")
    assert widget.input.evaluate("(one) => getComputedStyle(one).direction") == "rtl"


def test_it_says_that_it_is_a_bot_before_a_word_is_spoken(widget: Widget, server: FakeServer) -> None:
    widget.visit().open()
    expect(widget.banner).to_contain_text("机器人")
    expect(widget.frame.locator(".intro .bubble")).to_contain_text("不是真人")
    expect(widget.human).to_be_enabled()
    assert server.conversations == []


def test_quick_replies_send_their_id_once_and_show_which_was_taken(widget: Widget, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    expect(widget.button("查订单")).to_be_enabled()
    widget.button("查订单").click()
    expect(widget.lines("customer")).to_have_text(["你好", "查订单"])
    expect(widget.button("查订单").first).to_be_disabled()
    expect(widget.frame.locator(".choice.used")).to_have_text("查订单")
    expect(widget.lines("bot")).to_have_count(2)
    assert [one["text"] for one in server.conversations[0].messages if one["author"] == "customer"] == [
        "你好",
        "查订单",
    ]


def test_quick_replies_close_when_the_customer_types_instead(widget: Widget) -> None:
    widget.visit().open().ask("你好").ask("退货")
    expect(widget.frame.locator(".choices").nth(1).get_by_role("button").first).to_be_disabled()
    expect(widget.button("申请退货")).to_be_enabled()


def test_the_human_button_sends_the_words_and_the_banner_tells_the_place(widget: Widget, server: FakeServer) -> None:
    widget.visit().open()
    widget.human.click()
    expect(widget.lines("customer")).to_have_text("转人工")
    expect(widget.banner).to_have_text("正在为您转接人工客服 · 您排在第 2 位")
    expect(widget.human).to_be_disabled()
    conversation = server.conversations[0]
    server.call(lambda: server.hand_to(conversation, "waiting", place=1))
    expect(widget.banner).to_contain_text("第 1 位")
    server.call(lambda: server.hand_to(conversation, "agent", agent="小林"))
    expect(widget.banner).to_have_text("人工客服 小林 正在为您服务")
    server.call(lambda: server.say(conversation, "agent", "您好，我是小林", agent="小林"))
    expect(widget.lines("agent")).to_have_text("您好，我是小林")
    server.call(lambda: server.hand_to(conversation, "bot"))
    expect(widget.human).to_be_enabled()


def test_back_to_the_bot_stays_open_while_waiting_until_it_is_used(widget: Widget) -> None:
    widget.visit().open().write("转人工")
    expect(widget.button("返回机器人")).to_be_enabled()
    widget.write("还在吗")
    expect(widget.lines("customer")).to_have_count(2)
    expect(widget.button("返回机器人")).to_be_enabled()
    widget.button("返回机器人").click()
    expect(widget.button("返回机器人")).to_be_disabled()


def test_english_speakers_ask_for_a_person_in_english(widget: Widget) -> None:
    widget.visit(lang="en").open("en")
    widget.human.click()
    expect(widget.lines("customer")).to_have_text("Talk to a person")
    expect(widget.banner).to_contain_text("number 2 in line")


def test_typing_is_shown_until_the_answer_comes(widget: Widget, server: FakeServer) -> None:
    server.silent = True
    widget.visit().open().write("你好")
    server.wait_until(lambda: bool(server.conversations and server.conversations[0].sockets))
    conversation = server.conversations[0]
    server.call(lambda: server._tell(conversation, {"type": "typing", "author": "bot"}))
    expect(widget.frame.get_by_text("机器人正在输入")).to_be_visible()
    server.call(lambda: server.say(conversation, "bot", "您好"))
    expect(widget.frame.get_by_text("机器人正在输入")).to_be_hidden()


NASTY = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>&amp;\u202e"


def test_nothing_a_customer_writes_is_interpreted(widget: Widget, page: Page, troubles: list[str]) -> None:
    widget.visit().open().ask(NASTY)
    expect(widget.lines("customer")).to_have_text(NASTY)
    expect(widget.lines("bot")).to_contain_text(NASTY)
    assert widget.frame.locator("#log img, #log script").count() == 0
    assert [frame.evaluate("document.title") for frame in page.frames] == ["Host", "在线客服"]
    assert troubles == []


def test_only_web_addresses_and_our_articles_become_links(widget: Widget, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    text = "看https://shop.example/a?b=1。或 /help/returns，非 javascript:alert(1)、data:text/html,x、//evil.example"
    server.call(lambda: server.say(server.conversations[0], "bot", text))
    links = widget.lines("bot").last.get_by_role("link")
    expect(links).to_have_text(["https://shop.example/a?b=1", "/help/returns"])
    for link in links.all():
        assert link.get_attribute("rel") == "noopener noreferrer"
    widget.ask("https://customer.example/")
    assert widget.lines("customer").last.get_by_role("link").count() == 0


def test_an_article_card_leads_to_the_article_in_the_answers_language(widget: Widget) -> None:
    widget.visit(lang="en").open("en").ask("How do I return this?")
    link = widget.frame.get_by_role("link", name="Returns within seven days")
    expect(link).to_have_attribute("href", "/help/returns?language=en")


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://evil.example/help/x", "//evil.example/help/x", "/help/../desk/x y"]
)
def test_a_card_with_a_foreign_link_is_left_out(widget: Widget, server: FakeServer, link: str) -> None:
    widget.visit().open().ask("你好")
    card = {"kind": "article", "data": {"slug": "x", "title": {"zh": "题", "en": "t"}, "link": link, "score": 1}}
    server.call(lambda: server.say(server.conversations[0], "bot", "看这里", card=card))
    expect(widget.lines("bot").last).to_have_text("看这里")
    assert widget.frame.locator(".card").count() == 0


def test_too_long_a_text_is_counted_and_kept_back(widget: Widget) -> None:
    widget.visit().open()
    widget.input.fill("长" * 4499)
    expect(widget.frame.locator("#count")).to_be_hidden()
    widget.input.fill("长" * 4990 + "😀" * 10)
    expect(widget.frame.locator("#count")).to_have_text("5000 / 5000")
    expect(widget.button("发送")).to_be_enabled()
    widget.input.fill("长" * 5001)
    expect(widget.frame.locator("#count")).to_contain_text("消息最多 5000 个字，您写了 5001 个字")
    expect(widget.button("发送")).to_be_disabled()
    widget.input.press("Enter")
    expect(widget.input).to_have_value("长" * 5001)


def test_a_refused_choice_is_explained_and_can_be_taken_back(widget: Widget, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    server.conversations[0].buttons.clear()
    widget.button("查订单").click()
    expect(widget.frame.locator(".status.rejected")).to_contain_text("这个选项已失效")
    widget.button("重新编辑").click()
    expect(widget.input).to_have_value("查订单")
    expect(widget.lines("customer")).to_have_count(1)
    widget.input.press("Enter")
    expect(widget.lines("bot")).to_have_count(2)


def test_the_language_button_turns_everything_and_tells_the_server(widget: Widget, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    widget.button("Switch to English").click()
    expect(widget.input).to_have_attribute("placeholder", "Type your question…")
    expect(widget.frame.locator("html")).to_have_attribute("lang", "en-GB")
    expect(widget.lines("customer")).to_have_text("你好")
    expect(widget.frame.locator(".line.bot:not(.intro) .who")).to_have_text("Bot")
    widget.ask("12345678")
    expect(widget.lines("bot").last).to_have_text("You said: 12345678")
    assert server.conversations[0].language == "en"
    widget.page.reload()
    expect(widget.input).to_have_attribute("placeholder", "Type your question…")


def test_a_new_line_does_not_send(widget: Widget) -> None:
    widget.visit().open()
    widget.input.fill("第一行")
    widget.input.press("Shift+Enter")
    widget.input.press_sequentially("第二行")
    widget.input.press("Enter")
    expect(widget.lines("customer")).to_have_text(re.compile("第一行\n第二行"))


def test_a_long_answer_is_read_from_its_beginning(widget: Widget, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    # By now a screen reader hears news again, and the page may scroll to it.
    expect(widget.frame.locator("#log:not([aria-busy])")).to_be_visible()
    server.call(lambda: server.say(server.conversations[0], "bot", "开头\n" + "很长的说明\n" * 80))
    expect(widget.lines("bot").last).to_be_in_viewport()
    top = widget.lines("bot").last.bounding_box()
    log = widget.frame.locator("#log").bounding_box()
    assert top
    assert log
    assert top["y"] >= log["y"]
