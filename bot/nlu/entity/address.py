"""Postal addresses: 浙江省杭州市西湖区文三路90号3幢201室, Flat 5, 12 Baker Street, London NW1 6XE.

Value: the address as written, in simplified half-width characters, without needless blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.nlu.entity.found import Entity
from bot.nlu.entity.names import city_values, provinces
from lang.tokenize import HAN

# Words that no place's name contains, so that a name ends where the sentence around it begins.
_SENTENCE = "的了吗呢吧啊你我他她它们这那哪么怎不没个请帮把给是在到寄送住址往至为"
_NUMERAL = r"[\d零〇一二三四五六七八九十百]"
_GAP = "[ ,、]{0,2}"
_MIGHT_BE_CHINESE = re.compile(
    "[区县旗镇乡村街巷弄苑栋幢室寓厦]|大道|(?<![半一线网走迷])路|(?<![知报味渠频通管跑轨难公人])道|单元|号楼"
)
# 南京东路, 北京大道: the street's name, not the city.
_NO_STREET = "(?![东南西北中]?(?:路|街|大道))"
_LEAD = re.compile(r"[ ,、]*(?:.{0,4}(?:改成|换成|变成|麻烦|收货|更新|新地|发(?![展祥源])))*")


def _name(least: int, most: int, without: str = "") -> str:
    return rf"(?:(?![{_SENTENCE}{without}])[{HAN}]){{{least},{most}}}?"


@lru_cache(maxsize=1)
def _chinese() -> re.Pattern[str]:
    known = "|".join(sorted((name for name in city_values() if not name.isascii()), key=len, reverse=True))
    number = rf"{_NUMERAL}{{1,5}}(?:-\d{{1,4}})?[甲乙丙丁a-z]?"
    parts = (
        rf"(?P<province>(?:{'|'.join(provinces())})(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)?{_NO_STREET})",
        rf"(?P<city>(?:{known})市?{_NO_STREET}|{_name(2, 7, '市区县路街')}(?:市|自治州|地区|盟))",
        rf"(?P<district>{_name(1, 6, '路街市区县镇')}"
        r"(?:新区|开发区|高新区|(?<![小地市])区(?!别|分|间|域)|县|旗|(?<![超门城])市(?!场)))",
        rf"(?P<town>{_name(1, 6, '路街')}(?:镇|乡|街道|村(?!上))(?:{_name(1, 6, '路街')}村)?)",
        rf"(?P<road>(?:(?![{_SENTENCE}])[{HAN}\d]){{1,8}}?(?:大道|大街|胡同|(?<![半一思线电网走迷问让上])路(?![由上过线径况费])|街|巷"
        rf"|(?<![知报味渠频通管跑轨难公人])道)(?:[东南西北中])?(?:{_NUMERAL}{{1,2}}段)?)",
        rf"(?P<number>{number}(?:号院?|弄)(?:{number}号(?!楼))?(?:\d{{3,4}}(?![\d元块.%]))?)",
        rf"(?P<site>(?:(?![{_SENTENCE}路街])[{HAN}a-z\d]){{1,12}}?(?:小区|花园|大厦|公寓|广场|家园|新村|新城|大楼|中心|大学|学院|医院|园区|科技园"
        rf"|工业园|产业园|酒店|[苑府庭轩园]|城(?![市区]))(?:[东南西北]区)?)",
        rf"(?P<unit>(?:{_GAP}(?:[a-z\d一二三四五六七八九十]{{1,4}}(?:号楼|栋|幢|座|单元|楼|层|室|房|户|号)(?!店|线|发|到|送|前|后))){{1,5}}"
        rf"(?:\d{{3,4}}(?!\d))?)",
    )
    return re.compile(_GAP.join(f"(?:{part})?" for part in parts), re.ASCII)


# What must be there besides a province and a city: fewer parts are a city, or an accident.
_FINE = ("road", "number", "site", "unit")
_COARSE = ("province", "city", "district", "town")


def chinese_addresses(clean: str, plain: str) -> Iterator[Entity]:
    """``plain``: the same text in its own letter case."""
    if not _MIGHT_BE_CHINESE.search(clean):
        return
    for match in _chinese().finditer(clean):
        if not match.group():
            continue
        if _is_address(match):
            start = _LEAD.match(clean, match.start(), match.end() - 1).end()  # type: ignore[union-attr]
            end = start + len(clean[start : match.end()].rstrip(" ,、"))
            yield Entity("address", re.sub(r"[ ,、]+", "", plain[start:end]), start, end)


def _is_address(match: re.Match[str]) -> bool:
    fine = [part for part in _FINE if match[part]]
    coarse = [part for part in _COARSE if match[part]]
    if fine and coarse:
        return fine != ["number"] or "town" in coarse or "district" in coarse
    if coarse:
        return len(coarse) > 1 and ("district" in coarse or "town" in coarse)
    return ("road" in fine and len(fine) > 1) or ("site" in fine and "unit" in fine)


_STREET = (
    "street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|square|sq|way|terrace|crescent|close"
    "|highway|hwy|parkway|pkwy|gardens|quay|row"
)
_NOT_IN_A_STREET = (
    "days?|weeks?|months?|hours?|minutes?|items?|pieces?|pairs?|orders?|times?|on|in|the|of|for|at|to|and|is|are|was|it|by"
    "|my|your|this|that|from|with|or|not|more|parcels?|packages?|people|pm|am|have|has|been|but|so|no|any|i|we|he|she|they"
    "|you|there|there's|it's|still|just"
)
_ROOM = (
    r"(?:(?:flat|apt|apartment|unit|suite|ste|room|rm|floor|level|tower|block|building|house|#) ?#?[\da-z]{1,5}(?:/f)?"
    r"|\d{1,2}/f)"
)
_UK = r"[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}"
_US = r"[a-z]{2},? \d{5}(?:-\d{4})?"
_CANADA = r"[a-z]\d[a-z] ?\d[a-z]\d"
_STRONG_CODE = rf"(?:{_US}|{_CANADA}|{_UK})(?![a-z\d])"
_CODE = rf"(?:{_STRONG_CODE}|\d{{4,6}}(?![\d%]))"
_TOWN = r"[a-z][a-z.'-]{1,19}(?: [a-z][a-z.'-]{1,19}){0,2}"
_ENGLISH = re.compile(
    rf"(?<![a-z\d$#])(?:(?:{_ROOM},? ){{0,3}}(?:no\.? ?)?\d{{1,5}}[a-z]?(?:-\d{{1,5}})?,? |(?:{_ROOM}, ){{1,3}})"
    rf"(?:(?!(?:{_NOT_IN_A_STREET}) )(?:[a-z][a-z.'-]{{0,19}}|\d{{1,3}}(?:st|nd|rd|th)) ){{1,4}}?"
    rf"(?:{_STREET})(?![a-z])\.?(?: (?:north|south|east|west|n|s|e|w|central)(?![a-z]))?"
    rf"(?:,? {_ROOM})?",
    re.ASCII,
)
# Words too, so the street's name must be written like a name, or a town must follow.
_WORDS_TOO = re.compile(r" (?:way|place|pl|close|drive|dr|row|court|ct|square|crescent|lane)\.?$")
# With commas any code may follow; without them only one that is no order number or year.
_TAIL = re.compile(
    rf"(?:, ?{_TOWN}){{1,3}},? {_CODE}|(?:, ?{_TOWN}){{0,3}},? {_STRONG_CODE}|(?: {_TOWN}){{1,2}},? {_STRONG_CODE}",
    re.ASCII,
)
_LISTED_TOWN = re.compile(
    rf"(?:(?P<comma>, ?)| )(?P<town>{_TOWN})(?=,|$|[.!?;]| \d| (?:into|please|thanks|as|instead|and))", re.ASCII
)
_COUNTRY = re.compile(
    r",? ?(?:usa|us|uk|united kingdom|united states|canada|australia|hong kong|china)(?![a-z])", re.ASCII
)


@lru_cache(maxsize=1)
def _latin_cities() -> frozenset[str]:
    return frozenset(name.casefold() for name in city_values() if name.isascii())


def english_addresses(clean: str, plain: str) -> Iterator[Entity]:
    """``plain``: the same text in its own letter case."""
    for match in _ENGLISH.finditer(clean):
        end = _end_of_tail(clean, plain, match.end())
        if end == match.end() and _WORDS_TOO.search(match.group()) and plain[match.start() : end] == match.group():
            continue
        yield Entity("address", " ".join(plain[match.start() : end].split()), match.start(), end)


def _end_of_tail(clean: str, plain: str, end: int) -> int:
    tail = _TAIL.match(clean, end)
    if tail:
        end = tail.end()
    while not tail and (town := _LISTED_TOWN.match(clean, end)):
        # A town that we do not know shows by its capitals.
        if town["town"] not in _latin_cities() and not (town["comma"] and plain[slice(*town.span("town"))].istitle()):
            break
        end = town.end()
    country = _COUNTRY.match(clean, end)
    return country.end() if country else end
