"""How a customer's line reaches the shop: straight into the core, or over a channel with a phone at its other end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from bot.conversation.accept import accept
from bot.conversation.handle import drain
from bot.file_types import EXTENSIONS
from bot.messages import Attachment, Customer, Incoming, Language, OfferedButton, StoredMessage
from bot.ports import Parts
from tests.contracts.channel_phones import Phone
from tests.scenarios.scenario import Line
from tests.scenarios.screens import check_screen, shown
from tests.unit.gateway.world import eventually

_TYPES = {ending: content_type for content_type, ending in EXTENSIONS.items()}


class Way(Protocol):
    async def enters(self, language: Language, customer: Customer | None) -> str:
        """The conversation's id."""

    async def brings(self, line: Line) -> None:
        """On return the line is answered."""

    async def settles(self) -> None:
        """What was written unasked is sent."""

    async def shows(self, line: Line, replies: Sequence[StoredMessage]) -> None:
        """Raises AssertionError unless the customer has the replies to the line before them."""


class StraightIn:
    """Without HTTP: what the core makes of it is what is asked."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._lines = 0

    async def enters(self, language: Language, customer: Customer | None) -> str:
        conversation = await self._parts.store.open_conversation("web", "visitor", language=language, customer=customer)
        self._id = conversation.id
        return self._id

    async def brings(self, line: Line) -> None:
        self._lines += 1
        incoming = Incoming("web", "visitor", f"line {self._lines}", text=line.say or "", address="203.0.113.7")
        if line.press is not None:
            incoming = replace(incoming, payload=(await self._button(line.press)).id)
        if line.photo is not None:
            kind = _TYPES[line.photo.rpartition(".")[2]]
            incoming = replace(incoming, attachment=Attachment(line.photo, kind, 81_920, "/files/1"))
        await accept(self._parts, incoming)
        await self.settles()

    async def settles(self) -> None:
        await drain(self._parts, self._id)

    async def shows(self, line: Line, replies: Sequence[StoredMessage]) -> None:
        """The history is all there is to see."""

    async def _button(self, label: str) -> OfferedButton:
        history = await self._parts.store.history(self._id)
        offered = [button for message in history for button in message.buttons]
        found = [button for button in offered if label in button.labels.values()]
        assert found, f"no button reads {label!r}; there are {[dict(button.labels) for button in offered]}"
        return found[-1]


class OverChannel:
    """The line goes in as the platform's own call-back, and everything is said at the phone on return."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._rule = phone.parts.channel_rules.get(phone.name)
        self._lines = 0
        self._seen = 0

    async def enters(self, language: Language, customer: Customer | None) -> str:
        self._id = await self._phone.enters(language, customer)
        return self._id

    async def brings(self, line: Line) -> None:
        self._lines += 1
        if line.press is not None:
            await self._presses(line.press)
        elif line.photo is not None:
            await self._phone.photographs()
        else:
            await self._phone.writes(line.say or "")
        await eventually(self._arrived, 20)
        await self.settles()

    async def settles(self) -> None:
        await self._phone.queue.ring(self._id)
        await self._phone.queue.served(self._id)

    async def shows(self, line: Line, replies: Sequence[StoredMessage]) -> None:
        bubbles = await self._phone.screen()
        check_screen(line, self._rule, replies, bubbles[self._seen :])
        self._seen = len(bubbles)

    async def _presses(self, label: str) -> None:
        try:
            await self._phone.presses(shown(label, self._rule))
        except LookupError:
            # Out of the phone's reach (listed in the text, or above the last message): then customers type it.
            await self._phone.writes(label)

    async def _arrived(self) -> bool:
        history = await self._phone.parts.store.history(self._id)
        return sum(message.author.value == "customer" for message in history) >= self._lines
