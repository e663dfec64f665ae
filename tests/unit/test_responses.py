"""The response catalogue: both languages of a key, arguments by language, and faults that say what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.responses import MissingArgument, ResponseCatalogue, ResponsesError, UnknownResponse, lint


def variants(zh: str, en: str, *, zh_buttons: list[Any] | None = None, en_buttons: list[Any] | None = None) -> str:
    def one(language: str, text: str, buttons: list[Any] | None) -> str:
        lines = f"  - condition: [{{type: slot, name: language, value: {language}}}]\n    text: {text!r}\n"
        if buttons:
            lines += "    buttons:\n" + "".join(f"    - {button}\n" for button in buttons)
        return lines

    return one("zh", zh, zh_buttons) + one("en", en, en_buttons)


HEAD = 'version: "3.1"\nresponses:\n'
GOOD = (
    HEAD
    + "  utter_state:\n"
    + variants(
        "订单 {order_number}：{state}",
        "Order {order_number}: {state}",
        zh_buttons=["{title: 转人工, payload: /request_human}"],
        en_buttons=["{title: Talk to a person, payload: /request_human}"],
    )
    + "  utter_echo:\n"
    + variants("您说：{words}", "You said: {words}")
    + "  word_in_transit:\n"
    + variants("运输中（{courier}）", "in transit with {courier}")
    + "  button_track:\n"
    + variants("查询 {order_number}", "Track {order_number}")
)


def folder_with(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.yml").write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def catalogue(tmp_path: Path) -> ResponseCatalogue:
    return ResponseCatalogue.load(folder_with(tmp_path, good=GOOD))


def echo(catalogue: ResponseCatalogue, value: Any) -> tuple[str, str]:
    texts = catalogue.render("utter_echo", {"words": value}).texts
    return texts["zh"].removeprefix("您说："), texts["en"].removeprefix("You said: ")


def test_renders_both_languages_with_paired_buttons(catalogue: ResponseCatalogue) -> None:
    state = {"key": "word_in_transit", "arguments": {"courier": {"zh": "顺丰", "en": "SF"}}}
    utterance = catalogue.render("utter_state", {"order_number": "SO202611010002", "state": state})

    assert utterance.texts == {
        "zh": "订单 SO202611010002：运输中（顺丰）",
        "en": "Order SO202611010002: in transit with SF",
    }
    assert utterance.arguments == {"order_number": "SO202611010002", "state": state}
    (button,) = utterance.buttons
    assert (dict(button.labels), button.payload) == ({"zh": "转人工", "en": "Talk to a person"}, "/request_human")
    assert len(button.id) == 32


def test_a_button_gets_a_new_id_each_time(catalogue: ResponseCatalogue) -> None:
    arguments = {"order_number": "1", "state": "2"}
    first, second = (catalogue.render("utter_state", arguments).buttons[0].id for _ in range(2))
    assert first != second


def test_a_dynamic_button_takes_its_label_from_a_key(catalogue: ResponseCatalogue) -> None:
    button = catalogue.button("button_track", '/track{"order_number": "SO1"}', {"order_number": "SO1"})
    assert button.labels == {"zh": "查询 SO1", "en": "Track SO1"}
    assert button.payload == '/track{"order_number": "SO1"}'


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        ("文字", "文字", "文字"),
        (3, "3", "3"),
        (3.0, "3", "3"),
        (2.5, "2.5", "2.5"),
        ({"zh": "白色", "en": "white"}, "白色", "white"),
        ({"date": "2025-11-21"}, "2025年11月21日 周五", "Fri 21 Nov 2025"),
        ({"date": "2025-01-02"}, "2025年1月2日 周四", "Thu 2 Jan 2025"),
        ({"datetime": "2025-11-20T17:05:00+00:00"}, "2025年11月21日 周五 01:05", "Fri 21 Nov 2025, 01:05"),
        ({"datetime": "2025-11-20T17:05:00Z"}, "2025年11月21日 周五 01:05", "Fri 21 Nov 2025, 01:05"),
        ({"money": "1299.00", "currency": "CNY"}, "¥1,299.00", "CN¥1,299.00"),
        ({"money": "5", "currency": "SEK"}, "SEK 5.00", "SEK 5.00"),
        ([{"date": "2025-11-21"}, "x"], "2025年11月21日 周五\nx", "Fri 21 Nov 2025\nx"),
        ([], "", ""),
    ],
)
def test_arguments_read_in_each_language(catalogue: ResponseCatalogue, value: Any, zh: str, en: str) -> None:
    assert echo(catalogue, value) == (zh, en)


@given(st.text())
def test_customers_words_are_never_interpreted(words: str) -> None:
    catalogue = ResponseCatalogue.from_domain(
        {
            "utter_echo": [
                {"condition": [{"type": "slot", "name": "language", "value": "zh"}], "text": "「{words}」{order}"},
                {"condition": [{"type": "slot", "name": "language", "value": "en"}], "text": "'{words}' {order}"},
            ]
        }
    )
    texts = catalogue.render("utter_echo", {"words": words, "order": "{words}"}).texts
    assert texts == {"zh": f"「{words}」{{words}}", "en": f"'{words}' {{words}}"}


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        {"zh": "只有中文"},
        {"date": "yesterday"},
        {"datetime": "2026-11-21T10:00:00"},
        {"money": "a lot"},
        {},
    ],
)
def test_an_argument_that_cannot_be_shown_names_key_and_argument(catalogue: ResponseCatalogue, value: Any) -> None:
    with pytest.raises(MissingArgument, match=r"'utter_echo'.*'words'"):
        catalogue.render("utter_echo", {"words": value})


def test_unknown_keys_and_missing_arguments_are_key_errors(catalogue: ResponseCatalogue) -> None:
    with pytest.raises(UnknownResponse, match="utter_nothing"):
        catalogue.render("utter_nothing")
    with pytest.raises(KeyError, match="needs the argument 'words'"):
        catalogue.render("utter_echo")
    with pytest.raises(UnknownResponse, match="word_missing"):
        catalogue.render("utter_echo", {"words": {"key": "word_missing"}})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (HEAD + "  utter_x:\n" + variants("a", "b").split("  - condition", 2)[0] + "  - text: x\n", "condition"),
        (
            HEAD + "  utter_x:\n  - condition: [{type: slot, name: language, value: zh}]\n    text: a\n",
            "en text is missing",
        ),
        (HEAD + "  utter_x:\n" + variants("a {b}", "a"), "same {arguments}; only one has b"),
        (HEAD + "  utter_x:\n" + variants("a", "b", zh_buttons=["{title: a, payload: /b}"]), "same payloads"),
        (
            HEAD
            + "  utter_x:\n"
            + variants("a", "b", zh_buttons=["{title: a, payload: b}"], en_buttons=["{title: a, payload: b}"]),
            "must begin with '/'",
        ),
        (HEAD + "  utter_x:\n" + variants("a", "b") + "    channel: web\n", "channel is not supported"),
        (HEAD + "  utter_x:\n" + variants(" ", "b"), "zh variant has no text"),
        (HEAD + "  greet:\n" + variants("a", "b"), "begins with utter_"),
        (HEAD + "  utter_x:\n" + variants("a", "b") + "  utter_x:\n" + variants("a", "b"), "stands twice"),
        (HEAD + "  utter_x: text\n", "list of two variants"),
        ("nlu: []\n", "nothing but 'version' and 'responses'"),
        ("a: [", "not readable YAML"),
    ],
)
def test_lint_names_file_key_and_remedy(tmp_path: Path, text: str, fault: str) -> None:
    folder = folder_with(tmp_path, faulty=text)
    faults = lint(folder)
    assert len(faults) == 1
    assert faults[0].startswith("faulty.yml: ")
    assert fault in faults[0]
    with pytest.raises(ResponsesError):
        ResponseCatalogue.load(folder)


def test_lint_accepts_good_files_and_refuses_doubles_and_an_empty_folder(tmp_path: Path) -> None:
    assert lint(folder_with(tmp_path, good=GOOD)) == []
    assert [fault for fault in lint(folder_with(tmp_path, other=GOOD)) if "stands in good.yml too" in fault]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no *.yml" in lint(empty)[0]


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ("/request_humn", "names no intent"),
        ("/", "names no intent"),
        ('/request_human{"rule": }', "no JSON object"),
        ("/request_human{rule}", "no JSON object"),
    ],
)
def test_a_button_that_would_lead_nowhere_is_a_fault(tmp_path: Path, payload: str, told: str) -> None:
    good = ("/request_human", '/request_human{"order": "{number}"}', '/request_human{"rule": 1}')
    for number, each in enumerate((*good, payload)):
        button = [f"{{title: 转人工, payload: '{each}'}}"]
        text = f"  utter_{number}:\n" + variants("{number} 号", "{number}", zh_buttons=button, en_buttons=button)
        folder_with(tmp_path, **{f"file{number}": HEAD + text})
    (fault,) = lint(tmp_path, {"request_human"})
    assert told in fault
    assert "utter_3" in fault
    assert lint(tmp_path) == []


def test_keys_and_placeholders(catalogue: ResponseCatalogue) -> None:
    assert catalogue.keys() == {"utter_state", "utter_echo", "word_in_transit", "button_track"}
    assert catalogue.placeholders("utter_state") == {"order_number", "state"}
    assert "utter_echo" in catalogue
