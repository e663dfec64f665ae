"""A conversation as a customer keeps it: plain text, without what only agents see. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from bot.conversation.card_words import card_lines
from bot.conversation.join_words import without_codes
from bot.messages import Author, Language, StoredMessage
from bot.ports import Responses

_WHO = {
    Author.CUSTOMER: "word_transcript_you",
    Author.BOT: "word_transcript_bot",
    Author.AGENT: "word_transcript_agent",
    Author.SYSTEM: "word_transcript_notice",
}
_INDENT = "\n    "


class TranscriptWords:
    """The words around what was said, in one language: ``data/responses/transcript.yml``."""

    def __init__(self, responses: Responses, language: Language) -> None:
        self._responses = responses
        self._language = language

    def __call__(self, key: str, arguments: Mapping[str, Any] | None = None) -> str:
        return self._responses.render(key, arguments).texts[self._language]


def written_transcript(
    messages: Iterable[StoredMessage],
    words: TranscriptWords,
    agents: Mapping[str, str],
    zone: tzinfo,
    made: datetime,
    base_url: str = "",
) -> str:
    """One entry a message, as it was said. ``agents``: display names by user name; times on the shop's clock.

    ``base_url``: where links to articles lead; without one their titles stand alone. What opens the chat elsewhere is
    cut short: a copy may come into other hands.
    """
    offset = f"{made.astimezone(zone):%z}"
    saved = words("word_transcript_saved", {"at": _clock(made, zone), "zone": f"UTC{offset[:3]}:{offset[3:5]}"})
    entries = [_entry(message, words, agents, zone, base_url) for message in messages]
    return "\n".join([words("word_transcript_title"), saved, "", *entries]) + "\n"


def _entry(
    message: StoredMessage, words: TranscriptWords, agents: Mapping[str, str], zone: tzinfo, base_url: str
) -> str:
    who = words(_WHO[message.author])
    if message.author is Author.AGENT and message.agent:
        who = words("word_transcript_named_agent", {"name": agents.get(message.agent, message.agent)})
    said = [without_codes(message.text)]
    if message.card is not None:
        said += card_lines(message.card, message.language, base_url, beside=message.text)
    if message.attachment is not None:
        said.append(words("word_transcript_file", {"name": message.attachment.name}))
    # What follows the first line is set in, so that nobody's words can pass for another entry.
    text = _INDENT.join("\n".join(filter(None, said)).splitlines())
    return words("word_transcript_entry", {"at": _clock(message.created_at, zone), "who": who, "text": text})


def _clock(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
