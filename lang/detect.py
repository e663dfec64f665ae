"""Chinese or English, or neither: said only when the message shows it."""

from __future__ import annotations

import re
from typing import Literal

from lang.normalize import fold
from lang.tokenize import HAN

_HAN = re.compile(rf"[{HAN}]")
_KANA_OR_HANGUL = re.compile("[\u3040-\u30ff\u31f0-\u31ff\u1100-\u11ff\uac00-\ud7af]")
_NOT_PROSE = re.compile(r"https?://|www\.|@|\d", re.ASCII)
_WORD = re.compile(r"[a-z\u00c0-\u024f]+(?:'[a-z]+)?")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Written alike by people of both languages, so they tell nothing.
_NEUTRAL = _words(
    """
    ok okay oki okok okey kk k yep yeah hmm hm emm emmm mmm em um uh ah oh ha haha hahaha hh hhh hhhh
    lol xd wow hehe vip app pc id sku qq wechat weixin alipay paypal visa iphone ipad ios mac macbook
    android huawei xiaomi samsung apple nike adidas sony sms pin url wifi usb so sf ems dhl ups fedex jd
    taobao tmall x xs s m l xl xxl xxxl pro max plus mini air ultra nihao xiexie laoban qin sku spu
    """
)
# Words that carry English grammar: with them a message is English that quotes Chinese, without them the reverse.
_ENGLISH_GRAMMAR = _words(
    """
    a an the i i'm i've i'd i'll you your my me we our it it's its they he she this that these those
    there is isn't are was were be been am do does did don't doesn't didn't have has had can can't could
    will won't would should may might must what what's when where where's which who why how not no of to
    in on at for from with about into by and or but if because please want need get got just still any
    some than then
    """
)
# The commonest small words of neighbouring languages that English does not have.
_FOREIGN_GRAMMAR = _words(
    """
    le la les des est dans pour avec que qui une où je mon ma votre vous nous pas el los las por para mi
    su está del der die das ist ich nicht und ein eine mit für mein meine wo wie il che non sono della
    com não meu onde você
    """
)
_UNPRONOUNCEABLE = re.compile(r"^(?!thx$|pls$|plz$|tks$)(?:.*[bcdfghjklmnpqrstvwxz]{5,}.*|[^aeiouyà-ɏ]{2,})$")


def detect(text: str) -> Literal["zh", "en"] | None:
    """The language the customer writes in, None when the message does not tell (a number, "ok", an emoji, "asdkjh")."""
    prose = " ".join(map(_prose, fold(text).split()))
    if _KANA_OR_HANGUL.search(prose):
        return None
    words = [word for word in _WORD.findall(prose) if word not in _NEUTRAL]
    grammar = sum(word in _ENGLISH_GRAMMAR for word in words)
    characters = len(_HAN.findall(prose))
    if characters:
        return "en" if grammar >= 2 and len(words) > characters else "zh"
    return "en" if _is_english(words, grammar) else None


def _prose(chunk: str) -> str:
    """Addresses, codes and numbers tell no language; Chinese characters written onto them do."""
    return "".join(_HAN.findall(chunk)) if _NOT_PROSE.search(chunk) else chunk


def _is_english(words: list[str], grammar: int) -> bool:
    if grammar == 0 and sum(word in _FOREIGN_GRAMMAR for word in words) >= min(2, len(words)):
        return False
    words = [word for word in words if len(word) > 1 or word in _ENGLISH_GRAMMAR]
    plausible = sum(word in _ENGLISH_GRAMMAR or not _UNPRONOUNCEABLE.search(word) for word in words)
    return any(len(word) > 1 for word in words) and plausible * 2 > len(words)
