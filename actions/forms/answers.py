"""What a customer's message answers: one reader a kind of question. Pure; None means "no answer in it"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from actions.forms.asking import asks_for_it, is_question, waves_off
from actions.forms.description import LONGEST_TEXT, Case, Kind, Question
from actions.forms.vocabulary import changes, ends_with, folded, holds, is_only, option_in, said_after
from actions.records.models import Item
from actions.turn import CustomerTurn
from lang.normalize import normalize

MOST_PIECES = 99
_LETTERS = re.compile(r"[^\W\d_]")
_TAX_NUMBER = re.compile(r"(?<![0-9A-Z])(?=[0-9A-Z]*\d)[0-9A-Z]{15,20}(?![0-9A-Z])")
_BARE_NUMBER = re.compile(r"\D{0,4}(\d{1,7}(?:\.\d{1,2})?)\D{0,4}")
_HAN_NUMBERS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_HAN_RUN = re.compile("[\u4e00-\u9fff]+")

Reader = Callable[[Question, CustomerTurn, Case], "str | None"]


def read(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    """The answer to the question that is open. A pressed button answers only its own question."""
    if turn.pressed_button:
        return pressed(question, turn, case)
    return _READERS[question.kind](question, turn, case)


def read_anywhere(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    """An answer that shows by its shape, or by the words before it, whatever was asked: an address, a day, an e-mail
    address, a tax number, a picture, what follows "change it to"."""
    if turn.pressed_button:
        return None
    strict: dict[Kind, Reader] = {
        Kind.ADDRESS: lambda question, turn, case: _with_its_neighbours(turn) if turn.entity("address") else None,
        Kind.DAY: _day,
        Kind.HOURS: _hours,
        Kind.EMAIL: _email,
        Kind.TAX_NUMBER: _tax_number,
        Kind.TEXT: _led,
        Kind.NAME: _led_name,
        Kind.PHOTO: _sent_photo,
    }
    reader = strict.get(question.kind)
    return reader(question, turn, case) if reader else None


def read_opening(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    """What the message that opened the service says already."""
    if not question.from_opening or turn.pressed_button:
        return read_anywhere(question, turn, case)
    if question.kind is Kind.CHOICE:
        return option_in(turn.text, question.name, question.options(case))
    return _text(question, turn, case) if _tells_enough(turn.text) else None


def named_item(question: Question, texts: Sequence[str], case: Case) -> str | None:
    """The item that the customer's own words name, the latest first; said perhaps before its order was known."""
    likenesses = ([_likeness(text, item) for item in (case.order.items if case.order else ())] for text in texts[::-1])
    return next((place for likeness in likenesses if (place := _clearest(likeness)) is not None), None)


