"""How a shop's order numbers look (``rules/shop.yml``), and where a message holds one.

A form is a mask: ``#`` is a digit, ``@`` a letter, ``*`` either, ``{12}`` or ``{8,12}`` says how many; other letters
and digits stand for themselves, and signs like ``-`` may be left out by the customer. It is not a regular expression:
what is made of it takes time in proportion to the message, whatever an operator or a customer writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

LONGEST = 32
"""Characters of an order number: no table keeps more."""
_LEAST_OPEN, _LEAST_DIGITS = 4, 7
_PIECE = re.compile(
    r"(?P<kind>[#@*])(?:\{(?P<least>\d{1,2})(?:,(?P<most>\d{1,2}))?\})?|(?P<sign>[ ._/-])|(?P<own>[A-Za-z0-9])"
)
_CLASSES = {"#": r"\d", "@": "[a-z]", "*": r"[a-z\d]"}
_PHONE = re.compile(r"1[3-9]\d{9}")
_CALLED_ORDER = re.compile(r"(?:订单|单号|order)\D{0,12}$")
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["forms", "example", "zh", "en"],
    "properties": {
        "forms": {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "maxItems": 10},
        **{name: {"type": "string", "minLength": 1, "maxLength": 60} for name in ("example", "zh", "en")},
    },
}


class Piece(NamedTuple):
    """``kind``: # @ * or the empty string for what stands for itself; ``text`` is that."""

    kind: str
    text: str
    least: int = 1
    most: int = 1


class Span(NamedTuple):
    """``value``: the number as the shop writes it."""

    value: str
    start: int
    end: int


class FormError(ValueError):
    """A form that cannot be used; the text says why, and what to write instead."""


@dataclass(frozen=True)
class OrderNumbers:
    """The forms of one shop's numbers; ``described`` tells customers of both languages what they look like."""

    forms: tuple[str, ...] = ("SO#{12}",)
    example: str = "SO202611010000"
    described: Mapping[str, str] = field(
        default_factory=lambda: {"zh": "SO 开头加 12 位数字", "en": "SO and 12 digits"}
    )

    def find(self, clean: str) -> Iterator[Span]:
        """Numbers in a folded text (``normalize.fold``); those of the first form first."""
        for shape in self._shapes:
            yield from shape.find(clean)

    @cached_property
    def _shapes(self) -> tuple[_Shape, ...]:
        return tuple(_Shape(pieces_of(form)) for form in self.forms)


class _Shape:
    """One form, ready to search with."""

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self._pieces = pieces
        self._bare = _is_bare(pieces)
        self._pattern = re.compile(self._written(), re.ASCII)

    def find(self, clean: str) -> Iterator[Span]:
        for match in self._pattern.finditer(clean):
            value = self._value(match)
            if any(sign.isdigit() for sign in value) and not (self._bare and _is_phone(value, clean[: match.start()])):
                yield Span(value, match.start(), match.end())

    def _value(self, match: re.Match[str]) -> str:
        groups = iter(match.groups())
        parts = [re.sub(r"[^a-z\d]", "", next(groups)).upper() if piece.kind else piece.text for piece in self._pieces]
        return "".join(parts)

    def _written(self) -> str:
        """Neither inside a longer word nor inside a longer number; four digits or a phone may follow after a space."""
        # A number that begins with letters of its own is known by them: blanks may stand anywhere in it.
        led = not self._bare and not self._pieces[0].kind
        before = r"(?<![a-z\d+¥$€£.])(?<!\d[ \-])" if self._bare else r"(?<![a-z\d])"
        after = r"(?![\-_.]?\d|[a-z])(?! \d{1,3}(?!\d)| \d{5,10}(?!\d))"
        money = r"(?! ?(?:元|块|年|月|cny|rmb|usd))" if self._bare else ""
        written: list[str] = []
        for place, piece in enumerate(self._pieces):
            last = place == len(self._pieces) - 1
            if not piece.kind and not piece.text.isalnum():
                written.append(r"[ \-_./]{0,3}")
            elif not piece.kind:
                written.append(re.escape(piece.text.lower()) + (r"[ \-_.#:]*" if led and not last else ""))
            else:
                written.append(f"({_repeated(piece, led, last)})")
        return before + "".join(written) + after + money


