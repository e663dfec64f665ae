"""How many: 两件, 3个, x2, two of them, a pair, "two keyboards". Value: a whole number and the unit ("2 piece")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.nlu.entity.found import Entity
from bot.nlu.entity.money import PIECES_OF
from bot.nlu.entity.numerals import HAN, IN_WORDS, whole

_FILE: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("quantities.yml").read_text("utf-8"))
_HAN_UNITS = {sign: unit for unit, words in _FILE["units"].items() for sign in words["zh"]}
_LATIN_UNITS = {
    **{word: unit for unit, words in _FILE["units"].items() for word in words["en"]},
    **{
        f"{word}{'es' if word.endswith('x') else 's'}": unit
        for unit, words in _FILE["units"].items()
        for word in words["en"]
    },
}
_ELSE: dict[str, list[str]] = _FILE["not_before"]


def _counted(sign: str) -> str:
    if sign == "块":
        return f"块(?=[{PIECES_OF}])"
    rest = "|".join(map(re.escape, _ELSE.get(sign, ())))
    return sign + (f"(?!{rest})" if rest else "")


# 第三件 is an ordinal, 这一个 points, 好几个 does not count.
_HAN_COUNT = re.compile(
    rf"(?<![\d第几a-z零〇一二两三四五六七八九十百千万])(?<!\d[.,])(?P<count>\d{{1,5}}|{HAN}|[俩仨])"
    rf" ?[大小整]? ?(?P<unit>{'|'.join(map(_counted, _HAN_UNITS))})",
    re.ASCII,
)
_POINTING = re.compile(r"[这那哪每某另同任唯头下上]$")
_LATIN_COUNT = re.compile(
    rf"(?<![a-z\d#$€£¥/:-])(?<!\d[.,])(?P<count>\d{{1,5}}|{IN_WORDS}|a couple of|an?)"
    rf"(?: (?:more|extra|other|of the same|full|big|small|large))? ?"
    rf"(?P<unit>{'|'.join(sorted(_LATIN_UNITS, key=len, reverse=True))}|of (?:them|these|those|it)|ones)"
    r"(?![a-z]|-[a-z])",
    re.ASCII,
)
# One article before these is a number; before the others ("in a box", "an item") it is only grammar.
_COUNTED_BY_ARTICLE = frozenset({"pair", "set"})
_DOZENS = re.compile(rf"(?<![a-z\d-])(?P<count>half a|an?|\d{{1,2}}|{IN_WORDS}) dozen(?![a-z])", re.ASCII)
_TIMES = re.compile(
    r"(?<![a-z\d*×])(?<!\d[.,])(?:[x×*] ?(?P<after>\d{1,3})(?![\d.,a-z%×*])|(?P<before>\d{1,3}) ?[x×](?! ?[a-z\d×]))",
    re.ASCII,
)
_TOLD = re.compile(
    r"(?:数量|件数|qty|quantity)(?: ?(?:是|为|改成|改为|改|填|选|of|is|to|should be|was))?[ :=]*"
    r"(?P<count>\d{1,5})(?!\d|[.,]\d)"
    r"|(?:一共|总共|共)(?:买|拍|订|下|要|收到)了?(?P<bought>\d{1,5})(?![\d元块:年月日号点]|[.,]\d)",
    re.ASCII,
)
_VERB = re.compile(
    r"(?<![a-z])(?:to order|ordered|bought|buy|received?|got|get|want|wanted|need|take|only|make it|have|send me) "
    rf"(?P<count>\d{{1,2}}|{IN_WORDS})(?: more| instead| too| now| please)?"
    r"(?= ?(?:$|[.,!?;)]|but |and |so |not |instead))",
    re.ASCII,
)
_BOTH = re.compile(r"(?<![a-z])both of (?:them|these|those)(?![a-z])", re.ASCII)
_BEFORE_PRODUCT = re.compile(
    rf"(?<![a-z\d#$€£¥/:-])(?<!\d[.,])(?P<count>\d{{1,3}}|{IN_WORDS}) "
    # "87 key keyboard": the number is the keyboard's own.
    r"(?:of )?(?:the |these |those |your |my )?(?:(?!keys? |inch|watt|litre|liter|hour|year|star|bit )[a-z]{3,12} )?$",
    re.ASCII,
)
# 三包 by itself is the guarantee that Chinese law gives: 三包政策, 三包是哪三包.
_MORE_GOODS = re.compile(r"(?![是政期服规凭吗的法范有])[\u4e00-\u9fff]")
_HAN_PEOPLE = {"俩": 2, "仨": 3}


def quantities(clean: str, products: Iterable[Entity] = ()) -> Iterator[Entity]:
    """``products``: those found in the same text; a number before one counts it."""
    yield from _chinese(clean)
    yield from _english(clean)
    for match in _TIMES.finditer(clean):
        yield from _entity(whole(match["after"] or match["before"]), "piece", *match.span())
    for match in _TOLD.finditer(clean):
        group = "count" if match["count"] else "bought"
        yield from _entity(whole(match[group]), "piece", *match.span(group))
    for product in products:
        before = _BEFORE_PRODUCT.search(clean, max(0, product.start - 30), product.start)
        if before:
            yield from _entity(whole(before["count"]), "piece", *before.span("count"))


def _chinese(clean: str) -> Iterator[Entity]:
    for match in _HAN_COUNT.finditer(clean):
        count = _HAN_PEOPLE.get(match["count"]) or whole(match["count"])
        if match["count"] in "一1" and _POINTING.search(clean, max(0, match.start() - 1), match.start()):
            continue
        if match.group() == "三包" and not _MORE_GOODS.match(clean, match.end()):
            continue
        yield from _entity(count, _HAN_UNITS[match["unit"]], *match.span())


def _english(clean: str) -> Iterator[Entity]:
    for match in _LATIN_COUNT.finditer(clean):
        unit = _LATIN_UNITS.get(match["unit"], "piece")
        count = _latin_count(match["count"], unit)
        yield from _entity(count, unit, *match.span())
    for match in _DOZENS.finditer(clean):
        dozens = 1 if match["count"] in ("a", "an") else whole(match["count"])
        yield from _entity(6 if match["count"] == "half a" else 12 * (dozens or 0), "piece", *match.span())
    for match in _VERB.finditer(clean):
        yield from _entity(whole(match["count"]), "piece", *match.span("count"))
    for match in _BOTH.finditer(clean):
        yield from _entity(2, "piece", *match.span())


def _latin_count(written: str, unit: str) -> int | None:
    if written in ("a", "an"):
        return 1 if unit in _COUNTED_BY_ARTICLE else None
    if written == "a couple of":
        return 2
    return whole(written)


def _entity(count: int | None, unit: str, start: int, end: int) -> Iterator[Entity]:
    if count:
        yield Entity("quantity", f"{count} {unit}", start, end)
