from __future__ import annotations

import pytest

from bot.nlu.intent_model import Verdict
from bot.nlu.second_intent import Part, SecondIntent, second_intent


def _verdict(*intents: str, confidence: float = 0.95, refused: bool = False) -> Verdict:
    return Verdict(tuple((intent, 1 / (place + 1)) for place, intent in enumerate(intents)), confidence, refused)


WHOLE = _verdict("renew", "hours", "card", "fine")
RENEW = Part("renew it", False, _verdict("renew"))


def test_a_clause_that_asks_for_something_else() -> None:
    hours = Part("when do you close", False, _verdict("hours", confidence=0.93))
    assert second_intent(WHOLE, [RENEW, hours], ()) == SecondIntent("hours", 0.93, "when do you close")


def test_the_surest_of_several() -> None:
    card = Part("lost my card", False, _verdict("card", confidence=0.99))
    hours = Part("when do you close", False, _verdict("hours", confidence=0.93))
    found = second_intent(WHOLE, [RENEW, hours, card], ())
    assert found is not None
    assert found.intent == "card"


@pytest.mark.parametrize(("announced", "found"), [(True, True), (False, False)])
def test_after_also_less_is_enough(announced: bool, found: bool) -> None:
    hours = Part("when do you close", announced, _verdict("hours", confidence=0.8))
    assert (second_intent(WHOLE, [RENEW, hours], ()) is not None) is found


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        pytest.param(WHOLE, [], id="one clause"),
        pytest.param(WHOLE, [RENEW, RENEW], id="twice the same"),
        pytest.param(WHOLE, [RENEW, Part("x", False, _verdict("hours", confidence=0.8))], id="unsure"),
        pytest.param(WHOLE, [RENEW, Part("x", False, _verdict("hours", refused=True))], id="refused"),
        pytest.param(WHOLE, [RENEW, Part("x", False, _verdict("greet"))], id="never a second one"),
        pytest.param(WHOLE, [RENEW, Part("x", False, _verdict("fine"))], id="the whole message does not remind of it"),
        pytest.param(WHOLE, [Part("x", False, _verdict("hours"))], id="no clause asks for the first"),
        pytest.param(
            _verdict("renew", "hours", refused=True), [RENEW, Part("x", False, _verdict("hours"))], id="foreign"
        ),
    ],
)
def test_no_second_intent(whole: Verdict, parts: list[Part]) -> None:
    assert second_intent(whole, parts, {"greet"}) is None
