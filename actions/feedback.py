""" "Did that help?": asked with two small buttons under an article's answer, recorded, and acted upon.

What did not help leads to the next best article, and after two of them to a human who sees which were tried. The state
lies in the answer itself (its facts), so nothing is left over when the customer goes on to something else.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.knowledge import best_answer, utter_article
from actions.next_steps import next_steps
from actions.records import clock
from actions.records.article_feedback import Judgement, keep
from actions.second_wish import second_service
from actions.speak import HUMAN, offer, say
from actions.turn import CustomerTurn, kept_of
from kb.search import Hit

MOST_ARTICLES = 2
"""After so many that did not help, a human takes over."""

NEXT_FROM = 0.2
"""Least score of the next best article: lower than for a first answer, since it is offered as a guess."""

# An answer shorter than this is a remark; asking whether it helped would be longer than itself.
_LEAST_LETTERS = {"zh": 40, "en": 100}
_LONGEST = {"zh": 12, "en": 8}  # characters, words: a longer message has something of its own to say
_WORDS_FILE = Path(__file__).with_name("feedback.yml")


def ask_whether_it_helped(
    turn: CustomerTurn, hit: Hit, *, tried: Sequence[str] = (), question: str = "", intent: str = ""
) -> dict[str, Any]:
    """What ``utter_article`` needs for it: ``offers`` and ``more_facts``, after the usual next step.

    Nothing within a form, whose own question follows; under a remark the next step alone. ``question``: the
    customer's first words.
    """
    if turn.form:
        return {}
    begins = second_service(turn)
    steps = begins or next_steps(intent or turn.intent)
    if len(hit.answer) < _LEAST_LETTERS[hit.language]:
        return {"offers": steps} if steps else {}
    words = hit.titles.get(turn.language, hit.title) if turn.pressed_button else turn.text
    payload = {answer: json.dumps({"helped": answer, "article": hit.slug}) for answer in ("yes", "no")}
    return {
        "offers": [*steps, *(offer(f"button_helped_{said}", f"/give_feedback{payload[said]}") for said in payload)],
        "more_facts": {
            "asked_whether_it_helped": True,
            "question": question or words,
            "question_intent": intent or turn.intent,
            "articles_tried": [*tried],
        },
    }


class Feedback(Action):
    """Buttons under an article, and everything else that customers have to say about us."""

    def name(self) -> str:
        return "action_feedback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = CustomerTurn.of(tracker)
        if turn.pressed_button and turn.entity("helped"):
            article = turn.entity("article") or ""
            await _act(dispatcher, turn, _answer_with(tracker, article), article, turn.entity("helped") == "yes")
        elif not await heard_feedback(dispatcher, tracker):
            hit = await best_answer(turn)
            if hit is None:
                say(dispatcher, "utter_feedback_thanks")
            else:
                utter_article(dispatcher, hit)
        return []


class Insult(Action):
    """ "Useless!" right after an article is a judgement of the article, and a better one is the better answer."""

    def name(self) -> str:
        return "action_insult"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if not await heard_feedback(dispatcher, tracker):
            dispatcher.utter_message(response="utter_insult")
        return []


async def heard_feedback(dispatcher: CollectingDispatcher, tracker: Tracker) -> bool:
    """Act on words about the article that was said just before; False where the message is about something else."""
    turn = CustomerTurn.of(tracker)
    facts = _said_last(tracker)
    if turn.form or turn.pressed_button or not facts.get("asked_whether_it_helped"):
        return False
    helped = judged(turn.text)
    if helped is None:
        return False
    await _act(dispatcher, turn, facts, str(facts["article"]), helped)
    return True


def judged(text: str) -> bool | None:
    """Whether a short message says that the answer helped, or that it did not; None when it says neither."""
    folded = " ".join(text.casefold().replace("’", "'").split())
    spoken = re.findall(r"[a-z']+", folded)
    if len(spoken) > _LONGEST["en"] or len(re.findall(r"[\u4e00-\u9fff]", folded)) > _LONGEST["zh"]:
        return None
    line = f" {' '.join(spoken)} "
    for kind, helped in (("not_helped", False), ("helped", True)):
        words = _words()[kind]
        if any(word in folded for word in words["zh"]) or any(f" {word} " in line for word in words["en"]):
            return helped
    return None


async def _act(
    dispatcher: CollectingDispatcher, turn: CustomerTurn, answer: Mapping[str, Any], article: str, helped: bool
) -> None:
    intent = str(answer.get("question_intent") or turn.intent)
    judgement = Judgement(turn.message_id, turn.conversation_id, article, intent, turn.language, helped)
    await services.current().database.write(keep, judgement, clock.now())
    facts = {"helped": helped, "about_article": article, "words_about_article": not turn.pressed_button}
    if helped:
        say(dispatcher, "utter_glad_it_helped", facts=facts)
        return
    tried = list(dict.fromkeys([*(answer.get("articles_tried") or ()), article]))
    hit = await _next_best(answer, tried, turn)
    if hit is None:
        # The core answers this key with a hand-over (rules/handoff.yml).
        say(dispatcher, "utter_articles_did_not_help", facts={**facts, "articles_tried": tried})
        return
    question = str(answer.get("question") or "")
    asked = ask_whether_it_helped(turn, hit, tried=tried, question=question, intent=intent)
    more = {"misunderstood": False, **facts, "articles_tried": tried, **asked.get("more_facts", {})}
    offers = [*asked.get("offers", ()), HUMAN]
    utter_article(
        dispatcher, hit, key="utter_other_article", offers=offers, more_facts={"misunderstood": False, **more}
    )


async def _next_best(answer: Mapping[str, Any], tried: Sequence[str], turn: CustomerTurn) -> Hit | None:
    """The best article that was not shown for this question yet."""
    question = str(answer.get("question") or "")
    if not question or len(tried) >= MOST_ARTICLES:
        return None
    intent = str(answer.get("question_intent") or "")
    find = services.current().knowledge.find
    hits = await find(question, turn.language, top=1, intents={intent: 1.0} if intent else {}, excluding=tried)
    return hits[0] if hits and hits[0].score >= NEXT_FROM else None


def _answer_with(tracker: Tracker, article: str) -> Mapping[str, Any]:
    """The facts of the latest answer that gave this article: an older button may be pressed."""
    every = (kept_of(event).get("facts") or {} for event in reversed(tracker.events))
    return next((facts for facts in every if facts.get("article") == article), {})


def _said_last(tracker: Tracker) -> Mapping[str, Any]:
    """The facts of the last bot sentence."""
    return next((kept.get("facts") or {} for event in reversed(tracker.events) if (kept := kept_of(event))), {})


@functools.cache
def _words() -> dict[str, dict[str, list[str]]]:
    return yaml.safe_load(_WORDS_FILE.read_text("utf-8"))
