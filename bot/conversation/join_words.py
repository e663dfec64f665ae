"""What a customer's words or button have to do with joining chats. Pure: text and words in, a wish out.

Recognised before the bot is asked, and only when the whole message says it: nobody's chats are joined by a guess.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from bot.joining import LINK_PREFIX, JoinWords
from bot.rules_joining import PLACE, plain

YES, NO, UNLINK = "/join_yes", "/join_no", "/unlink"
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that look alike on a screen: 0 and O, 1, I and L."""
_HALF, _LINK = 4, 32
_ONE = f"[{SIGNS}]"
_TYPED = re.compile(rf"KF[-\s]?({_ONE}{{{_HALF}}})[-\s]?({_ONE}{{{_HALF}}})")
_WITHIN = re.compile(rf"(?<![A-Z0-9])KF-({_ONE}{{{_HALF}}})-({_ONE}{{{_HALF}}})(?![A-Z0-9-])")
_FOLLOWED = re.compile(rf"{LINK_PREFIX}{_ONE}{{{_LINK}}}")
_TYPED_CODE = rf"(KF-){_ONE}{{{_HALF}}}-?{_ONE}{{{_HALF}}}"
_LINK_SECRET = rf"({LINK_PREFIX}){_ONE}{{{_LINK}}}"
_SECRETS = re.compile(rf"(?<![A-Z0-9])(?:{_TYPED_CODE}|{_LINK_SECRET})(?![A-Z0-9-])", re.IGNORECASE)
_IN_LINKS = re.compile(r"([?&](?:ticket|signature)=)[^\s&]+")
_LONGEST = 200


class Kind(str, Enum):
    START = "start"
    CODE = "code"
    YES = "yes"
    NO = "no"
    UNLINK = "unlink"


@dataclass(frozen=True)
class Wish:
    """``channel``: where a customer wants to go on, None for anywhere. ``hash``: of the code that was given."""

    kind: Kind
    channel: str | None = None
    hash: str = ""


@dataclass(frozen=True)
class Secrets:
    """A new ``code`` to type and a ``link`` secret for an address, and what the store keeps of them."""

    code: str
    link: str

    def hashes(self) -> dict[str, str]:
        return {"code": _hash(self.code.replace("-", "")), "link": _hash(self.link)}


def new_secrets(choose: Callable[[str], str] = secrets.choice) -> Secrets:
    """40 bits to type, good for minutes and a few tries; 158 bits in the link."""
    code, link = ("".join(choose(SIGNS) for _ in range(length)) for length in (2 * _HALF, _LINK))
    return Secrets(f"KF-{code[:_HALF]}-{code[_HALF:]}", LINK_PREFIX + link)


def wish_in(text: str, payload: str | None, words: JoinWords) -> Wish | None:
    """``payload``: the trusted payload of the button that was pressed; its label then says nothing."""
    if payload is not None:
        pressed = {YES: Kind.YES, NO: Kind.NO, UNLINK: Kind.UNLINK}.get(payload)
        return Wish(pressed) if pressed else None
    if len(text) > _LONGEST:
        return None
    if (given := _code_in(text)) is not None:
        return Wish(Kind.CODE, hash=_hash(given))
    said = plain(text)
    for kind, phrases in ((Kind.YES, words.yes), (Kind.NO, words.no), (Kind.UNLINK, words.unlink)):
        if said in phrases:
            return Wish(kind)
    bare = _without(said, words.polite)
    if bare in words.unlink:
        return Wish(Kind.UNLINK)
    if bare in words.elsewhere:
        return Wish(Kind.START)
    for channel, names in words.channels.items():
        if any(bare == phrase.replace(PLACE, name) for name in names for phrase in words.start):
            return Wish(Kind.START, channel)
    return None


def without_codes(text: str) -> str:
    """For a copy that may come into other hands: codes, and the secrets in links, cut short."""
    return _IN_LINKS.sub(r"\1…", _SECRETS.sub(lambda found: f"{found[1] or found[2]}…", text))


def _code_in(text: str) -> str | None:
    """As it was made, without hyphens; a link's secret with its own."""
    shown = unicodedata.normalize("NFKC", text).upper().strip()
    if followed := _FOLLOWED.fullmatch(shown):
        return followed[0]
    found = _TYPED.fullmatch(shown) or _WITHIN.search(shown)
    return f"KF{found[1]}{found[2]}" if found else None


def _without(said: str, polite: tuple[str, ...]) -> str:
    """Without polite words at either end, as long as something is left."""
    longest_first = sorted(polite, key=len, reverse=True)
    while True:
        for word in longest_first:
            if said.startswith(word) and said != word:
                said = said.removeprefix(word)
                break
            if said.endswith(word) and said != word:
                said = said.removesuffix(word)
                break
        else:
            return said


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
