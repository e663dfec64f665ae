"""When a Rasa session ends and the next begins.

Rasa loads a session's events at every turn, so its time grows with them; sessions are rolled by us, under the
conversation's own order, because Rasa's rolling drops an open form but keeps the slot it had asked for.
"""

from __future__ import annotations

from collections.abc import Iterable

from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    DEFAULT_SLOT_NAMES,
    REQUESTED_SLOT,
)
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.messages import Language

TURNS_PER_SESSION = 20
IDLE_SECONDS = 30 * 60


def opening_events(tracker: DialogueStateTracker, *, language: Language, fresh: bool, now: float) -> list[Event]:
    """Events to put before the customer's message: a new session where one is due, and the turn's language.

    ``fresh``, a new conversation and 30 idle minutes start anew with nothing but the language. After 20 turns
    the session rolls unnoticed: slots, an open form and the slot it asks for are carried over. ``now``: Unix time.
    """
    turns = [event for event in tracker.events if isinstance(event, UserUttered)]
    if fresh or not tracker.events or (turns and now - turns[-1].timestamp > IDLE_SECONDS):
        return _session([SlotSet("language", language)])
    if len(turns) >= TURNS_PER_SESSION:
        return _session([*_carried_slots(tracker), SlotSet("language", language), *_open_form(tracker)])
    return [] if tracker.get_slot("language") == language else [SlotSet("language", language)]


def _session(carried: Iterable[Event]) -> list[Event]:
    return [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        *carried,
        ActionExecuted(ACTION_LISTEN_NAME),
    ]


def _carried_slots(tracker: DialogueStateTracker) -> list[Event]:
    return [
        SlotSet(name, slot.value)
        for name, slot in tracker.slots.items()
        if name not in DEFAULT_SLOT_NAMES and name != "language" and slot.value != slot.initial_value
    ]


def _open_form(tracker: DialogueStateTracker) -> list[Event]:
    form = tracker.active_loop_name
    if not form:
        return []
    return [ActionExecuted(form), ActiveLoop(form), SlotSet(REQUESTED_SLOT, tracker.get_slot(REQUESTED_SLOT))]
