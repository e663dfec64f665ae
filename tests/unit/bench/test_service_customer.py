"""What the scripted customer makes of the bot's answers."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bench.service import Talk
from bench.service_customer import Customer, End, FirstMessage
from bot.messages import Author, Card, OfferedButton, StoredMessage

YES = OfferedButton("y", {"zh": "确认", "en": "Yes"}, '/affirm{"confirming": "x"}')
NO = OfferedButton("n", {"zh": "不用", "en": "No"}, '/deny{"confirming": "x"}')


def _reply(key: str, *, buttons: tuple[OfferedButton, ...] = (), article: str | None = None) -> StoredMessage:
    return StoredMessage(
        id="r",
        conversation_id="c",
        seq=2,
        episode=1,
        author=Author.BOT,
        text="…",
        language="zh",
        created_at=datetime(2026, 11, 22, tzinfo=timezone.utc),
        key=key,
        buttons=buttons,
        card=Card("article", {"slug": article}) if article else None,
    )


def _customer(
    wants: str = "cancel_order", order: str | None = "SO202611010001", goal: str = "Gets it done."
) -> Customer:
    articles = {"cancel-order": frozenset({"cancel_order"}), "warranty": frozenset({"ask_warranty"})}
    return Customer(FirstMessage("…", wants, order, goal, human_is_right=False), articles)


def test_answers_what_is_asked() -> None:
    customer = _customer()
    assert customer.next([_reply("utter_ask_order_number")], (), with_human=False) == "SO202611010001"
    assert customer.next([_reply("utter_ask_last_four")], (), with_human=False) == "8001"
    assert customer.next([_reply("utter_cancel_order_confirm", buttons=(YES, NO))], (), with_human=False) == YES
    assert (
        customer.next([_reply("utter_cancel_order_done")], ("cancel_order:SO202611010001",), with_human=False) is None
    )
    assert customer.end is End.DONE


def test_says_no_to_what_nobody_asked_for() -> None:
    confirm = _reply("utter_return_item_confirm", buttons=(YES, NO))
    assert _customer().next([confirm], (), with_human=False) == NO


@pytest.mark.parametrize("effect", ["return_item:SO202611010001", "cancel_order:SO202611010002"])
def test_an_action_on_another_wish_or_order_is_wrong(effect: str) -> None:
    customer = _customer()
    assert customer.next([_reply("utter_cancel_order_done")], (effect,), with_human=False) is None
    assert customer.end is End.WRONG


def test_an_article_is_enough_for_a_question_but_not_for_a_wish() -> None:
    asking, wishing = _customer("ask_warranty", None), _customer()
    asking.next([_reply("utter_article_answer", article="warranty")], (), with_human=False)
    wishing.next([_reply("utter_article_answer", article="cancel-order")], (), with_human=False)
    assert (asking.end, wishing.end) == (End.ANSWERED, End.LOST)


def test_does_not_go_round_in_circles() -> None:
    customer, reply = _customer(), [_reply("utter_ask_order_number")]
    moves = [customer.next(reply, (), with_human=False) for _ in range(3)]
    assert moves == ["SO202611010001", "SO202611010001", None]
    assert customer.end is End.LOST


def test_a_human_is_good_only_where_a_good_shop_would_pass_it_on() -> None:
    danger = FirstMessage("…", "product_problem", None, None, human_is_right=True)
    plain = FirstMessage("…", "product_problem", None, None, human_is_right=False)
    assert [Talk(first, End.HUMAN, ()).good for first in (danger, plain)] == [True, False]
    assert [Talk(first, End.DONE, ()).good for first in (danger, plain)] == [False, True]
