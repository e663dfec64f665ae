"""How refunds are spoken of: where the money is, beside the refund's card."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.order_speech import state_of
from actions.records import clock
from actions.records.cards import REFUND, refund_card
from actions.records.models import Order, Refund
from actions.speak import HUMAN, Argument, day, money, offer, say, word
from actions.words import words


def say_no_refund(dispatcher: CollectingDispatcher, order: Order) -> None:
    say(
        dispatcher,
        "utter_no_refund",
        order_number=order.order_number,
        state=state_of(order),
        facts={"order_number": order.order_number},
        offers=[offer("button_topic_request_refund", "/request_refund"), HUMAN],
    )


def say_refund(dispatcher: CollectingDispatcher, refund: Refund) -> None:
    """How far it is and when the money comes; what is late is said to be late, and a person offered."""
    late = refund.is_late(clock.shop_today())
    arguments: dict[str, Argument] = {
        "order_number": refund.order_number,
        "amount": money(refund.amount_minor, refund.currency),
        "state": word(f"word_refund_{refund.state}"),
        "method": word(words().known("word_payment", refund.payment_method, "other")),
    }
    key = "utter_refund_settled"
    if refund.is_pending and refund.expected_on is not None:
        key = "utter_refund_late" if late else "utter_refund_pending"
        arguments["expected"] = day(refund.expected_on)
        arguments["when"] = word("word_refund_expected", expected=arguments["expected"], method=arguments["method"])
    say(
        dispatcher,
        key,
        **arguments,
        card={"kind": REFUND, "data": refund_card(refund, words())},
        facts={"order_number": refund.order_number, "refund": refund.state, "late": late},
        offers=[*_next_steps(refund, late=late), HUMAN],
    )


def _next_steps(refund: Refund, *, late: bool) -> list[dict[str, Any]]:
    """Beside a person, who alone is offered for what is late: the sentence asks for a yes to just that."""
    about = f'{{"order_number": "{refund.order_number}"}}'
    return [] if late else [offer("button_see_order", f"/track_order{about}")]
