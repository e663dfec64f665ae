"""Short words for the scenarios: what a customer types, what everybody reads."""

from __future__ import annotations

from typing import Any

from bot.conversation.accept import accept
from bot.conversation.handle import drain
from bot.messages import Agent, Conversation, Delivery, StoredMessage
from bot.ports import Parts
from tests.fakes import incoming

ANNA = Agent("anna", "安娜 Anna", "agent", "zh")
BEN = Agent("ben", "Ben", "agent", "en")
BOSS = Agent("boss", "Boss", "supervisor", "en")


async def types(parts: Parts, text: str, external_id: str | None = None, **changes: Any) -> StoredMessage:
    """The customer writes; nothing is handled yet."""
    return (await accept(parts, incoming("s", external_id or text, text, **changes))).message


async def asks(parts: Parts, text: str, **changes: Any) -> list[StoredMessage]:
    """The customer writes, and it is handled; the replies come back."""
    message = await types(parts, text, **changes)
    await drain(parts, message.conversation_id)
    return await replies_to(parts, message)


async def replies_to(parts: Parts, message: StoredMessage) -> list[StoredMessage]:
    answer = await parts.store.answer_to(message.id)
    assert answer is not None, "the message is not handled yet"
    return list(answer.replies)


async def presses(parts: Parts, reply: StoredMessage, position: int = 0) -> StoredMessage:
    """The customer presses a button; nothing is handled yet."""
    button = reply.buttons[position]
    return await types(parts, "", external_id=f"press {button.id}", payload=button.id)


async def conversation(parts: Parts) -> Conversation:
    return await parts.store.open_conversation("web", "s", language="zh")


async def transcript(parts: Parts) -> list[str]:
    """``author: key or text`` of everything the customer may see."""
    messages = await parts.store.history((await conversation(parts)).id)
    shown = [message for message in messages if message.delivery is not Delivery.HELD]
    return [f"{message.author.value}: {message.key or message.text}" for message in shown]
