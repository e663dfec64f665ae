"""A knowledge base that is in use while its articles change, come, and go out of date."""

from __future__ import annotations

import logging
import os
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from kb.library import Library
from kb.search import KnowledgeBase

TODAY = date(2026, 11, 22)


def today() -> date:
    return TODAY


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    # As if somebody had written it a while ago; each time a little later, so that the change shows.
    write.clock += 1.0  # type: ignore[attr-defined]
    os.utime(path, (write.clock, write.clock))  # type: ignore[attr-defined]


write.clock = time.time() - 10_000  # type: ignore[attr-defined]


def test_a_changed_article_serves_after_the_next_look(folder: Path) -> None:
    knowledge = KnowledgeBase.open(folder, today)
    path = folder / "delivery/delivery-time.en.md"
    write(path, path.read_text(encoding="utf-8").replace("2 to 4", "3 to 6"))
    assert "2 to 4" in knowledge.search("how long is delivery", "en")[0].answer
    assert knowledge.check()
    assert "3 to 6" in knowledge.search("how long is delivery", "en")[0].answer
    assert not knowledge.check()


def test_new_and_removed_articles_are_noticed(folder: Path) -> None:
    knowledge = KnowledgeBase.open(folder, today)
    write(folder / "gifts/gift-wrap.en.md", "# Gift wrapping\n\nWe wrap presents for 5 yuan.\n")
    assert knowledge.check()
    assert knowledge.search("can you wrap my present", "en")[0].slug == "gift-wrap"
    (folder / "gifts/gift-wrap.en.md").unlink()
    assert knowledge.check()
    assert "gift-wrap" not in [hit.slug for hit in knowledge.search("can you wrap my present", "en")]


def test_a_broken_article_is_told_once_and_its_last_good_version_kept(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    knowledge = KnowledgeBase.open(folder, today)
    path = folder / "payment/invoice.en.md"
    good = path.read_text(encoding="utf-8")
    with caplog.at_level(logging.ERROR, "kefu.kb"):
        write(path, good.replace("intents: [request_invoice]", "intents: ["))
        knowledge.check()
        knowledge.check()
    (told,) = [record.getMessage() for record in caplog.records]
    assert "invoice.en.md" in told
    assert "no valid YAML" in told
    assert knowledge.faults
    assert knowledge.search("how do I get an invoice", "en")[0].slug == "invoice"
    write(path, good.replace("24 hours", "12 hours"))
    assert knowledge.check()
    assert knowledge.faults == ()
    assert "12 hours" in knowledge.search("how do I get an invoice", "en")[0].answer


def test_one_broken_file_does_not_keep_the_others_from_serving(folder: Path) -> None:
    write(folder / "new/broken.en.md", "---\ntitle: [\n---\nText.\n")
    knowledge = KnowledgeBase.open(folder, today)
    assert len(knowledge.faults) == 1
    assert knowledge.search("how do I get an invoice", "en")[0].slug == "invoice"


def test_the_watching_thread_notices_by_itself(folder: Path) -> None:
    knowledge = KnowledgeBase.open(folder, today, watch_seconds=0.05)
    write(folder / "gifts/gift-wrap.en.md", "# Gift wrapping\n\nWe wrap presents for 5 yuan.\n")
    deadline = time.monotonic() + 60
    while knowledge.search("gift wrapping", "en")[0].slug != "gift-wrap":
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)
    knowledge.close()


VALID = "---\ntitle: {title}\nquestions: [{question}]\nintents: [ask_promotion]\n{dates}\n---\n{answer}\n"


@pytest.mark.parametrize(
    ("dates", "found"),
    [
        ("", True),
        ("valid_from: 2026-11-22", True),
        ("valid_until: 2026-11-22", True),
        ("valid_from: 2026-11-23", False),
        ("valid_until: 2026-11-21", False),
        ("valid_from: '2026-11-01'\nvalid_until: 2026-11-30", True),
    ],
)
def test_outside_its_dates_an_article_is_not_found(folder: Path, dates: str, found: bool) -> None:
    text = VALID.format(title="Autumn sale", question="when is the autumn sale", dates=dates, answer="All month.")
    write(folder / "shopping/autumn-sale.en.md", text)
    knowledge = KnowledgeBase.open(folder, today)
    hits = knowledge.search("when is the autumn sale", "en", top=10)
    assert ("autumn-sale" in [hit.slug for hit in hits]) is found
    assert (knowledge.by_intent("ask_promotion", "en") is not None) is found
    assert (Library(folder, today).article("autumn-sale", "en") is not None) is found


def test_the_day_changes_while_it_serves(folder: Path) -> None:
    days = [date(2026, 11, 30)]
    text = VALID.format(
        title="Autumn sale", question="when is the autumn sale", dates="valid_until: 2026-11-30", answer="All month."
    )
    write(folder / "shopping/autumn-sale.en.md", text)
    knowledge = KnowledgeBase.open(folder, lambda: days[0])
    assert knowledge.search("when is the autumn sale", "en")[0].slug == "autumn-sale"
    days[0] = date(2026, 12, 1)
    assert knowledge.search("when is the autumn sale", "en")[0].slug != "autumn-sale"


def test_a_language_that_is_out_of_date_leaves_the_other(folder: Path) -> None:
    path = folder / "payment/invoice.en.md"
    write(path, path.read_text(encoding="utf-8").replace("intents:", "valid_until: 2020-01-01\nintents:"))
    hit = KnowledgeBase.open(folder, today).search("怎么开发票", "en")[0]
    assert (hit.slug, hit.language) == ("invoice", "zh")
    assert set(hit.answers) == {"zh"}


def test_what_did_not_help_is_left_out(folder: Path) -> None:
    knowledge = KnowledgeBase.open(folder, today)
    first = knowledge.search("can I send it back", "en")[0]
    second = knowledge.search("can I send it back", "en", excluding={first.slug})
    assert first.slug not in [hit.slug for hit in second]
    assert len(second) == 2


def test_typed_wrongly_it_is_found_all_the_same(folder: Path) -> None:
    knowledge = KnowledgeBase.open(folder, today)
    for typed, language, slug in (("腿货政策", "zh", "return-policy"), ("fapiao", "zh", "invoice")):
        assert knowledge.search(typed, language)[0].slug == slug


def test_a_library_reads_an_edit_at_once(folder: Path) -> None:
    library = Library(folder, today)
    first = library.article("invoice", "en")
    assert first is not None
    path = folder / "payment/invoice.en.md"
    path.write_text(path.read_text(encoding="utf-8").replace("24 hours", "36 hours"), encoding="utf-8")
    second = library.article("invoice", "en")
    assert second is not None
    assert "36 hours" in second.body
    assert library.article("nowhere", "en") is None
    path.write_text("---\ntitle: [\n---\n", encoding="utf-8")
    third = library.article("invoice", "en")
    assert third is not None
    assert third.language == "zh"
