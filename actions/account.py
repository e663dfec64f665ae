"""What an account holds, and what only its owner may do on the shop's own site."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import access
from actions.call_requests import heard_call
from actions.feedback import ask_whether_it_helped
from actions.forms.begin import answers_of, begin, beginning
from actions.forms.progress import read_answers
from actions.knowledge import best_answer, utter_article
from actions.links import links
from actions.near_topics import offer_near_topics
from actions.speak import HUMAN, offer, say
from actions.turn import CustomerTurn
from actions.wishes import wish_in

_CODE = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9]*[A-Za-z])(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{5,16}(?![A-Za-z0-9])")


class AccountLink(Action):
    """Passwords and log-in data are never asked for here: the article, and the shop's own page."""

    def name(self) -> str:
        return "action_account_link"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if await heard_call(dispatcher, tracker):
            return []
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
    """A proven customer's own figures; everybody else, and whoever asks how it works, reads the article."""

    def name(self) -> str:
        return "action_show_points"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        asks_how = not turn.pressed_button and wish_in(turn.text, "points") == "how"
        wants_own = turn.pressed_button and turn.entity("wish") == "own"
        if wants_own or (not asks_how and await access.only_customer(turn, "own_points")):
            return await begin(dispatcher, tracker, "own_points")
        hit = await best_answer(turn)
        if hit is None:
            await offer_near_topics(dispatcher, turn, otherwise="utter_no_article")
            return []
        said = ask_whether_it_helped(turn, hit)
        own = offer("button_own_points", beginning("own_points"))
        utter_article(dispatcher, hit, **{**said, "offers": [own, *(said.get("offers") or ())]})
        return []


class CouponProblem(Action):
    """Which condition a coupon does not meet: told to its owner. Everybody else reads what coupons may be used for."""

    def name(self) -> str:
        return "action_coupon_problem"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        if turn.pressed_button and turn.entity("wish") == "own":
            return await begin(dispatcher, tracker, "own_coupon", read_answers(turn.entity("answers")))
        codes = [] if turn.pressed_button else [code.upper() for code in _CODE.findall(turn.text)]
        details = {"coupon": " ".join(codes), "spent": _amount(turn)} if codes else {}
        if details and await access.only_customer(turn, "own_coupon"):
            return await begin(dispatcher, tracker, "own_coupon", details)
        own = [offer("button_own_coupon", beginning("own_coupon", answers=answers_of(details)))] if details else []
        hit = await best_answer(turn)
        if hit is None:
            say(dispatcher, "utter_service_by_person", offers=own)
        else:
            utter_article(dispatcher, hit, offers=[*own, HUMAN])
        return []


def _amount(turn: CustomerTurn) -> str:
    """The sum the customer speaks of, in minor units; empty without one."""
    found = turn.entity("amount")
    number = re.match(r"\d+(?:\.\d+)?", found or "")
    return str(round(float(number.group()) * 100)) if number else ""
