"""domain.yml as rules and articles are held against it."""

from pathlib import Path

import pytest

from bot.domain_file import DomainError, read_intents


def test_intents_are_read_with_options_or_without(tmp_path: Path) -> None:
    path = tmp_path / "domain.yml"
    path.write_text("intents:\n- greet\n- inform: {use_entities: []}\n", encoding="utf-8")
    assert read_intents(path) == {"greet", "inform", "nlu_fallback"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("intents: [", "domain.yml: cannot be read: line "),
        ("intents: greet", "'intents' must be a list"),
        ("intents: [a]\nintents: [b]", "line 2: 'intents' stands twice"),
    ],
)
def test_a_broken_domain_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "domain.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DomainError) as caught:
        read_intents(path)
    assert told in str(caught.value)