def _repeated(piece: Piece, led: bool, last: bool) -> str:
    """So many of the class, with blanks between them where those are allowed, but not behind the last."""
    one, least, most = _CLASSES[piece.kind], piece.least, piece.most
    if not led:
        return f"{one}{{{least},{most}}}"
    # Where the length varies, what follows a space may as well be the last four digits of a phone.
    between = r"[ \-_.]*" if least == most else r"[\-_.]*"
    inner = f"(?:{one}{between}){{{least - 1},{most - 1}}}{one}"
    return inner if last else inner + between


def _is_bare(pieces: Sequence[Piece]) -> bool:
    """Digits alone, without a letter that would tell them from any other number."""
    return not any(piece.kind in ("@", "*") or piece.text.isalpha() for piece in pieces)


def _is_phone(value: str, before: str) -> bool:
    """A number of digits alone that could be a mobile phone is one, unless the customer calls it an order's."""
    return bool(_PHONE.fullmatch(value)) and not _CALLED_ORDER.search(before[-20:])


def pieces_of(form: str) -> tuple[Piece, ...]:
    """The pieces of a form. Raises FormError."""
    pieces: list[Piece] = []
    place = 0
    while place < len(form):
        found = _PIECE.match(form, place)
        if found is None:
            raise FormError(
                f"{form!r}: {form[place]!r} is not understood. Write # for a digit, @ for a letter, * for either, "
                "{12} or {8,12} behind it for how many; letters and digits stand for themselves."
            )
        least = int(found["least"] or 1)
        own = found["own"] or found["sign"] or ""
        pieces.append(Piece(found["kind"] or "", own, least, int(found["most"] or least)))
        place = found.end()
    fault = _fault(pieces)
    if fault:
        raise FormError(f"{form!r}: {fault}")
    return tuple(pieces)


def _fault(pieces: list[Piece]) -> str | None:
    open_ones = [piece for piece in pieces if piece.kind]
    if any(not 1 <= piece.least <= piece.most for piece in open_ones):
        return "{n,m} must count from at least 1 up to as much or more."
    if sum(piece.least != piece.most for piece in open_ones) > 1:
        return "only one part may vary in length."
    if sum(piece.most for piece in pieces) > LONGEST:
        return f"at most {LONGEST} characters."
    if sum(piece.least for piece in open_ones if piece.kind in "#*") < _LEAST_OPEN:
        return f"at least {_LEAST_OPEN} of its places must be # or *; otherwise words would be taken for numbers."
    if any(not piece.kind and not piece.text.isalnum() for piece in (pieces[0], pieces[-1])):
        return "begin and end with a letter or a digit."
    if _is_bare(pieces) and sum(piece.least for piece in pieces if piece.kind or piece.text.isdigit()) < _LEAST_DIGITS:
        return f"digits alone must be {_LEAST_DIGITS} or more: fewer are the end of a phone, a code, an amount."
    return None


def faults_of(section: Mapping[str, Any]) -> list[str]:
    """What is wrong in a section that fits the schema, one line each."""
    faults: list[str] = []
    for form in section["forms"]:
        try:
            pieces_of(form)
        except FormError as error:
            faults.append(f"forms: {error}")
    if not faults and section["example"] not in [span.value for span in read(section).find(section["example"].lower())]:
        faults.append(f"example: {section['example']!r} has none of the forms.")
    return faults


def read(section: Mapping[str, Any] | None) -> OrderNumbers:
    """The section once it has no faults; without one, ours. Raises FormError."""
    if section is None:
        return OrderNumbers()
    numbers = OrderNumbers(tuple(section["forms"]), section["example"], {"zh": section["zh"], "en": section["en"]})
    for form in numbers.forms:
        pieces_of(form)
    return numbers
