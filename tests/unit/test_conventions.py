"""scripts/check_conventions.py, held against a small project."""

from pathlib import Path

import pytest

from scripts import check_conventions


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rule = "- rule: {0}\n  steps:\n  - intent: {0}\n  - action: {1}\n"
    rules = rule.format("ask_x", "action_answer_from_knowledge") + rule.format("greet", "action_greet")
    files = {
        "domain.yml": "intents: [ask_x, greet, nlu_fallback]",
        "data/stories/presale.yml": f"rules:\n{rules}",
        "data/responses/buttons.yml": "responses: {button_topic_ask_x: []}",
        "kb/articles/x.zh.md": "---\nintents: [ask_x]\n---\n答",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(check_conventions, "ROOT", tmp_path)
    return tmp_path


def test_served_intents_are_no_fault(project: Path) -> None:
    assert list(check_conventions.every_intent_is_served()) == []


def test_an_intent_without_a_rule_is_named(project: Path) -> None:
    (project / "domain.yml").write_text("intents: [ask_x, ask_y, greet]", encoding="utf-8")
    (fault,) = check_conventions.every_intent_is_served()
    assert fault == "domain.yml: no rule in data/stories says what happens after ask_y"


def test_an_intent_without_an_article_is_named(project: Path) -> None:
    (project / "kb/articles/x.zh.md").unlink()
    (fault,) = check_conventions.every_intent_is_served()
    assert fault == "data/stories/presale.yml: no article in kb/articles lists ask_x under intents"


def test_a_topic_without_a_label_is_named(project: Path) -> None:
    assert list(check_conventions.topics_have_labels()) == []
    (project / "data/responses/buttons.yml").write_text("responses: {}", encoding="utf-8")
    (fault,) = check_conventions.topics_have_labels()
    assert "button_topic_ask_x" in fault


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nlu:\n- intent: ask_x\n  examples: |\n    - a\n\t- b\n", "data/nlu/x.zh.yml: line "),
        ("nlu:\n- intent: ask_x\n  examples:\n  - a\n", "data/nlu/x.zh.yml: ask_x: write `examples: |`"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_fault(project: Path, text: str, told: str) -> None:
    (project / "data" / "nlu").mkdir()
    (project / "data/nlu/x.zh.yml").write_text(text, encoding="utf-8")
    (fault,) = check_conventions.faults_of(check_conventions.enough_examples)
    assert fault.startswith(told)
