"""Utterances to drafts: who says it, in which language it is shown, and the opaque ids of its buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import structlog

from bot.messages import Author, Delivery, Draft, Language, Utterance
from bot.ports import Responses

log = structlog.get_logger(__name__)


def draft_of(
    utterance: Utterance,
    language: Language,
    *,
    author: Author,
    in_reply_to: str | None = None,
    delivery: Delivery = Delivery.PENDING,
) -> Draft:
    """Every button gets an id that nobody can guess and that was never offered to another conversation."""
    return Draft(
        author=author,
        text=utterance.texts[language],
        language=language,
        key=utterance.key,
        arguments=utterance.arguments,
        texts=utterance.texts,
        buttons=tuple(replace(button, id=uuid4().hex) for button in utterance.buttons),
        card=utterance.card,
        in_reply_to=in_reply_to,
        delivery=delivery,
    )


def notice(
    responses: Responses,
    key: str,
    language: Language,
    arguments: Mapping[str, Any] | None = None,
    in_reply_to: str | None = None,
) -> Draft:
    """A sentence of the core's own (``notice_*``), said by nobody in particular."""
    return draft_of(responses.render(key, arguments or {}), language, author=Author.SYSTEM, in_reply_to=in_reply_to)


def sayable(responses: Responses, key: str, arguments: Mapping[str, Any]) -> list[Utterance]:
    """Nothing for a key that cannot be said: a slip in a rule must not keep a customer from being handed over."""
    try:
        return [responses.render(key, arguments)]
    except KeyError as error:
        log.error("response_unusable", key=key, error=str(error))
        return []
