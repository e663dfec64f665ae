"""What was not understood: an article that answers, else near topics, else a human."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.call_requests import SENTENCES_BACK, heard_call
from actions.feedback import ask_whether_it_helped, heard_feedback
from actions.forms.hints import hint
from actions.inform import offer_for_order
from actions.knowledge import best_answer, utter_article
from actions.near_topics import offer_near_topics
from actions.prose import reads_as_words
from actions.speak import HUMAN, offer, say, word
from actions.turn import CustomerTurn

# Where a question is open, most of what is not understood was meant for it.
_LEAST_SCORE_IN_FORM = 0.65
_FILES = {"image": "word_photo", "video": "word_video", "audio": "word_voice"}
_ABOUT_PHOTOS = [
    offer(f"button_topic_{intent}", f"/{intent}") for intent in ("wrong_or_damaged_item", "product_problem")
]


class Fallback(Action):
    def name(self) -> str:
        return "action_fallback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if await heard_call(dispatcher, tracker, back=SENTENCES_BACK) or await heard_feedback(dispatcher, tracker):
            return []
        turn = CustomerTurn.of(tracker)
        if turn.attachment and not turn.text:
            return _received(dispatcher, turn)
        # No article is about markup or code, whatever words it has in common with one.
        hit = await best_answer(turn) if turn.pressed_button or reads_as_words(turn.text) else None
        number = turn.entity("order_number")
        if hit is not None and (not turn.form or hit.score >= _LEAST_SCORE_IN_FORM):
            utter_article(dispatcher, hit, **ask_whether_it_helped(turn, hit))
        elif turn.form:
            key, said = hint(tracker, "utter_not_understood")
            dispatcher.utter_message(response=key, **said, offers=[HUMAN], misunderstood=True)
        elif number:
            return offer_for_order(dispatcher, number)
        else:
            await offer_near_topics(dispatcher, turn, otherwise="utter_not_understood")
        return []


def _received(dispatcher: CollectingDispatcher, turn: CustomerTurn) -> list[EventType]:
    """A file without words. We keep it for the staff, but cannot look at it: the customer says what it is about."""
    main = turn.attachment.partition("/")[0]
    what = word(_FILES.get(main, "word_file"))
    if turn.form:
        say(dispatcher, "utter_file_noted", what=what)
    else:
        say(dispatcher, "utter_file_received", what=what, offers=[*_ABOUT_PHOTOS, HUMAN])
    return []
