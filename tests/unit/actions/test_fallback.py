"""What is offered when a message was only half understood."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions import fallback, services
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
    offered = await fallback._near_topics(turn)
    assert [offer["response"] for offer in offered] == ["button_topic_ask_warranty"]


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
