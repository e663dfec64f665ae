"""``/help/{slug}?language=``: an article of the knowledge base as a page, the link under an answer."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

from aiohttp import web
from markdown_it import MarkdownIt

from bot.http.context import HelpArticle, Knowledge, context_of
from bot.http.errors import ApiError
from bot.http.language import as_language, language_of, set_language
from bot.messages import Language

HERE = Path(__file__).parent / "help"
STYLE = (HERE / "help.css").read_text(encoding="utf-8")
PAGE = Template((HERE / "page.html").read_text(encoding="utf-8"))

# HTML inside an article is shown as text: an article must not run scripts, whoever edits it.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_OTHER: dict[Language, tuple[Language, str]] = {"zh": ("en", "Read in English"), "en": ("zh", "阅读中文版")}


async def style(request: web.Request) -> web.Response:
    headers = {"Content-Type": "text/css; charset=utf-8", "Cache-Control": "no-cache"}
    return web.Response(text=STYLE, headers=headers)


async def article(request: web.Request) -> web.Response:
    """The article in the asked language, else in the one it has; 404 as a page for people."""
    asked = as_language(request.query.get("language", ""))
    if asked is not None:
        set_language(request, asked)
    language = language_of(request)
    slug = request.match_info["slug"]
    knowledge = context_of(request).knowledge
    found = knowledge.article(slug, language) if knowledge is not None else None
    if knowledge is None or found is None:
        sentence = ApiError("not_found").sentence(language)
        return _page(404, language, sentence, f"<h1>{escape(sentence)}</h1>", "")
    link = _link_to_other(knowledge, slug, found.language)
    return _page(200, found.language, found.title, render(found), link)


def render(text: HelpArticle) -> str:
    """The article's Markdown as HTML; its title comes first unless the text begins with a heading itself."""
    tokens = _MARKDOWN.parse(text.body)
    for token in tokens:
        for child in token.children or []:
            target = child.attrGet("href") if child.type == "link_open" else None
            if isinstance(target, str) and target.startswith("/help/") and "?" not in target:
                # A reader of this language wants the linked article in it too.
                page, hash_sign, place = target.partition("#")
                child.attrSet("href", f"{page}?language={text.language}{hash_sign}{place}")
    body = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return body if body.startswith("<h1>") else f"<h1>{escape(text.title)}</h1>\n{body}"


def _link_to_other(knowledge: Knowledge, slug: str, language: Language) -> str:
    other, label = _OTHER[language]
    translated = knowledge.article(slug, other)
    if translated is None or translated.language != other:
        return ""
    return f'<a href="?language={other}" hreflang="{other}" lang="{other}">{label}</a>'


def _page(status: int, language: Language, title: str, body: str, other: str) -> web.Response:
    html = PAGE.substitute(language="zh-CN" if language == "zh" else "en", title=escape(title), body=body, other=other)
    return web.Response(text=html, status=status, content_type="text/html", headers={"Cache-Control": "no-cache"})
