"""Conversations and messages as JSON: one place decides what leaves the server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.http.context import Accounts
from bot.messages import Attachment, Author, Conversation, Delivery, Language, Owner, StoredMessage
from bot.ports import Store

CUSTOMERS_FILES = "/channels/web/files/"
Names = Mapping[str, str]
"""Display names of agents by user name."""


async def agent_names(accounts: Accounts, conversation: Conversation, messages: Iterable[StoredMessage] = ()) -> Names:
    """Display names, read only when an agent appears at all."""
    if conversation.agent is None and all(message.agent is None for message in messages):
        return {}
    return {agent.username: agent.display_name for agent in await accounts.agents()}


def text_in(message: StoredMessage, language: Language) -> str:
    """The text in this language where both are known, else the author's own."""
    return message.texts.get(language, message.text) if message.texts else message.text


def message_json(message: StoredMessage, names: Names, language: Language | None = None) -> dict[str, Any]:
    """The message for its customer, in the language it was sent in unless another one is asked for.

    A button's ``payload`` is its opaque id; ``client_id`` is what the customer's own page called the message.
    """
    shown = language or message.language
    attachment = message.attachment
    return {
        "id": message.id,
        "seq": message.seq,
        "author": message.author.value,
        "text": text_in(message, shown),
        "language": message.language,
        "buttons": [{"title": button.labels[shown], "payload": button.id} for button in message.buttons],
        "card": {"kind": message.card.kind, "data": message.card.data} if message.card else None,
        "attachment": _attachment_json(attachment) if attachment else None,
        "created_at": message.created_at.isoformat(),
        "agent": names.get(message.agent, message.agent) if message.agent else None,
        "client_id": client_id_of(message),
    }


def _attachment_json(attachment: Attachment) -> dict[str, Any]:
    """For its customer; agents find the same file at ``attachment.url``."""
    return {**vars(attachment), "url": CUSTOMERS_FILES + attachment.url.rpartition("/")[2]}


def external_id(endpoint: str, client_id: str) -> str:
    """The web channel's name of a message: a page cannot take an id that belongs to another one's chat."""
    return f"{endpoint}:{client_id}"


def client_id_of(message: StoredMessage) -> str | None:
    """What the customer's page called this message; None for everybody else's messages and other channels."""
    prefix = f"{message.endpoint}:"
    if message.author is not Author.CUSTOMER or not (message.external_id or "").startswith(prefix):
        return None
    return (message.external_id or "")[len(prefix) :]


def for_customer(messages: Iterable[StoredMessage], endpoint: str) -> list[StoredMessage]:
    """What customers see on this endpoint: all but the drafts kept back for the agent, and notices for elsewhere."""
    return [message for message in messages if message.delivery is not Delivery.HELD and _is_for(message, endpoint)]


def _is_for(message: StoredMessage, endpoint: str) -> bool:
    return message.author is not Author.SYSTEM or message.endpoint == endpoint


async def state_json(store: Store, conversation: Conversation, names: Names) -> dict[str, Any]:
    """Who answers: ``owner``, ``language``, ``place`` in the queue (1 is next; null when not waiting), ``agent``.

    ``conversation``: another one when this chat has been joined with one, or separated.
    """
    waiting = conversation.owner is Owner.WAITING
    return {
        "conversation": conversation.id,
        "owner": conversation.owner.value,
        "language": conversation.language,
        "place": await store.place_in_queue(conversation.id) if waiting else None,
        "agent": names.get(conversation.agent, conversation.agent) if conversation.agent else None,
    }
