"""What was not understood: an article that answers, else near topics, else a human."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.call_requests import SENTENCES_BACK, heard_call
from actions.feedback import ask_whether_it_helped, heard_feedback
from actions.forms.hints import hint
from actions.forms.table import opened_by
from actions.inform import offer_for_order
from actions.knowledge import best_answer, near_articles, utter_article
from actions.speak import HUMAN, offer, say, word
from actions.turn import CustomerTurn

# Below these a guess looks silly rather than helpful.
_LEAST_CONFIDENCE = 0.25
_LEAST_SCORE = 0.3
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
        hit = await best_answer(turn)
        number = turn.entity("order_number")
        if hit is not None and (not turn.form or hit.score >= _LEAST_SCORE_IN_FORM):
            utter_article(dispatcher, hit, **ask_whether_it_helped(turn, hit))
        elif turn.form:
            key, said = hint(tracker, "utter_not_understood")
            dispatcher.utter_message(response=key, **said, offers=[HUMAN], misunderstood=True)
        elif number:
            return offer_for_order(dispatcher, number)
        else:
            near = await _near_topics(turn)
            key = "utter_did_you_mean" if near else "utter_not_understood"
            dispatcher.utter_message(response=key, offers=[*near, HUMAN], misunderstood=True)
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


async def _near_topics(turn: CustomerTurn) -> list[dict[str, Any]]:
    """Buttons: intents the classifier thought of and we can answer, then articles in the neighbourhood."""
    if not any(sign.isalpha() for sign in turn.text):
        return []
    knowledge = services.current().knowledge
    most = services.current().limits.choices.topics_shown
    offers: list[dict[str, Any]] = []
    shown: set[str] = set()
    for intent, confidence in turn.ranking:
        if f"/{intent}" == HUMAN["payload"]:
            continue  # offered in any case
        hit = knowledge.by_intent(intent, turn.language)
        if confidence >= _LEAST_CONFIDENCE and (hit or opened_by(intent)):
            offers.append(offer(f"button_topic_{intent}", f"/{intent}"))
            shown |= {hit.slug} if hit else set()
    for hit in await near_articles(turn):
        if hit.score >= _LEAST_SCORE and hit.slug not in shown:
            title = json.dumps({"article": hit.title}, ensure_ascii=False)
            offers.append(offer("button_article", f"/inform{title}", title=dict(hit.titles)))
    return offers[:most]
