"""Greeting, yes and no, never mind, say it again, a human: what frames every conversation."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.call_requests import heard_call
from actions.clear_yes import is_clear_yes
from actions.feedback import heard_feedback
from actions.forms.hints import hint
from actions.forms.progress import FORM, reset
from actions.forms.table import opened_by
from actions.speak import HUMAN, offer, say
from actions.turn import CustomerTurn, kept_of, latest_facts


def leave_form(tracker: Tracker) -> list[EventType]:
    """Close the open form, if any, and empty its slots."""
    if not tracker.active_loop.get("name"):
        return []
    return [ActiveLoop(None), SlotSet("requested_slot", None), *reset(tracker.get_slot("recent_order"))]


class Greet(Action):
    def name(self) -> str:
        return "action_greet"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if await heard_feedback(dispatcher, tracker):
            return []
        # Inside a form its question follows; a list of topics before it would be in the way.
        say(dispatcher, "utter_greet_again" if tracker.active_loop.get("name") else "utter_greet")
        return []


class Goodbye(Action):
    def name(self) -> str:
        return "action_goodbye"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        if turn.form and turn.only_digits:
            # "88" says goodbye in China, but not to somebody who asked for a number.
            key, said = hint(tracker, "utter_go_on")
            say(dispatcher, key, **said)
            return []
        say(dispatcher, "utter_goodbye")
        return leave_form(tracker)


class Stop(Action):
    def name(self) -> str:
        return "action_stop"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if await heard_call(dispatcher, tracker) or await heard_feedback(dispatcher, tracker):
            return []
        say(dispatcher, "utter_stopped" if tracker.active_loop.get("name") else "utter_nothing_to_stop")
        return leave_form(tracker)


class Deny(Action):
    """A no that answers none of our questions: inside a form the customer does not want it."""

    def name(self) -> str:
        return "action_deny"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if await heard_call(dispatcher, tracker) or await heard_feedback(dispatcher, tracker):
            return []
        say(dispatcher, "utter_stopped" if tracker.active_loop.get("name") else "utter_all_right")
        return leave_form(tracker)


class Affirm(Action):
    """A yes that answers none of our questions, unless nothing but a human was offered just before."""

    def name(self) -> str:
        return "action_affirm"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if tracker.active_loop.get("name"):
            say(dispatcher, "utter_go_on")
            return []
        if await heard_feedback(dispatcher, tracker):
            return []
        also = next(latest_facts(tracker, 1), {}).get("also")
        if also and is_clear_yes(CustomerTurn.of(tracker)) and (service := opened_by(also)):
            return [SlotSet("service", service.name), FollowupAction(FORM)]
        # The core answers this key with a hand-over (rules/handoff.yml).
        offered = _only_human_offered(tracker) if is_clear_yes(CustomerTurn.of(tracker)) else None
        key = "utter_handing_over" if offered else "utter_how_can_i_help"
        say(dispatcher, key, facts={"accepted": offered} if offered else {})
        return []


class Repeat(Action):
    """Says the last sentence again, with its buttons and card; an open form repeats its question by itself."""

    def name(self) -> str:
        return "action_repeat"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        said = _said_last(tracker)
        if tracker.active_loop.get("name"):
            say(dispatcher, "utter_go_on")
        elif not said:
            say(dispatcher, "utter_how_can_i_help")
        else:
            offers = [offer("button_as_before", b["payload"], label=b["labels"]) for b in said.get("buttons") or ()]
            card = {"card": said["card"]} if said.get("card") else {}
            say(dispatcher, "utter_again", said=said["texts"], offers=offers, **card)
        return []


class HandOver(Action):
    """Only says so: the core, which sees the intent, puts the conversation into the desk's queue."""

    def name(self) -> str:
        return "action_hand_over"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        say(dispatcher, "utter_handing_over")
        return leave_form(tracker)


def _only_human_offered(tracker: Tracker) -> str | None:
    """The payload of the offer, where the last sentence offered nothing but a human."""
    said = _said_last(tracker)
    offered = {button["payload"] for button in said.get("buttons") or ()}
    if len(offered) == 1 and min(offered).startswith(HUMAN["payload"]):
        return min(offered)
    # To the key, the core adds the offer of a human.
    return HUMAN["payload"] if said.get("key") == "utter_identity_exhausted" else None


def _said_last(tracker: Tracker) -> dict[str, Any]:
    """What is kept of the last bot sentence; empty before the first one."""
    return next((kept for event in reversed(tracker.events) if (kept := kept_of(event))), {})
