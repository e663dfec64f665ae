"""What the lint says before an article goes live."""

from datetime import date
from pathlib import Path

from kb.lint import lint, notices


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


def head_of(folder: Path, head: str, name: str = "payment/invoice.zh.md") -> Path:
    """Give an article another head, its text unchanged."""
    path = folder / name
    body = path.read_text(encoding="utf-8").split("---\n", 2)[2]
    path.write_text(f"---\n{head}\n---\n{body}", encoding="utf-8")
    return path


QUESTIONS = "questions: [怎么开发票, 发票抬头可以改吗, 能开专票吗]"


def test_a_broken_file_is_there_all_the_same(folder: Path) -> None:
    path = head_of(folder, f"{QUESTIONS}\nintents: request_invoice")
    (fault,) = lint(folder)
    assert fault == f"{path}: 'intents' must be a list; write `intents: [one, two]`"


def test_broken_yaml_is_named_with_its_line_in_the_file(folder: Path) -> None:
    head_of(folder, f"{QUESTIONS}\nintents: [request_invoice")
    (fault,) = lint(folder)
    assert "no valid YAML: line 3:" in fault or "no valid YAML: line 4:" in fault
    assert "\n" not in fault


def test_an_unknown_field_is_named(folder: Path) -> None:
    path = head_of(folder, f"{QUESTIONS}\nintents: [request_invoice]\nintent: x\nowner: Lin")
    (fault,) = lint(folder)
    assert fault.startswith(f"{path}: 'intent' in the head is unknown; use one of title, questions")


def test_a_head_that_is_not_fenced_is_named(folder: Path) -> None:
    path = folder / "payment/invoice.zh.md"
    path.write_text(path.read_text(encoding="utf-8").removeprefix("---\n"), encoding="utf-8")
    told = [fault for fault in lint(folder) if fault.startswith(str(path))]
    assert any(fault.startswith(f"{path}: there is no head: begin with a line ---") for fault in told)
    assert not any("questions" in fault and "no head" not in fault for fault in told)


def test_a_file_that_is_not_utf8_is_named(folder: Path) -> None:
    path = folder / "payment/invoice.zh.md"
    path.write_bytes(path.read_bytes().replace("发票。".encode(), "发票。".encode("gbk")))
    (fault,) = lint(folder)
    assert fault == f"{path}: line 6 is not UTF-8: save the file as UTF-8"


def test_a_question_may_stand_in_one_article_only(folder: Path) -> None:
    head_of(folder, "questions: [怎么开, 一般几天能到？, 能开专票吗]\nintents: [request_invoice]")
    (fault,) = lint(folder)
    assert "invoice.zh.md: the question '一般几天能到？' stands in" in fault
    assert "delivery-time.zh.md too" in fault


def test_days_must_be_in_order_and_alike_in_both_languages(folder: Path) -> None:
    path = head_of(folder, f"{QUESTIONS}\nintents: [request_invoice]\nvalid_from: 2030-01-02\nvalid_until: 2030-01-01")
    ordered, alike = lint(folder)
    assert ordered == f"{path}: valid_from 2030-01-02 lies after valid_until 2030-01-01"
    assert alike == f"{path}: valid_from and valid_until differ from the English ones"


def test_a_day_that_is_none_is_named(folder: Path) -> None:
    path = head_of(folder, f"{QUESTIONS}\nintents: [request_invoice]\nvalid_until: soon")
    assert lint(folder) == [f"{path}: 'valid_until' must be a day; write `valid_until: 2026-12-31`"]
    head_of(folder, f"{QUESTIONS}\nintents: [request_invoice]\nvalid_until: 2026-02-30")
    (fault,) = lint(folder)
    assert fault.startswith(f"{path}: a day in the head is not in the calendar")


def test_an_owner_is_demanded_of_our_own_articles_only(folder: Path) -> None:
    assert lint(folder) == []
    assert len([fault for fault in lint(folder, owners=True) if "nobody looks after it" in fault]) == 6
    assert notices(folder, date(2026, 11, 22)) == ["6 file(s) name no owner"]


def test_an_article_whose_time_is_over_is_noticed(folder: Path) -> None:
    path = head_of(folder, f"{QUESTIONS}\nowner: Lin\nvalid_until: 2026-11-21")
    assert notices(folder, date(2026, 11, 22))[0].startswith(f"{path}: its time is over since 2026-11-21")


def test_numbers_in_words_are_compared_too(folder: Path) -> None:
    path = folder / "delivery/delivery-time.en.md"
    path.write_text(path.read_text(encoding="utf-8").replace("2 to 4 days", "two to five days"), encoding="utf-8")
    (fault,) = lint(folder)
    assert "4" in fault
    path.write_text(path.read_text(encoding="utf-8").replace("two to five days", "2 to four days"), encoding="utf-8")
    assert lint(folder) == []


def test_an_intent_that_the_bot_does_not_know_is_named(folder: Path) -> None:
    faults = lint(folder, {"ask_return_policy", "ask_delivery_time", "request_invoices"})
    assert len(faults) == 2
    assert all("there is no intent 'request_invoice'; did you mean 'request_invoices'?" in fault for fault in faults)


def test_an_intent_of_several_articles_has_one_main_article(folder: Path) -> None:
    for language in ("zh", "en"):
        path = folder / f"delivery/delivery-time.{language}.md"
        path.write_text(path.read_text("utf-8").replace("intents: [", "intents: [request_invoice, "), "utf-8")
    assert any("write `main_for: [request_invoice]` into one of them" in fault for fault in lint(folder))
    for name in ("delivery/delivery-time", "payment/invoice"):
        for language in ("zh", "en"):
            path = folder / f"{name}.{language}.md"
            path.write_text(
                path.read_text("utf-8").replace("intents:", "main_for: [request_invoice]\nintents:"), "utf-8"
            )
        faults = [fault for fault in lint(folder) if "main" in fault]
        assert len(faults) == (0 if name == "delivery/delivery-time" else 2)


def test_a_main_article_lists_the_intent_itself(folder: Path) -> None:
    path = folder / "payment/invoice.zh.md"
    path.write_text(path.read_text("utf-8").replace("intents:", "main_for: [ask_price]\nintents:"), "utf-8")
    assert any("main_for names ask_price, which is not among its intents" in fault for fault in lint(folder))
