"""Is a message meant for the open form, for another service, or is it a question in between?"""

from __future__ import annotations

import re

from actions.forms.asking import asks_for_it, is_question, thinks_again, waves_off
from actions.forms.description import Kind, Question, Service
from actions.forms.vocabulary import holds
from actions.turn import CustomerTurn

CLEAR = 0.7
"""Confidence from which a message in the middle of a form is taken for another matter."""

_FREE = {Kind.TEXT, Kind.NAME, Kind.ADDRESS, Kind.PHOTO}
"""Kinds that any words answer."""

_SMALL_WORDS = {"greet", "thanks", "affirm", "deny", "goodbye", "praise", "smalltalk", "insult"}
_LEAVES = {"stop", "request_human", "switch_language", "repeat", "bot_challenge", "ask_capabilities", "goodbye"}
_SHORT_LETTERS, _SHORT_WORDS = 5, 4
_FOUR_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)")
_MOST_WORDS = 8
"""Of an answer whose four digits are the phone's; in Chinese, characters."""


def asks_how(turn: CustomerTurn) -> bool:
    """ "How do I return something" is a question, "I want to return this" a wish; a button is always a wish."""
    return not turn.pressed_button and holds(turn.first_wish, "how")


def asks_about(turn: CustomerTurn) -> bool:
    """Whether it asks how a thing goes, or how it is, rather than for it: "do you take it back without its box".

    Whoever names an order has it in mind to have something done.
    """
    if turn.pressed_button or asks_how(turn):
        return asks_how(turn)
    named = turn.entity("order_number") or digits_of_proof(turn)
    return not named and is_question(turn.first_wish) and not asks_for_it(turn.first_wish)


def digits_of_proof(turn: CustomerTurn) -> str | None:
    """The last four digits of the phone on the order, as far as the message gives them.

    A whole phone proves as much, unless it is a new one, or stands in the address that a parcel shall go to.
    """
    digits = turn.entity("last_four")
    if digits is None and not (turn.entity("address") or holds(turn.text, "new_phone")):
        digits = turn.entity("phone")
    if digits is None and turn.requested_slot == "last_four":
        digits = _four_digits(turn)
    return "".join(digits.split())[-4:] if digits else None


def _four_digits(turn: CustomerTurn) -> str | None:
    """The only four digits of a short answer ("it's 8002 then"), unless they are a day, an amount or the like."""
    found = list(_FOUR_DIGITS.finditer(turn.text))
    words = len(turn.text.split()) + sum(sign >= "\u4e00" for sign in turn.text)
    if len(found) != 1 or words > _MOST_WORDS:
        return None
    at = found[0].start()
    meant = any((entity.get("start") or 0) <= at < (entity.get("end") or 0) for entity in turn.entities)
    return None if meant else found[0].group()


def leads_away(turn: CustomerTurn, own: Service, other: Service, heard: bool, chosen: bool) -> bool:
    """Whether a message with a service's intent is no answer to the open question: it leaves the open one, or asks
    something about it.

    ``heard``: it holds something for the open one, too; ``chosen``: it names one of the options that were offered
    ("I don't want it" is a reason for a return as well as a wish to cancel).
    """
    if own is other:
        return not (turn.pressed_button or heard)
    if turn.pressed_button or not heard:
        return True
    if chosen:
        return False
    if turn.confidence >= CLEAR and thinks_again(turn.text):
        return True
    if other.name in own.stories and turn.requested_slot == "details":
        return False
    return turn.confidence >= CLEAR and turn.says_more_than_data()


def calls_off(turn: CustomerTurn, own: Service) -> bool:
    """ "Cancel", said when asked whether something shall be done, and it is not a cancellation."""
    if turn.pressed_button or turn.requested_slot != "confirmed" or turn.intent in (*own.opened_by, "affirm"):
        return False
    return _is_short(turn.text) and holds(turn.text, "call_off")


def gives_up(turn: CustomerTurn, own: Service, other: Service | None, chosen: bool) -> bool:
    """ "Oh, leave it", said to one of the form's questions, whatever the classifier makes of the words."""
    if turn.pressed_button or chosen or other not in (None, own) or turn.requested_slot in (None, "confirmed"):
        return False
    return turn.intent not in ("affirm", "inform") and waves_off(turn.text)


def asks_in_between(turn: CustomerTurn, own: Service, other: Service, heard: bool) -> bool:
    """Whether it asks how something is, where its intent would lead away to a service, or back to the open one.

    A request in the form of a question leads away all the same ("could you change the address?").
    """
    if not other.explained:
        return False
    if other is own:
        return not (heard or turn.pressed_button) and is_question(turn.text)
    return asks_about(turn)


def is_digression(turn: CustomerTurn, question: Question | None, chosen: bool = False) -> bool:
    """Whether a message of no service's intent is about something else than the open question.

    ``chosen``: it names one of the options; in few words that is an answer, whatever else it sounds like.

    A bare number is data whatever the classifier made of it: only words beside it can change the matter.
    """
    if turn.pressed_button:
        return turn.intent not in ("inform", "affirm", "deny")
    if turn.intent in ("inform", "nlu_fallback") or not (turn.says_more_than_data() or _is_one_word(turn)):
        return False
    if chosen and _is_short(turn.text):
        return False
    if question is not None and question.kind in _FREE:
        return _interrupts_free_text(turn)
    return turn.intent not in _SMALL_WORDS and turn.confidence >= CLEAR


def _is_one_word(turn: CustomerTurn) -> bool:
    """A yes or no of one sign ("对") is no data."""
    return turn.intent in ("affirm", "deny") and any(sign.isalpha() for sign in turn.text)


def _interrupts_free_text(turn: CustomerTurn) -> bool:
    """Nearly anything may stand in an address or a story: only what is clearly something else is taken out of it."""
    if turn.confidence < CLEAR:
        return False
    if turn.intent in _LEAVES:
        return True
    if turn.intent in _SMALL_WORDS:
        return _is_short(turn.text)
    return asks_how(turn) or is_question(turn.text)


def _is_short(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    return (
        len(letters) <= _SHORT_LETTERS
        if any(sign >= "\u4e00" for sign in letters)
        else (len(text.split()) <= _SHORT_WORDS)
    )
