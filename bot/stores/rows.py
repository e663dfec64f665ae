"""Rows to frozen types and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from bot.messages import (
    Agent,
    Attachment,
    Author,
    Card,
    Conversation,
    Customer,
    Delivery,
    Draft,
    Handoff,
    Note,
    OfferedButton,
    Owner,
    StoredMessage,
)


def now() -> datetime:
    return datetime.now(timezone.utc)


def new_id() -> str:
    return uuid4().hex


def conversation_of(row: Mapping[str, Any]) -> Conversation:
    customer = Customer(id=row["customer_id"], name=row["customer_name"] or "") if row["customer_id"] else None
    return Conversation(
        id=row["id"],
        channel=row["channel"],
        sender=row["sender"],
        owner=Owner(row["owner"]),
        version=row["version"],
        episode=row["episode"],
        language=row["language"],
        last_seq=row["last_seq"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        customer=customer,
        agent=row["agent"],
        misunderstandings=row["misunderstandings"],
        mood=row["mood"],
        fresh=row["fresh"],
        waiting_since=row["waiting_since"],
        endpoint=row["endpoint_id"] or row["id"],
    )


def message_of(row: Mapping[str, Any], buttons: Iterable[OfferedButton] = ()) -> StoredMessage:
    return StoredMessage(
        id=row["id"],
        conversation_id=row["conversation_id"],
        seq=row["seq"],
        episode=row["episode"],
        author=Author(row["author"]),
        text=row["text"],
        language=row["language"],
        created_at=row["created_at"],
        key=row["key"],
        arguments=row["arguments"] or {},
        texts=row["texts"] or {},
        buttons=tuple(buttons),
        card=Card(**row["card"]) if row["card"] else None,
        attachment=Attachment(**row["attachment"]) if row["attachment"] else None,
        payload=row["payload"],
        agent=row["agent"],
        in_reply_to=row["in_reply_to"],
        decision=row["decision"],
        delivery=Delivery(row["delivery"]) if row["delivery"] else None,
        delivery_reason=row["delivery_reason"],
        external_id=row["external_id"],
        address=row["address"],
        endpoint=row["endpoint_id"] or row["conversation_id"],
    )


def button_of(row: Mapping[str, Any]) -> OfferedButton:
    return OfferedButton(id=row["id"], labels=row["labels"], payload=row["payload"])


def handoff_of(row: Mapping[str, Any]) -> Handoff:
    return Handoff(
        rule=row["rule"],
        message_id=row["message_id"],
        words=row["words"],
        threshold=row["threshold"],
        measured=row["measured"],
        created_at=row["created_at"],
    )


def note_of(row: Mapping[str, Any]) -> Note:
    return Note(
        id=row["id"],
        conversation_id=row["conversation_id"],
        agent=row["agent"],
        text=row["text"],
        created_at=row["created_at"],
    )


def agent_of(row: Mapping[str, Any]) -> Agent:
    return Agent(username=row["username"], display_name=row["display_name"], role=row["role"], language=row["language"])


def message_row(message: StoredMessage, channel: str) -> dict[str, Any]:
    """The insertable row of a message; its buttons have rows of their own."""
    return {
        "id": message.id,
        "conversation_id": message.conversation_id,
        "seq": message.seq,
        "episode": message.episode,
        "author": message.author.value,
        "text": message.text,
        "language": message.language,
        "created_at": message.created_at,
        "key": message.key,
        "arguments": dict(message.arguments) or None,
        "texts": dict(message.texts) or None,
        "card": {"kind": message.card.kind, "data": dict(message.card.data)} if message.card else None,
        "attachment": asdict(message.attachment) if message.attachment else None,
        "payload": message.payload,
        "agent": message.agent,
        "in_reply_to": message.in_reply_to,
        "decision": message.decision,
        "delivery": message.delivery.value if message.delivery else None,
        "delivery_reason": message.delivery_reason,
        "channel": channel,
        "external_id": message.external_id,
        "address": message.address,
        "handled_at": None,
        "endpoint_id": None if message.endpoint == message.conversation_id else message.endpoint or None,
    }


def external_id_of(draft: Draft, conversation_id: str) -> str:
    """An agent's ``client_id`` needs to be unique within its conversation only."""
    return f"{conversation_id}:{draft.client_id}"


def message_from_draft(
    draft: Draft, conversation: Conversation, seq: int, at: datetime, endpoint: str
) -> StoredMessage:
    return StoredMessage(
        id=new_id(),
        conversation_id=conversation.id,
        seq=seq,
        episode=conversation.episode,
        author=draft.author,
        text=draft.text,
        language=draft.language,
        created_at=at,
        key=draft.key,
        arguments=draft.arguments,
        texts=draft.texts,
        buttons=tuple(draft.buttons),
        card=draft.card,
        attachment=draft.attachment,
        agent=draft.agent,
        in_reply_to=draft.in_reply_to,
        delivery=draft.delivery,
        external_id=external_id_of(draft, conversation.id) if draft.client_id else None,
        endpoint=draft.endpoint or endpoint,
    )
