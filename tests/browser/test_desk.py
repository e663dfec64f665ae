"""What an agent sees and does, from the log-in to closing a conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_desk import FakeDesk, upset_customer
from tests.browser.fake_server import FakeConversation

NASTY = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"


@pytest.fixture
def desk() -> Iterator[FakeDesk]:
    desk = FakeDesk()
    desk.start()
    yield desk
    desk.stop()


@pytest.fixture
def waiting(desk: FakeDesk) -> FakeConversation:
    return desk.call(lambda: upset_customer(desk))


def log_in(page: Page, desk: FakeDesk, username: str = "lin") -> None:
    page.goto(f"{desk.origin}/desk/")
    expect(page.locator("#username")).to_be_focused()
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type("right")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab").first).to_be_visible()


def open_first(page: Page, desk: FakeDesk) -> None:
    log_in(page, desk)
    page.locator(".row").first.click()
    expect(page.locator(".line").first).to_be_visible()


def claim(page: Page, desk: FakeDesk) -> None:
    open_first(page, desk)
    page.get_by_role("button", name="接入会话").click()
    expect(page.get_by_label("回复客户")).to_be_focused()


def test_a_wrong_password_is_told_and_a_reload_keeps_the_log_in(page: Page, desk: FakeDesk) -> None:
    page.goto(f"{desk.origin}/desk/")
    page.locator("#username").fill("lin")
    page.locator("#password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("用户名或密码不正确。")
    page.locator("#password").fill("right")
    page.keyboard.press("Enter")
    expect(page.locator("#me")).to_have_text("小林")
    page.reload()
    expect(page.locator("#me")).to_have_text("小林")
    page.get_by_role("button", name="退出").click()
    expect(page.locator("#username")).to_be_visible()


def test_the_queue_shows_mood_reason_place_and_a_ticking_wait(
    page: Page, desk: FakeDesk, waiting: FakeConversation
) -> None:
    log_in(page, desk)
    row = page.locator(".row")
    expect(row).to_contain_text("客户情绪明显不满")
    expect(row).to_contain_text("第 1 位")
    expect(row.get_by_role("img")).to_have_attribute("aria-label", "情绪: 很不满 (-0.72)")
    expect(row.locator(".waited")).to_have_text(re.compile("已等待 2:0[5-9]"))
    before = row.locator(".waited").text_content()
    expect(row.locator(".waited")).not_to_have_text(before or "")
    expect(page).to_have_title("(1) 客服工作台")


def test_a_new_customer_is_announced_without_a_sound(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    log_in(page, desk)
    expect(page.locator(".row")).to_have_count(1)
    reason = {"rule": "asks_for_human", "text": "客户要求人工服务"}
    desk.call(lambda: desk.add("d" * 32, reason=reason))
    expect(page.locator(".notice")).to_contain_text("新的等待客户：客户要求人工服务")
    expect(page).to_have_title("(2) 客服工作台")
    page.locator(".notice").get_by_role("button", name="打开").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("访客 DDDD")
    assert page.locator("audio").count() == 0


def test_the_transcript_stands_in_the_agents_language_beside_the_original(
    page: Page, desk: FakeDesk, waiting: FakeConversation
) -> None:
    open_first(page, desk)
    said = page.locator(".line.bot").first
    expect(said.locator(".said")).to_have_text("订单 SO202611010002 运输中，预计 11 月 22 日前送达。")
    expect(said.locator(".original")).to_have_count(0)
    page.get_by_role("group", name="对话语言").get_by_role("button", name="English").click()
    expect(said.locator(".said")).to_have_text("Order SO202611010002 is on its way, promised by 22 November.")
    expect(said.locator(".original")).to_have_text("原文订单 SO202611010002 运输中，预计 11 月 22 日前送达。")
    expect(said.locator(".state")).to_have_text("on its way")
    expect(page.locator(".line.customer .said")).to_have_text("我的order到哪了？气死我了")


def test_decisions_and_fates_are_explained(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    open_first(page, desk)
    details = page.locator(".decision")
    details.locator("summary").click()
    for words in (
        "93%",
        "order_number = SO202611010002",
        "气死",
        "returns · 83%",
        "upset (-0.7 / -0.6)",
        "action_order_status",
    ):
        expect(details).to_contain_text(words)
    expect(page.locator(".mark.held")).to_have_text("未发送给客户：会话已转人工")
    expect(page.locator(".mark.perhaps")).to_have_text("可能已送达")
    desk.call(lambda: desk.line(waiting, "customer", "还有人吗"))
    expect(page.locator(".line.customer")).to_have_count(2)
    expect(details).to_have_attribute("open", "")


def test_the_dossier_says_why_and_whose_orders(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    open_first(page, desk)
    dossier = page.locator("#dossier")
    for words in (
        "客户情绪明显不满",
        "upset",
        "「气死我了」",
        "-0.6",
        "-0.72",
        "SO202611010002",
        "*******8002",
        "track_order",
    ):
        expect(dossier).to_contain_text(words)
    dossier.get_by_label("写给同事的备注").fill("老客户，耐心点")
    dossier.get_by_role("button", name="保存备注").click()
    expect(dossier.locator(".note")).to_contain_text("老客户，耐心点")
    expect(dossier.get_by_label("写给同事的备注")).to_have_value("")


def test_claim_write_and_return(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    claim(page, desk)
    expect(page.get_by_role("tab", name="我的")).to_have_attribute("aria-selected", "true")
    expect(page).to_have_title("客服工作台")
    page.keyboard.type("您好")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("马上帮您查")
    page.keyboard.press("Enter")
    expect(page.locator(".line.agent .said")).to_have_text("您好\n马上帮您查")
    expect(page.locator(".unsent")).to_have_count(0)
    expect(page.get_by_label("回复客户")).to_have_value("")
    desk.call(lambda: desk.line(waiting, "customer", "谢谢"))
    expect(page.locator(".line.customer").last).to_contain_text("谢谢")
    page.get_by_role("button", name="交还机器人").click()
    expect(page.locator(".blocked")).to_have_text("接入会话后才能回复。")
    assert waiting.owner == "bot"


def test_closing_and_passing_on(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    claim(page, desk)
    page.get_by_label("转给同事").select_option("sam")
    expect(page.locator(".blocked")).to_have_text("Sam 正在处理这个会话。")
    desk.call(lambda: desk.hand_to(waiting, "agent", agent="lin"))
    desk.call(lambda: desk.tell_desks(waiting.id))
    page.get_by_role("button", name="结束会话").click()
    expect(page.locator(".blocked")).to_contain_text("会话已结束")
    assert waiting.owner == "closed"


def test_somebody_faster_is_told_plainly(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    open_first(page, desk)
    desk.faster = "sam"
    page.get_by_role("button", name="接入会话").click()
    expect(page.locator(".notice")).to_have_text("会话刚被其他人处理，页面已更新。")
    expect(page.locator(".blocked")).to_have_text("Sam 正在处理这个会话。")


def test_a_lost_answer_doubles_nothing(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    claim(page, desk)
    desk.lose_answers = True
    page.keyboard.type("只说一遍")
    page.keyboard.press("Enter")
    expect(page.locator(".mark.failed")).to_contain_text("未发送，将自动重试")
    desk.lose_answers = False
    page.get_by_role("button", name="立即重试").click()
    expect(page.locator(".unsent")).to_have_count(0)
    expect(page.locator(".line.agent")).to_have_count(1)
    assert [one["text"] for one in waiting.messages if one["author"] == "agent"] == ["只说一遍"]


def test_words_written_too_late_are_kept_for_the_agent(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    claim(page, desk)
    page.keyboard.type("我来处理")
    # Not yet told to the page, which would leave no field to write in: it has read all that it wanted to read.
    page.wait_for_load_state("networkidle")
    waiting.agent = "sam"
    page.keyboard.press("Enter")
    expect(page.locator(".mark.rejected")).to_contain_text("该会话刚被他人处理")
    page.get_by_role("button", name="删除").click()
    expect(page.locator(".unsent")).to_have_count(0)


def test_an_ended_log_in_leads_back_to_the_form(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    open_first(page, desk)
    desk.logged_in = None
    desk.call(lambda: desk.tell_desks(waiting.id))
    expect(page.get_by_role("alert")).to_have_text("登录已失效，请重新登录。")
    expect(page.locator("#password")).to_be_focused()


def test_a_lost_stream_is_shown_and_made_up_for(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    log_in(page, desk)
    desk.wait_until(lambda: bool(desk.desks))

    async def drop() -> None:
        for socket in list(desk.desks):
            assert socket._req is not None
            assert socket._req.transport is not None
            socket._req.transport.abort()

    desk.call(drop)
    expect(page.locator("#link")).to_have_text("连接已断开，正在重连…")
    desk.call(lambda: desk.add("e" * 32))
    expect(page.locator(".row")).to_have_count(2)
    expect(page.locator("#link")).to_have_text("")


def test_typing_goes_both_ways(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    claim(page, desk)

    async def customer_types() -> None:
        for socket in desk.desks:
            await socket.send_json({"type": "typing", "conversation": waiting.id, "author": "customer"})

    desk.call(customer_types)
    expect(page.get_by_text("客户正在输入…")).to_be_visible()
    page.keyboard.type("嗯")
    desk.wait_until(lambda: desk.typed == {"type": "typing", "conversation": waiting.id})


def test_no_script_of_a_customer_runs(
    page: Page, desk: FakeDesk, waiting: FakeConversation, troubles: list[str]
) -> None:
    customer = {"id": "C1", "name": NASTY}
    reason = {"rule": "x", "text": NASTY, "summary": NASTY}
    handoff = {"rule": NASTY, "reason": NASTY, "words": NASTY, "threshold": None, "measured": None, "created_at": "x"}
    wish = {"service": NASTY, "order_number": None, "state": NASTY, "answers": [{"label": NASTY, "text": NASTY}]}
    note = {"agent": NASTY, "text": NASTY, "created_at": "x"}
    conversation = desk.call(
        lambda: desk.add("f" * 32, customer=customer, reason=reason, handoffs=[handoff], notes=[note], collected=[wish])
    )
    decision = {"intent": NASTY, "confidence": 1, "entities": [{"entity": "x", "value": NASTY}], "facts": {"a": NASTY}}
    desk.call(lambda: desk.line(conversation, "customer", NASTY, decision=decision))
    desk.call(lambda: desk.line(conversation, "bot", NASTY, other=NASTY + "!", key=NASTY))
    log_in(page, desk)
    page.locator(".row").nth(1).click()
    expect(page.locator(".line.customer .said")).to_have_text(NASTY)
    page.locator(".decision summary").click()
    expect(page.locator("#dossier")).to_contain_text(NASTY)
    assert page.locator("#talk img, #dossier img, #list img, body script").count() == 0
    expect(page).not_to_have_title("broken")
    # The first look whether somebody is logged in is answered with 401, which the console writes down.
    assert [one for one in troubles if "401" not in one] == []


def test_the_interface_turns_english_and_stays_so(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    open_first(page, desk)
    page.locator("header").get_by_role("button", name="English").first.click()
    expect(page.get_by_role("button", name="Claim")).to_be_visible()
    expect(page.get_by_role("tab", name="Waiting")).to_be_visible()
    expect(page.locator("#dossier h3").first).to_have_text("Why it was handed over")
    page.reload()
    expect(page.get_by_role("button", name="Claim")).to_be_visible()
    expect(page).to_have_title("(1) Service desk")


def test_an_english_agent_gets_an_english_desk(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    log_in(page, desk, "sam")
    expect(page.get_by_role("tab", name="Waiting")).to_be_visible()
    page.locator(".row").first.click()
    expect(page.locator(".line.bot .original").first).to_be_visible()


def test_the_keyboard_is_enough(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    desk.call(lambda: desk.add("d" * 32))
    log_in(page, desk)
    page.get_by_role("tab", name="等待中").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="我的")).to_be_focused()
    expect(page.locator(".empty")).to_have_text("您还没有接入会话。")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    expect(page.locator(".row").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".row").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("回复客户")).to_be_focused()
    assert waiting.agent == "lin"


def test_it_works_on_a_phone(page: Page, desk: FakeDesk, waiting: FakeConversation) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    claim(page, desk)
    expect(page.locator("#list")).to_be_hidden()
    page.keyboard.type("您好")
    page.keyboard.press("Enter")
    expect(page.locator(".line.agent")).to_have_count(1)
    page.get_by_role("button", name="客户资料").click()
    expect(page.locator("#dossier")).to_contain_text("SO202611010002")
    page.get_by_role("button", name="对话记录").click()
    expect(page.locator(".transcript")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="返回列表").click()
    expect(page.locator("#list")).to_be_visible()


def test_a_platforms_limits_and_unsent_replies_are_told_in_both_languages(page: Page, desk: FakeDesk) -> None:
    limits = {"closes_at": "2026-11-24T12:00:00+00:00", "left": 1, "left_for_bot": 0, "agent_until": None}
    details = {"undelivered": 1, "reply_limits": limits, "channel": "wechat"}

    async def unsent() -> FakeConversation:
        made = await desk.add("e" * 32, **details)
        await desk.line(made, "bot", "还有一句", other="One more", delivery="delayed", delivery_reason="kept_for_agent")
        return made

    desk.call(unsent)
    open_first(page, desk)
    expect(page.locator(".row")).to_contain_text("1 条未送达")
    expect(page.locator(".limits")).to_contain_text("还可发送 1 条（机器人可用 0 条） · 回复截止")
    expect(page.locator(".limits")).to_have_class(re.compile("scarce"))
    expect(page.locator(".mark.delayed")).to_have_text("暂未发送：等客户再次发来消息后自动补发 (剩余条数留给人工客服)")
    page.locator("header").get_by_role("button", name="English").first.click()
    expect(page.locator(".limits")).to_contain_text("1 messages left (0 of them for the bot) · reply until")
    expect(page.locator(".mark.delayed")).to_contain_text("the messages left are kept for a person")


def test_an_overdue_complaint_is_told_and_marked(page: Page, desk: FakeDesk) -> None:
    log_in(page, desk)

    async def passes() -> None:
        made = await desk.add("d" * 32, overdue=["CP2611210001"])
        await desk.line(made, "customer", "快递三天没动静")
        await desk.tell_desks(made.id, type="overdue", complaint="CP2611210001")

    desk.call(passes)
    expect(page.locator(".row")).to_contain_text("投诉逾期 CP2611210001")
    expect(page.get_by_text("投诉 CP2611210001 已过答复期限")).to_be_visible()
    page.get_by_role("button", name="打开").last.click()
    expect(page.locator(".line").first).to_contain_text("快递三天没动静")


def test_what_the_customer_told_the_bot_is_in_the_queue_and_in_the_dossier(page: Page, desk: FakeDesk) -> None:
    wish = {
        "service": "申请退货",
        "order_number": "SO202611010003",
        "state": "规则不允许，没有办理",
        "answers": [{"label": "问题描述", "text": "盖子<b>裂了</b>"}],
    }
    summary = "申请退货 · SO202611010003 · 问题描述: 盖子<b>裂了</b> · 规则不允许，没有办理"
    reason = {"rule": "request_not_done", "text": "申请没能办成，客户要找人工", "summary": summary}
    desk.call(lambda: _with_line(desk, reason=reason, collected=[wish]))
    open_first(page, desk)
    expect(page.locator(".row")).to_contain_text(summary)
    for words in (
        "客户已说明的情况",
        "申请退货",
        "SO202611010003",
        "问题描述",
        "盖子<b>裂了</b>",
        "规则不允许，没有办理",
    ):
        expect(page.locator("#dossier")).to_contain_text(words)
    assert page.locator("#dossier b, #list .row b").count() == 0


async def _with_line(desk: FakeDesk, **details: Any) -> None:
    await desk.line(await desk.add("b" * 32, **details), "customer", "转人工")
