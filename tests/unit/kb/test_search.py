"""Finding the right article, in the right language, with an honest score."""

from pathlib import Path

import pytest

from kb.search import KnowledgeBase


@pytest.fixture
def knowledge(folder: Path) -> KnowledgeBase:
    return KnowledgeBase.open(folder)


@pytest.mark.parametrize(
    ("question", "language", "slug"),
    [
        ("买错了七天内能不能退", "zh", "return-policy"),
        ("退貨有什麼條件", "zh", "return-policy"),
        ("how many days will shipping take", "en", "delivery-time"),
        ("我要invoice", "zh", "invoice"),
        ("can i send it back if i opened it", "en", "return-policy"),
    ],
)
def test_finds_the_article(knowledge: KnowledgeBase, question: str, language: str, slug: str) -> None:
    hits = knowledge.search(question, language)
    assert hits[0].slug == slug
    assert hits[0].language == language
    assert set(hits[0].answers) == {"zh", "en"}
    assert hits[0].link == f"/help/{slug}"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_the_answer_comes_from_the_section_that_was_asked_for(knowledge: KnowledgeBase) -> None:
    hit = knowledge.search("退货的运费谁来出", "zh")[0]
    assert hit.section == "运费谁出"
    assert "We pay when something is wrong" in hit.answers["en"]


def test_what_is_asked_and_known_scores_above_what_is_not(knowledge: KnowledgeBase) -> None:
    known = min(knowledge.search(text, "en")[0].score for text in ("invoice please", "how long is delivery"))
    unknown = max(knowledge.search(text, "en")[0].score for text in ("will it rain tomorrow", "who wrote Hamlet"))
    assert known > unknown


def test_the_classifiers_intent_speaks_for_its_article(knowledge: KnowledgeBase) -> None:
    without = {hit.slug: hit.score for hit in knowledge.search("这个怎么弄", "zh")}
    with_intent = {
        hit.slug: hit.score for hit in knowledge.search("这个怎么弄", "zh", intents={"request_invoice": 0.9})
    }
    assert with_intent["invoice"] > without["invoice"]
    assert with_intent["return-policy"] == without["return-policy"]


def test_a_likely_intent_says_which_article_rather_than_whether_any(knowledge: KnowledgeBase) -> None:
    asked = "how does that work"
    plain = knowledge.search(asked, "en")
    last = {"return-policy": "ask_return_policy", "delivery-time": "ask_delivery_time", "invoice": "request_invoice"}
    likely = knowledge.search(asked, "en", intents={last[plain[1].slug]: 1.0, "stop": 0.3})
    assert {hit.slug for hit in likely} == {hit.slug for hit in plain}
    unlikely = knowledge.search(asked, "en", intents={last[plain[1].slug]: 0.01})
    assert [hit.score for hit in unlikely] == [hit.score for hit in plain]


def test_an_intent_that_several_articles_list_says_less_for_each(folder: Path) -> None:
    def gained() -> float:
        knowledge = KnowledgeBase.open(folder)
        scores = [
            {hit.slug: hit.score for hit in knowledge.search("这个怎么弄", "zh", intents=intents)}["invoice"]
            for intents in ({}, {"request_invoice": 0.9})
        ]
        return scores[1] - scores[0]

    alone = gained()
    path = folder / "returns/return-policy.zh.md"
    path.write_text(
        path.read_text("utf-8").replace("[ask_return_policy]", "[ask_return_policy, request_invoice]"), "utf-8"
    )
    assert 0 < gained() < alone


def test_what_was_shown_already_is_not_shown_again(knowledge: KnowledgeBase) -> None:
    first = knowledge.search("can I return an opened box", "en", top=1)[0]
    others = knowledge.search("can I return an opened box", "en", top=3, excluding={first.slug})
    assert len(others) == 2
    assert first.slug not in {hit.slug for hit in others}


def test_the_main_article_answers_the_button_whatever_the_names(folder: Path) -> None:
    for language in ("zh", "en"):
        (folder / f"delivery/a-page.{language}.md").write_text(
            "---\ntitle: Holidays\nquestions: [a, b, c]\nintents: [ask_delivery_time]\n---\nSlower at New Year.\n",
            "utf-8",
        )
        path = folder / f"delivery/delivery-time.{language}.md"
        path.write_text(
            path.read_text("utf-8").replace("\nintents:", "\nmain_for: [ask_delivery_time]\nintents:"), "utf-8"
        )
    hit = KnowledgeBase.open(folder).by_intent("ask_delivery_time", "en")
    assert hit is not None
    assert hit.slug == "delivery-time"


def test_a_pressed_button_is_answered_by_its_intent(knowledge: KnowledgeBase) -> None:
    hit = knowledge.by_intent("ask_delivery_time", "en")
    assert hit is not None
    assert hit.answer == "Delivery in mainland China takes 2 to 4 days."
    assert knowledge.by_intent("greet", "en") is None


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_asked_finds_nothing(knowledge: KnowledgeBase, text: str) -> None:
    assert knowledge.search(text, "zh") == []


def test_an_empty_folder_finds_nothing(tmp_path: Path) -> None:
    assert KnowledgeBase.open(tmp_path).search("invoice", "en") == []


def test_one_language_only_is_searched_from_the_other(tmp_path: Path) -> None:
    (tmp_path / "hours.md").write_text("# Opening hours\n\nWe open at nine.\n", encoding="utf-8")
    (tmp_path / "parking.md").write_text("# Parking\n\nThere is room for ten cars.\n", encoding="utf-8")
    hit = KnowledgeBase.open(tmp_path).search("你们几点开门", "zh")[0]
    assert (hit.slug, hit.language) == ("hours", "en")
