"""The dossier's rules on made-up transcripts: nothing is invented where nothing is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from bot.desk import dossier
from bot.desk.transcript import transcript
from bot.desk.wishes import in_one_line, wishes_json
from bot.messages import Author, Handoff, Note, StoredMessage
from bot.responses import ResponseCatalogue
from tests.fakes import RULES

ROOT = Path(__file__).parents[3]
AT = datetime(2026, 11, 21, 8, 0, tzinfo=timezone.utc)


def message(seq: int, decision: Any = None, **changes: Any) -> StoredMessage:
    made = StoredMessage(f"m{seq}", "c", seq, 1, Author.CUSTOMER, f"文{seq}", "zh", AT, decision=decision)
    return replace(made, **changes)


def test_messages_without_a_decision_say_nothing() -> None:
    messages = [message(1), message(2, {}), message(3, {"responder": "agent"})]
    assert dossier.dossier(messages, [], []) == {
        "handoffs": [],
        "orders": [],
        "intents": [],
        "mood_curve": [],
        "articles": [],
        "failures": [],
        "changes": [],
    }


def test_mood_of_zero_is_a_mood() -> None:
    assert dossier.mood_curve([message(1, {"mood": 0.0})]) == [{"seq": 1, "mood": 0.0, "words": []}]


def test_fault_of_ours_is_told_apart_from_not_understood() -> None:
    messages = [message(1, {"misunderstood": True, "failed": False}), message(3, {"failed": True})]
    assert dossier.failures(messages) == [{"seq": 1, "failed": False}, {"seq": 3, "failed": True}]


def test_reason_is_in_the_agents_language_and_survives_a_deleted_rule() -> None:
    known = Handoff("upset", "m1", words="气死", threshold=-0.6, measured=-0.9, created_at=AT)
    gone = replace(known, rule="deleted_rule", created_at=None)
    rows = dossier.handoffs_json([known, gone], RULES, "en")
    assert [row["reason"] for row in rows] == ["reason", "deleted_rule"]
    assert (rows[0]["threshold"], rows[0]["measured"], rows[0]["words"]) == (-0.6, -0.9, "气死")
    assert dossier.reason_of(known, RULES, "zh") == "原因"


def test_note_of_an_agent_who_left_keeps_the_user_name() -> None:
    rows = dossier.notes_json([Note("n", "c", "gone", "记", AT)], {})
    assert rows[0]["agent"] == "gone"


def test_transcript_falls_back_to_the_authors_own_words() -> None:
    by_agent = message(2, author=Author.AGENT, agent="lin", text="您好")
    by_bot = message(3, author=Author.BOT, text="好", texts={"zh": "好", "en": "OK"}, key="utter_ok")
    rows = transcript([message(1), by_agent, by_bot], "en", {"lin": "小林"}, {})
    assert [row["text"] for row in rows] == ["文1", "您好", "OK"]
    assert [row["original"] for row in rows] == ["文1", "您好", "好"]
    assert rows[1]["agent"] == "小林"
    assert [row["seq"] for row in rows] == [1, 2, 3]


def test_what_was_collected_is_in_the_agents_words() -> None:
    catalogue = ResponseCatalogue.load(ROOT / "data" / "responses")
    wish = {
        "service": "return_item",
        "order_number": "SO1",
        "answers": [
            {"label": {"key": "word_label_return_reason"}, "value": {"key": "word_return_reason_faulty"}},
            {"label": {"key": "word_label_problem"}, "value": "<b>{text}</b>"},
            {"label": {"key": "word_label_gone_since"}, "value": {"key": "word_gone_since"}},
        ],
        "state": "refused",
    }
    (chinese,) = wishes_json([wish], catalogue, "zh")
    assert (chinese["service"], chinese["state"]) == ("申请退货", "规则不允许，没有办理")
    assert chinese["answers"][0]["label"] == "退货原因"
    shown = wishes_json([wish], catalogue, "en")
    assert shown[0]["answers"][1] == {"label": "What is wrong", "text": "<b>{text}</b>"}
    assert shown[0]["answers"][2] == {"label": "word_label_gone_since", "text": "word_gone_since"}
    line = in_one_line(shown)
    assert line.startswith("Return an item · SO1 · Reason for the return: ")
    assert line.endswith("not allowed by the rules, not done")
    assert in_one_line([]) == ""
