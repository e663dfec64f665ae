"""Reading Markdown as articles."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.articles import ArticleError, read_article, read_folder


def test_reads_head_sections_and_language(folder: Path) -> None:
    article = read_article(folder / "returns/return-policy.zh.md", folder)
    assert (article.slug, article.topic, article.language) == ("return-policy", "returns", "zh")
    assert article.intents == ("ask_return_policy",)
    assert [section.heading for section in article.sections] == ["", "运费谁出"]
    assert article.sections[0].text == "签收后 7 天内可以无理由退货。"


def test_a_foreign_file_takes_its_first_heading_and_the_language_of_its_text(tmp_path: Path) -> None:
    (tmp_path / "faq.md").write_text(
        "# Opening hours\n\nWe open at **nine**.\n\n- Monday\n- Tuesday\n", encoding="utf-8"
    )
    article = read_article(tmp_path / "faq.md", tmp_path)
    assert (article.title, article.language, article.slug) == ("Opening hours", "en", "faq")
    assert article.sections[0].text == "We open at nine.\n• Monday\n• Tuesday"


def test_numbers_in_a_list_are_kept(tmp_path: Path) -> None:
    (tmp_path / "steps.zh.md").write_text("1. 打开订单\n2. 点退货\n", encoding="utf-8")
    assert read_article(tmp_path / "steps.zh.md", tmp_path).sections[0].text == "1. 打开订单\n2. 点退货"


@pytest.mark.parametrize("head", ["title: [unclosed", "just words", "questions: one", "title: a\ntitle: b"])
def test_a_broken_head_names_the_file(tmp_path: Path, head: str) -> None:
    (tmp_path / "broken.en.md").write_text(f"---\n{head}\n---\nText.\n", encoding="utf-8")
    with pytest.raises(ArticleError, match=r"broken\.en\.md"):
        read_folder(tmp_path)


@given(st.text(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_is_an_article(tmp_path: Path, text: str) -> None:
    path = tmp_path / "any.en.md"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        article = read_article(path, tmp_path)
    except ArticleError:
        assert text.startswith("---")
    else:
        assert article.language == "en"
        assert article.title
