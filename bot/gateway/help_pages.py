"""``/help/{slug}?language=``: an article of the knowledge base as a page, the link under an answer."""

from __future__ import annotations

import asyncio
from html import escape
from pathlib import Path
from string import Template

from aiohttp import web
from markdown_it import MarkdownIt

from bot.http.context import HelpArticle, Knowledge, context_of
from bot.http.errors import ApiError
from bot.http.language import as_language, language_of, set_language
from bot.messages import LANGUAGES, Language

HERE = Path(__file__).parent / "help"
STYLE = (HERE / "help.css").read_text(encoding="utf-8")
PAGE = Template((HERE / "page.html").read_text(encoding="utf-8"))

# HTML inside an article is shown as text: an article must not run scripts, whoever edits it.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_OTHER = {"zh": ("en", "Read in English"), "en": ("zh", "阅读中文版")}
_SHOP = {"zh": "← 返回商店", "en": "← Back to the shop"}


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
    # In a thread: a knowledge base that is still being opened must not hold up everybody else's requests.
    found = await asyncio.to_thread(_find, knowledge, slug, language) if knowledge is not None else None
    if found is None:
        sentence = ApiError("not_found").sentence(language)
        return _page(404, language, sentence, f"<h1>{escape(sentence)}</h1>", "")
    shown, text = found
    other, label = _OTHER[shown]
    link = f'<a href="?language={other}" hreflang="{other}" lang="{other}">{label}</a>'
    return _page(200, shown, text.title, render(text), link)


def render(text: HelpArticle) -> str:
    """The article's Markdown as HTML; its title comes first unless the text begins with a heading itself."""
    body = _MARKDOWN.render(text.body)
    return body if body.startswith("<h1>") else f"<h1>{escape(text.title)}</h1>\n{body}"


def _find(knowledge: Knowledge, slug: str, language: Language) -> tuple[Language, HelpArticle] | None:
    for candidate in sorted(LANGUAGES, key=lambda each: each != language):
        text = knowledge.article(slug, candidate)
        if text is not None:
            return candidate, text
    return None


def _page(status: int, language: Language, title: str, body: str, other: str) -> web.Response:
    html = PAGE.substitute(
        language="zh-CN" if language == "zh" else "en",
        title=escape(title),
        body=body,
        other=other,
        shop=_SHOP[language],
    )
    return web.Response(text=html, status=status, content_type="text/html", headers={"Cache-Control": "no-cache"})
