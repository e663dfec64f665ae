"""What counts as an answer to which question, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from actions.forms.answers import named_item, options_of, read, read_anywhere
from actions.forms.description import Case, Kind, Question, among
from actions.forms.vocabulary import holds
from actions.turn import CustomerTurn
from bot.nlu.entity_rules import EntityRules
from tests.unit.actions.test_services import LIMITS, ORDER

# A Saturday noon in the shop; the entities are resolved against the same clock.
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=timezone.utc)
CASE = Case(ORDER, {}, LIMITS.of("schedule_delivery"), NOW)
RULES = EntityRules()


def turn(text: str, intent: str = "inform") -> CustomerTurn:
    entities = tuple(
        {"entity": found.name, "value": found.value, "start": found.start, "end": found.end}
        for found in RULES.find(text, NOW)
    )
    return CustomerTurn("c", "m", None, "", text, intent, 0.9, entities, (), "zh", "service_form", "details")


def answer(kind: Kind, text: str, name: str = "x", options: tuple[str, ...] = (), intent: str = "inform") -> str | None:
    return read(Question(name, kind, among(*options)), turn(text, intent), CASE)


REASONS = ("unwanted", "faulty", "not_as_ordered")


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("不想要了", "unwanted"),
        ("有质量问题", "faulty"),
        ("發錯了，不是我買的", "not_as_ordered"),
        ("I've changed my mind", "unwanted"),
        ("it doesn’t work", "faulty"),
        ("2", "faulty"),
        ("选3", "not_as_ordered"),
        ("the second one", "faulty"),
        ("第一个", "unwanted"),
        ("It's faulty", "faulty"),
        ("4", None),
        ("20", None),
        ("质量不行，我也不想要了", None),
        ("不知道", None),
    ],
)
def test_an_option_is_named_by_words_label_or_place(text: str, option: str | None) -> None:
    assert answer(Kind.CHOICE, text, "return_reason", REASONS) == option


def test_yes_and_no_answer_what_is_asked_with_yes_and_no() -> None:
    assert answer(Kind.CHOICE, "是的", "looked", ("yes", "no"), "affirm") == "yes"
    assert answer(Kind.CHOICE, "没有", "looked", ("yes", "no"), "deny") == "no"
    assert answer(Kind.CHOICE, "是的", "return_reason", REASONS, "affirm") is None


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("午餐袋", "1"),
        ("那个保温杯", "0"),
        ("the lunch bag", "1"),
        ("两个都要退", "all"),
        ("all of them", "all"),
        ("裤子", None),
    ],
)
def test_an_item_is_the_one_whose_name_is_most_like_it(text: str, item: str | None) -> None:
    assert answer(Kind.ITEM, text, "item") == item


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.DAY, "后天", "2026-11-23"),
        (Kind.DAY, "周五", "2026-11-27"),
        (Kind.DAY, "next Tuesday please", "2026-11-24"),
        (Kind.DAY, "尽快", None),
        (Kind.HOURS, "下午4点", "15:00-18:00"),
        (Kind.HOURS, "around 10 am", "09:00-12:00"),
        (Kind.HOURS, "4", "18:00-21:00"),
        (Kind.HOURS, "半夜2点", None),
        (Kind.QUANTITY, "3", "3"),
        (Kind.QUANTITY, "改成两件", "2"),
        (Kind.QUANTITY, "0", None),
        (Kind.QUANTITY, "100000", None),
        (Kind.AMOUNT, "349元", "34900"),
        (Kind.AMOUNT, "now 80 yuan", "8000"),
        (Kind.AMOUNT, "79.5", "7950"),
        (Kind.AMOUNT, "便宜多了", None),
        (Kind.EMAIL, "发到 a.b@example.com 谢谢", "a.b@example.com"),
        (Kind.EMAIL, "a.b#example", None),
        (Kind.TAX_NUMBER, "税号９１３３０１０６ma2cf00k4k", "91330106MA2CF00K4K"),
        (Kind.TAX_NUMBER, "12345", None),
        (Kind.PHOTO, "IMG_2041.jpg", "IMG_2041.jpg"),
        (Kind.PHOTO, "没有照片", "none"),
        (Kind.PHOTO, "盖子裂了一条缝", "盖子裂了一条缝"),
        (Kind.TEXT, "  大一码\n\n的 ", "大一码 的"),
        (Kind.TEXT, "。。。", None),
        (Kind.ADDRESS, "文三路90号3幢201，李雷 13800138000", "文三路90号3幢201，李雷 13800138000"),
        (Kind.ADDRESS, "嗯", None),
    ],
)
def test_each_kind_reads_its_own(kind: Kind, text: str, value: str | None) -> None:
    assert answer(kind, text) == value


def test_a_button_answers_only_its_own_question() -> None:
    button = replace(
        turn('/inform{"detail": "return_reason=faulty"}'),
        entities=({"entity": "detail", "value": "return_reason=faulty"},),
    )
    assert read(Question("return_reason", Kind.CHOICE, among(*REASONS)), button, CASE) == "faulty"
    assert read(Question("damage", Kind.CHOICE, among("wrong", "faulty")), button, CASE) is None
    assert read(Question("return_reason", Kind.CHOICE, among("unwanted")), button, CASE) is None
    assert read(Question("problem", Kind.TEXT), button, CASE) is None


def test_only_what_shows_by_its_shape_is_taken_unasked() -> None:
    text = turn("改成北京市朝阳区建国路88号，别忘了a@example.com")
    assert read_anywhere(Question("new_address", Kind.ADDRESS), text, CASE) is not None
    assert read_anywhere(Question("email", Kind.EMAIL), text, CASE) == "a@example.com"
    assert read_anywhere(Question("problem", Kind.TEXT), text, CASE) is None


def test_the_windows_of_a_day_are_those_of_the_limits() -> None:
    offered = options_of(Question("delivery_hours", Kind.HOURS), CASE)
    assert offered == ("09:00-12:00", "12:00-15:00", "15:00-18:00", "18:00-21:00")


@pytest.mark.parametrize(
    "text", ["怎么退货", "發票如何申請", "how do I return this", "多久能修好", "who pays the postage"]
)
def test_a_question_asks_how(text: str) -> None:
    assert holds(text, "how")


@pytest.mark.parametrize(
    "text",
    [
        "我要退货",
        "能帮我改下地址吗",
        "can I return this",
        "怎么还没到",
        "耳机坏了怎么办",
        "could you change my address",
    ],
)
def test_a_wish_may_be_put_as_a_question(text: str) -> None:
    assert not holds(text, "how")


@pytest.mark.parametrize(
    ("question", "text", "said"),
    [
        ("new_variant", "can u change the color of the bottle to black, and also when will it ship?", "black"),
        ("new_variant", "change it to a red one please", "a red one"),
        ("new_variant", "帮我把杯子颜色换成黑色的可以吗", "黑色的"),
        ("new_variant", "尺碼改成XL，謝謝", "XL"),
        ("new_variant", "I want to change my order", None),
        ("new_variant", "想改一下订单", None),
        ("wanted_version", "can I exchange it for a bigger size?", "bigger size"),
        ("wanted_version", "I want to exchange my shoes", None),
        ("wanted_version", "右边没声音，换个新的吧", "新的"),
        ("invoice_title", "我想开发票 抬头 上海明远科技有限公司 税号 91310115MA1K4ABC12", "上海明远科技有限公司"),
        ("invoice_title", "發票抬頭：明遠貿易有限公司，謝謝", "明遠貿易有限公司"),
        (
            "invoice_title",
            "I need an invoice made out to Brightwater Trading Ltd., tax no. later",
            "Brightwater Trading Ltd.",
        ),
        ("invoice_title", "发票抬头写错了", None),
        ("invoice_title", "what does title mean", None),
    ],
)
def test_what_follows_its_own_words_is_an_answer_wherever_it_stands(question: str, text: str, said: str | None) -> None:
    kind = Kind.NAME if question == "invoice_title" else Kind.TEXT
    assert read_anywhere(Question(question, kind), turn(text), CASE) == said


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("actually cancel the whole thing", None),
        ("5 ml ", None),
        ("保温杯漏水", "0"),
        ("the bottle", "0"),
        ("午餐袋", "1"),
        ("杯子和袋子", None),
    ],
)
def test_an_item_is_named_by_its_name_s_words_alone(text: str, place: str | None) -> None:
    names = (
        {"zh": "不锈钢保温杯 500ml 蓝色", "en": "Insulated bottle 500 ml, blue"},
        {"zh": "保温午餐袋", "en": "Insulated lunch bag"},
    )
    items = tuple(replace(ORDER.items[0], name=name) for name in names)
    case = replace(CASE, order=replace(ORDER, items=items))
    assert named_item(Question("item", Kind.ITEM), ["你好", text, "SO202611010001"], case) == place


@pytest.mark.parametrize(
    "text", ["重新发一个吧", "那就补发吧", "再寄一个来", "just send a new one", "a replacement please"]
)
@pytest.mark.parametrize("question", ["damage_remedy", "lost_remedy"])
def test_who_wants_it_sent_again_may_say_so_in_many_words(question: str, text: str) -> None:
    assert answer(Kind.CHOICE, text, question, ("resend", "refund"), intent="stop") == "resend"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("杭州小鹿科技有限公司", "杭州小鹿科技有限公司"),
        ("抬头改成杭州小鹿科技有限公司，谢谢", "杭州小鹿科技有限公司"),
        ("Bluefinch Trading (Shanghai) Co., Ltd.", "Bluefinch Trading (Shanghai) Co., Ltd."),
        ("Who Cares Ltd", "Who Cares Ltd"),
        ("李想", "李想"),
        ("Will Smith", "Will Smith"),
        ("change it to Alice Chen", "Alice Chen"),
        ("个人", "个人"),
        # The kind of thing that bears a name is none.
        ("把发票抬头改成公司", None),
        ("公司的", None),
        ("my company please", None),
        # Nor is a question, a request or "never mind".
        ("do you also issue VAT invoices?", None),
        ("能不能开专票", None),
        ("请问抬头写什么", None),
        ("can you use my own name instead", None),
        ("oh leave it", None),
        ("算了", None),
    ],
)
def test_a_name_is_no_sentence(text: str, name: str | None) -> None:
    assert answer(Kind.NAME, text, "invoice_title") == name
