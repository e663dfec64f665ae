"""What a phone must show of the bot's replies: every word, and every button as far as the channel has room for it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channel_rules import ChannelRule
from bot.messages import Delivery, OfferedButton, StoredMessage
from tests.contracts.channel_phones import Bubble
from tests.scenarios.scenario import Line


def check_screen(line: Line, rule: ChannelRule | None, replies: Sequence[StoredMessage], said: list[Bubble]) -> None:
    """``said``: what the phone showed after the line. Raises AssertionError with both sides."""
    told = "\n".join([f"\n  {line}", *(f"    {reply.key} {reply.text!r}" for reply in replies), *map(str, said)])
    assert {reply.delivery for reply in replies} <= {Delivery.SENT}, told
    assert len(said) <= 2 * max(1, len(replies)), told  # a card may be a message of its own
    words = _squashed("".join(bubble.text for bubble in said))
    written = words + _squashed("".join(bubble.card for bubble in said))
    tapped = {label for bubble in said for label in bubble.buttons}
    for reply in replies:
        assert _squashed(reply.text) in words, told
        for button in reply.buttons:
            assert is_offered(button, reply, rule, tapped, words), f"{button.labels}: {told}"
        if reply.card is not None:
            assert _squashed(_name_of(reply)) in written, told


def shown(label: str, rule: ChannelRule | None) -> str:
    """A button's label as far as the channel has room for it."""
    longest = rule.button_characters if rule is not None else None
    return label if longest is None or len(label) <= longest else f"{label[: longest - 1]}…"


def is_offered(
    button: OfferedButton, reply: StoredMessage, rule: ChannelRule | None, tapped: set[str], words: str
) -> bool:
    label = button.labels[reply.language]
    return shown(label, rule) in tapped or f"·{_squashed(label)}" in words


def _name_of(reply: StoredMessage) -> str:
    """What tells a card apart from all others."""
    assert reply.card is not None
    data = reply.card.data
    name = data["title"][reply.language] if reply.card.kind == "article" else data["order_number"]
    return str(name)


def _squashed(text: str) -> str:
    """Where a long text is cut, and how bubbles are joined, is the channel's own."""
    return "".join(text.split())
