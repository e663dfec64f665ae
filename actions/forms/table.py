"""The services. A new one is an entry here, a section in ``rules/limits.yml`` and its sentences in data/responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.forms import do, rules
from actions.forms.care_table import CARE
from actions.forms.description import Case, Instead, Kind, Needs, Question, Service, among
from actions.forms.rules import first_of, not_again, state_allows, within_days_of_delivery, within_days_of_order

ITEM = Question("item", Kind.ITEM)


def _answered(question: str, *options: str) -> Any:
    """Whether the question has one of these answers."""
    return lambda case: case.details.get(question) in options


def _granted(case: Case) -> Mapping[str, Any]:
    """A refund: its amount, and whether the bot may grant it alone."""
    limit = case.limits.alone_up_to
    return {"amount_minor": case.price_minor, "granted": limit is not None and case.price_minor <= limit * 100}


def _returned(case: Case) -> Mapping[str, Any]:
    return {"amount_minor": case.price_minor, "granted": False}


def _instead_of_refund(case: Case) -> Instead | None:
    """A refund before dispatch is a cancellation; goods that come back are a return."""
    if case.order is not None and case.order.state == "paid":
        return Instead("cancel_order")
    reason = case.details.get("refund_reason")
    if reason == "unwanted":
        return Instead("return_item", {"return_reason": "unwanted"})
    return Instead("not_received") if reason == "not_received" else None


def _instead_of_problem(case: Case) -> Instead | None:
    if case.details.get("remedy") == "send_back":
        return Instead("return_item", {"return_reason": "faulty"})
    return None


def _instead_of_change(case: Case) -> Instead | None:
    """Without its only item an order is no order."""
    only_one = case.order is not None and len(case.order.items) == 1
    return Instead("cancel_order") if only_one and case.details.get("order_change") == "drop" else None


def _remedies(case: Case) -> tuple[str, ...]:
    """Soon after delivery it may be exchanged or returned; later it is repaired."""
    days, limit = case.days_since_delivery, case.limits.days_if_faulty
    early = days is None or limit is None or days <= limit
    return ("exchange", "send_back", "repair") if early else ("repair",)


def _warranty(case: Case) -> Mapping[str, Any]:
    return {"free": rules.under_warranty(case)}


_ABOUT_GOODS = (
    *("product_problem", "request_repair", "wrong_or_damaged_item", "return_item", "exchange_item", "request_refund"),
    *("not_received", "order_problem"),
)

ALL = (
    Service("track_order", do.show_order, confirm=False),
    Service(
        "expedite_order",
        do.expedite,
        intents=("expedite_order", "track_order"),
        confirm=False,
        upon_a_story=do.show_order,
        results=("noted", "already"),
    ),
    Service("list_orders", do.list_orders, needs=Needs.CUSTOMER, confirm=False),
    Service("track_refund", do.show_refund, confirm=False),
    Service(
        "cancel_order",
        do.carry_out,
        results=("done", "already"),
        leads_to=("track_refund",),
        rule=state_allows(in_transit=("return_item",), delivered=("return_item",), cancelled=("track_refund",)),
        terms=lambda case: {"refund_days": case.limits.refund_days},
    ),
    Service(
        "change_address",
        do.carry_out,
        results=("done", "noted"),
        questions=(Question("new_address", Kind.ADDRESS),),
        rule=first_of(state_allows(in_transit=("track_order",)), rules.near_enough),
        explained=True,
        stories=("set_address", "order_problem"),
    ),
    Service(
        "change_order",
        do.carry_out,
        questions=(
            Question("order_change", Kind.CHOICE, among("quantity", "variant", "drop"), from_opening=True),
            ITEM,
            Question("new_quantity", Kind.QUANTITY, when=_answered("order_change", "quantity")),
            Question("new_variant", Kind.TEXT, when=_answered("order_change", "variant")),
        ),
        rule=state_allows(in_transit=("exchange_item",), delivered=("exchange_item", "return_item")),
        instead=_instead_of_change,
        explained=True,
        stories=("exchange_item", "place_order"),
    ),
    Service(
        "schedule_delivery",
        do.carry_out,
        questions=(Question("delivery_day", Kind.DAY), Question("delivery_hours", Kind.HOURS)),
        rule=first_of(state_allows(), rules.may_be_delivered_then),
        explained=True,
    ),
    Service(
        "return_item",
        do.carry_out,
        results=("done", "noted"),
        leads_to=("track_refund",),
        questions=(
            ITEM,
            Question("return_reason", Kind.CHOICE, among("unwanted", "faulty", "not_as_ordered"), from_opening=True),
            Question("return_way", Kind.CHOICE, among("pickup", "post"), from_opening=True),
        ),
        rule=first_of(state_allows(paid=("cancel_order",), in_transit=("track_order",)), within_days_of_delivery),
        terms=_returned,
        explained=True,
        stories=_ABOUT_GOODS,
    ),
    Service(
        "exchange_item",
        do.carry_out,
        questions=(ITEM, Question("wanted_version", Kind.TEXT)),
        rule=first_of(
            state_allows(paid=("change_order",), in_transit=("track_order",)), within_days_of_delivery, not_again
        ),
        explained=True,
        stories=_ABOUT_GOODS,
    ),
    Service(
        "request_refund",
        do.carry_out,
        results=("done", "noted"),
        leads_to=("track_refund",),
        questions=(
            Question(
                "refund_reason",
                Kind.CHOICE,
                among("unwanted", "faulty", "missing", "not_received"),
                from_opening=True,
            ),
            ITEM,
        ),
        rule=first_of(state_allows(in_transit=("not_received", "track_order")), within_days_of_delivery),
        instead=_instead_of_refund,
        terms=_granted,
        explained=True,
        stories=_ABOUT_GOODS,
    ),
    Service(
        "request_repair",
        do.carry_out,
        questions=(ITEM, Question("problem", Kind.TEXT)),
        rule=state_allows(),
        terms=_warranty,
        explained=True,
        stories=_ABOUT_GOODS,
    ),
    Service(
        "product_problem",
        do.carry_out,
        questions=(
            ITEM,
            Question("problem", Kind.TEXT, from_opening=True),
            Question("remedy", Kind.CHOICE, _remedies, from_opening=True),
        ),
        rule=state_allows(),
        instead=_instead_of_problem,
        terms=_warranty,
        helped_by_article=True,
        sorry=True,
        stories=_ABOUT_GOODS,
    ),
    Service(
        "price_protection",
        do.carry_out,
        questions=(ITEM, Question("seen_price", Kind.AMOUNT)),
        rule=first_of(state_allows(), within_days_of_order, not_again, rules.is_cheaper_now),
        explained=True,
    ),
    Service(
        "request_invoice",
        do.carry_out,
        questions=(
            Question("invoice_kind", Kind.CHOICE, among("personal", "company"), from_opening=True),
            Question("invoice_title", Kind.NAME),
            Question("tax_number", Kind.TAX_NUMBER, when=_answered("invoice_kind", "company")),
            Question("email", Kind.EMAIL),
        ),
        rule=first_of(state_allows(), within_days_of_order, rules.invoice_may_change),
        explained=True,
    ),
    Service("check_invoice", do.show_invoice, confirm=False, kind="request_invoice", explained=True),
    Service(
        "not_received",
        do.carry_out,
        questions=(
            Question(
                "looked",
                Kind.CHOICE,
                among("yes", "no"),
                when=lambda case: case.order is not None and case.order.state == "delivered",
                from_opening=True,
            ),
            Question("lost_remedy", Kind.CHOICE, among("resend", "refund"), from_opening=True),
        ),
        rule=first_of(
            state_allows(paid=("expedite_order", "cancel_order")),
            rules.is_missing_indeed,
            within_days_of_delivery,
            not_again,
        ),
        sorry=True,
        stories=_ABOUT_GOODS,
    ),
    Service(
        "wrong_or_damaged_item",
        do.carry_out,
        results=("done", "noted"),
        questions=(
            ITEM,
            Question("damage", Kind.CHOICE, among("wrong", "missing", "damaged"), from_opening=True),
            Question("photo", Kind.PHOTO),
            Question("damage_remedy", Kind.CHOICE, among("resend", "refund")),
        ),
        rule=first_of(state_allows(in_transit=("track_order",)), within_days_of_delivery, not_again),
        terms=lambda case: _granted(case) if case.details.get("damage_remedy") == "refund" else {},
        sorry=True,
        stories=_ABOUT_GOODS,
    ),
    Service(
        "order_problem",
        do.advise,
        questions=(
            Question(
                "checkout_error",
                Kind.CHOICE,
                among("stock", "limit", "address", "offer", "page", "other"),
                from_opening=True,
            ),
        ),
        needs=Needs.NOTHING,
        confirm=False,
    ),
)

SERVICES: dict[str, Service] = {service.name: service for service in (*ALL, *CARE)}

_OPENED_BY: dict[str, Service] = {intent: service for service in reversed(ALL) for intent in service.opened_by}


def opened_by(intent: str) -> Service | None:
    """The service that this intent opens; of several the first in the table."""
    return _OPENED_BY.get(intent)
