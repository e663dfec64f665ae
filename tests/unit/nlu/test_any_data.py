"""Whatever somebody trains the pipeline on, it learns what there is to learn and fails at nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.nlu import by_hand

ZH = {
    "renew": ["我想续借这本书", "能不能再借两个星期", "续借", "还书日期可以往后延吗"],
    "hours": ["阅览室几点开门", "周末开馆吗", "图书馆什么时候关门", "开放时间"],
}
EN = {
    "renew": [
        "can I keep this book longer",
        "renew my loans please",
        "extend the due date",
        "borrow it for two more weeks",
    ],
    "hours": ["when does the reading room open", "are you open on sundays", "what time do you close", "opening hours"],
}
ODD = [
    "",
    " ",
    "🙂",
    "\x00",
    "\ud800",
    "/restart",
    "สวัสดีครับ ร้านเปิดกี่โมง",
    "お店は何時に開きますか",
    "когда вы открываетесь",
    "1" * 500,
]


def _examples(*sets: dict[str, list[str]], least: int = 0, most: int = 99) -> list[tuple[str, str]]:
    return [(intent, text) for each in sets for intent, texts in each.items() for text in texts[least:most]]


@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(_examples(ZH, EN), id="two languages"),
        pytest.param(_examples(ZH), id="Chinese only"),
        pytest.param(_examples(EN), id="English only"),
        pytest.param(_examples(EN, most=1), id="one example an intent"),
        pytest.param([("renew", text) for text in EN["renew"]], id="one intent"),
        pytest.param([("renew", "renew my loans please")], id="one example"),
        pytest.param([*_examples(EN), ("lonely", "where is the cafe")], id="one intent with one example"),
        pytest.param([*_examples(EN), ("odd", "🙂"), ("odd", "???"), ("odd", "สวัสดี")], id="odd examples"),
        pytest.param([*_examples(EN), ("twin", EN["renew"][0])], id="one text in two intents"),
    ],
)
def test_odd_training_data(examples: list[tuple[str, str]], tmp_path: Path) -> None:
    parse = by_hand.train(examples, tmp_path)
    intents = {intent for intent, _ in examples}
    for text in [*ODD, *(text for _, text in examples)]:
        told = parse(text)
        assert 0 <= told["intent"]["confidence"] <= 1
        names = [entry["name"] for entry in told["intent_ranking"]]
        assert told["intent"]["name"] == names[0]
        assert intents == set(names) - {"nlu_fallback"}


def test_without_any_intent(tmp_path: Path) -> None:
    told = by_hand.train([], tmp_path)("hello")
    assert "intent_ranking" not in told
    assert told["language"] == "en"


@pytest.mark.parametrize(("learnt", "asked"), [(ZH, EN), (EN, ZH)])
def test_one_language_is_understood_from_the_other(
    learnt: dict[str, list[str]], asked: dict[str, list[str]], tmp_path: Path
) -> None:
    parse = by_hand.train(_examples(learnt), tmp_path)
    right = [
        next(entry["name"] for entry in parse(text)["intent_ranking"] if entry["name"] != "nlu_fallback") == intent
        for intent, text in _examples(asked)
    ]
    assert sum(right) >= 7


def test_the_same_data_make_the_same_model(tmp_path: Path) -> None:
    first, second = (by_hand.train(_examples(ZH, EN), tmp_path / name) for name in ("first", "second"))
    for text in ("几点开", "renew"):
        assert first(text) == second(text)
