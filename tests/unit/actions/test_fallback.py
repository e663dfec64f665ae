"""What is offered when a message was only half understood."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import fallback, near_topics, services
from actions.answer import AnswerFromKnowledge
from actions.turn import CustomerTurn


class Knows:
    """A knowledge base with an article for every intent, and none in the neighbourhood of any text."""

    def by_intent(self, intent: str, language: str) -> SimpleNamespace:
        return SimpleNamespace(slug=f"about-{intent}")

    async def find(self, text: str, language: str, top: int, intents: dict[str, float]) -> list[SimpleNamespace]:
        return []


async def test_a_human_is_no_topic_beside_the_button_that_is_always_there(monkeypatch: pytest.MonkeyPatch) -> None:
    choices = SimpleNamespace(topics_shown=3)
    shop = SimpleNamespace(knowledge=Knows(), limits=SimpleNamespace(choices=choices))
    monkeypatch.setattr(services, "current", lambda: shop)
    ranking = (("request_human", 0.5), ("ask_warranty", 0.4))
    turn = CustomerTurn("c", "m", None, "", "人…修", "nlu_fallback", 0.2, (), ranking, "zh", None, None)
    dispatcher = CollectingDispatcher()
    await near_topics.offer_near_topics(dispatcher, turn, otherwise="utter_not_understood")
    (said,) = dispatcher.messages
    assert said["response"] == "utter_did_you_mean"
    assert [offer["response"] for offer in said["offers"]] == ["button_topic_ask_warranty", "button_human"]


class Unsure(Knows):
    """Its best article is less likely than not to answer."""

    def __init__(self, score: float) -> None:
        self._score = score

    async def find(self, text: str, language: str, top: int, intents: dict[str, float]) -> list[SimpleNamespace]:
        return [SimpleNamespace(slug="remote", score=self._score, title="偏远地区", titles={"zh": "偏远地区"})]


@pytest.mark.parametrize(
    ("sure", "score", "key", "buttons"),
    [
        (0.9, 0.45, "utter_did_you_mean", ["button_topic_ask_delivery_time", "button_article", "button_human"]),
        (0.9, 0.1, "utter_did_you_mean", ["button_topic_ask_delivery_time", "button_human"]),
        (0.1, 0.1, "utter_no_article", ["button_human"]),
    ],
)
async def test_who_is_understood_and_gets_no_answer_is_asked_which_of_the_near_ones_it_is(
    sure: float, score: float, key: str, buttons: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = SimpleNamespace(knowledge=Unsure(score), limits=SimpleNamespace(choices=SimpleNamespace(topics_shown=3)))
    monkeypatch.setattr(services, "current", lambda: shop)
    intent = {"name": "ask_delivery_time", "confidence": sure}
    message = {"text": "寄阿克苏几天", "intent": intent, "intent_ranking": [intent], "entities": []}
    dispatcher = CollectingDispatcher()
    tracker = Tracker("c", {"language": "zh"}, message, [], False, None, {}, "action_listen")
    await AnswerFromKnowledge().run(dispatcher, tracker, {})
    (said,) = dispatcher.messages
    assert said["response"] == key
    assert said["misunderstood"] is True, "three times in a row is a reason for a human"
    assert [offer["response"] for offer in said["offers"]] == buttons


@pytest.mark.parametrize(
    ("text", "key"), [("上个月买滴", "utter_confirm_hint"), ("这个多久能到啊，我急用", "utter_no_article")]
)
async def test_inside_a_form_nothing_leads_away_from_its_question(
    text: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = SimpleNamespace(knowledge=Unsure(0.45), limits=SimpleNamespace(choices=SimpleNamespace(topics_shown=3)))
    monkeypatch.setattr(services, "current", lambda: shop)
    intent = {"name": "ask_promotion", "confidence": 0.9}
    message = {"text": text, "intent": intent, "intent_ranking": [intent], "entities": []}
    slots = {"language": "zh", "service": "list_orders", "requested_slot": "confirmed"}
    tracker = Tracker("c", slots, message, [], False, None, {"name": "service_form"}, "action_listen")
    dispatcher = CollectingDispatcher()
    await AnswerFromKnowledge().run(dispatcher, tracker, {})
    (said,) = dispatcher.messages
    assert (said["response"], said["misunderstood"]) == (key, True)


@pytest.mark.parametrize(
    ("content_type", "form", "key", "word", "buttons"),
    [
        ("image/heic", None, "utter_file_received", "word_photo", 3),
        ("application/pdf", None, "utter_file_received", "word_file", 3),
        ("video/mp4", "service_form", "utter_file_noted", "word_video", 0),
        ("audio/amr", "service_form", "utter_file_noted", "word_voice", 0),
    ],
)
def test_a_file_without_words_is_taken_and_the_customer_says_what_it_is_about(
    content_type: str, form: str | None, key: str, word: str, buttons: int
) -> None:
    dispatcher = CollectingDispatcher()
    turn = CustomerTurn("c", "m", None, "", "", "nlu_fallback", 0.0, (), (), "zh", form, None, attachment=content_type)
    fallback._received(dispatcher, turn)
    (said,) = dispatcher.messages
    assert said["response"] == key
    assert word in str(said["what"])
    assert len(said.get("offers") or ()) == buttons
