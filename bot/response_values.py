"""How an argument of a response reads in each language: dates, times, money, lists, translated words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.messages import Language
from lang.figures import day_text, moment_text, money_text


class BadArgument(ValueError):
    """An argument has a shape that no language can show."""


RenderKey = Callable[[str, Mapping[str, Any], Language], str]
"""Renders another response key, for arguments of the form ``{"key": ..., "arguments": {...}}``."""


def in_language(value: Any, language: Language, render_key: RenderKey) -> str:
    """The text of one argument. Accepts what actions and the core may pass:

    a string or number · ``{"zh", "en"}`` · ``{"key", "arguments"?}`` · ``{"date": ISO}`` ·
    ``{"datetime": ISO with offset}`` · ``{"money": decimal text, "currency": ISO code}`` ·
    a list of these (one a line). Raises ``BadArgument`` for anything else.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        raise BadArgument(f"{value!r} is not a text; pass a string, a number or a key")
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, list | tuple):
        return "\n".join(in_language(item, language, render_key) for item in value)
    if isinstance(value, Mapping):
        return _structured(value, language, render_key)
    raise BadArgument(f"a {type(value).__name__} cannot be shown to a customer")


def _structured(value: Mapping[str, Any], language: Language, render_key: RenderKey) -> str:
    if "key" in value:
        return render_key(str(value["key"]), value.get("arguments") or {}, language)
    if "date" in value:
        return day_text(_parsed(date.fromisoformat, value["date"]), language)
    if "datetime" in value:
        return moment_text(_parsed(_aware, value["datetime"]), language)
    if "money" in value:
        return money_text(_parsed(Decimal, str(value["money"])), str(value.get("currency", "CNY")), language)
    if language in value:
        return in_language(value[language], language, render_key)
    raise BadArgument(f"{sorted(value)} lacks the language {language!r}, and is no date, money or key")


def _number(value: float | Decimal) -> str:
    # Rasa's float slots turn 3 into 3.0; a customer wrote and expects 3.
    return str(int(value)) if value == int(value) else str(value)


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError("no UTC offset")
    return moment


def _parsed(parse: Callable[[str], Any], text: Any) -> Any:
    try:
        return parse(text)
    except (TypeError, ValueError, InvalidOperation) as error:
        raise BadArgument(f"{text!r} cannot be read: {error}") from error