def pressed(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    """The option of a pressed button, ``/inform{"detail": "<question>=<option>"}``, if it is one of this question."""
    name, _, option = (turn.entity("detail") or "").partition("=")
    return option if name == question.name and option in options_of(question, case) else None


def options_of(question: Question, case: Case) -> tuple[str, ...]:
    """What is offered as buttons, in this order."""
    if question.kind is Kind.ITEM:
        items = case.order.items if case.order else ()
        return (*(str(place) for place in range(len(items))), "all")
    if question.kind is Kind.DAY:
        return tuple((case.today + timedelta(days=ahead)).isoformat() for ahead in (1, 2, 3))
    if question.kind is Kind.HOURS:
        return windows(case)
    if question.kind is Kind.PHOTO:
        return ("none",)
    return question.options(case)


def windows(case: Case) -> tuple[str, ...]:
    """``09:00-12:00``, ``12:00-15:00`` …"""
    first, last, length = case.limits.first_hour or 0, case.limits.last_hour or 24, case.limits.window_hours or 1
    return tuple(f"{hour:02}:00-{hour + length:02}:00" for hour in range(first, last - length + 1, length))


def _choice(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    options = question.options(case)
    named = option_in(turn.text, question.name, options)
    if named is None and set(options) == {"yes", "no"}:
        return {"affirm": "yes", "deny": "no"}.get(turn.intent)
    return named


def _item(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    """By the button's place, or the one item whose name shares most with the message."""
    items = case.order.items if case.order else ()
    chosen = option_in(turn.text, question.name, options_of(question, case))
    if chosen:
        return chosen
    if holds(turn.text, "all_items"):
        return "all"
    return _clearest([_likeness(turn.text, item) for item in items])


def _clearest(likeness: Sequence[int]) -> str | None:
    best = max(likeness, default=0)
    return str(likeness.index(best)) if best and likeness.count(best) == 1 else None


def _likeness(text: str, item: Item) -> int:
    """Signs of the longest part of the Chinese name, or of the English name's words, that the message holds."""
    said = folded(text)
    chinese, words = folded(item.name["zh"]), set(re.findall(r"[a-z]{3,}", folded(item.name["en"])))
    shared = (
        length
        for run in _HAN_RUN.findall(chinese)
        for length in range(len(run), 1, -1)
        if any(run[start : start + length] in said for start in range(len(run) - length + 1))
    )
    return max(max(shared, default=0), sum(len(word) for word in words & set(re.findall(r"[a-z]{3,}", said))))


def _text(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    """As typed, on one line, cut where it gets long. It is data: nobody renders it as anything but text."""
    said = " ".join(turn.text.split())
    return said[:LONGEST_TEXT] if _LETTERS.search(said) else None


def _led(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    return said_after(turn.text, question.name)


def _led_name(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    """After the words that lead to it, only what looks like a name: "title: Little Deer Ltd", not "title, please"."""
    said = said_after(turn.text, question.name)
    return said if said and ends_with(said, "organisation") and not is_only(said, "organisation") else None


def _name(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    """As typed, or the name in it; neither a question nor a request, nor the kind of thing that bears the name."""
    said = said_after(turn.text, question.name) or _text(question, turn, case)
    if said is None or is_only(said, "organisation") or waves_off(said):
        return None
    if ends_with(said, "organisation"):
        return said
    return None if is_question(said) or changes(said) or (_is_a_sentence(said) and asks_for_it(said)) else said


def _is_a_sentence(said: str) -> bool:
    """Longer than a person's name."""
    return len(_HAN_RUN.sub("", said)) < len(said) - 4 or len(said.split()) > 3


def _tells_enough(text: str) -> bool:
    """More than the bare wish: "it's broken" says little, "my fryer won't switch on any more" what is wrong."""
    return len(text) >= 8 if any("\u4e00" <= sign <= "\u9fff" for sign in text) else len(text.split()) >= 5


def _address(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    if turn.entity("address"):
        return _with_its_neighbours(turn)
    if holds(turn.text, "unchanged"):
        return None
    said = _text(question, turn, case)
    # Without a street that we recognise it must at least look like more than a word.
    return said if said and (len(said) >= 8 or any(sign.isdigit() for sign in said)) and len(said) >= 5 else None


def _with_its_neighbours(turn: CustomerTurn) -> str | None:
    """From the address to the end of the message: recipient and phone usually follow it, or stand before it."""
    starts = [entity["start"] for entity in turn.entities if entity.get("entity") in ("address", "phone")]
    said = " ".join(turn.text[min(starts) :].split()) if all(isinstance(start, int) for start in starts) else ""
    return (said or turn.entity("address") or "")[:LONGEST_TEXT] or None


def _day(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    found = turn.entity("date") or turn.entity("time")
    if found is None or not re.match(r"\d{4}-\d\d-\d\d", found):
        return None
    wished = date.fromisoformat(found[:10])
    if timedelta(0) < case.today - wished < timedelta(days=7):
        # "Saturday" said of a delivery is the next one.
        wished += timedelta(days=7)
    return wished.isoformat() if wished >= case.today else None


def _hours(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    """The window in which the wished hour lies; a long span is no answer ("in the daytime")."""
    found = turn.entity("time")
    hours = [int(hour) for hour in re.findall(r"(?:T|^|/)(\d\d):\d\d", found or "")]
    if not hours:
        return option_in(turn.text, question.name, windows(case))
    fitting = [window for window in windows(case) if int(window[:2]) <= hours[0] < int(window[6:8])]
    return fitting[0] if fitting else None


def _quantity(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    found = turn.entity("quantity")
    bare = _BARE_NUMBER.fullmatch(turn.text.strip())
    written = found.split()[0] if found else (bare[1] if bare else str(_HAN_NUMBERS.get(turn.text.strip()[:1], "")))
    return written if written.isdigit() and 1 <= int(written) <= MOST_PIECES else None


def _amount(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    """In minor units of the order's currency."""
    found = turn.entity("amount")
    bare = _BARE_NUMBER.fullmatch(turn.text.strip())
    written = found.split()[0] if found else (bare[1] if bare else "")
    return str(round(float(written) * 100)) if re.fullmatch(r"\d{1,7}(?:\.\d+)?", written) else None


def _email(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    return turn.entity("email")


def _tax_number(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    found = _TAX_NUMBER.search(normalize(turn.text).upper().replace(" ", ""))
    return found.group() if found else None


def _sent_photo(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    return "sent" if turn.photo_at_hand else None


def _photo(question: Question, turn: CustomerTurn, case: Case) -> str | None:
    if turn.photo_at_hand:
        return "sent"
    return "none" if holds(turn.text, "no_photo") else _text(question, turn, case)


_READERS: dict[Kind, Reader] = {
    Kind.CHOICE: _choice,
    Kind.ITEM: _item,
    Kind.TEXT: _text,
    Kind.NAME: _name,
    Kind.ADDRESS: _address,
    Kind.DAY: _day,
    Kind.HOURS: _hours,
    Kind.QUANTITY: _quantity,
    Kind.AMOUNT: _amount,
    Kind.EMAIL: _email,
    Kind.TAX_NUMBER: _tax_number,
    Kind.PHOTO: _photo,
}


def questions_left(questions: Sequence[Question], case: Case) -> list[Question]:
    """Those that matter in this case and have no answer yet, in order."""
    return [question for question in questions if question.name not in case.details and matters(question, case)]


def matters(question: Question, case: Case) -> bool:
    """An order of one item needs no "which item"; an order number that is not proven yet, no question at all."""
    if question.kind is Kind.ITEM:
        return case.order is not None and len(case.order.items) > 1 and question.when(case)
    return question.when(case)
