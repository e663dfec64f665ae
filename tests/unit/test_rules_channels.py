"""rules/channels.yml: what is read, and what an operator is told when it cannot be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.channel_rules import WindowRule
from bot.rules import RulesError
from bot.rules_channels import CHANNELS_FILE, load_channel_rules

ROOT = Path(__file__).parents[2]


def load(folder: Path, text: str, **known: object) -> object:
    path = folder / "channels.yml"
    path.write_text(text, encoding="utf-8")
    return load_channel_rules(path, **known)  # type: ignore[arg-type]


def test_our_own_file_keeps_something_back_for_the_agent() -> None:
    rules = load_channel_rules(ROOT / CHANNELS_FILE)
    for name in ("wechat", "wecom"):
        window = rules[name].window("message")
        assert window is not None
        assert (window.lasts, window.messages) == (timedelta(hours=48), 5)
        assert window.kept_for_agent >= 1
        assert not rules[name].cards
    assert rules["messenger"].windows == (WindowRule("message", timedelta(hours=24)),)
    assert rules["messenger"].agent_lasts == timedelta(days=7)
    assert "web" not in rules


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    (rule,) = load(tmp_path, "channels: {x: {}}").values()  # type: ignore[attr-defined]
    assert (rule.windows, rule.text_limit, rule.merge_bubbles, rule.cards, rule.edge_say) == ((), None, 1, True, None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the whole file: must be lines of the form"),
        ("channel: {}", "the whole file: 'channel' is unknown; use one of channels"),
        ("channels: {x: {window: {}}}", "x: 'window' is unknown; use one of windows, agent_hours"),
        ("channels: {x: {windows: {message: {hours: 0}}}}", "x, windows, message, hours: 0 is too small"),
        (
            "channels: {x: {windows: {message: {messages: 5}}}}",
            "x, windows, message: give exactly one of hours, minutes",
        ),
        ("channels: {x: {windows: {message: {hours: 1, minutes: 1}}}}", "message: give exactly one of hours, minutes"),
        (
            "channels: {x: {windows: {message: {hours: 48, messages: 5, kept_for_agent: 5}}}}",
            "kept_for_agent: of 5 messages none is left for the bot; keep fewer back",
        ),
        (
            "channels: {x: {windows: {message: {hours: 48, kept_for_agent: 1}}}}",
            "kept_for_agent: where any number may be sent, nothing needs to be kept back",
        ),
        ("channels: {x: {windows: {menu: {minutes: 1}}}}", "x, windows: 'message' is missing"),
        ("channels: {x: {agent_hours: 168}}", "agent_hours: only a channel with windows has a time after them"),
        (
            "channels: {x: {windows: {message: {hours: 24}}, agent_hours: 24}}",
            "agent_hours: it ends no later than the window itself",
        ),
        ("channels: {x: {text: {characters: 2, bytes: 2}}}", "x, text: give exactly one of characters, bytes"),
        ("channels: {x: {text: {bytes: 12}}}", "x, text: 12 is too short for a sentence"),
        ("channels: {x: {cards: picture}}", "x, cards: 'picture' is unknown; use one of template, words"),
        ("channels: {x: {merge_bubbles: 0}}", "x, merge_bubbles: 0 is too small"),
        ("channels: {x: {at_the_edge: {}}}", "x, at_the_edge: 'say' is missing"),
        ("channels: {x: {at_the_edge: {say: nothing}}}", "say: there is no response 'nothing'"),
        ("channels: {x: {at_the_edge: {say: with_link}}}", "link: 'with_link' gives a link, but none is written here"),
        (
            "channels: {x: {at_the_edge: {say: with_place}}}",
            "say: 'with_place' needs place, which nobody gives it here",
        ),
        ("channels: {x: [], 1: [], z: {}}", "x: must be lines of the form"),
    ],
)
def test_faults_are_told_in_words(tmp_path: Path, text: str, told: str) -> None:
    placeholders = {"plain": set(), "with_link": {"link"}, "with_place": {"place"}}
    with pytest.raises(RulesError) as raised:
        load(tmp_path, text, known_responses=placeholders, arguments_of=placeholders.__getitem__)
    assert told in str(raised.value)
    assert "channels.yml, " in str(raised.value)
