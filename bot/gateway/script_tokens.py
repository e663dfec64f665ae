"""Cut JavaScript into tokens, as far as comments, strings, templates and regular expressions must be told apart.

Pages are served without comments (``compact.py``), and a test looks for syntax that old phones lack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# The longest first. `?.` before a digit is a question mark and a number.
_PUNCTUATION = re.compile(
    r"(?!/\*)(?:>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--|\+=|-=|\*=|/=|%=|"
    r"&=|\|=|\^=|<<|>>|\*\*|[{}()\[\];,<>+\-*/%&|^!~?:=.@#])"
)
_PLAIN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<space>\s+)|(?P<string>'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")"
    r"|(?P<number>(?:\d[\w.]*|\.\d[\w.]*)(?:(?<=e)[+-]\d+)?)|(?P<word>[\w$\\]+)",
    re.DOTALL,
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*(?:\$\{|`)", re.DOTALL)
_BEFORE_A_VALUE = {"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "await"}


class ScriptError(ValueError):
    """This is no script that we can read; the text says where."""


@dataclass(frozen=True)
class Token:
    """``kind``: comment, space, string, number, word, regex, template (one stretch between values) or mark."""

    kind: str
    text: str


def tokens(source: str) -> Iterator[Token]:
    """All of the source, in order; raises ScriptError."""
    place, before, open_braces = 0, "", list[str]()
    while place < len(source):
        token = _next(source, place, before, open_braces)
        yield token
        place += len(token.text)
        if token.kind not in ("comment", "space"):
            before = token.text if token.kind in ("mark", "word") else token.kind


def _next(source: str, place: int, before: str, open_braces: list[str]) -> Token:
    sign = source[place]
    if sign == "`" or (sign == "}" and open_braces and open_braces[-1] == "${"):
        return _template(source, place, open_braces)
    if sign == "/" and _value_may_begin(before) and source[place + 1 : place + 2] not in ("/", "*"):
        return _found("regex", _REGEX.match(source, place), source, place)
    plain = _PLAIN.match(source, place)
    if plain:
        return Token(str(plain.lastgroup), plain.group())
    mark = _found("mark", _PUNCTUATION.match(source, place), source, place)
    if mark.text == "{":
        open_braces.append("{")
    elif mark.text == "}" and open_braces:
        open_braces.pop()
    return mark


def _template(source: str, place: int, open_braces: list[str]) -> Token:
    """From a backtick, or from the brace that ends a value in it, up to the next value or the end."""
    token = _found("template", _TEMPLATE.match(source, place + 1), source, place)
    if source[place] == "}":
        open_braces.pop()
    if token.text.endswith("${"):
        open_braces.append("${")
    return Token("template", source[place] + token.text)


def _value_may_begin(before: str) -> bool:
    """Whether a slash begins a regular expression; after a value it divides."""
    if before in _BEFORE_A_VALUE or before == "":
        return True
    return before not in (")", "]", "}") and not re.match(r"[\w$]", before)


def _found(kind: str, match: re.Match[str] | None, source: str, place: int) -> Token:
    if match is None:
        line = source.count("\n", 0, place) + 1
        raise ScriptError(f"line {line}: cannot read {source[place : place + 20]!r}")
    return Token(kind, match.group())
