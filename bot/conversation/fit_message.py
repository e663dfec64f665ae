"""A message within a platform's limits: cards in words, buttons that fit, a long text in pieces. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.channel_rules import ChannelRule
from bot.conversation.card_words import card_lines
from bot.messages import OfferedButton, StoredMessage

BETWEEN_BUBBLES = "\n\n"

# Where a long text may be cut, best first: the end of a paragraph, of a line, of a sentence, of a clause, of a word.
_CUTS = tuple(
    re.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"(?<=[。！？!?])|(?<=\.)(?=\s)", r"(?<=[，；、,;])", r"\s+")
)


def fit(rule: ChannelRule, message: StoredMessage, base_url: str = "") -> StoredMessage:
    """What the platform has no picture for, in words: cards, and buttons beyond its number."""
    text, card = message.text, message.card
    if card is not None and not rule.cards:
        text = beneath(text, card_lines(card, message.language, base_url, beside=text))
        card = None
    most = len(message.buttons) if rule.buttons is None else rule.buttons
    shown, listed = message.buttons[:most], message.buttons[most:]
    if listed:
        text = "\n".join([text, *(f"· {button.labels[message.language]}" for button in listed)]).strip()
    buttons = tuple(_short(button, rule.button_characters) for button in shown)
    return replace(message, text=text, card=card, buttons=buttons)


def beneath(text: str, lines: Sequence[str]) -> str:
    """A card's lines under the sentence they belong to, a blank line between."""
    return BETWEEN_BUBBLES.join(part for part in (text, "\n".join(lines)) if part)


def join(messages: Sequence[StoredMessage]) -> StoredMessage:
    """Several fitted bubbles as one: the first one's id, everybody's text, each button once, the only card."""
    first = messages[0]
    card = next((message.card for message in messages if message.card), None)
    attachment = next((message.attachment for message in messages if message.attachment), None)
    text = BETWEEN_BUBBLES.join(message.text for message in messages if message.text)
    return replace(first, text=text, buttons=_each_once(messages), card=card, attachment=attachment)


def _each_once(messages: Sequence[StoredMessage]) -> tuple[OfferedButton, ...]:
    """Of two buttons that read the same, the later one: it belongs to the last word."""
    offered: dict[str, OfferedButton] = {}
    for message in messages:
        for button in message.buttons:
            label = button.labels[message.language]
            offered.pop(label, None)
            offered[label] = button
    return tuple(offered.values())


def pieces(rule: ChannelRule, message: StoredMessage) -> tuple[StoredMessage, ...]:
    """The message as the platform takes it, each piece with an id of its own: buttons and card with the last words,
    a file, which costs a message on every platform, after them."""
    texts = list(split_text(message.text, rule))
    if not texts and (message.attachment is None or message.buttons or message.card):
        texts = [""]
    last = len(texts) - 1
    said = [
        replace(
            message,
            text=text,
            buttons=message.buttons if index == last else (),
            card=message.card if index == last else None,
            attachment=None,
        )
        for index, text in enumerate(texts)
    ]
    if message.attachment is not None:
        said.append(replace(message, text="", buttons=(), card=None))
    return tuple(replace(piece, id=_piece_id(message.id, index)) for index, piece in enumerate(said))


def split_text(text: str, rule: ChannelRule) -> Iterator[str]:
    """Pieces within ``rule.text_limit``, cut where a reader would pause; every character but spaces is kept."""
    rest = text.strip()
    while rest and not is_short(rest, rule):
        cut = _cut(rest, rule)
        piece, rest = rest[:cut].strip(), rest[cut:].strip()
        if piece:
            yield piece
    if rest:
        yield rest


def is_short(text: str, rule: ChannelRule) -> bool:
    return rule.text_limit is None or _size(text, rule) <= rule.text_limit


def _cut(text: str, rule: ChannelRule) -> int:
    longest = _longest(text, rule)
    for cut in _CUTS:
        # The best place lies late: a first piece of a few words would look like a slip.
        places = [found.start() for found in cut.finditer(text, 0, longest + 1) if longest // 2 <= found.start()]
        places = [place for place in places if 0 < place <= longest]
        if places:
            return places[-1]
    return longest


def _longest(text: str, rule: ChannelRule) -> int:
    """How many characters from the start fit; at least one."""
    assert rule.text_limit is not None
    if not rule.in_bytes:
        return rule.text_limit
    used = 0
    for index, sign in enumerate(text):
        used += len(sign.encode("utf-8"))
        if used > rule.text_limit:
            return max(1, index)
    return len(text)


def _size(text: str, rule: ChannelRule) -> int:
    return len(text.encode("utf-8")) if rule.in_bytes else len(text)


def _short(button: OfferedButton, longest: int | None) -> OfferedButton:
    if longest is None:
        return button
    labels = {
        language: label if len(label) <= longest else f"{label[: longest - 1]}…"
        for language, label in button.labels.items()
    }
    return replace(button, labels=labels)


def _piece_id(message_id: str, index: int) -> str:
    """The first piece is the message itself; the others' ids come out the same at every try."""
    return message_id if index == 0 else hashlib.sha256(f"{message_id}:{index}".encode()).hexdigest()[:32]
