"""What an operator reads who mistyped a rule file."""

from __future__ import annotations

from pathlib import Path

import pytest

from lang.rule_files import read, section, whole

SCHEMA = section(
    returns=section(
        days=whole(0, 30), states={"type": "array", "items": {"enum": ["paid", "sent"]}, "uniqueItems": True}
    ),
    link={"type": ["string", "null"], "pattern": "^https://", "description": "an address that begins with https://"},
    open={"type": "boolean"},
)
GOOD = """\
returns:
  days: 7
  states: [paid, sent]
link: https://shop.example
open: true
"""


def test_a_good_file_is_what_it_says(tmp_path: Path) -> None:
    assert read(written(tmp_path, GOOD), SCHEMA, ValueError)["returns"] == {"days": 7, "states": ["paid", "sent"]}


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("days: 7", "days: seven", "line 2, returns.days: must be a whole number, not 'seven'"),
        ("days: 7", "days:", "line 2, returns.days: must be a whole number, not empty"),
        ("days: 7", "days: 31", "line 2, returns.days: 31 is too large; the most is 30"),
        ("days: 7", "days: -1", "line 2, returns.days: -1 is too small; the least is 0"),
        ("days: 7", "dayz: 7", "line 1, returns: 'dayz' is unknown; use one of days, states"),
        ("  days: 7\n", "", "line 1, returns: 'days' is missing; add it"),
        ("sent]", "send]", "line 3, returns.states.entry 2: 'send' is unknown; use one of paid, sent"),
        ("sent]", "paid]", "line 3, returns.states: the same stands twice; keep one"),
        ("[paid, sent]", "paid", "line 3, returns.states: must be a list: [one, two], not 'paid'"),
        ("https:", "http:", "line 4, link: 'http://shop.example' must be an address that begins with https://"),
        ("link: https://shop.example", "link: [1]", "line 4, link: must be a text or empty, not [1]"),
        ("open: true", "open: maybe", "line 5, open: must be true or false, not 'maybe'"),
        ("open: true", "open: true\nopen: false", "line 6: 'open' stands twice in one block; keep one"),
        ("open: true", "open: [", "cannot be read: line "),
        (GOOD, "", "line 1, the whole file: must be lines of the form 'name: value', not empty"),
        (GOOD, "- a", "line 1, the whole file: must be lines of the form 'name: value', not ['a']"),
    ],
)
def test_a_fault_says_where_and_what_instead(right: str, wrong: str, told: str, tmp_path: Path) -> None:
    assert right in GOOD
    with pytest.raises(LookupErrorOfOurs) as refused:
        read(written(tmp_path, GOOD.replace(right, wrong, 1)), SCHEMA, LookupErrorOfOurs)
    assert told in str(refused.value)
    assert "shop.yml" in str(refused.value)


def test_all_faults_are_told_in_the_order_of_the_file_s_settings(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the whole file: 'open' is missing") as refused:
        read(written(tmp_path, "returns: {days: x, states: [a, b]}\nlink:\n"), SCHEMA, ValueError)
    assert str(refused.value).count("\n") == 3


@pytest.mark.parametrize(("content", "told"), [(None, "missing"), ("价格".encode("gbk"), "not UTF-8")])
def test_a_file_that_cannot_be_read(content: bytes | None, told: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.yml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=told):
        read(path, SCHEMA, ValueError)


class LookupErrorOfOurs(ValueError):
    """Each reader's own class."""


def written(folder: Path, text: str) -> Path:
    path = folder / "shop.yml"
    path.write_text(text, "utf-8")
    return path
