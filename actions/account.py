"""What an account holds, and what only its owner may do on the shop's own site."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access, services
from actions.feedback import ask_whether_it_helped
from actions.knowledge import best_answer, utter_article
from actions.links import links
from actions.records import clock, coupons, memberships
from actions.records.coupons import Coupon
from actions.speak import HUMAN, Argument, day, money, say, word
from actions.turn import CustomerTurn
from actions.wishes import wish_in

_CODE = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9]*[A-Za-z])(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{5,16}(?![A-Za-z0-9])")
_SHOWN = 3


class AccountLink(Action):
    """Passwords and log-in data are never asked for here: the article, and the shop's own page."""

    def name(self) -> str:
        return "action_account_link"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        hit = await best_answer(turn)
        link = links().get(turn.intent)
        if hit is None:
            say(dispatcher, "utter_service_by_person")
        else:
            utter_article(dispatcher, hit, offers=[HUMAN])
        if link:
            say(dispatcher, "utter_account_link", link=link)
        return []


class ShowPoints(Action):
    """A verified customer's own figures; everybody else, and whoever asks how it works, reads the article."""

    def name(self) -> str:
        return "action_show_points"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        customers = await access.customers(turn)
        asks_how = not turn.pressed_button and wish_in(turn.text, "points") == "how"
        if len(customers) == 1 and not asks_how:
            database = services.current().database
            found = await database.read(memberships.of_customer, customers[0])
            if found is not None:
                theirs = await database.read(coupons.of_customers, [customers[0]])
                _say_figures(dispatcher, found, _usable(theirs, clock.shop_day(clock.now())))
                return []
        hit = await best_answer(turn)
        if hit is None:
            dispatcher.utter_message(response="utter_no_article", misunderstood=True)
        else:
            utter_article(dispatcher, hit, **ask_whether_it_helped(turn, hit))
        return []


class CouponProblem(Action):
    """Which condition a coupon does not meet. A code that is not this customer's is like one that does not exist."""

    def name(self) -> str:
        return "action_coupon_problem"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        customers = await access.customers(turn)
        codes = [] if turn.pressed_button else [code.upper() for code in _CODE.findall(turn.text)]
        if len(customers) == 1:
            database = services.current().database
            theirs = await database.read(coupons.every_of_customer, customers[0])
            named = [coupon for coupon in theirs if coupon.code in codes]
            if named:
                _say_problem(dispatcher, named[0], _amount(turn))
                return []
            if codes:
                say(dispatcher, "utter_coupon_unknown", code=codes[0], offers=[HUMAN])
                return []
        hit = await best_answer(turn)
        if hit is None:
            say(dispatcher, "utter_service_by_person")
        else:
            utter_article(dispatcher, hit, offers=[HUMAN])
        return []


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


def _say_problem(dispatcher: CollectingDispatcher, coupon: Coupon, spent_minor: int | None) -> None:
    said: dict[str, Any] = {
        "code": coupon.code,
        "amount": money(coupon.amount_minor, coupon.currency),
        "least": money(coupon.least_minor, coupon.currency),
        "begins": day(coupon.valid_from),
        "until": day(coupon.valid_until),
        "used_on": coupon.used_on or "–",
    }
    problem = coupons.problem_of(coupon, clock.shop_day(clock.now()), spent_minor)
    say(
        dispatcher, f"utter_coupon_{problem}", **said, facts={"coupon": coupon.code, "problem": problem}, offers=[HUMAN]
    )


def _amount(turn: CustomerTurn) -> int | None:
    """The sum the customer speaks of, in minor units."""
    found = turn.entity("amount")
    number = re.match(r"\d+(?:\.\d+)?", found or "")
    return round(float(number.group()) * 100) if number else None
