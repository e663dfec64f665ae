"""Cards in words, for channels that show nothing but text; their title comes first.

What the sentence beside a card says too is said with the same words, so that it can be left out there.
"""

from __future__ import annotations

from collections.abc import Iterator

from actions.records.card_types import ItemLine, Line, OrderCard, RefundCard, StepLine
from actions.records.models import BothLanguages
from actions.words import Words
from lang.figures import LANGUAGES

EVENTS, ITEMS = 3, 4
"""Enough to know where it is; the whole of it is in the widget and at the desk."""


def order_lines(card: OrderCard, words: Words, *, late: bool) -> Iterator[Line]:
    """``late``: the promised day has passed, so that nothing is expected by it any more."""
    yield _line(_same(card.order_number), card.state)
    for item in card.items[:ITEMS]:
        yield _line(_pieces(item, words), item.price)
    yield _line(_said(words, "word_card_total", total=card.total))
    if card.promised and not late and card.state_code in ("paid", "in_transit"):
        yield _line(_said(words, "word_promised_by", day=card.promised))
    if card.courier:
        yield _line(card.courier, *([_same(card.tracking_number)] if card.tracking_number else []))
    for event in card.events[:EVENTS]:
        yield _line(event.when, event.text)


def refund_lines(card: RefundCard, words: Words) -> Iterator[Line]:
    yield _line(_said(words, "word_card_refund", amount=card.amount), _same(card.order_number))
    if card.expected:
        yield _line(_said(words, "word_refund_expected", expected=card.expected, method=card.method))
    else:
        yield _line(_said(words, "word_card_refund_to", method=card.method))
    for step in card.steps:
        yield _step(step, words)


def _step(step: StepLine, words: Words) -> Line:
    told = _said(words, "word_card_step_done" if step.done else "word_card_step_ahead", step=step.text)
    return _line(told, *([step.when] if step.when else []))


def _pieces(item: ItemLine, words: Words) -> BothLanguages:
    return item.name if item.quantity == 1 else _said(words, "word_pieces", item=item.name, count=_same(item.quantity))


def _said(words: Words, key: str, **arguments: BothLanguages) -> BothLanguages:
    """A word with arguments that read differently in each language."""
    return {
        language: words.both(key, **{name: value[language] for name, value in arguments.items()})[language]
        for language in LANGUAGES
    }


def _same(value: object) -> BothLanguages:
    return {language: str(value) for language in LANGUAGES}


def _line(*parts: BothLanguages) -> Line:
    return {language: [part[language] for part in parts] for language in LANGUAGES}
