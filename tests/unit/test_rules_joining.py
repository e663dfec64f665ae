"""``rules/joining.yml``: what it becomes, and what an operator reads who has mistyped it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.conversation.join_words import Kind, Wish, wish_in
from bot.responses import ResponseCatalogue
from bot.rules import RulesError
from bot.rules_joining import JOINING_FILE, load_join_rules, plain

ROOT = Path(__file__).resolve().parents[2]


def edited(folder: Path, **changes: Any) -> Path:
    """The file with other words, or other settings."""
    document = yaml.safe_load((ROOT / JOINING_FILE).read_text("utf-8"))
    for name, value in changes.items():
        (document if name in document else document["words"])[name] = value
    path = folder / "joining.yml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    return path


def test_the_shops_own_file() -> None:
    rules = load_join_rules(ROOT / JOINING_FILE)
    assert rules.code_lasts == timedelta(minutes=10)
    assert set(rules.words.channels) == {"wechat", "wecom", "messenger", "web"}
    assert "switchto{channel}" in rules.words.start
    assert "yes" in rules.words.yes
    assert "no" in rules.words.no


def test_our_own_words_are_understood_when_a_customer_types_them() -> None:
    """The buttons of the question, and every channel by the name that we call it."""
    words = load_join_rules(ROOT / JOINING_FILE).words
    responses = ResponseCatalogue.load(ROOT / "data/responses")
    arguments = {"channel": "x", "at": "x", "here": "x"}
    yes, no = responses.render("notice_join_confirm", arguments).buttons
    assert set(map(plain, yes.labels.values())) <= set(words.yes)
    assert set(map(plain, no.labels.values())) <= set(words.no)
    for channel in words.channels:
        said = responses.labels("word_go_on", {"channel": {"key": f"word_channel_{channel}"}})
        assert [wish_in(text, None, words) for text in said.values()] == [Wish(Kind.START, channel)] * 2


def test_no_word_means_two_things() -> None:
    words = load_join_rules(ROOT / JOINING_FILE).words
    names = [name for names in words.channels.values() for name in names]
    lists = [words.yes, words.no, words.unlink, words.elsewhere, tuple(names)]
    everything = [word for words in lists for word in words]
    assert len(everything) == len(set(everything))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"code_minutes": 0}, "0 is too small; the least is 1"),
        ({"wrong_of_one_chat": 5000}, "5000 is too large; the most is 20"),
        ({"window_minutes": "an hour"}, "must be a whole number, not 'an hour'"),
        ({"unlink": []}, "give at least one"),
        ({"start": ["转到微信"]}, "'转到微信' needs {channel} once"),
        ({"yes": ["Yes!", "No."], "no": ["no"]}, "'no' stands under both yes and no"),
        ({"polite": ["请", "!?"]}, "'!?' has neither letters nor digits"),
        ({"channels": {"wechat": ["…"]}}, "'…' has neither letters nor digits"),
        ({"maybe": ["perhaps"]}, "'maybe' is unknown; use one of"),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(RulesError) as refused:
        load_join_rules(edited(tmp_path, **changes))
    assert told in str(refused.value)
    assert "joining.yml" in str(refused.value)


def test_words_are_compared_without_their_clothes() -> None:
    assert plain(" Continue on We-Chat！") == "continueonwechat"
    assert plain("换到 微信，继续。") == "换到微信继续"
