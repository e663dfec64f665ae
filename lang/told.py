"""Whether a message tells something in given words: not where it denies them, or only asks or supposes.

A phrase is written as people say it. ``a/b`` is either of the two words; ``a + b`` are both, in one sentence, whatever
their order. Chinese is looked for anywhere, in simplified characters; English words and numbers as whole words. Every
form that is meant is listed: "burned/burnt my" does not find "burning my".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from lang.normalize import fold
from lang.tokenize import HAN

_SENTENCE = re.compile(r"(?:[^。！？!?…;；.]|\.(?=\S))+[。！？!?…;；.]*")
_HAN = re.compile(f"[{HAN}]")
_PAUSE_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}])\s+(?=[{HAN}])")
_TOKEN = re.compile(r"[a-z0-9']+|[,:()]")

_BREAK_ZH = re.compile(r"[,、:()]|但是?|可是|不过|结果|因为|所以|然后")
_BREAK_EN = re.compile(r" [,:()]| (?:but|because|and|then|so)(?= |$)")

# Right before the phrase: it did not happen. Nothing but these words may lie in between: 没想到 and 没多久, "not sure
# why" and "no idea how" deny nothing.
_DENIED_ZH = re.compile(
    r"(?:没有|没|未|不会|不曾|从不|不是|并非|无|(?<![特个])别)"
    r"(?:再|被|人|出现|发生|造成|引起|导致|有|什么|任何|明显|过|要|想|闻到|看到|打算){0,3}$"
)
_DENIED_EN = re.compile(
    r"(?: not|n't| never| no| nobody| no one| none| without| cannot| (?:do|did|was|is|have|has|wo)nt)"
    r"(?: (?:be|been|being|had|have|has|having|an?|any|got|get|getting|was|were|is|are|one|actually|yet|really|ever"
    r"|signs?|of|going|to|want|wish|plan|planning|intend|intending|trying|thinking|about|suffered|seen?)){0,4}$"
)
# Somewhere before it: asked in general, or supposed.
_SUPPOSED_ZH = re.compile(
    r"如果|要是|若是|假如|假设|万一|倘若|一旦|会不会|能不能|要不要|是否|是不是|有没有(?:人|被|发生|出现|可能|过){0,3}$"
    r"|(?<!可)怕[^了]{0,4}会|担心[^了]{0,4}会|可能会|有可能|容易|防止?$|避免|以免|以防|预防|免得|听说|新闻"
)
_SUPPOSED_EN = re.compile(
    r" (?:if|in case|ever|whether|suppos(?:e|ing)|imagine|might|risks? of|chances? of|dangers? of|possibility of"
    r"|prone to|likely to|known to|prevent(?:s|ing)?|avoid(?:s|ing)?|against"
    r"|(?:will|would|can|could|does|do|has|have) (?:it|this|that|they|these|those|the|your|any|anyone|anybody|there)"
    r"|(?:is|are) (?:there|they|these|those))(?: \S+){0,6}$"
)
# "Will it explode?", but not "how come it smokes?" nor "it smokes when it charges, is that normal?"
_MAY_ZH = re.compile(r"(?<!怎么)(?<!什么)(?<!为啥)(?<!为何)(?<!咋)(?<!竟然)(?<!居然)会[^,]{0,4}$")
_ASKED_ZH = re.compile(r"[吗嘛?]|(?<![怎什这那多])么")
# Right after it: a question about such things, or another thing of that name.
_TOPIC_ZH = re.compile(
    r"(?:[过了的]?[吗么嘛]|过没有|的?(?:风险|危险|隐患|可能|概率|几率)|险|点|保护|测试|试验|报警|探测)"
)


@dataclass(frozen=True)
class Phrase:
    """``parts``: all of them must be there, each in one of its forms. English and numbers have a space on both sides,
    as they are looked for. ``written``: as it was listed."""

    written: str
    parts: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Words:
    """``unless``: beside one of these, between the same pauses, a phrase does not count. ``supposed_too``: only denials
    are left out; a threat is meant although it begins with "if"."""

    phrases: tuple[Phrase, ...]
    unless: tuple[Phrase, ...] = ()
    supposed_too: bool = False

    @cached_property
    def openers(self) -> tuple[str, ...]:
        """Without one of these no phrase can be in a message. Most messages have none, and are done with quickly."""
        return tuple({form for each in self.phrases for form in each.parts[0]})


def phrase(written: str) -> Phrase:
    """Raises ValueError where a part holds no word."""
    parts = tuple(tuple(_forms(part)) for part in written.split("+"))
    if not all(form.strip() for part in parts for form in part):
        raise ValueError(f"{written!r}: there is no word on one side of a + or /")
    return Phrase(written, parts)


def told(words: Words, text: str) -> tuple[str, ...]:
    """The words that the message tells, in the forms of the phrases; empty when it tells none of them."""
    sentences = (sentence for line in text.splitlines() for sentence in _SENTENCE.findall(fold(line)))
    return tuple(dict.fromkeys(found for sentence in sentences for found in _told_in(words, _Sentence.of(sentence))))


@dataclass(frozen=True)
class _Place:
    """Where a form stands, with what lies around it up to the next pauses."""

    before: str
    form: str
    after: str

    def holds(self, form: str) -> bool:
        return form in self.before + self.form + self.after


@dataclass(frozen=True)
class _Sentence:
    """The same twice: ``han`` without spaces; ``spoken``, English words, numbers and pauses, one space around each."""

    han: str
    spoken: str

    @classmethod
    def of(cls, folded: str) -> _Sentence:
        han = "".join(_PAUSE_BETWEEN_HAN.sub(",", folded.strip()).split())
        return cls(han, f" {' '.join(_TOKEN.findall(folded))} ")

    def places(self, form: str) -> Iterator[_Place]:
        text, pause = (self.spoken, _BREAK_EN) if _is_spoken(form) else (self.han, _BREAK_ZH)
        start = text.find(form)
        while start >= 0:
            end = start + len(form)
            yield _Place(pause.split(text[:start])[-1], form, pause.split(text[end:])[0])
            start = text.find(form, start + 1)


def _told_in(words: Words, sentence: _Sentence) -> Iterator[str]:
    here = {form for form in words.openers if form in sentence.han or form in sentence.spoken}
    for each in words.phrases if here else ():
        if here.isdisjoint(each.parts[0]):
            continue
        forms = [next((form for form in part if _tells(words, sentence, form)), None) for part in each.parts]
        if all(forms):
            yield " … ".join(form.strip() for form in forms if form)


def _tells(words: Words, sentence: _Sentence, form: str) -> bool:
    return any(
        not (_is_denied(place) or _is_excepted(words, place)) and (words.supposed_too or not _is_supposed(place))
        for place in sentence.places(form)
    )


def _is_excepted(words: Words, place: _Place) -> bool:
    return any(all(any(map(place.holds, part)) for part in each.parts) for each in words.unless)


def _is_denied(place: _Place) -> bool:
    return bool((_DENIED_EN if _is_spoken(place.form) else _DENIED_ZH).search(place.before))


def _is_supposed(place: _Place) -> bool:
    if _is_spoken(place.form):
        return bool(_SUPPOSED_EN.search(place.before))
    asked = _ASKED_ZH.search(place.after) and "正常" not in place.after and _MAY_ZH.search(place.before)
    return bool(asked or _SUPPOSED_ZH.search(place.before) or _TOPIC_ZH.match(place.after))


def _is_spoken(form: str) -> bool:
    return form[0] == " "


def _forms(part: str) -> Iterator[str]:
    """As messages are compared: folded; Chinese without spaces, all else with one around each word."""
    choices = [word.split("/") for word in fold(part).split()] or [[""]]
    for chosen in product(*choices):
        written = " ".join(chosen) if all(chosen) else ""
        yield "".join(written.split()) if _HAN.search(written) else f" {' '.join(_TOKEN.findall(written))} "
