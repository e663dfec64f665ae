"""Order number, phone, last four digits, tracking number, e-mail: what is recognised by its shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.nlu.entity.found import Entity
from lang.order_numbers import OrderNumbers

_PHONE = re.compile(r"(?<![\d+])(?:\+?\(?86\)?[ \-]?)?(1[3-9]\d)[ \-]?(\d{4})[ \-]?(\d{4})(?![ \-]?\d)", re.ASCII)
_FOUR_ANNOUNCED = re.compile(
    r"(?:尾号|尾数|末尾|(?:后|末|最后)(?:四|4)(?:位|个|码)?(?:数字?|号码?)?"
    r"|last (?:four|4)(?: digits?)?(?: of (?:my |the )?(?:phone|mobile|cell)(?: number)?)?"
    r"|end(?:s|ing)?(?: in| with)?)"
    r"[ :是为=,-]*(?:is |are )?[ :#\"']*(\d(?:[ -]?\d){3})(?![ -]?\d)",
    re.ASCII,
)
_FOUR_AFTER_ORDER = re.compile(r"[ ,;/+&、]*(?:and|和|跟|手机号?|电话|phone)?[ :是]*(\d{4})(?![\d年])", re.ASCII)
_FOUR_ALONE = re.compile(r"(\d{4})", re.ASCII)
_AROUND = " \t,.;:!?。、~#\"'“”()（）【】「」"
_NOT_DIGITS = re.compile(r"[^\d]+", re.ASCII)

# The carriers' own shapes. A bare number is taken only where the customer says that it is a tracking number: it could
# be anything, an order number without its letters too.
_SHAPES = (
    r"sf[ -]?\d{12,15}",
    r"yt[ -]?\d{13,18}",
    r"(?:zto?|sto|yd|jt|yz|ht)[ -]?\d{12,16}",
    r"jd[a-z]{0,3}\d{9,15}(?:-\d{1,2}){0,3}",
    r"dp[kl]?\d{9,15}",
    r"1z[ -]?[a-z\d]{3}[ -]?[a-z\d]{3}[ -]?[a-z\d]{2}[ -]?[a-z\d]{4}[ -]?[a-z\d]{4}",
    r"jjd\d{16,20}",
    r"tba\d{10,12}",
    r"lp\d{14,16}",
    r"[a-z]{2}\d{9}[a-z]{2}",
    r"9[2-5]\d{2}(?: ?\d{4}){4}(?: ?\d{2})?",
)
_TRACKING = re.compile(rf"(?<![a-z\d])(?:{'|'.join(_SHAPES)})(?![a-z\d])", re.ASCII)
_TRACKING_ANNOUNCED = re.compile(
    r"(?:(?:快递|物流|运|货运|包裹|查询)单号|快递号|运单|物流号"
    r"|tracking(?: (?:number|no\.?|code|id))?|waybill(?: (?:number|no\.?))?|awb"
    r"|(?:顺丰|圆通|中通|申通|韵达|极兔|德邦|京东|邮政|ems|ups|fedex|dhl|usps|tnt)(?:快递|速运|物流)?"
    r"(?:单号)?(?: number)?)"
    r"[ :#是为=,-]*(?:is |no )?[ :#]*((?:[a-z]{1,4} ?)?\d(?:[ -]?\d){8,21})(?![a-z\d]|[ -]\d)",
    re.ASCII,
)
_CODE_SIGNS = re.compile(r"[ \-]+")
_MAIL = re.compile(
    r"(?<![a-z\d._%+-])[a-z\d](?:[a-z\d_%+-]|\.(?!\.)){0,63}@(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.){1,4}[a-z]{2,24}(?![a-z\d@-])",
    re.ASCII,
)


def orders(clean: str, numbers: OrderNumbers) -> Iterator[Entity]:
    for span in numbers.find(clean):
        yield Entity("order_number", *span)


def phones(clean: str) -> Iterator[Entity]:
    for match in _PHONE.finditer(clean):
        yield Entity("phone", "".join(match.groups()), match.start(1), match.end())


def last_fours(clean: str, order_numbers: Iterable[Entity]) -> Iterator[Entity]:
    for match in _FOUR_ANNOUNCED.finditer(clean):
        yield Entity("last_four", _NOT_DIGITS.sub("", match.group(1)), match.start(1), match.end(1))
    for order in order_numbers:
        after = _FOUR_AFTER_ORDER.match(clean, order.end)
        if after:
            yield Entity("last_four", after.group(1), after.start(1), after.end(1))
    inner = clean.strip(_AROUND)
    if _FOUR_ALONE.fullmatch(inner):
        start = clean.index(inner)
        yield Entity("last_four", inner, start, start + 4)


def tracking_numbers(clean: str) -> Iterator[Entity]:
    """By the carriers' shapes, letters and all: surer than a phone."""
    for match in _TRACKING.finditer(clean):
        yield _code(match.group(), match.start(), match.end())


def announced_tracking_numbers(clean: str) -> Iterator[Entity]:
    """Bare numbers after "tracking number" or a courier's name: less sure than a phone."""
    for match in _TRACKING_ANNOUNCED.finditer(clean):
        yield _code(match.group(1), match.start(1), match.end(1))


def _code(written: str, start: int, end: int) -> Entity:
    return Entity("tracking_number", _CODE_SIGNS.sub("", written).upper(), start, end)


def mails(clean: str) -> Iterator[Entity]:
    if "@" not in clean:
        return
    for match in _MAIL.finditer(clean):
        yield Entity("email", match.group(), match.start(), match.end())
