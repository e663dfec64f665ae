"""How a wish is spoken of: the arguments that every sentence of a service may use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from actions.forms.description import Case, Kind, Question, Service
from actions.forms.rules import under_warranty
from actions.order_speech import state_of
from actions.records.item_names import first_item
from actions.records.models import Item
from actions.speak import Argument, day, money, word


def arguments(service: Service, case: Case) -> dict[str, Argument]:
    """Order, items, price, the answers so far as they are called, and the limits' figures."""
    spoken: dict[str, Argument] = {
        question.name: answer(question, case.details[question.name], case)
        for question in service.questions
        if question.name in case.details
    }
    figures = {name: value for name, value in vars(case.limits).items() if isinstance(value, int)}
    return {**figures, **spoken, **_of_order(case), **_derived(spoken, case)}


def _derived(spoken: Mapping[str, Argument], case: Case) -> dict[str, Argument]:
    """What follows from the answers: who pays the postage, what a repair costs, what an order is changed to."""
    details, derived = case.details, dict[str, Argument]()
    if "return_reason" in details and case.order and case.limits.postage is not None:
        theirs = details["return_reason"] == "unwanted"
        postage = money(case.limits.postage * 100, case.order.currency)
        derived["postage_line"] = word(f"word_postage_{'theirs' if theirs else 'ours'}", postage=postage)
    if case.limits.warranty_days is not None:
        derived["cost_line"] = word(f"word_cost_{'free' if under_warranty(case) else 'price'}")
    if "order_change" in details:
        wanted = {"count": details.get("new_quantity", ""), "variant": details.get("new_variant", "")}
        derived["wish"] = word(f"word_wish_{details['order_change']}", **wanted)
    if "email" in details:
        tax = [word("word_tax_line", tax_number=details["tax_number"])] if "tax_number" in details else []
        again = [word("word_replaces_line", reference=case.earlier[0].reference or "–")] if case.earlier else []
        derived["invoice_lines"] = [*tax, word("word_email_line", email=details["email"]), *again]
    if case.limits.changes is not None:
        left = case.limits.changes - len(case.earlier)
        derived["changes_line"] = word("word_changes_left", count=left) if left > 0 else word("word_no_changes_left")
    return derived


def _of_order(case: Case) -> dict[str, Argument]:
    order = case.order
    if order is None:
        return {}
    return {
        "order_number": order.order_number,
        "state": state_of(order),
        "item": _items(case),
        "total": money(order.total_minor, order.currency),
        "price": money(case.price_minor, order.currency),
    }


def _items(case: Case) -> Argument:
    assert case.order is not None
    return item_name(case.items[0]) if len(case.items) == 1 else first_item(case.order.items)


def item_name(item: Item) -> Argument:
    return item.name if item.quantity == 1 else word("word_pieces", item=item.name, count=item.quantity)


def answer(question: Question, value: str, case: Case) -> Argument:
    """An answer as customers read it. Free text is their own, and stays text."""
    if question.kind is Kind.ITEM:
        return _items(case)
    if question.kind is Kind.DAY:
        return day(date.fromisoformat(value))
    if question.kind is Kind.AMOUNT:
        return money(int(value), case.order.currency if case.order else "CNY")
    if question.kind is Kind.CHOICE or (question.kind is Kind.PHOTO and value in ("none", "sent")):
        return word(f"word_{question.name}_{value}")
    return value


def option_label(question: Question, option: str, case: Case) -> Mapping[str, Any]:
    """The label of a button, as ``key`` and ``arguments``."""
    if question.kind is Kind.ITEM:
        if option == "all" or case.order is None:
            return word("word_item_all")
        return word("word_as_it_is", text=item_name(case.order.items[int(option)]))
    if question.kind is Kind.DAY:
        return word("word_as_it_is", text=day(date.fromisoformat(option)))
    if question.kind is Kind.HOURS:
        return word("word_as_it_is", text=option)
    return word(f"word_{question.name}_{option}")
