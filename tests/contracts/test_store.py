"""What ``ports.Store`` promises, on every database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.messages import (
    Attachment,
    Author,
    Card,
    Conversation,
    Customer,
    Delivery,
    Draft,
    Handoff,
    OfferedButton,
    Owner,
    StoredMessage,
)
from bot.ports import StaleConversation, TurnRecord, UnknownConversation
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.fakes import incoming

REPLY = Draft(Author.BOT, "答", "zh", key="utter_x", texts={"zh": "答", "en": "answer"})


async def opened(store: SqlAlchemyStore, sender: str = "s") -> Conversation:
    return await store.open_conversation("web", sender, language="zh")


async def accepted(store: SqlAlchemyStore, text: str, sender: str = "s") -> StoredMessage:
    return (await store.accept(incoming(sender, text, text))).message


async def answered(
    store: SqlAlchemyStore, message: StoredMessage, *drafts: Draft, **changes: Any
) -> list[StoredMessage]:
    conversation = await store.conversation(message.conversation_id)
    said = [replace(draft, in_reply_to=message.id) for draft in drafts]
    record = TurnRecord(message, conversation.version, drafts=said)
    return await store.record_turn(replace(record, **changes))


async def owned_by(store: SqlAlchemyStore, owner: Owner, sender: str = "s", agent: str | None = None) -> Conversation:
    conversation = await opened(store, sender)
    changed, _ = await store.change_owner(
        conversation.id, expected_version=conversation.version, owner=owner, agent=agent
    )
    return changed


class TestConversations:
    async def test_a_sender_has_one_conversation(self, store: SqlAlchemyStore) -> None:
        first = await opened(store)
        again = await store.open_conversation("web", "s", language="en")
        assert again == first
        assert first.owner is Owner.BOT
        assert first.language == "zh"
        assert first.fresh
        assert first.created_at.utcoffset() is not None

    async def test_the_same_sender_elsewhere_is_somebody_else(self, store: SqlAlchemyStore) -> None:
        assert (await opened(store)).id != (await store.open_conversation("wechat", "s", language="zh")).id

    async def test_opened_by_many_at_once_it_is_still_one(self, store: SqlAlchemyStore) -> None:
        conversations = await asyncio.gather(*(opened(store) for _ in range(8)))
        assert len({conversation.id for conversation in conversations}) == 1

    async def test_a_signed_customer_is_kept(self, store: SqlAlchemyStore) -> None:
        await opened(store)
        await store.open_conversation("web", "s", language="zh", customer=Customer("c1", "张伟"))
        assert (await opened(store)).customer == Customer("c1", "张伟")

    async def test_an_unknown_id_is_an_error(self, store: SqlAlchemyStore) -> None:
        with pytest.raises(UnknownConversation):
            await store.conversation("0" * 32)

    async def test_the_language_can_be_set(self, store: SqlAlchemyStore) -> None:
        conversation = await opened(store)
        await store.set_language(conversation.id, "en")
        assert (await store.conversation(conversation.id)).language == "en"


class TestAccept:
    async def test_messages_are_numbered_and_kept_whole(self, store: SqlAlchemyStore) -> None:
        conversation = await opened(store)
        picture = Attachment("发票.png", "image/png", 1234, "/files/1")
        await store.accept(incoming("s", "1", "你好 <b>😀</b>", address="203.0.113.7"))
        await store.accept(incoming("s", "2", "", attachment=picture))
        first, second = await store.history(conversation.id)
        assert (first.seq, first.text, first.author, first.address) == (
            1,
            "你好 <b>😀</b>",
            Author.CUSTOMER,
            "203.0.113.7",
        )
        assert (second.seq, second.attachment) == (2, picture)
        assert first.episode == 1
        assert first.external_id == "s:1"

    async def test_a_known_external_id_is_a_duplicate(
        self,
        store: SqlAlchemyStore,
    ) -> None:
        conversation = await opened(store)
        first = await store.accept(incoming("s", "1", "a"))
        again = await store.accept(incoming("s", "1", "changed on the way"))
        assert (first.duplicate, again.duplicate) == (False, True)
        assert again.message == first.message
        assert (await store.conversation(conversation.id)).last_seq == 1

    async def test_racing_duplicates_are_one_message(self, store: SqlAlchemyStore) -> None:
        conversation = await opened(store)
        results = await asyncio.gather(*(store.accept(incoming("s", "1")) for _ in range(8)))
        assert sorted(result.duplicate for result in results) == [False] + [True] * 7
        assert len({result.message.id for result in results}) == 1
        assert len(await store.history(conversation.id)) == 1

    async def test_racing_messages_get_numbers_without_a_gap(self, store: SqlAlchemyStore) -> None:
        conversation = await opened(store)
        results = await asyncio.gather(*(store.accept(incoming("s", str(n))) for n in range(20)))
        assert sorted(result.message.seq for result in results) == list(range(1, 21))
        assert [message.seq for message in await store.history(conversation.id)] == list(range(1, 21))

    async def test_nobody_sees_a_later_message_before_an_earlier_one(self, store: SqlAlchemyStore) -> None:
        conversation = await opened(store)
        accepting = asyncio.gather(*(store.accept(incoming("s", str(n))) for n in range(30)))
        while not accepting.done():
            seen = [message.seq for message in await store.history(conversation.id)]
            assert seen == list(range(1, len(seen) + 1))
        await accepting

    async def test_callers_that_give_up_in_the_middle_do_no_harm(self, store: SqlAlchemyStore) -> None:
        conversation = await opened(store)
        for steps in range(30):
            accepting = asyncio.create_task(store.accept(incoming("s", str(steps))))
            for _ in range(steps):
                await asyncio.sleep(0)
            accepting.cancel()
            await asyncio.gather(accepting, return_exceptions=True)
        results = await asyncio.gather(*(store.accept(incoming("s", str(n))) for n in range(30)))
        assert sorted(result.message.seq for result in results) == list(range(1, 31))
        assert len(await store.history(conversation.id)) == 30

    async def test_the_first_message_opens_its_conversation(self, store: SqlAlchemyStore) -> None:
        results = await asyncio.gather(*(store.accept(incoming("s", str(n)), language="en") for n in range(6)))
        assert sorted(result.message.seq for result in results) == list(range(1, 7))
        conversation = await opened(store)
        assert {result.message.conversation_id for result in results} == {conversation.id}
        assert conversation.language == "en"

    async def test_a_closed_conversation_reopens_with_the_bot(self, store: SqlAlchemyStore) -> None:
        closed = await owned_by(store, Owner.CLOSED)
        message = await accepted(store, "还在吗")
        reopened = await store.conversation(closed.id)
        assert reopened.owner is Owner.BOT
        assert reopened.fresh
        assert reopened.version > closed.version
        assert message.episode == reopened.episode == closed.episode + 1

    async def test_only_a_closed_conversation_reopens(self, store: SqlAlchemyStore) -> None:
        waiting = await owned_by(store, Owner.WAITING)
        await accepted(store, "快点")
        after = await store.conversation(waiting.id)
        assert (after.owner, after.version, after.waiting_since) == (
            Owner.WAITING,
            waiting.version,
            waiting.waiting_since,
        )


class TestHandling:
    async def test_the_oldest_unhandled_comes_first(self, store: SqlAlchemyStore) -> None:
        first = await accepted_in_new(store, "1")
        await accepted(store, "2")
        assert (await store.work(first.conversation_id)).message == first
        await answered(store, first, REPLY)
        following = (await store.work(first.conversation_id)).message
        assert following is not None
        assert following.text == "2"
        await answered(store, following, REPLY)
        assert (await store.work(first.conversation_id)).message is None

    async def test_conversations_with_unhandled_messages_are_swept_oldest_first(self, store: SqlAlchemyStore) -> None:
        first = await accepted_in_new(store, "1", "a")
        second = await accepted_in_new(store, "1", "b")
        await accepted(store, "2", "a")
        assert await store.unhandled_conversations() == [first.conversation_id, second.conversation_id]
        await answered(store, second, REPLY)
        assert await store.unhandled_conversations() == [first.conversation_id]

    async def test_a_turn_is_recorded_at_once(self, store: SqlAlchemyStore) -> None:
        message = await accepted_in_new(store, "where is it")
        button = OfferedButton("b" * 32, {"zh": "取消", "en": "Cancel"}, '/cancel_order{"order_number": "SO1"}')
        card = Card("order", {"state": {"zh": "运输中", "en": "in transit"}})
        draft = replace(REPLY, arguments={"n": 1}, buttons=(button,), card=card)
        written = await answered(
            store,
            message,
            draft,
            REPLY,
            decision={"intent": "track_order"},
            language="en",
            mood=-0.2,
            misunderstandings=2,
            fresh=False,
        )
        assert [said.seq for said in written] == [2, 3]
        answered_now = await store.answer_to(message.id)
        assert answered_now is not None
        assert answered_now.replies == written
        assert answered_now.conversation == await store.conversation(message.conversation_id)
        asked, answer, _ = await store.history(message.conversation_id)
        assert asked.decision == {"intent": "track_order"}
        assert (answer.buttons, answer.card, answer.arguments) == ((button,), card, {"n": 1})
        assert answer.texts == {"zh": "答", "en": "answer"}
        assert answer.delivery is Delivery.PENDING
        conversation = await store.conversation(message.conversation_id)
        assert (conversation.language, conversation.mood, conversation.misunderstandings) == ("en", -0.2, 2)
        assert not conversation.fresh
        assert conversation.last_seq == 3

    async def test_a_message_is_handled_once(self, store: SqlAlchemyStore) -> None:
        message = await accepted_in_new(store, "1")
        first = await answered(store, message, REPLY)
        assert await answered(store, message, replace(REPLY, text="second answer")) == first
        assert len(await store.history(message.conversation_id)) == 2
        assert (await store.conversation(message.conversation_id)).last_seq == 2

    async def test_racing_workers_write_one_answer(self, store: SqlAlchemyStore) -> None:
        message = await accepted_in_new(store, "1")
        results = await asyncio.gather(*(answered(store, message, REPLY) for _ in range(5)))
        assert len(await store.history(message.conversation_id)) == 2
        assert all(result == results[0] for result in results)

    async def test_a_stale_version_writes_nothing(self, store: SqlAlchemyStore) -> None:
        message = await accepted_in_new(store, "1")
        stale = await store.conversation(message.conversation_id)
        await owned_by(store, Owner.AGENT, agent="anna")
        with pytest.raises(StaleConversation):
            await store.record_turn(TurnRecord(message, stale.version, drafts=[REPLY]))
        assert await store.answer_to(message.id) is None
        assert len(await store.history(message.conversation_id)) == 1

    async def test_gone_to_an_agent_and_back_is_stale_too(self, store: SqlAlchemyStore) -> None:
        message = await accepted_in_new(store, "1")
        before = await store.conversation(message.conversation_id)
        await owned_by(store, Owner.AGENT, agent="anna")
        await owned_by(store, Owner.BOT)
        with pytest.raises(StaleConversation):
            await answered(store, message, REPLY, expected_version=before.version)
        assert await store.answer_to(message.id) is None

    @pytest.mark.parametrize("owner", [Owner.AGENT, Owner.WAITING, Owner.CLOSED])
    async def test_the_bot_cannot_speak_while_another_owns(self, store: SqlAlchemyStore, owner: Owner) -> None:
        message = await accepted_in_new(store, "1")
        await owned_by(store, owner)
        with pytest.raises(StaleConversation):
            await answered(store, message, REPLY)
        with pytest.raises(ValueError, match="version check"):
            await answered(store, message, REPLY, expected_version=None)
        assert await store.answer_to(message.id) is None

    async def test_held_replies_are_recorded_without_the_check(self, store: SqlAlchemyStore) -> None:
        message = await accepted_in_new(store, "1")
        await owned_by(store, Owner.AGENT, agent="anna")
        held = replace(REPLY, delivery=Delivery.HELD)
        written = await answered(store, message, held, expected_version=None)
        assert [said.delivery for said in written] == [Delivery.HELD]
        assert (await store.work(message.conversation_id)).unsent == []
        assert await store.undelivered_conversations() == []

    async def test_a_handover_starts_the_wait_clock(self, store: SqlAlchemyStore) -> None:
        message = await accepted_in_new(store, "转人工")
        handoff = Handoff("asks_for_human", message.id, words="转人工", measured=0.97)
        notice = Draft(Author.SYSTEM, "请稍候", "zh", key="notice_handed_over")
        before = await store.conversation(message.conversation_id)
        await answered(store, message, notice, new_owner=Owner.WAITING, handoff=handoff)
        conversation = await store.conversation(message.conversation_id)
        assert (conversation.owner, conversation.version) == (Owner.WAITING, before.version + 1)
        assert conversation.waiting_since is not None
        (kept,) = await store.handoffs(conversation.id)
        assert kept.created_at is not None
        assert replace(kept, created_at=None) == handoff
        latest = await store.last_notice(conversation.id)
        assert latest is not None
        assert latest.key == "notice_handed_over"

    async def test_a_button_belongs_to_its_conversation(self, store: SqlAlchemyStore) -> None:
        message = await accepted_in_new(store, "1")
        other = await opened(store, "other")
        button = OfferedButton("c" * 32, {"zh": "是", "en": "Yes"}, "/affirm")
        await answered(store, message, replace(REPLY, buttons=(button,)))
        assert await store.button(message.conversation_id, button.id) == button
        assert await store.button(other.id, button.id) is None
        assert await store.button(message.conversation_id, "d" * 32) is None

    async def test_history_pages_by_seq(self, store: SqlAlchemyStore) -> None:
        first = await accepted_in_new(store, "1")
        for text in ("2", "3", "4"):
            await accepted(store, text)
        page = await store.history(first.conversation_id, after=1, limit=2)
        assert [message.text for message in page] == ["2", "3"]


class TestOutbox:
    async def test_what_is_sent_leaves_the_outbox(self, store: SqlAlchemyStore) -> None:
        message = await accepted_in_new(store, "1")
        one, two = await answered(store, message, REPLY, REPLY)
        assert [said.id for said in (await store.work(message.conversation_id)).unsent] == [one.id, two.id]
        await store.mark_delivery([one.id], Delivery.SENT)
        await store.mark_delivery([two.id], Delivery.SENDING)
        assert [said.delivery for said in (await store.work(message.conversation_id)).unsent] == [Delivery.SENDING]
        assert await store.undelivered_conversations() == [message.conversation_id]
        await store.mark_delivery([two.id], Delivery.PERHAPS)
        assert (await store.work(message.conversation_id)).unsent == []
        assert await store.undelivered_conversations() == []

    async def test_conversations_have_outboxes_of_their_own(self, store: SqlAlchemyStore) -> None:
        mine = await accepted_in_new(store, "1", "a")
        theirs = await accepted_in_new(store, "1", "b")
        await answered(store, mine, REPLY)
        assert (await store.work(theirs.conversation_id)).unsent == []
        await answered(store, theirs, REPLY)
        assert await store.undelivered_conversations() == [mine.conversation_id, theirs.conversation_id]

    async def test_the_whole_outbox_is_in_order(self, store: SqlAlchemyStore) -> None:
        for round_ in "12":
            for sender in "abcde":
                message = await accepted_in_new(store, round_, sender)
                await answered(store, message, REPLY, REPLY)
        assert await store.undelivered_count() == 20
        for conversation_id in await store.undelivered_conversations():
            assert [message.seq for message in (await store.work(conversation_id)).unsent] == [2, 3, 5, 6]

    async def test_sweeps_can_be_kept_to_some_channels(self, store: SqlAlchemyStore) -> None:
        handled = await accepted_in_new(store, "1", "a")
        await answered(store, handled, REPLY)
        unhandled = await accepted_in_new(store, "1", "b")
        assert await store.unhandled_conversations(["web"]) == [unhandled.conversation_id]
        assert await store.undelivered_conversations(["web", "wechat"]) == [handled.conversation_id]
        assert await store.unhandled_conversations(["wechat"]) == []
        assert await store.undelivered_conversations(["wechat"]) == []


class TestDesk:
    async def test_the_longest_waiting_comes_first(self, store: SqlAlchemyStore) -> None:
        first = await owned_by(store, Owner.WAITING, "a")
        second = await owned_by(store, Owner.WAITING, "b")
        await opened(store, "c")
        assert [found.id for found in await store.conversations(owner=Owner.WAITING)] == [first.id, second.id]
        assert [await store.place_in_queue(each.id) for each in (first, second)] == [1, 2]
        assert await store.waiting_count() == 2
        await store.change_owner(first.id, expected_version=first.version, owner=Owner.AGENT, agent="anna")
        assert await store.place_in_queue(first.id) is None
        assert await store.place_in_queue(second.id) == 1
        assert (await store.conversation(first.id)).waiting_since is None

    async def test_the_queue_is_read_with_what_it_shows(self, store: SqlAlchemyStore) -> None:
        asked = await accepted_in_new(store, "转人工", "a")
        notice = Draft(Author.SYSTEM, "请稍候", "zh", key="notice_handed_over")
        handoff = Handoff("asks_for_human", asked.id, words="转人工")
        await answered(store, asked, notice, new_owner=Owner.WAITING, handoff=handoff)
        second = await owned_by(store, Owner.WAITING, "b")
        first, later = await store.overviews(owner=Owner.WAITING)
        assert (first.conversation.id, later.conversation.id) == (asked.conversation_id, second.id)
        assert (first.place, later.place) == (1, 2)
        assert first.last is not None
        assert first.handoff is not None
        assert (first.last.text, first.handoff.rule) == ("请稍候", "asks_for_human")
        assert (later.last, later.handoff) == (None, None)
        assert await store.overviews() == [first, later]
        assert await store.overview(second.id) == later
        with pytest.raises(UnknownConversation):
            await store.overview("0" * 32)

    async def test_the_queue_shows_what_was_really_said(self, store: SqlAlchemyStore) -> None:
        message = await accepted_in_new(store, "取消")
        await answered(store, message, *[replace(REPLY, delivery=Delivery.HELD)] * 3, expected_version=None)
        (found,) = await store.overviews(owner=Owner.BOT)
        assert found.last is not None
        assert (found.last.text, found.place) == ("取消", None)

    async def test_conversations_are_found_by_agent(self, store: SqlAlchemyStore) -> None:
        mine = await owned_by(store, Owner.AGENT, "a", agent="anna")
        await owned_by(store, Owner.AGENT, "b", agent="ben")
        assert [found.id for found in await store.conversations(agent="anna")] == [mine.id]
        assert len(await store.conversations(limit=1)) == 1

    async def test_of_two_racing_claims_one_wins(self, store: SqlAlchemyStore) -> None:
        waiting = await owned_by(store, Owner.WAITING)
        claims = [
            store.change_owner(waiting.id, expected_version=waiting.version, owner=Owner.AGENT, agent=name)
            for name in ("anna", "ben", "chen")
        ]
        results = await asyncio.gather(*claims, return_exceptions=True)
        assert sum(isinstance(result, StaleConversation) for result in results) == 2
        assert (await store.conversation(waiting.id)).version == waiting.version + 1

    async def test_a_change_of_owner_says_its_notices(self, store: SqlAlchemyStore) -> None:
        waiting = await owned_by(store, Owner.WAITING)
        notice = Draft(Author.SYSTEM, "Anna 来了", "zh", key="notice_agent_joined")
        changed, written = await store.change_owner(
            waiting.id, expected_version=waiting.version, owner=Owner.AGENT, agent="anna", drafts=[notice]
        )
        assert (changed.owner, changed.agent) == (Owner.AGENT, "anna")
        assert await store.history(waiting.id) == written

    async def test_back_with_the_bot_counting_starts_again(self, store: SqlAlchemyStore) -> None:
        message = await accepted_in_new(store, "1")
        await answered(store, message, REPLY, misunderstandings=2, fresh=False)
        claimed = await owned_by(store, Owner.AGENT, agent="anna")
        returned, _ = await store.change_owner(
            claimed.id, expected_version=claimed.version, owner=Owner.BOT, fresh=True
        )
        assert (returned.misunderstandings, returned.fresh, returned.agent) == (0, True, None)
        assert returned.episode == claimed.episode

    async def test_an_agent_speaks_only_in_their_own_conversations(self, store: SqlAlchemyStore) -> None:
        conversation = await owned_by(store, Owner.AGENT, agent="anna")
        draft = Draft(Author.AGENT, "您好", "zh", agent="anna", client_id="1")
        said = await store.add_agent_message(conversation.id, draft)
        assert (said.seq, said.author, said.agent) == (1, Author.AGENT, "anna")
        with pytest.raises(StaleConversation):
            await store.add_agent_message(conversation.id, replace(draft, agent="ben", client_id="2"))
        await store.change_owner(conversation.id, expected_version=conversation.version, owner=Owner.BOT)
        with pytest.raises(StaleConversation):
            await store.add_agent_message(conversation.id, replace(draft, client_id="3"))
        assert [message.id for message in await store.history(conversation.id)] == [said.id]

    async def test_an_agents_message_sent_twice_is_one(self, store: SqlAlchemyStore) -> None:
        conversation = await owned_by(store, Owner.AGENT, agent="anna")
        draft = Draft(Author.AGENT, "您好", "zh", agent="anna", client_id="1")
        results = await asyncio.gather(*(store.add_agent_message(conversation.id, draft) for _ in range(4)))
        assert len({message.id for message in results}) == 1
        assert (await store.conversation(conversation.id)).last_seq == 1

    async def test_the_same_client_id_elsewhere_is_another_message(self, store: SqlAlchemyStore) -> None:
        draft = Draft(Author.AGENT, "您好", "zh", agent="anna", client_id="1")
        said = [
            await store.add_agent_message((await owned_by(store, Owner.AGENT, sender, agent="anna")).id, draft)
            for sender in ("a", "b")
        ]
        assert said[0].id != said[1].id

    async def test_a_note_of_one_subject_is_written_once(self, store: SqlAlchemyStore) -> None:
        conversation = await store.open_conversation("web", "noted", language="zh")
        written = [await store.note_once(conversation.id, subject, "Kefu", subject) for subject in ("a", "a", "b")]
        assert written == [True, False, True]
        assert [note.text for note in await store.notes(conversation.id)] == ["a", "b"]
        with pytest.raises(UnknownConversation):
            await store.note_once("f" * 32, "c", "Kefu", "nobody's")

    async def test_notes_are_kept_in_order(self, store: SqlAlchemyStore) -> None:
        conversation = await opened(store)
        first = await store.add_note(conversation.id, "anna", "VIP")
        second = await store.add_note(conversation.id, "ben", "已退款")
        assert await store.notes(conversation.id) == [first, second]
        with pytest.raises(UnknownConversation):
            await store.add_note("0" * 32, "anna", "lost")


async def accepted_in_new(store: SqlAlchemyStore, text: str, sender: str = "s") -> StoredMessage:
    await opened(store, sender)
    return await accepted(store, text, sender)
