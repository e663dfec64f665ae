"""What the page files promise without a browser: size, no parsing of strings as HTML, old syntax, two languages."""

from __future__ import annotations

import re
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from actions.records.card_types import EventLine, ItemLine, OrderCard, RefundCard, StepLine
from bot.gateway.compact import compact
from bot.gateway.pages import sent_text
from bot.gateway.script_tokens import Token, tokens
from tests.browser import fake_bot

WEB = Path(__file__).resolve().parents[2] / "bot" / "web"
WIDGET = [WEB / "widget.js", *sorted((WEB / "widget").iterdir())]
SCRIPTS = sorted(WEB.rglob("*.js"))
PAGES = sorted(WEB.rglob("*.html"))
YOUNG_NAMES = {
    "replaceAll", "replaceChildren", "structuredClone", "randomUUID", "hasOwn", "findLast", "findLastIndex", "toSorted",
    "toReversed", "AggregateError", "WeakRef", "allSettled", "groupBy", "showPicker", "checkVisibility",
    "BroadcastChannel", "withResolvers", "fromAsync", "toSpliced", "showModal", "showPopover", "inert", "canParse",
    "requestSubmit", "OffscreenCanvas", "CompressionStream", "FinalizationRegistry", "roundRect",
}  # fmt: skip
"""Of the browsers' own: each is younger than Chromium 75 (old WeChat on Android) or than iOS 14 (WeChat's WebView)."""
YOUNG_CALLS = {("at", "("), ("any", "("), ("timeout", "("), ("static", "{")}
"""``list.at(…)`` (iOS 15.4), ``Promise.any`` (14), ``AbortSignal.timeout`` (16), ``static {`` (16.4)."""


OLD_MARKS = {"?.", "??", "??=", "||=", "&&=", "#"}
"""Optional chaining, nullish coalescing, logical assignment and private fields: younger than Chromium 78."""


def packed(path: Path) -> int:
    state = path.stat()
    return len(sent_text(path, state.st_mtime_ns, state.st_size).packed)


def code_of(path: Path) -> list[Token]:
    return [one for one in tokens(path.read_text(encoding="utf-8")) if one.kind not in ("comment", "space")]


def test_the_whole_widget_is_small() -> None:
    """As it goes out."""
    sizes = {path.name: packed(path) for path in WIDGET}
    assert sum(sizes.values()) < 30_000, sizes
    assert sizes["widget.js"] < 6_000


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(WEB)))
def test_what_is_served_is_the_same_script(path: Path) -> None:
    served = [one for one in tokens(compact(path.read_text(encoding="utf-8"), ".js")) if one.kind != "space"]
    assert served == code_of(path)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(WEB)))
def test_no_string_is_ever_parsed_as_html_or_code(path: Path) -> None:
    found = re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function", path.read_text()
    )
    assert found == []


@pytest.mark.parametrize("path", [path for path in WIDGET if path.suffix == ".js"], ids=lambda path: path.name)
def test_the_widget_uses_nothing_that_old_wechat_browsers_lack(path: Path) -> None:
    """Read as tokens, so that neither a comment nor a text counts as syntax, nor hides it."""
    code = code_of(path)
    assert [one.text for one in code if one.kind == "mark" and one.text in OLD_MARKS] == []
    assert [
        one.text for one in code if one.kind == "regex" and re.search(r"\(\?<[=!]|/[a-z]*[vd][a-z]*$", one.text)
    ] == []
    assert {one.text for one in code if one.kind == "word"} & YOUNG_NAMES == set()
    assert [one.text for one in code if one.kind == "number" and "_" in one.text] == []
    assert young_calls(code) == []
    assert waits_at_the_top(code) == []


def young_calls(code: list[Token]) -> list[str]:
    return [one.text for one, follower in pairwise(code) if (one.text, follower.text) in YOUNG_CALLS]


def waits_at_the_top(code: list[Token]) -> list[str]:
    """``await`` outside every function (iOS 15, Chromium 89): there the whole page would not start."""
    found, depth = [], 0
    for one in code:
        depth += one.text == "{" or (one.kind == "template" and one.text.endswith("${"))
        depth -= one.text == "}" or (one.kind == "template" and one.text.startswith("}"))
        if one.text == "await" and not depth:
            found.append(one.text)
    return found


