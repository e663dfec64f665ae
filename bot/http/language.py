"""The language an answer is written in: what the route found out, else what the browser asks for."""

from __future__ import annotations

from aiohttp import web

from bot.messages import Language

DEFAULT_LANGUAGE: Language = "zh"
_KEY = web.RequestKey("language", str)


def set_language(request: web.Request, language: Language) -> None:
    """Remember the language of the session or the agent behind this request, for errors raised later."""
    request[_KEY] = language


def language_of(request: web.Request) -> Language:
    """The language set for this request, else the one its ``Accept-Language`` prefers, else Chinese."""
    known = request.get(_KEY)
    if known is not None:
        return "en" if known == "en" else "zh"
    return preferred(request.headers.get("Accept-Language", "")) or DEFAULT_LANGUAGE


def preferred(header: str) -> Language | None:
    """The first of our languages by quality in an ``Accept-Language`` header; None when it names neither."""
    offers = []
    for position, part in enumerate(header.split(",")):
        tag, _, parameters = part.partition(";")
        language = as_language(tag.strip())
        quality = _quality(parameters)
        if language is not None and quality > 0:
            offers.append((-quality, position, language))
    return min(offers)[2] if offers else None


def as_language(tag: str) -> Language | None:
    """``zh`` or ``en`` for a language tag such as ``zh-Hant-TW`` or ``en-GB``; None for other languages."""
    main = tag.replace("_", "-").partition("-")[0].lower()
    if main == "zh":
        return "zh"
    return "en" if main == "en" else None


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
