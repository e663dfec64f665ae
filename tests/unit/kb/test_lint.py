"""What the lint says before an article goes live."""

from pathlib import Path

from kb.lint import lint


def test_a_sound_folder_has_no_fault(folder: Path) -> None:
    assert lint(folder) == []


def test_a_missing_language_is_named(folder: Path) -> None:
    (folder / "payment/invoice.en.md").unlink()
    (fault,) = lint(folder)
    assert "invoice.en.md, is missing" in fault


def test_numbers_must_agree_between_the_languages(folder: Path) -> None:
    path = folder / "delivery/delivery-time.en.md"
    path.write_text(path.read_text(encoding="utf-8").replace("2 to 4", "2 to 5"), encoding="utf-8")
    (fault,) = lint(folder)
    assert "the numbers 4, 5 stand in one language only" in fault


def test_a_dead_link_too_few_questions_and_a_long_answer_are_named(folder: Path) -> None:
    path = folder / "payment/invoice.zh.md"
    long_answer = "发票 24 [见](/help/nowhere) " + "很" * 300
    head = "title: 开发票\nquestions: [怎么开]\nintents: [request_invoice]"
    path.write_text(f"---\n{head}\n---\n{long_answer}\n", encoding="utf-8")
    faults = "\n".join(lint(folder))
    assert "at least 3 questions" in faults
    assert "/help/nowhere leads to no article" in faults
    assert "fit into a chat bubble" in faults


def test_one_name_cannot_stand_for_two_articles(folder: Path) -> None:
    twin = folder / "returns/invoice.zh.md"
    twin.write_text((folder / "payment/invoice.zh.md").read_text(encoding="utf-8"), encoding="utf-8")
    assert any("is taken by" in fault for fault in lint(folder))
