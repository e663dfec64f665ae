"""What an account holds, told to its owner: points, level, coupons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.records import clock, coupons, memberships
from actions.records.coupons import Coupon
from actions.speak import HUMAN, Argument, day, money, say, word

_SHOWN = 3


async def say_points(dispatcher: CollectingDispatcher, customer_id: str) -> None:
    """Points, level, and the coupons that can be used now."""
    database = services.current().database
    found = await database.read(memberships.of_customer, customer_id)
    if found is None:
        say(dispatcher, "utter_no_membership", offers=[HUMAN])
        return
    theirs = await database.read(coupons.of_customers, [customer_id])
    _say_figures(dispatcher, found, _usable(theirs, clock.shop_day(clock.now())))


async def say_coupon(
    dispatcher: CollectingDispatcher, customer_id: str, codes: Sequence[str], spent_minor: int | None
) -> None:
    """Which condition the coupon, one of several possible codes, does not meet.

    A code that is not this customer's is like one that does not exist.
    """
    theirs = await services.current().database.read(coupons.every_of_customer, customer_id)
    coupon = next((each for each in theirs if each.code in codes), None)
    if coupon is None:
        say(dispatcher, "utter_coupon_unknown", code=codes[0], offers=[HUMAN])
        return
    said: dict[str, Any] = {
        "code": coupon.code,
        "amount": money(coupon.amount_minor, coupon.currency),
        "least": money(coupon.least_minor, coupon.currency),
        "begins": day(coupon.valid_from),
        "until": day(coupon.valid_until),
        "used_on": coupon.used_on or "–",
    }
    problem = coupons.problem_of(coupon, clock.shop_day(clock.now()), spent_minor)
    facts = {"coupon": coupon.code, "problem": problem}
    say(dispatcher, f"utter_coupon_{problem}", **said, facts=facts, offers=[HUMAN])


def _say_figures(dispatcher: CollectingDispatcher, found: memberships.Membership, theirs: list[Coupon]) -> None:
    lines: list[Argument] = [
        word(
            "word_coupon_line",
            code=coupon.code,
            amount=money(coupon.amount_minor, coupon.currency),
            until=day(coupon.valid_until),
        )
        for coupon in theirs[:_SHOWN]
    ]
    said: dict[str, Any] = {
        "points": found.points,
        "level": word(f"word_level_{found.level}"),
        "until": day(found.points_until),
        "facts": {"points": found.points, "level": found.level},
    }
    if lines:
        say(dispatcher, "utter_points_and_coupons", **said, coupons=lines)
    else:
        say(dispatcher, "utter_points", **said)


def _usable(theirs: list[Coupon], today: date) -> list[Coupon]:
    return [coupon for coupon in theirs if coupon.valid_from <= today <= coupon.valid_until]
