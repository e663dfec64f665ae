from __future__ import annotations

from pathlib import Path

import pytest

from bench import nlu_blind, nlu_data, nlu_sides
from bench.nlu_summary import compare, confusions, side_summary


@pytest.fixture
def blind(tmp_path: Path) -> Path:
    for part in nlu_blind.SETS:
        intent = "nlu_fallback" if part in nlu_blind.OUT_OF_SCOPE else "greet"
        (tmp_path / f"{part}.dev.tsv").write_text(f"{intent}\t{part}\n", "utf-8")
    return tmp_path


def test_reads_every_set(blind: Path) -> None:
    messages = nlu_blind.read("dev", {"greet"}, known={"greet"}, folder=blind)
    assert [message.part for message in messages] == list(nlu_blind.SETS)


def test_leaves_other_intents_out_but_not_what_is_out_of_scope(blind: Path) -> None:
    messages = nlu_blind.read("dev", {"thanks"}, known={"greet", "thanks"}, folder=blind)
    assert [message.part for message in messages] == list(nlu_blind.OUT_OF_SCOPE)


def test_names_an_intent_without_examples(blind: Path) -> None:
    with pytest.raises(ValueError, match="greet"):
        nlu_blind.read("dev", {"thanks"}, known={"thanks"}, folder=blind)


def test_names_the_line_that_cannot_be_read(blind: Path) -> None:
    (blind / "hard.typos.dev.tsv").write_text("greet\thi\ngreet hello\n", "utf-8")
    with pytest.raises(ValueError, match=r"hard\.typos\.dev\.tsv, line 2"):
        nlu_blind.read("dev", {"greet"}, known={"greet"}, folder=blind)


def test_a_missing_set_is_an_error(blind: Path) -> None:
    with pytest.raises(FileNotFoundError):
        nlu_blind.read("test", {"greet"}, known={"greet"}, folder=blind)


def test_every_look_is_one_line_of_the_table(tmp_path: Path) -> None:
    nlu_blind.log_look("lead: first\nlook | final", "abc1234", tmp_path)
    nlu_blind.log_look("lead: again", "def5678", tmp_path)
    lines = (tmp_path / "looks.md").read_text("utf-8").splitlines()
    assert [line.split(" | ")[1:] for line in lines[-2:]] == [
        ["abc1234", "lead: first look / final |"],
        ["def5678", "lead: again |"],
    ]
    assert lines[0].startswith("# ")


@pytest.mark.parametrize(
    ("text", "short"), [("我的包裹到哪了", True), ("parcel?", False), ("快" * 35, True), ("快" * 36, False)]
)
def test_short_chinese(text: str, short: bool) -> None:
    assert nlu_blind.BlindMessage("in_scope.zh", "greet", text).short_chinese is short


def test_examples_of_chosen_intents_only_and_without_annotations(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.en.yml").write_text(
        'version: "3.1"\nnlu:\n'
        "- intent: a\n  examples: |\n    - where is [SO1](order_number)\n    - Hello\n"
        "- intent: b\n  examples: |\n    - no\n"
        "- lookup: city\n  examples: |\n    - Rome\n",
        "utf-8",
    )
    examples = nlu_data.copy_examples(tmp_path / "copy", source, only=["a"])
    assert examples.intents == ("a",)
    assert examples.texts == ("where is SO1", "Hello")
    copied = (tmp_path / "copy" / "a.en.yml").read_text("utf-8")
    assert "[SO1](order_number)" in copied
    assert "lookup: city" in copied
    assert "intent: b" not in copied
    assert nlu_data.repeated(examples, ["hello", "where is so1", "no"]) == 2


def test_the_jieba_side_differs_from_the_default_by_its_tokenizer(tmp_path: Path) -> None:
    import yaml

    read = {p.name: yaml.safe_load(p.config.read_text("utf-8")) for p in nlu_data.pipelines(tmp_path, epochs=7)}
    default, jieba = read[nlu_data.DEFAULT]["pipeline"], read[nlu_data.JIEBA]["pipeline"]
    assert default[0] == {"name": "WhitespaceTokenizer"}
    assert jieba == [{"name": "JiebaTokenizer"}, *default[1:]]
    assert {component["epochs"] for component in default if "epochs" in component} == {7}
    assert {"DIETClassifier", "FallbackClassifier"} <= {component["name"] for component in default}
    assert all("epochs" not in component for component in read[nlu_data.OURS]["pipeline"])


def test_the_score_is_that_of_the_best_intent_before_refusal() -> None:
    ranking = [{"name": "nlu_fallback", "confidence": 0.3}, {"name": "greet", "confidence": 0.21}]
    parsed = {"intent": ranking[0], "intent_ranking": ranking}
    assert nlu_sides.judged(parsed) == {"intent": "nlu_fallback", "first": "greet", "score": 0.21}
    assert nlu_sides.judged({"intent": {"name": None}}) == {
        "intent": "nlu_fallback",
        "first": "nlu_fallback",
        "score": 0,
    }


def _answer(intent: str, first: str, score: float) -> dict[str, object]:
    return {"intent": intent, "first": first, "score": score, "milliseconds": 2.0, "cpu_milliseconds": 1.0}


def test_summary_and_comparison(blind: Path) -> None:
    (blind / "in_scope.zh.dev.tsv").write_text("greet\t你好\ngreet\t在吗\n", "utf-8")
    messages = nlu_blind.read("dev", {"greet"}, known={"greet"}, folder=blind)
    right = [_answer(m.intent, "greet", 0.1 if m.intent == "nlu_fallback" else 0.9) for m in messages]
    refusing = [_answer("nlu_fallback", "greet", 0.2) for _ in messages]
    ours = [*right[:2], refusing[2], *right[3:]]

    found = side_summary(messages, ours)
    assert found["pools"]["in scope"]["accuracy"] == pytest.approx(2 / 3)
    assert found["pools"]["in scope"]["ignoring_refusals"] == 1
    assert found["sets"]["in_scope.en"]["refused"] == 1
    assert found["out_of_scope"]["auroc"] == 1
    assert found["out_of_scope"]["refused_as_served"] == 1
    assert found["milliseconds"]["short chinese"]["n"] == 2

    errors = compare(messages, {"kefu": ours, "rasa default": refusing, "rasa + jieba": [*refusing[:4], *right[4:]]})
    assert errors["messages"] == 8
    assert errors["as_served"]["better"] == "rasa + jieba"
    assert (errors["as_served"]["ours"], errors["as_served"]["theirs"]) == (1, 4)
    assert errors["ignoring_refusals"]["ours"] == 0


def test_confusions_keep_texts_only_where_asked(blind: Path) -> None:
    messages = nlu_blind.read("dev", {"greet"}, known={"greet"}, folder=blind)
    answers = [_answer("nlu_fallback", "thanks", 0.1) for _ in messages]
    found = confusions(messages, answers, with_texts=True)
    pairs = {name: [(p["intent"], p["said"], p["count"]) for p in side] for name, side in found.items()}
    assert pairs == {
        "as_served": [("greet", "nlu_fallback", 7)],
        "ignoring_refusals": [("greet", "thanks", 7)],
    }
    assert "hard.typos: hard.typos" in found["as_served"][0]["texts"]
    without = confusions(messages, answers, with_texts=False)
    assert all("texts" not in pair for side in without.values() for pair in side)
