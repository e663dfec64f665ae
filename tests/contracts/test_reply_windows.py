"""Reply windows in the store, on every database: opened by messages, spent with the delivery marks."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from bot.channel_rules import Spend
from bot.messages import Author, Conversation, Delivery, Draft, Owner, StoredMessage
from bot.ports import TurnRecord, UnknownConversation
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.fakes import incoming

REPLY = Draft(Author.BOT, "答", "zh", key="utter_x", texts={"zh": "答", "en": "answer"})


async def writes(store: SqlAlchemyStore, number: int, kind: str | None = "message", **changes: object) -> StoredMessage:
    arrived = replace(incoming("s", str(number), window=kind), **changes)  # type: ignore[arg-type]
    return (await store.accept(arrived)).message


async def here(store: SqlAlchemyStore) -> Conversation:
    return await store.open_conversation("web", "s", language="zh")


async def replied(store: SqlAlchemyStore, message: StoredMessage) -> StoredMessage:
    conversation = await store.conversation(message.conversation_id)
    (reply,) = await store.record_turn(TurnRecord(message, conversation.version, drafts=[REPLY]))
    return reply


async def test_a_message_opens_a_window_and_the_next_one_opens_it_anew(store: SqlAlchemyStore) -> None:
    message = await writes(store, 1)
    (window,) = await store.reply_windows(message.conversation_id)
    assert (window.kind, window.spent) == ("message", 0)
    assert abs(window.opened_at - datetime.now(timezone.utc)) < timedelta(minutes=1)
    reply = await replied(store, message)
    await store.mark_delivery([reply.id], Delivery.SENDING, spend=Spend(message.conversation_id, "message", 2))
    (window,) = await store.reply_windows(message.conversation_id)
    assert window.spent == 2
    await writes(store, 2)
    (fresh,) = await store.reply_windows(message.conversation_id)
    assert fresh.spent == 0
    assert fresh.opened_at > window.opened_at


async def test_a_duplicate_opens_nothing(store: SqlAlchemyStore) -> None:
    message = await writes(store, 1)
    await store.mark_delivery([], Delivery.SENT, spend=Spend(message.conversation_id, "message", 1))
    await writes(store, 1)
    (window,) = await store.reply_windows(message.conversation_id)
    assert window.spent == 1


async def test_where_there_is_no_policy_there_is_no_window(store: SqlAlchemyStore) -> None:
    message = await writes(store, 1, None)
    assert await store.reply_windows(message.conversation_id) == []


async def test_the_platforms_own_time_counts_but_never_the_future(store: SqlAlchemyStore) -> None:
    now = datetime.now(timezone.utc)
    early = await writes(store, 1, sent_at=now - timedelta(hours=2))
    (window,) = await store.reply_windows(early.conversation_id)
    assert abs(window.opened_at - (now - timedelta(hours=2))) < timedelta(seconds=1)
    await writes(store, 2, sent_at=now - timedelta(hours=3))  # arrived late: it opens nothing
    assert await store.reply_windows(early.conversation_id) == [window]
    await writes(store, 3, sent_at=now + timedelta(days=1))
    (window,) = await store.reply_windows(early.conversation_id)
    assert window.opened_at <= datetime.now(timezone.utc)


async def test_kinds_have_windows_of_their_own(store: SqlAlchemyStore) -> None:
    message = await writes(store, 1)
    await writes(store, 2, "menu")
    await store.mark_delivery([], Delivery.SENT, spend=Spend(message.conversation_id, "menu", 1))
    windows = await store.reply_windows(message.conversation_id)
    assert {window.kind: window.spent for window in windows} == {"menu": 1, "message": 0}


async def test_what_waited_may_go_out_when_the_customer_writes(store: SqlAlchemyStore) -> None:
    reply = await replied(store, await writes(store, 1))
    await store.mark_delivery([reply.id], Delivery.DELAYED, reason="quota_spent")
    (_, kept) = await store.history(reply.conversation_id)
    assert (kept.delivery, kept.delivery_reason) == (Delivery.DELAYED, "quota_spent")
    assert not (await store.work(reply.conversation_id)).unsent
    assert await store.undelivered_conversations() == []
    await writes(store, 2)
    (waiting,) = (await store.work(reply.conversation_id)).unsent
    assert (waiting.id, waiting.delivery, waiting.delivery_reason) == (reply.id, Delivery.PENDING, None)


async def test_spending_at_once_loses_nothing(store: SqlAlchemyStore) -> None:
    message = await writes(store, 1)
    spend = Spend(message.conversation_id, "message", 1)
    await asyncio.gather(*(store.mark_delivery([], Delivery.SENT, spend=spend) for _ in range(6)))
    (window,) = await store.reply_windows(message.conversation_id)
    assert window.spent == 6


async def test_a_notice_is_written_whoever_owns_the_conversation(store: SqlAlchemyStore) -> None:
    conversation = await here(store)
    await store.change_owner(conversation.id, expected_version=1, owner=Owner.AGENT, agent="anna")
    said = await store.add_notice(conversation.id, replace(REPLY, author=Author.SYSTEM))
    assert (said.seq, said.delivery) == (1, Delivery.PENDING)
    assert await store.history(conversation.id) == [said]
    with pytest.raises(UnknownConversation):
        await store.add_notice("0" * 32, REPLY)
