"""Articles from tables, Markdown and HTML pages, in whatever encoding they come."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli import run_command
from kb.articles import ArticleError, read_article
from kb.html_pages import as_markdown
from kb.importing import AlreadyThere, Imported, Options, bring_in, slug_of
from kb.lint import lint
from kb.tables import decoded

BOTH = "slug,question_zh,answer_zh,question_en,answer_en\nhours,几点开门,早上九点。,When do you open,At nine.\n"
ROWS = "问题,答案\n怎么退货,七天内可以退货。\n多少钱包邮,满 99 元包邮。\n"
PAGE = """<!DOCTYPE html><html><head><title>Help – Shop</title><script>var x = "no";</script></head><body>
<nav><a href="/">Home</a></nav><main><h1>How to return</h1><p>Pack it <b>well</b> &amp; send it.</p>
<h2>Steps</h2><ol><li>Open the <a href="https://shop.example/orders">orders</a></li><li>Press return</li></ol>
<table><tr><th>Country</th><th>Days</th></tr><tr><td>China</td><td>7</td></tr></table></main>
<footer>© us</footer></body>"""


def brought(source: Path, target: Path, **options: object) -> Imported:
    return bring_in(source, target, Options(**options))  # type: ignore[arg-type]


def table(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "faq.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_a_row_of_two_languages_is_one_article(tmp_path: Path) -> None:
    done = brought(table(tmp_path, BOTH), tmp_path / "kb")
    assert sorted(path.name for path in done.written) == ["hours.en.md", "hours.zh.md"]
    article = read_article(tmp_path / "kb/imported/hours.zh.md", tmp_path / "kb")
    assert (article.title, article.sections[0].text, article.language) == ("几点开门", "早上九点。", "zh")


def test_a_row_without_a_name_is_named_after_its_english_title(tmp_path: Path) -> None:
    text = "标题(中文),答案(中文),标题(英文),答案(英文)\n几点开门,九点。,When do you open?,At nine.\n"
    done = brought(table(tmp_path, text), tmp_path / "kb")
    assert sorted(path.name for path in done.written) == ["when-do-you-open.en.md", "when-do-you-open.zh.md"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"])
def test_any_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    text = "\ufeff" + ROWS if encoding == "utf-16-le" else ROWS
    done = brought(table(tmp_path, text, encoding), tmp_path / "kb")
    assert [path.name for path in done.written] == ["zen-me-tui-huo.zh.md", "duo-shao-qian-bao-you.zh.md"]
    assert "七天内可以退货。" in done.written[0].read_text(encoding="utf-8")


def test_big5_is_told_from_gbk(tmp_path: Path) -> None:
    text = "問題,答案\n怎麼退貨,七天內可以退貨，運費由我們負擔。\n"
    done = brought(table(tmp_path, text, "big5"), tmp_path / "kb")
    assert "運費由我們負擔" in done.written[0].read_text(encoding="utf-8")


def test_a_wrong_encoding_given_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="is not ascii"):
        brought(table(tmp_path, ROWS), tmp_path / "kb", encoding="ascii")


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_columns_may_be_apart_by_any_sign_and_named_anyhow(tmp_path: Path, sign: str) -> None:
    text = sign.join(["Frage", "Antwort"]) + "\n" + sign.join(["Opening hours", "At nine. Really."]) + "\n"
    with pytest.raises(ArticleError, match=r"cannot tell which column.*--columns"):
        brought(table(tmp_path, text), tmp_path / "kb")
    done = brought(table(tmp_path, text), tmp_path / "kb", columns={"title": "Frage", "answer": "Antwort"})
    assert [path.name for path in done.written] == ["opening-hours.en.md"]
    with pytest.raises(ArticleError, match="there is no column 'Nix'"):
        brought(table(tmp_path, text), tmp_path / "kb", columns={"title": "Nix"})


def test_lists_in_cells_and_languages_by_row(tmp_path: Path) -> None:
    text = (
        "id,lang,title,answer,questions,tags,category\n"
        "a,zh-CN,营业时间,九点开门。,几点开门；什么时候开门,时间,Shop Info\n"
        'a,en,Opening hours,"At nine.\nEvery day.",when do you open|are you open on Sunday,hours,Shop Info\n'
    )
    brought(table(tmp_path, text), tmp_path / "kb")
    zh = read_article(tmp_path / "kb/shop-info/a.zh.md", tmp_path / "kb")
    en = read_article(tmp_path / "kb/shop-info/a.en.md", tmp_path / "kb")
    assert zh.questions == ("几点开门", "什么时候开门")
    assert en.questions == ("when do you open", "are you open on Sunday")
    assert en.sections[0].text == "At nine. Every day."


def test_nothing_is_overwritten_without_force(tmp_path: Path) -> None:
    source = table(tmp_path, BOTH)
    brought(source, tmp_path / "kb")
    kept = tmp_path / "kb/imported/hours.zh.md"
    kept.write_text("mine", encoding="utf-8")
    (tmp_path / "kb/imported/hours.en.md").unlink()
    with pytest.raises(AlreadyThere) as raised:
        brought(source, tmp_path / "kb")
    assert raised.value.paths == (kept,)
    assert kept.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "kb/imported/hours.en.md").exists()
    bring_in(source, tmp_path / "kb", Options(), force=True)
    assert kept.read_text(encoding="utf-8") != "mine"


@pytest.mark.parametrize("slug", ["../../etc/passwd", "/root/x", "a/b", "..", "CON", "名字"])
def test_names_stay_inside_the_folder(tmp_path: Path, slug: str) -> None:
    source = table(tmp_path, f"slug,title,answer,category\n{slug},Title,Text.,{slug}\n")
    (written,) = brought(source, tmp_path / "kb").written
    assert (tmp_path / "kb").resolve() in written.resolve().parents
    assert written.name.removesuffix(".en.md").replace("-", "").isalnum()


def test_rows_of_one_name_and_language_do_not_overwrite_each_other(tmp_path: Path) -> None:
    source = table(tmp_path, "title,answer\nHours,One.\nHours,Two.\nHours!,Three.\n")
    done = brought(source, tmp_path / "kb")
    assert sorted(path.name for path in done.written) == ["hours-2.en.md", "hours-3.en.md", "hours.en.md"]


def test_a_folder_of_markdown_keeps_its_folders_and_heads(tmp_path: Path) -> None:
    for name, text in {
        "a/Return Policy.md": "# Returns\n\nWithin 7 days.\n\n## Postage\n\nYou pay.\n",
        "b/hours.zh.md": "---\ntitle: 时间\nquestions: [几点开门]\n---\n九点。\n",
        "b/hours.en.md": "---\ntitle: Hours\n---\nAt nine.\n",
        "empty.md": "",
        "broken.md": "---\ntitle: [\n---\nx\n",
        "picture.png": "no",
    }.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(text, encoding="utf-8")
    told: list[tuple[int, int]] = []
    done = bring_in(tmp_path / "in", tmp_path / "kb", Options(), progress=lambda now, all_: told.append((now, all_)))
    names = sorted(path.relative_to(tmp_path / "kb").as_posix() for path in done.written)
    assert names == ["a/return-policy.en.md", "b/hours.en.md", "b/hours.zh.md"]
    assert len(done.skipped) == 2
    assert told[-1] == (5, 5)
    article = read_article(tmp_path / "kb/a/return-policy.en.md", tmp_path / "kb")
    assert article.title == "Returns"
    assert [section.heading for section in article.sections] == ["", "Postage"]
    assert read_article(tmp_path / "kb/b/hours.zh.md", tmp_path / "kb").questions == ("几点开门",)


def test_a_page_becomes_markdown() -> None:
    title, body = as_markdown(PAGE)
    assert title == "How to return"
    assert body == (
        "Pack it well & send it.\n\n## Steps\n\n1. Open the [orders](https://shop.example/orders)\n"
        "2. Press return\n\nCountry | Days\n\nChina | 7"
    )


@pytest.mark.parametrize(
    ("html", "title", "body"),
    [
        ("<title>Only a title</title><p>Text", "Only a title", "Text"),
        ("<p>No end<p>Second", "", "No end\n\nSecond"),
        ("<script>x</script><style>y</style>plain", "", "plain"),
        ("<ul><li>one<li>two</ul>", "", "- one\n- two"),
        ("<p># no heading</p>", "", "\\# no heading"),
        ("<form><p>hidden</form><p>shown</p>", "", "shown"),
        ("", "", ""),
        ("<h1>A</h1></ul></p></main><p>B", "A", "B"),
        ('<a href="javascript:alert(1)">x</a>', "", "x"),
    ],
)
def test_odd_pages_are_read_all_the_same(html: str, title: str, body: str) -> None:
    assert as_markdown(html) == (title, body)


def test_pages_say_their_encoding(tmp_path: Path) -> None:
    page = '<meta charset="gb2312"><h1>退货政策</h1><p>签收后七天内可以退货。</p>'
    (tmp_path / "tuihuo.html").write_bytes(page.encode("gbk"))
    (written,) = brought(tmp_path / "tuihuo.html", tmp_path / "kb").written
    assert written.name == "tuihuo.zh.md"
    assert "签收后七天内" in written.read_text(encoding="utf-8")


def test_what_was_imported_passes_the_lints_reading(tmp_path: Path) -> None:
    brought(table(tmp_path, BOTH), tmp_path / "kb")
    assert all("at least 3 questions" in fault for fault in lint(tmp_path / "kb"))


@pytest.mark.parametrize(
    ("title", "slug"),
    [("How do I return?", "how-do-i-return"), ("退货 Policy", "tui-huo-policy"), ("！？", ""), ("x" * 200, "x" * 60)],
)
def test_names_are_plain(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_bytes_of_no_encoding_are_told(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="cannot tell its encoding; say it with --encoding"):
        decoded(b"title,answer\nx,\xff\x00\x81\x00\n", "x.csv")


def test_the_command_tells_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = table(tmp_path, BOTH)
    assert run_command(["kb", "import", str(source), "--into", str(tmp_path / "kb")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert run_command(["kb", "import", str(source), "--into", str(tmp_path / "kb")]) == 1
    assert "--force" in capsys.readouterr().err
    assert run_command(["kb", "import", str(tmp_path / "no.csv"), "--into", str(tmp_path / "kb")]) == 2
    assert run_command(["kb", "import", str(source), "--into", str(tmp_path / "kb"), "--columns", "x=y"]) == 2
