"""Nothing is lost and nothing is doubled, whatever the connection does."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.fake_server import FakeConversation, FakeServer
from tests.browser.widget_page import Widget

OFFLINE = "网络连接已断开"


def sockets_of(server: FakeServer) -> int:
    return sum(len(one.sockets) for one in server.conversations)


def customer_texts(server: FakeServer) -> list[str]:
    return [
        one["text"]
        for conversation in server.conversations
        for one in conversation.messages
        if one["author"] == "customer"
    ]


def test_a_reload_keeps_the_conversation(widget: Widget, page: Page, server: FakeServer) -> None:
    widget.visit().open().ask("你好").ask("在吗")
    page.reload()
    expect(widget.lines("customer")).to_have_text(["你好", "在吗"])
    expect(widget.lines("bot")).to_have_count(2)
    widget.ask("再见")
    assert len(server.conversations) == 1


def test_several_tabs_show_one_conversation(widget: Widget, context: BrowserContext, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    other = Widget(context.new_page(), server).visit().open()
    expect(other.lines("customer")).to_have_text("你好")
    other.ask("在吗")
    expect(widget.lines("customer")).to_have_text(["你好", "在吗"])
    expect(widget.lines("bot")).to_have_count(2)
    assert len(server.conversations) == 1


def test_a_lost_stream_comes_back_with_what_was_missed(widget: Widget, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    conversation = server.conversations[0]
    server.refuse_sockets = server.down = True
    server.call(server.drop_sockets)
    expect(widget.alert).to_contain_text(OFFLINE)
    server.call(lambda: server.say(conversation, "bot", "您不在时说的话"))
    server.refuse_sockets = server.down = False
    expect(widget.lines("bot").last).to_have_text("您不在时说的话")
    expect(widget.alert).to_be_hidden()
    server.call(lambda: server.say(conversation, "bot", "现在说的话"))
    expect(widget.lines("bot")).to_have_count(3)


def test_a_network_that_went_away_is_told_at_once(widget: Widget, context: BrowserContext, server: FakeServer) -> None:
    """Its socket looks alive for another while, and before the first word there is none at all."""
    widget.visit().open()
    context.set_offline(True)
    expect(widget.alert).to_contain_text(OFFLINE)
    widget.write("写在断网时")
    context.set_offline(False)
    expect(widget.alert).to_be_hidden()
    expect(widget.lines("bot")).to_have_count(1)
    context.set_offline(True)
    expect(widget.alert).to_contain_text(OFFLINE)
    assert sockets_of(server) == 1, "nobody had told the server"
    context.set_offline(False)
    expect(widget.alert).to_be_hidden()


def test_a_browser_that_is_wrong_about_the_network_alarms_nobody(widget: Widget, page: Page) -> None:
    page.clock.install()
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false })")
    widget.visit().open().ask("你好")
    page.clock.fast_forward(3000)  # longer than a connection may be gone before it is said
    widget.ask("还在")
    expect(widget.alert).to_be_hidden()


def test_without_websockets_it_polls(widget: Widget, server: FakeServer) -> None:
    server.refuse_sockets = True
    widget.visit().open().ask("你好")
    conversation = server.conversations[0]
    server.call(lambda: server.say(conversation, "agent", "我来了", agent="小林"))
    server.call(lambda: server.hand_to(conversation, "agent", agent="小林"))
    expect(widget.lines("agent")).to_have_text("我来了")
    expect(widget.banner).to_contain_text("小林")
    expect(widget.alert).to_be_hidden()
    expect(widget.lines("customer")).to_have_count(1)


def test_polling_gives_way_to_a_websocket(widget: Widget, server: FakeServer) -> None:
    server.refuse_sockets = True
    widget.visit().open().ask("你好")
    server.refuse_sockets = False
    # The page asks again by itself; being brought to the front spares the test the back-off.
    widget.page.frames[1].evaluate("window.dispatchEvent(new Event('online'))")
    server.wait_until(lambda: sockets_of(server) == 1)
    widget.ask("在吗")
    expect(widget.lines("customer")).to_have_count(2)


def test_an_acknowledgement_lost_on_the_way_doubles_nothing(widget: Widget, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    server.drop_answers = True
    widget.write("我要退货")
    expect(widget.lines("bot")).to_have_count(2)
    server.drop_answers = False
    widget.ask("谢谢")
    assert customer_texts(server) == ["你好", "我要退货", "谢谢"]
    expect(widget.lines("customer")).to_have_text(["你好", "我要退货", "谢谢"])
    expect(widget.frame.locator(".status:not(:empty)")).to_have_count(0)


def test_unsent_messages_outlive_a_reload_and_go_out_in_order(widget: Widget, page: Page, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    server.down = True
    widget.write("第一条").write("第二条")
    expect(widget.frame.locator(".status.failed")).to_contain_text("未发送")
    page.reload()
    expect(widget.lines("customer")).to_have_text(["第一条", "第二条"])
    assert customer_texts(server) == ["你好"]
    server.down = False
    widget.button("立即重试").click()
    expect(widget.lines("customer")).to_have_text(["你好", "第一条", "第二条"])
    expect(widget.lines("bot")).to_have_count(3)
    assert customer_texts(server) == ["你好", "第一条", "第二条"]
    assert page.frames[1].evaluate("localStorage.getItem('kefu.outbox')") is None


def test_two_tabs_keep_each_others_unsent_messages(widget: Widget, context: BrowserContext, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    other = Widget(context.new_page(), server).visit().open()
    expect(other.lines("customer")).to_have_text("你好")
    server.down = True
    widget.write("左边")
    expect(widget.button("立即重试")).to_be_visible()
    other.write("右边")
    other.page.reload()
    expect(other.frame.get_by_text("左边")).to_be_visible()
    expect(other.frame.get_by_text("右边")).to_be_visible()
    widget.page.close()
    server.down = False
    other.page.frames[1].evaluate("window.dispatchEvent(new Event('online'))")
    expect(other.lines("bot")).to_have_count(3)
    assert sorted(customer_texts(server)) == sorted(["你好", "左边", "右边"])


def test_a_message_that_cannot_leave_can_be_taken_back(widget: Widget, server: FakeServer) -> None:
    server.down = True
    widget.visit().open().write("算了")
    widget.button("删除").click()
    expect(widget.lines("customer")).to_have_count(0)
    server.down = False
    widget.ask("你好")
    assert customer_texts(server) == ["你好"]


def test_the_first_message_may_be_written_while_the_server_is_away(widget: Widget, server: FakeServer) -> None:
    server.down = True
    widget.visit().open().write("有人吗")
    expect(widget.button("立即重试")).to_be_visible()
    server.down = False
    widget.button("立即重试").click()
    expect(widget.lines("bot")).to_have_text("您说的是：有人吗")
    assert len(server.conversations) == 1


def test_a_forgotten_session_becomes_a_new_one_and_the_message_arrives(widget: Widget, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    server.sessions.clear()
    widget.button("查订单").click()
    expect(widget.alert).to_contain_text("已为您开始新的会话")
    # The new session was offered no buttons; the words are sent instead.
    expect(widget.lines("customer")).to_have_text("查订单")
    expect(widget.lines("bot")).to_contain_text("请提供订单号")
    assert len(server.conversations) == 2


def test_a_session_forgotten_over_night_is_noticed_without_writing(
    widget: Widget, page: Page, server: FakeServer
) -> None:
    widget.visit().open().ask("你好")
    server.sessions.clear()
    page.reload()
    expect(widget.alert).to_contain_text("已为您开始新的会话")
    expect(widget.lines("customer")).to_have_count(0)
    widget.ask("我回来了")


def test_a_signed_customer_meets_the_same_conversation_when_the_session_has_ended(
    widget: Widget, page: Page, server: FakeServer
) -> None:
    widget.visit(tag="data-identity=head.eyJzdWIiOiJDMSJ9.signature").open().ask("你好")
    server.sessions.clear()
    page.reload()
    expect(widget.lines("customer")).to_have_text("你好")
    expect(widget.alert).to_be_hidden()
    widget.ask("我回来了")
    assert len(server.conversations) == 1


def test_of_two_tabs_of_a_session_that_has_ended_both_go_on(
    widget: Widget, server: FakeServer, context: BrowserContext
) -> None:
    tag = "data-identity=head.eyJzdWIiOiJDMSJ9.signature"
    widget.visit(tag=tag).open().ask("你好")
    other = Widget(context.new_page(), server).visit(tag=tag).open()
    expect(other.lines("customer")).to_have_text("你好")
    server.sessions.clear()
    server.call(server.drop_sockets)
    widget.write("左边")
    expect(other.lines("bot")).to_have_count(2)
    other.write("右边")
    for tab in (widget, other):
        expect(tab.lines("customer")).to_have_text(["你好", "左边", "右边"])
        expect(tab.lines("bot")).to_have_count(3)
    assert len(server.conversations) == 1


def test_the_same_frame_twice_shows_once(widget: Widget, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    conversation = server.conversations[0]

    async def repeat() -> None:
        for message in list(conversation.messages):
            await server._tell(conversation, {"type": "message", "message": message})

    server.call(repeat)
    server.call(lambda: server.say(conversation, "bot", "完"))
    expect(widget.lines("bot").last).to_have_text("完")
    expect(widget.lines("bot")).to_have_count(2)
    expect(widget.lines("customer")).to_have_count(1)


def test_blocked_storage_falls_back_to_memory(context: BrowserContext, server: FakeServer, troubles: list[str]) -> None:
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    widget = Widget(context.new_page(), server).visit().open().ask("你好").ask("在吗")
    expect(widget.lines("customer")).to_have_text(["你好", "在吗"])
    assert len(server.conversations) == 1
    assert troubles == []


@pytest.mark.parametrize("count", [20])
def test_a_burst_arrives_once_each_and_in_order(widget: Widget, server: FakeServer, count: int) -> None:
    widget.visit().open()
    texts = [f"第{number}句" for number in range(count)]
    for number, text in enumerate(texts):
        server.drop_answers = number % 3 == 1
        widget.write(text)
        if number == count // 2:
            server.call(server.drop_sockets)
    server.drop_answers = False
    expect(widget.lines("bot")).to_have_count(count, timeout=30_000)
    expect(widget.lines("customer")).to_have_text(texts)
    assert customer_texts(server) == texts


@pytest.mark.parametrize("polls", [False, True])
def test_a_chat_that_is_joined_with_another_shows_that_one(widget: Widget, server: FakeServer, polls: bool) -> None:
    """Its numbers begin anew: nothing of the other one is missing, nothing of this one is left over."""
    server.refuse_sockets = polls
    widget.visit().open().ask("你好").ask("在吗")
    home = FakeConversation("home", "zh")
    server.call(lambda: server.say(home, "customer", "在微信上说的"))
    server.call(lambda: server.join(server.conversations[0], home))
    expect(widget.lines("customer")).to_have_text(["在微信上说的"], timeout=15_000)
    widget.ask("接着聊")
    expect(widget.lines("customer")).to_have_text(["在微信上说的", "接着聊"])


def test_a_link_that_joins_says_its_secret_once(page: Page, server: FakeServer) -> None:
    page.goto(f"{server.origin}/widget/?language=zh&join=KFL-2345")
    said = page.locator(".line.customer .bubble")
    expect(said).to_have_text("KFL-2345")
    page.reload()
    expect(said).to_have_text("KFL-2345")
    assert customer_texts(server) == ["KFL-2345"]