def test_the_loader_is_a_classic_script_in_old_syntax() -> None:
    code = code_of(WEB / "widget.js")
    assert {one.text for one in code if one.kind == "word"} & {
        "let", "const", "class", "import", "export", "async", "await", "yield"
    } == set()  # fmt: skip
    assert [one.text for one in code if one.kind == "template" or one.text in ("=>", "...", "**")] == []


@pytest.mark.parametrize("path", [path for path in WIDGET if path.suffix == ".css"], ids=lambda path: path.name)
def test_the_styles_ask_for_nothing_younger_either(path: Path) -> None:
    style = path.read_text(encoding="utf-8")
    young = (
        r":has\(|:is\(|:where\(|aspect-ratio|\binset:|\bd[vs]h\b|color-mix|@layer|@container|(?<![-\w])gap:|&\s*[.:{]"
    )
    assert re.findall(young, style) == []


def test_a_young_word_would_be_found(tmp_path: Path) -> None:
    script = tmp_path / "young.js"
    script.write_text("// a?.b\nconst a = 'x ?? y'; b ||= `${a?.c}`; 'x'.replaceAll('x', '');\n", encoding="utf-8")
    code = code_of(script)
    assert [one.text for one in code if one.text in OLD_MARKS] == ["||=", "?."]
    assert YOUNG_NAMES & {one.text for one in code} == {"replaceAll"}
    script.write_text("class A { static { [1].at(0); } }\nawait `${async () => { await b.c; }}`;\n", encoding="utf-8")
    assert young_calls(code_of(script)) == ["static", "at"]
    assert waits_at_the_top(code_of(script)) == ["await"]


@pytest.mark.parametrize("path", [path for path in WIDGET if path.suffix == ".css"], ids=lambda path: path.name)
def test_what_is_younger_has_something_older_before_it(path: Path) -> None:
    """``overflow-wrap: anywhere`` (iOS 15.4): without the older word a long address would leave the bubble."""
    style = path.read_text(encoding="utf-8")
    found = re.findall(r"([^\n;{}]*[;{][^\n]*\n?\s*)?overflow-wrap: anywhere", style)
    assert found
    assert all("word-wrap: break-word" in before for before in found)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(WEB)))
def test_pages_hold_nothing_that_a_strict_policy_blocks(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"""(?:src|href)="(?:https?:)?//""", page) == []


@pytest.mark.parametrize(
    ("card", "whole", "parts"),
    [
        (fake_bot.ORDER_CARD, OrderCard, {"items": ItemLine, "events": EventLine}),
        (fake_bot.REFUND_CARD, RefundCard, {"steps": StepLine}),
    ],
)
def test_the_cards_that_are_shown_here_are_made_like_the_shops_own(
    card: dict[str, Any], whole: type, parts: dict[str, type]
) -> None:
    """``lines`` is for channels that show nothing but text."""
    data = card["data"]
    assert set(data) == names_of(whole) - {"lines"}
    for key, kind in parts.items():
        assert data[key]
        assert [set(one) for one in data[key]] == [names_of(kind)] * len(data[key])


def names_of(kind: type) -> set[str]:
    return {field.name for field in fields(kind)}


@pytest.mark.parametrize("folder", ["desk", "widget"])
def test_every_text_exists_in_both_languages(folder: str) -> None:
    chinese, english = words_of(WEB / folder)
    assert list(chinese) == list(english)
    assert len(chinese) > 20
    assert [holes(text) for text in chinese.values()] == [holes(text) for text in english.values()]


def words_of(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Key → line, in each language: in a file of its own, or a block of i18n.js."""
    if (folder / "words_zh.js").exists():
        blocks = [(folder / f"words_{name}.js").read_text(encoding="utf-8") for name in ("zh", "en")]
    else:
        source = (folder / "i18n.js").read_text(encoding="utf-8")
        blocks = [source.partition(f"\n  {name}: {{\n")[2].partition("\n  },\n")[0] for name in ("zh", "en")]
    chinese, english = (dict(re.findall(r"^ +(\w+): ((?:'|\[).*)", block, re.MULTILINE)) for block in blocks)
    return chinese, english


def holes(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}", text))
