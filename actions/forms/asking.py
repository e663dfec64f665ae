"""What a typed message does, told by its shape: does it ask something, ask for something, or wave something away?

No sentence is listed here, only what makes a question of any sentence in Chinese or English. ``words.yml`` has the
words that wave away.
"""

from __future__ import annotations

import re

from actions.forms.vocabulary import folded, holds

_CLAUSE = re.compile(r"(?<=[?？])|[,，。.!！;；、\s]+(?=\S)")
_SENTENCE = re.compile(r"(?<=[?？])|[.!！;；\n]+\s*")

# "Whatever", "not much", "a few": words of questions that ask nothing.
_ASKS_NOTHING = re.compile(
    r"没[什啥]么?|[什啥怎哪谁]么?(?:样|里|儿)?[\u4e00-\u9fff]{0,2}(?:都|也)|不怎么|(?:好|这|那|前|近|头|了|过|才|有|没|试|隔)几[天个次年月种件]"
)
_CHINESE = re.compile(
    r"什么|啥|怎么|怎样|怎么样|咋|如何|为何|哪|谁|多久|多少|多大|多长|几(?:天|点|号|个|时|次|块|元|钱|种|件|折|成|年|月|楼)"
    r"|是否|能否|可否|(?P<verb>[\u4e00-\u9fff])[不没唔](?P=verb)|[吗么]$|[?？]$"
    r"|(?:能|可以|行|有|会|是|要|可|收|发|送|退|换|修|开|包|支持)[^不没]{0,12}[不没]$"
)
_WONDERS = re.compile(r"^[^还没着]{1,14}呢$")

_BEFORE = (
    r"^(?:(?:ok|okay|so|and|but|then|well|oh|ah|hi|hello|hey|um|erm|also|wait|sorry|actually|btw|just wondering)\s+)*"
)
_SUBJECT = r"(?:it|this|that|these|those|there|they|you|u|we|i|he|she|my|your|our)\b"
_AUXILIARY = r"(?:do|does|did|is|are|was|were|am|can|could|will|would|should|shall|may|might|must|has|have|had)"
_ENGLISH = re.compile(
    _BEFORE
    + r"(?:"
    + r"do (?!not|it\b|this\b|that\b|so\b|the same|be\b)\S+ \w+|don't (?:you|i|we|they)\b"
    + rf"|(?:does|did|can|could|will|would|should|shall|might)(?:n't)? (?:{_SUBJECT}|(?!not|do|be|have|try)\S+ \w+)"
    + rf"|may (?:i|we)\b|(?:is|are|was|were|am|has|have|had)(?:n't)? {_SUBJECT}"
    + r"|is (?:the|a|an) (?!wrong|same|only|one|bit|little)\S+ \w+|are \S+ \w+"
    + r"|(?:what|when|where|who|how|why)(?:'s|s|'re|'ll|'d)\b"
    + rf"|(?:what|when|where|how|why|which) {_AUXILIARY}\b"
    + r"|what (?!i\b|you\b|u\b|they\b|we\b|he\b|she\b|it\b|my\b|your\b|the\b|a\b)\w+"
    + r"|how (?:many|much|long|far|often|about|come|soon|big|old|to)\b|(?:who|whose|why|which) \w+"
    + r")"
)
_ENDS_ASKING = re.compile(r"[?？]\s*$")

# What turns a question into a request: it is about what somebody shall do, for the one who speaks.
_POLITE = re.compile(
    r"\b(?:can|could|would|will|may|might) (?:you|u|i|we|ya)\b|\b(?:please|pls|plz)\b"
    r"|\bi(?:'d| would)? (?:want|need|like|wish)\b"
    r"|\bi'd\b|\bmy\b|\bpossible\b|\bchance\b"
    r"|(?:^|[,，。\s])(?:请问|那|那么|你们|你|您|我|我们|麻烦|现在|还|是否|这个)*(?:能|可以|可不可以|可否)|帮|给我|把|请(?!问)|麻烦|我|想"
)
_MAY = re.compile(r"能|可以|可否|行不行|行吗|好吗|\b(?:can|could|may|might)\b")
_MOST_WORDS, _MOST_LETTERS = 7, 10
_STORY_WORDS, _STORY_CHARACTERS = 45, 70


def is_question(text: str) -> bool:
    """Whether a clause of it asks something; a polite request is a question as well."""
    said = folded(text).replace("’", "'")
    return any(_asks(part) for part in _parts(said))


def asks_for_it(text: str) -> bool:
    """Whether it asks for something to be done: "can you change it", not "do you deliver on Sundays"."""
    return bool(_POLITE.search(folded(text).replace("’", "'")))


def asks_how_it_is(text: str) -> bool:
    """Whether it asks how things are, and not even whether something may be done ("do you also issue VAT invoices")."""
    return is_question(text) and not asks_for_it(text) and not _MAY.search(folded(text))


def waves_off(text: str) -> bool:
    """ "Oh, leave it": few words that take back what was wanted."""
    return _has_few_words(text) and holds(text, "never_mind") and not is_question(text)


def thinks_again(text: str) -> bool:
    """ "Never mind, I'd rather send it back": takes back what was wanted, with room to say what is wanted instead."""
    return _has_few_words(text, times=2) and holds(text, "never_mind")


def _has_few_words(text: str, times: int = 1) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    chinese = any(sign >= "\u4e00" for sign in letters)
    return len(letters) <= _MOST_LETTERS * times if chinese else len(text.split()) <= _MOST_WORDS * times


def tells_a_story(text: str) -> bool:
    """Long enough for a wish to be buried in it."""
    chinese = sum("\u4e00" <= sign <= "\u9fff" for sign in text)
    return chinese > _STORY_CHARACTERS or len(text.split()) > _STORY_WORDS


def _parts(said: str) -> list[str]:
    chinese = any("\u4e00" <= sign <= "\u9fff" for sign in said)
    return [part.strip() for part in (_CLAUSE if chinese else _SENTENCE).split(said) if part and part.strip()]


def _asks(part: str) -> bool:
    if _ENDS_ASKING.search(part):
        return True
    if any("\u4e00" <= sign <= "\u9fff" for sign in part):
        rest = _ASKS_NOTHING.sub("", part)
        return bool(_CHINESE.search(rest) or _WONDERS.search(part))
    return bool(_ENGLISH.search(part.replace(",", " ").replace("  ", " ")))
