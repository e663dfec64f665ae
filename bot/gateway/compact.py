"""Page files without what only their authors need: comments, indentation, blanks between signs.

Nothing is renamed, moved or joined, so that a file stays readable in the browser's tools and a line number in an error
message still leads to the neighbourhood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.gateway.script_tokens import Token, tokens

_ENDS_A_LINE = frozenset("{;,([")
_BRACKETS = frozenset("(){}[];,:")
_OPERATORS = frozenset(
    ["=", "===", "!==", "=>", "?", "&&", "||", "<", ">", "<=", ">=", "+=", "-=", "*", "%", "...", "|", "&"]
)
_CSS_STRING_OR_COMMENT = re.compile(r"\"[^\"]*\"|'[^']*'|/\*.*?\*/|\s*([{};,])\s*|(:)\s+|\s+", re.DOTALL)


def compact(source: str, suffix: str) -> str:
    """The same to a browser. ``suffix``: ``.js``, ``.css``, ``.html``; of other kinds the source as it is."""
    way = _WAYS.get(suffix)
    return way(source) if way else source


def _script(source: str) -> str:
    written: list[str] = []
    before = Token("mark", ";")
    gap = ""
    for token in tokens(source):
        if token.kind in ("comment", "space"):
            # What held a line end stays a line end: scripts may leave out their semicolons.
            gap = "\n" if "\n" in token.text else gap or " "
            continue
        written += [_between(before, gap, token), token.text]
        before, gap = token, ""
    return "".join(written)


def _between(before: Token, gap: str, after: Token) -> str:
    if gap == "\n":
        return "" if before.kind == "mark" and before.text in _ENDS_A_LINE else "\n"
    if gap == " " and (_is_mark(before, _BRACKETS) or _is_mark(after, _BRACKETS)):
        return ""
    if gap == " " and before.kind != "mark" and _is_mark(after, _OPERATORS):
        return ""
    return "" if gap == " " and after.kind != "mark" and _is_mark(before, _OPERATORS) else gap


def _is_mark(token: Token, marks: frozenset[str]) -> bool:
    return token.kind == "mark" and token.text in marks


def _style(source: str) -> str:
    def shorter(found: re.Match[str]) -> str:
        text = found.group()
        if text[0] in "\"'":
            return text
        if text.startswith("/*"):
            return ""
        return found[1] or found[2] or " "

    return _CSS_STRING_OR_COMMENT.sub(shorter, _CSS_STRING_OR_COMMENT.sub(shorter, source)).replace(";}", "}").strip()


def _page(source: str) -> str:
    """Lines without their indentation; none of our pages has text in which it counts."""
    lines = re.sub(r"<!--.*?-->", "", source, flags=re.DOTALL).splitlines()
    return "\n".join(filter(None, (line.strip() for line in lines)))


_WAYS: Mapping[str, Callable[[str], str]] = {".js": _script, ".css": _style, ".html": _page}
