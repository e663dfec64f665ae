"""Our own files and the help pages: right types, asked for anew, nothing else served, no script in an article."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.gateway import pages
from tests.unit.gateway.world import FakeArticle, World, error_of


@pytest.fixture(autouse=True)
def web_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A web folder of the test's own."""
    root = tmp_path / "web"
    for name, text in {
        "widget.js": "/* 小部件 */\n  say('你好');",
        "shop/index.html": "<h1>shop</h1>",
        "widget/index.html": "<h1>widget</h1>",
        "widget/app.js": "export {};",
        "widget/.secret.js": "hidden",
        "widget/notes.py": "print()",
        "desk/index.html": "<h1>desk</h1>",
        "secret.html": "not below a public folder",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(pages, "WEB_FILES", root)
    return root


@pytest.mark.parametrize(
    ("path", "content_type", "text"),
    [
        ("/", "text/html; charset=utf-8", "<h1>shop</h1>"),
        ("/widget.js", "text/javascript; charset=utf-8", "say('你好');"),
        ("/widget/", "text/html; charset=utf-8", "<h1>widget</h1>"),
        ("/widget/app.js", "text/javascript; charset=utf-8", "export{};"),
        ("/desk/", "text/html; charset=utf-8", "<h1>desk</h1>"),
        ("/shop/index.html", "text/html; charset=utf-8", "<h1>shop</h1>"),
    ],
)
async def test_files_are_served(world: World, path: str, content_type: str, text: str) -> None:
    response = await world.client.get(path)
    assert response.status == 200
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Cache-Control"] == "no-cache"
    assert await response.text() == text
    again = await world.client.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status == 304


async def test_text_is_compressed_for_browsers_that_take_it(world: World) -> None:
    packed = await world.client.get("/widget.js", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    plain = await world.client.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert await plain.text() == await packed.text()


async def test_a_script_that_cannot_be_read_is_sent_as_it_is(world: World, web_files: Path) -> None:
    (web_files / "widget.js").write_text("/* kept */ let a = 'open", encoding="utf-8")
    assert await (await world.client.get("/widget.js")).text() == "/* kept */ let a = 'open"


async def test_changed_file_is_sent_anew(world: World, web_files: Path) -> None:
    tag = (await world.client.get("/widget.js")).headers["ETag"]
    (web_files / "widget.js").write_text("changed();", encoding="utf-8")
    response = await world.client.get("/widget.js", headers={"If-None-Match": tag})
    assert await response.text() == "changed();"


@pytest.mark.parametrize(
    "path",
    [
        "/widget/missing.js",
        "/widget/.secret.js",
        "/widget/notes.py",
        "/widget/%2e%2e/secret.html",
        "/widget/..%2fsecret.html",
        "/widget/..%5csecret.html",
        "/widget//etc/passwd",
        "/widget/%00.html",
        "/secret.html",
        "/desk/api/nothing",
        "/widget/app.js/",
        f"/widget/{'long' * 100}.js",
        "/widget/%ff%fe.js",
        "/widget/%ed%a0%80.js",
    ],
)
async def test_nothing_else_is_served(world: World, path: str) -> None:
    from yarl import URL

    response = await world.client.get(URL(path, encoded=True))
    assert await error_of(response) == (404, "not_found")


async def test_folder_without_its_slash_leads_to_the_folder(world: World) -> None:
    response = await world.client.get("/widget?language=en", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (301, "/widget/?language=en")
    assert (await world.client.get("/desk")).status == 200


async def test_other_sites_may_load_the_loader(world: World) -> None:
    assert (await world.client.get("/widget.js")).headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert (await world.client.get("/desk/")).headers["X-Frame-Options"] == "DENY"


# --- help ------------------------------------------------------------------------------------
async def test_article_in_the_asked_language_with_a_link_to_the_other(world: World) -> None:
    world.knowledge.articles = {
        ("refund-time", "zh"): FakeArticle("退款多久到账", "一般 **3** 天。"),
        ("refund-time", "en"): FakeArticle("How long does a refund take?", "Usually **3** days."),
    }
    response = await world.client.get("/help/refund-time?language=en")
    text = await response.text()
    assert response.content_type == "text/html"
    assert '<html lang="en">' in text
    assert "<h1>How long does a refund take?</h1>" in text
    assert "<strong>3</strong> days" in text
    assert 'href="?language=zh"' in text
    assert "退款多久到账" in await (await world.client.get("/help/refund-time?language=zh-Hant")).text()
    assert "退款多久到账" in await (await world.client.get("/help/refund-time")).text()


async def test_article_that_exists_in_one_language_is_better_than_none(world: World) -> None:
    world.knowledge.articles = {("only", "zh"): FakeArticle("只有中文", "内容")}
    text = await (await world.client.get("/help/only?language=en")).text()
    assert '<html lang="zh-CN">' in text
    assert "?language=" not in text


async def test_links_between_articles_keep_the_language(world: World) -> None:
    body = "See [refunds](/help/refunds#time), [home](https://shop.example/help/x)."
    world.knowledge.articles = {("linked", "en"): FakeArticle("Linked", body)}
    text = await (await world.client.get("/help/linked?language=en")).text()
    assert 'href="/help/refunds?language=en#time"' in text
    assert 'href="https://shop.example/help/x"' in text


async def test_no_script_of_an_article_runs(world: World) -> None:
    body = "<script>alert(1)</script>\n\n[x](javascript:alert(2))\n\n![x](data:text/html,x)\n\n<b onclick='x'>b</b>"
    world.knowledge.articles = {("evil", "en"): FakeArticle("</title><script>alert(3)</script>", body)}
    text = await (await world.client.get("/help/evil?language=en")).text()
    assert "<script" not in text
    assert 'href="javascript' not in text
    assert "<b onclick" not in text


async def test_first_heading_of_an_article_is_its_title(world: World) -> None:
    world.knowledge.articles = {("own", "en"): FakeArticle("Own", "# Own heading\n\nText.")}
    text = await (await world.client.get("/help/own?language=en")).text()
    assert text.count("<h1>") == 1


@pytest.mark.parametrize("path", ["/help/none", "/help/none?language=en", "/help/none?language=xx"])
async def test_missing_article_is_a_page_for_people(world: World, path: str) -> None:
    response = await world.client.get(path)
    assert response.status == 404
    assert response.content_type == "text/html"
    assert "<h1>" in await response.text()


async def test_help_style_is_served(world: World) -> None:
    response = await world.client.get("/help/help.css")
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
