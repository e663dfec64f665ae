"""What the page files promise without a browser: size, no parsing of strings as HTML, old syntax, two languages."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "bot" / "web"
WIDGET = [WEB / "widget.js", *sorted((WEB / "widget").iterdir())]
SCRIPTS = sorted(WEB.rglob("*.js"))
PAGES = sorted(WEB.rglob("*.html"))


def without_comments_and_strings(source: str) -> str:
    return re.sub(r"/\*.*?\*/|//[^\n]*|'[^'\n]*'|`[^`]*`|/\^?[^/\n]+/[gimu]+", "", source, flags=re.DOTALL)


def test_the_whole_widget_is_small() -> None:
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in WIDGET}
    assert sum(sizes.values()) < 30_000, sizes
    assert sizes["widget.js"] < 6_000


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(WEB)))
def test_no_string_is_ever_parsed_as_html_or_code(path: Path) -> None:
    found = re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function", path.read_text()
    )
    assert found == []


@pytest.mark.parametrize("path", [path for path in WIDGET if path.suffix == ".js"], ids=lambda path: path.name)
def test_the_widget_uses_no_syntax_that_old_wechat_browsers_lack(path: Path) -> None:
    """Optional chaining, nullish coalescing, class fields, look-behind and top-level await came after Chromium 78."""
    code = path.read_text(encoding="utf-8")
    assert re.findall(r"\(\?<[=!]", code) == []
    assert (
        re.findall(
            r"\?\.[A-Za-z_(\[]|\?\?|\|\|=|&&=|^\s*#\w+|^await |replaceAll\(|\.at\(-",
            without_comments_and_strings(code),
            re.M,
        )
        == []
    )


def test_the_loader_is_a_classic_script_in_old_syntax() -> None:
    code = without_comments_and_strings((WEB / "widget.js").read_text(encoding="utf-8"))
    assert re.findall(r"\b(?:let|const|class|import|export|async|await)\b|=>", code) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(WEB)))
def test_pages_hold_nothing_that_a_strict_policy_blocks(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"""(?:src|href)="(?:https?:)?//""", page) == []


@pytest.mark.parametrize("path", sorted(WEB.glob("*/i18n.js")), ids=lambda path: path.parent.name)
def test_every_text_exists_in_both_languages(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    chinese, english = (re.search(rf"\n  {name}: {{\n(.*?)\n  }},\n", source, re.DOTALL) for name in ("zh", "en"))
    assert chinese
    assert english
    names = [re.findall(r"^    (\w+): (?:'|\[)", block.group(1), re.MULTILINE) for block in (chinese, english)]
    assert names[0] == names[1]
    assert len(names[0]) > 20
    holes = [[re.findall(r"\{\w+\}", line) for line in block.group(1).splitlines()] for block in (chinese, english)]
    assert [sorted(one) for one in holes[0]] == [sorted(one) for one in holes[1]]
