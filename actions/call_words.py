"""What a message says of a call: a number, a time, or something else altogether (``care_words.yml``)."""

from __future__ import annotations

import re

from actions.forms.asking import asks_for_it, is_question
from actions.turn import CustomerTurn
from actions.wishes import first_word, wish_in

_WORD = re.compile(r"[a-z']+|[^\W\d_a-z]", re.IGNORECASE)
_FEW_WORDS = 3
_NOTHING_ELSE = ("inform", "nlu_fallback")
_MOST_WORDS = 20
"""Of a message that is about the call and nothing else; in Chinese, characters."""


def time_said(turn: CustomerTurn) -> str:
    """The customer's own words for a day or a time, in their order; else the part of the day that is named."""
    spans = [
        (entity["start"], entity["end"])
        for entity in turn.entities
        if entity.get("entity") in ("date", "time") and entity.get("start") is not None
    ]
    said = " ".join(dict.fromkeys(turn.text[start:end] for start, end in sorted(spans)))
    return said or ("" if turn.pressed_button else first_word(turn.text, "call", "part_of_day"))


def is_about_a_call(turn: CustomerTurn) -> bool:
    """Whether a message right after a call was spoken of gives a number or a time for it.

    Nothing is said of parcels, orders and addresses, nothing is asked, and it is short. A time needs a word about
    calling or changing beside it, unless it stands nearly alone: "in the afternoon" may be about anything. Whoever
    says that the number is wrong gives none, and reads how the call stands.
    """
    if turn.entity("order_number") or turn.entity("address") or _words(turn.text) > _MOST_WORDS:
        return False
    if wish_in(turn.text, "call") == "something_else" or (is_question(turn.text) and not asks_for_it(turn.text)):
        return False
    if turn.entity("phone") or (turn.intent in _NOTHING_ELSE and first_word(turn.text, "call", "the_number")):
        return True
    spoken_of = first_word(turn.text, "call", "calls_or_changes") or _words(turn.beside_data) <= _FEW_WORDS
    return bool(time_said(turn) and spoken_of)


def lies_outside(named: str, first: int, last: int) -> bool:
    """Whether the hour, or the whole span, lies outside the hours ``first`` to ``last``. ``named``: a time entity."""
    hours = [int(hour) for hour in re.findall(r"(?:T|^|/)(\d\d):\d\d", named)]
    if not hours:
        return False
    begin, end = hours[0], hours[-1]
    if end <= begin:
        # One moment; a span until midnight; or one that is open: "after 11 pm".
        end = 24 if "/" in named else begin + 1
    return end <= first or begin >= last


def _words(text: str) -> int:
    return len(_WORD.findall(text))
