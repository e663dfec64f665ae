"""Compacted files are the same to a browser: what counts is kept, whatever stands around it."""

from __future__ import annotations

import pytest

from bot.gateway.compact import compact
from bot.gateway.script_tokens import ScriptError, tokens


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/* why */\n  a = 1; // one\n", "a=1;"),
        ("const a = 'http://x'; // y", "const a='http://x';"),
        ("let a = `  ${b /* c */}\n    // no comment\n`;", "let a=`  ${b }\n    // no comment\n`;"),
        ("let a = `${{ b: `}` }.b} // x`;", "let a=`${{b:`}`}.b} // x`;"),
        ("return /[/*]\\/'/.test(a) // x", "return /[/*]\\/'/.test(a)"),
        ("a = b / c; // '", "a=b / c;"),
        ("a = $b / c / d; // '", "a=$b / c / d;"),
        ("a\n  ++b", "a\n++b"),
        ("a + +b - -c", "a + +b - -c"),
        ("return\n  a", "return\na"),
        ("if (a) {\n  b();\n}\nc()", "if(a){b();}\nc()"),
        ("a ? .5 : b", "a?.5:b"),
        ("typeof /x/", "typeof /x/"),
        ("a /* x\n */ b", "a\nb"),
    ],
)
def test_scripts(source: str, expected: str) -> None:
    assert compact(source, ".js") == expected
    # "a?.5" is still a question mark and a number.
    marks = [one for one in tokens(source) if one.kind not in ("space", "comment")]
    assert [one for one in tokens(expected) if one.kind != "space"] == marks


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/* x */\n.a  .b ,\n.c { color : red; margin: 0 -1px; }\n", ".a .b,.c{color :red;margin:0 -1px}"),
        ('.a::after { content: "  /* ; */ "; }', '.a::after{content:"  /* ; */ "}'),
        (".a :focus { width: calc(1px + 2px) }", ".a :focus{width:calc(1px + 2px)}"),
        ("@media (a) and (b) { .c { d: e } }", "@media (a) and (b){.c{d:e}}"),
    ],
)
def test_styles(source: str, expected: str) -> None:
    assert compact(source, ".css") == expected


def test_pages_and_other_files() -> None:
    assert compact("<p>\n  <!-- why -->\n  a\n</p>\n", ".html") == "<p>\na\n</p>"
    assert compact("<svg>\n  <g/>", ".svg") == "<svg>\n  <g/>"


@pytest.mark.parametrize("source", ["'open", "`open ${a}", "let a = \u00a7;", "/* open"])
def test_what_cannot_be_read_is_said(source: str) -> None:
    with pytest.raises(ScriptError, match="line 1"):
        list(tokens(source))
