"""What is offered when a message was only half understood."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

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
