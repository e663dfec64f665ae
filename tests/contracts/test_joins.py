"""One customer on several channels: what ``joining.Joins`` and the store promise of it, on every database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from actions.records.database import Database
from actions.records.tables import verifications
from bot.joining import Claim, JoinCode, JoinRefused, JoinRules, Joins, Verdict
from bot.messages import Author, Conversation, Customer, Delivery, Draft, Handoff, Incoming, Owner, StoredMessage
from bot.ports import StaleConversation, TurnRecord
from bot.rules_joining import load_join_rules
from bot.stores.join_store import JoinStore
from bot.stores.join_tables import join_codes
from bot.stores.rows import now
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from tests.databases import change, rows
from tests.fakes import FakeQueue

RULES = load_join_rules()
NOTICE = Draft(Author.SYSTEM, "已关联", "zh", key="notice_joined")
QUESTION = Draft(Author.BOT, "请给我订单号", "zh", key="utter_ask")


def hashes(made_for: str) -> dict[str, str]:
    return {"code": f"code {made_for}", "link": f"link {made_for}"}


class World:
    """A customer on the web and on WeChat."""

    def __init__(self, store: SqlAlchemyStore, joins: Joins) -> None:
        self.store, self.joins, self.count = store, joins, 0

    async def writes(self, channel: str, text: str = "你好", **more: Any) -> StoredMessage:
        self.count += 1
        told = Incoming(channel, f"{channel}-sender", f"{channel}:{self.count}", text, **more)
        return (await self.store.accept(told)).message

    async def on(self, channel: str) -> Conversation:
        return await self.store.open_conversation(channel, f"{channel}-sender", language="zh")

    async def handled(self, message: StoredMessage, *drafts: Draft) -> list[StoredMessage]:
        conversation = await self.store.conversation(message.conversation_id)
        said = [replace(draft, in_reply_to=message.id) for draft in drafts]
        return await self.store.record_turn(TurnRecord(message, conversation.version, drafts=said))

    async def owned(self, channel: str, owner: Owner, agent: str | None = None) -> Conversation:
        conversation = await self.on(channel)
        changed, _ = await self.store.change_owner(
            conversation.id, expected_version=conversation.version, owner=owner, agent=agent
        )
        return changed

    async def claims(self, given: str = "code m1", channel: str = "wechat", **changes: Any) -> Claim:
        message = await self.writes(channel, "KF-…", **changes)
        claim = await self.joins.claim(message, given, RULES)
        await self.handled(message)
        return claim

    async def code(self, made_for: str = "m1", channel: str = "web", rules: JoinRules = RULES) -> bool:
        return await self.joins.make_code(await self.on(channel), made_for, hashes(made_for), rules)

    async def claimed(self) -> tuple[JoinCode, StoredMessage]:
        """Made on the web, typed on WeChat; the message that says yes waits."""
        await self.writes("web", "换到微信继续")
        assert await self.code()
        claim = await self.claims()
        assert claim.code is not None
        return claim.code, await self.writes("wechat", "是的")

    async def join(self) -> Conversation:
        code, yes = await self.claimed()
        await self.joins.join(yes, code, [NOTICE], QUESTION)
        return await self.on("web")

    async def part(self) -> None:
        home, guest = await self.on("web"), await self.guest()
        drafts = {home.id: [NOTICE], guest: [replace(NOTICE, endpoint=guest)]}
        await self.joins.part(home.id, [guest], "customer", drafts)

    async def guest(self) -> str:
        return (await self.on("wechat")).endpoint

    async def texts(self, conversation_id: str) -> list[str]:
        return [message.text for message in await self.store.history(conversation_id)]


@pytest.fixture
def world(store: SqlAlchemyStore, database: Database) -> World:
    return World(store, JoinStore(database))


class TestCodes:
    async def test_a_right_code_is_found_by_hand_and_by_link(self, world: World) -> None:
        for how in ("code", "link"):
            home = await world.on("web")
            await world.code(how)
            claim = await world.claims(f"{how} {how}")
            assert (claim.verdict, claim.code and (claim.code.home_id, claim.code.channel, claim.code.by)) == (
                Verdict.FOUND,
                (home.id, "web", how),
            )
            waiting = await world.joins.claimed(await world.guest())
            assert waiting == claim.code
            await world.joins.drop_claim(await world.guest())
            assert await world.joins.claimed(await world.guest()) is None

    async def test_a_code_is_typed_once(self, world: World) -> None:
        await world.code()
        assert (await world.claims()).verdict is Verdict.FOUND
        assert (await world.claims()).verdict is Verdict.REFUSED
        assert (await world.claims(channel="messenger")).verdict is Verdict.REFUSED

    async def test_typed_by_two_at_once_it_is_one_of_theirs(self, world: World) -> None:
        await world.code()
        messages = [await world.writes(channel) for channel in ("wechat", "messenger", "wecom")]
        claims = await asyncio.gather(*(world.joins.claim(each, "code m1", RULES) for each in messages))
        assert sorted(claim.verdict.value for claim in claims) == ["found", "refused", "refused"]

    async def test_the_same_message_again_claims_the_same(self, world: World) -> None:
        await world.code()
        message = await world.writes("wechat", "KF-…")
        first = await world.joins.claim(message, "code m1", RULES)
        assert await world.joins.claim(message, "code m1", RULES) == first

    async def test_an_expired_code_is_refused(self, world: World, database: Database) -> None:
        await world.code()
        await change(database, sa.update(join_codes).values(expires_at=now() - timedelta(seconds=1)))
        assert (await world.claims()).verdict is Verdict.REFUSED

    async def test_a_new_code_ends_the_one_before(self, world: World) -> None:
        await world.code("m1")
        assert await world.code("m2")
        assert (await world.claims()).verdict is Verdict.REFUSED
        assert (await world.claims("code m2")).verdict is Verdict.FOUND

    async def test_handled_again_it_is_another_code_for_the_same_message(self, world: World) -> None:
        await world.code("m1")
        assert await world.joins.make_code(await world.on("web"), "m1", hashes("again"), RULES)
        assert (await world.claims("code again")).verdict is Verdict.FOUND

    async def test_only_so_many_are_made(self, world: World) -> None:
        few = replace(RULES, codes_of_one_chat=2)
        home = await world.on("web")
        made = [await world.joins.make_code(home, str(n), hashes(str(n)), few) for n in range(3)]
        assert made == [True, True, False]

    async def test_after_too_many_wrong_ones_the_right_one_is_refused_too(self, world: World) -> None:
        await world.code()
        for n in range(RULES.wrong_of_one_chat):
            assert (await world.claims(f"wrong {n}")).verdict is Verdict.REFUSED
        assert (await world.claims()).verdict is Verdict.REFUSED
        assert (await world.claims(channel="messenger")).verdict is Verdict.FOUND

    async def test_nobody_tries_from_one_address_with_many_chats(self, world: World) -> None:
        few = replace(RULES, wrong_of_one_address=2)
        await world.code()
        for channel in ("wechat", "messenger", "wecom"):
            message = await world.writes(channel, address="203.0.113.7")
            given = "code m1" if channel == "wecom" else "wrong"
            assert (await world.joins.claim(message, given, few)).verdict is Verdict.REFUSED

    async def test_a_message_handled_again_counts_once(self, world: World) -> None:
        await world.code()
        message = await world.writes("wechat")
        for _ in range(RULES.wrong_of_one_chat + 1):
            assert (await world.joins.claim(message, "wrong", RULES)).verdict is Verdict.REFUSED
        assert (await world.claims()).verdict is Verdict.FOUND

    async def test_where_it_was_made_it_joins_nothing_and_stays_good(self, world: World) -> None:
        await world.code()
        assert (await world.claims(channel="web")).verdict is Verdict.OWN
        assert (await world.claims()).verdict is Verdict.FOUND

    async def test_a_chat_that_is_joined_is_not_joined_again(self, world: World) -> None:
        await world.join()
        await world.code("m2", channel="messenger")
        assert (await world.claims("code m2")).verdict is Verdict.TAKEN
        assert (await world.claims("code m2", channel="web")).verdict is Verdict.TAKEN


class TestJoining:
    async def test_both_lead_to_one_conversation(self, world: World) -> None:
        home = await world.join()
        guest = await world.on("wechat")
        assert guest.id == home.id
        assert (guest.channel, guest.sender) == ("wechat", "wechat-sender")
        assert guest.endpoint != home.id
        assert (await world.writes("wechat", "到了吗")).conversation_id == home.id
        assert (await world.writes("web", "在吗")).conversation_id == home.id
        assert (await world.texts(home.id))[-2:] == ["到了吗", "在吗"]

    async def test_it_is_seen_from_where_the_customer_wrote_last(self, world: World) -> None:
        home = await world.join()
        for channel in ("wechat", "web", "wechat"):
            message = await world.writes(channel)
            seen = await world.store.conversation(home.id)
            assert (seen.channel, seen.sender, seen.endpoint) == (channel, f"{channel}-sender", message.endpoint)
            assert [each.channel for each in await world.store.conversations()] == [channel]

    async def test_what_is_said_about_it_goes_where_it_should(self, world: World) -> None:
        home = await world.join()
        guest = await world.guest()
        unsent = (await world.store.work(home.id)).unsent
        assert [(each.text, each.endpoint) for each in unsent] == [("已关联", guest), ("请给我订单号", guest)]
        assert (await world.store.work(home.id)).endpoints[guest].sender == "wechat-sender"

    async def test_an_answer_goes_where_its_question_was_written(self, world: World) -> None:
        await world.join()
        asked, elsewhere = await world.writes("wechat", "1"), await world.writes("web", "2")
        answers = [*await world.handled(asked, QUESTION), *await world.handled(elsewhere, QUESTION)]
        assert [answer.endpoint for answer in answers] == [asked.endpoint, elsewhere.endpoint]

    async def test_an_agents_words_go_where_the_customer_wrote_last(self, world: World) -> None:
        await world.join()
        home = await world.owned("web", Owner.AGENT, "anna")
        said = Draft(Author.AGENT, "您好", "zh", agent="anna")
        for channel in ("web", "wechat"):
            message = await world.writes(channel)
            assert (await world.store.add_agent_message(home.id, said)).endpoint == message.endpoint

    async def test_what_waited_moves_to_where_the_customer_is_now(self, world: World) -> None:
        home = await world.join()
        asked = await world.writes("wechat", window="message")
        (reply,) = await world.handled(asked, QUESTION)
        await world.store.mark_delivery([reply.id], Delivery.DELAYED, reason="window_closed")
        await world.writes("web")
        moved = next(each for each in (await world.store.work(home.id)).unsent if each.id == reply.id)
        assert (moved.delivery, moved.endpoint) == (Delivery.PENDING, home.id)

    async def test_reply_windows_are_the_endpoints_own(self, world: World) -> None:
        home = await world.join()
        asked = await world.writes("wechat", window="message")
        assert [window.kind for window in await world.store.reply_windows(asked.endpoint)] == ["message"]
        assert await world.store.reply_windows(home.id) == []

    @pytest.mark.parametrize(
        ("of_home", "of_guest", "then"),
        [
            (Owner.BOT, Owner.BOT, Owner.BOT),
            (Owner.BOT, Owner.WAITING, Owner.WAITING),
            (Owner.BOT, Owner.AGENT, Owner.AGENT),
            (Owner.WAITING, Owner.AGENT, Owner.AGENT),
            (Owner.WAITING, Owner.BOT, Owner.WAITING),
            (Owner.AGENT, Owner.WAITING, Owner.AGENT),
            (Owner.AGENT, Owner.AGENT, Owner.AGENT),
            (Owner.CLOSED, Owner.BOT, Owner.BOT),
        ],
    )
    async def test_there_is_one_owner_the_stronger_one(
        self, world: World, of_home: Owner, of_guest: Owner, then: Owner
    ) -> None:
        code, yes = await world.claimed()
        before = await world.owned("web", of_home, "anna" if of_home is Owner.AGENT else None)
        guest = await world.owned("wechat", of_guest, "ben" if of_guest is Owner.AGENT else None)
        await world.joins.join(yes, code, [NOTICE], QUESTION)
        home = await world.on("web")
        agent = "anna" if of_home is Owner.AGENT else "ben" if then is Owner.AGENT else None
        assert (home.owner, home.agent) == (then, agent)
        assert home.version == before.version + (then is not of_home)
        assert home.waiting_since == ((guest if of_guest is then else before).waiting_since)
        assert home.episode == before.episode + (of_home is Owner.CLOSED)
        assert (await world.store.conversation(guest.id)).owner is Owner.CLOSED
        assert ("请给我订单号" in await world.texts(home.id)) is (then is Owner.BOT)
        assert [each.id for each in await world.store.conversations()] == [home.id]

    async def test_the_desk_still_reads_why_a_person_was_called(self, world: World) -> None:
        code, yes = await world.claimed()
        asked = await world.writes("wechat", "转人工")
        guest = await world.store.conversation(asked.conversation_id)
        await world.store.record_turn(
            TurnRecord(
                asked, guest.version, new_owner=Owner.WAITING, handoff=Handoff("asks_for_human", asked.id, "转人工")
            )
        )
        await world.joins.join(yes, code, [], None)
        overview = await world.store.overview(code.home_id)
        assert overview.handoff is not None
        assert (overview.handoff.rule, overview.place) == ("asks_for_human", 1)

    async def test_what_was_not_handled_yet_goes_along_in_order(self, world: World) -> None:
        code, yes = await world.claimed()
        later = [await world.writes("wechat", text) for text in ("第一", "第二")]
        await world.joins.join(yes, code, [NOTICE], None)
        home = await world.on("web")
        assert (await world.texts(home.id)) == ["换到微信继续", "第一", "第二", "已关联"]
        history = await world.store.history(home.id)
        assert [each.seq for each in history] == [1, 2, 3, 4]
        assert [each.id for each in history[1:3]] == [each.id for each in later]
        assert {each.endpoint for each in history[1:3]} == {yes.endpoint}
        assert yes.endpoint not in await world.store.unhandled_conversations()

    async def test_a_message_delivered_again_is_the_same_one(self, world: World) -> None:
        message = await world.writes("wechat")
        await world.join()
        again = await world.store.accept(Incoming("wechat", "wechat-sender", message.external_id or "", "你好"))
        assert (again.duplicate, again.message.id) == (True, message.id)

    async def test_a_yes_joins_once(self, world: World) -> None:
        code, yes = await world.claimed()
        joining = (world.joins.join(yes, code, [NOTICE], None) for _ in range(4))
        results = await asyncio.gather(*joining, return_exceptions=True)
        faults = [each for each in results if isinstance(each, BaseException)]
        assert all(isinstance(fault, JoinRefused) for fault in faults)
        home = await world.on("web")
        assert await world.texts(home.id) == ["换到微信继续", "已关联"]
        assert len(await world.joins.endpoints(home.id)) == 2

    async def test_too_late_a_yes_changes_nothing(self, world: World, database: Database) -> None:
        code, yes = await world.claimed()
        before = await world.on("web")
        await change(database, sa.update(join_codes).values(expires_at=now() - timedelta(seconds=1)))
        with pytest.raises(JoinRefused):
            await world.joins.join(yes, code, [NOTICE], None)
        assert await world.on("web") == before
        assert (await world.on("wechat")).id == yes.conversation_id
        assert (await world.store.work(yes.conversation_id)).message == yes

    async def test_two_signed_customers_are_never_one(self, world: World) -> None:
        code, yes = await world.claimed()
        for channel, customer in (("web", "c1"), ("wechat", "c2")):
            await world.store.open_conversation(
                channel, f"{channel}-sender", language="zh", customer=Customer(customer, "")
            )
        with pytest.raises(JoinRefused):
            await world.joins.join(yes, code, [NOTICE], None)

    async def test_a_signed_customer_is_lent_and_given_back(self, world: World) -> None:
        code, yes = await world.claimed()
        await world.store.open_conversation("wechat", "wechat-sender", language="zh", customer=Customer("c1", "张伟"))
        await world.joins.join(yes, code, [NOTICE], None)
        assert (await world.on("web")).customer == Customer("c1", "张伟")
        await world.part()
        assert (await world.on("web")).customer is None
        assert (await world.on("wechat")).customer == Customer("c1", "张伟")

    async def test_what_needs_a_one_time_code_needs_a_new_one(self, world: World, database: Database) -> None:
        """An order stays proven at home; nothing that the guest has proven comes along."""
        code, yes = await world.claimed()
        home = code.home_id
        proofs = [
            (home, "c1", "code"),
            (home, "c2", "order"),
            (home, "c4", "agent"),
            (yes.conversation_id, "c3", "order"),
        ]
        for conversation_id, customer_id, level in proofs:
            proof = {"customer_id": customer_id, "order_number": "SO1", "level": level, "at": now()}
            await change(database, sa.insert(verifications).values(conversation_id=conversation_id, **proof))
        await world.joins.join(yes, code, [NOTICE], None)
        query = sa.select(verifications.c.customer_id, verifications.c.level)
        at_home = await rows(database, query.where(verifications.c.conversation_id == code.home_id))
        assert {tuple(row) for row in at_home} == {("c1", "order"), ("c2", "order"), ("c4", "order")}

    async def test_accepting_races_with_joining_and_nothing_is_lost(self, world: World) -> None:
        code, yes = await world.claimed()
        joining = world.joins.join(yes, code, [NOTICE], None)
        sent = [f"第{n}条" for n in range(12)]
        incoming = [Incoming("wechat", "wechat-sender", text, text) for text in sent]
        await asyncio.gather(joining, *(world.store.accept(each) for each in incoming))
        home = await world.on("web")
        history = await world.store.history(home.id)
        assert sorted(each.text for each in history if each.text in sent) == sorted(sent)
        assert [each.seq for each in history] == list(range(1, len(history) + 1))
        assert await world.store.unhandled_conversations() == [home.id]


class TestParting:
    async def test_each_is_a_chat_of_its_own_again(self, world: World) -> None:
        home = await world.join()
        await world.part()
        guest = await world.on("wechat")
        assert guest.id == guest.endpoint != home.id
        message = await world.writes("wechat", "还在吗")
        assert message.conversation_id == guest.id
        reopened = await world.store.conversation(guest.id)
        assert (reopened.owner, reopened.fresh, reopened.episode) == (Owner.BOT, True, guest.episode + 1)
        assert (await world.store.conversation(home.id)).channel == "web"

    async def test_what_was_said_stays_where_it_was_said(self, world: World) -> None:
        home = await world.join()
        await world.handled(await world.writes("wechat", "同一个会话"))
        await world.part()
        assert "同一个会话" in await world.texts(home.id)

    async def test_what_was_not_handled_yet_goes_back(self, world: World) -> None:
        home = await world.join()
        for text in ("第一", "第二"):
            await world.writes("wechat", text)
        mine = await world.writes("web", "我的")
        await world.part()
        guest = await world.on("wechat")
        work = await world.store.work(guest.id)
        assert work.message is not None
        assert (work.message.text, guest.owner, work.message.episode) == ("第一", Owner.BOT, guest.episode)
        left = (await world.store.work(home.id)).message
        assert left is not None
        assert left.id in (mine.id, (await world.store.history(home.id))[0].id)
        assert "第一" not in await world.texts(home.id)

    async def test_what_was_not_said_there_is_said_at_home(self, world: World) -> None:
        home = await world.join()
        (reply,) = await world.handled(await world.writes("wechat"), QUESTION)
        await world.part()
        unsent = {each.id: each.endpoint for each in (await world.store.work(home.id)).unsent}
        assert unsent[reply.id] == home.id

    async def test_a_bot_turn_cut_off_by_it_is_not_written(self, world: World) -> None:
        """The message belongs to the other conversation by then, and is handled there."""
        home = await world.join()
        asked = await world.writes("wechat", "到哪了")
        await world.part()
        assert await world.store.record_turn(TurnRecord(asked, home.version, drafts=[QUESTION])) == []
        moved = (await world.store.work(asked.endpoint)).message
        assert moved is not None
        assert moved.id == asked.id

    async def test_who_was_proven_while_joined_is_asked_again(self, world: World, database: Database) -> None:
        home = await world.join()
        proof = {"customer_id": "c1", "order_number": "SO1", "level": "order", "at": now()}
        await change(database, sa.insert(verifications).values(conversation_id=home.id, **proof))
        await world.part()
        assert await rows(database, sa.select(verifications)) == []

    async def test_it_can_be_joined_again(self, world: World) -> None:
        home = await world.join()
        await world.part()
        await world.code("m9")
        claim = await world.claims("code m9")
        assert claim.code is not None
        await world.joins.join(await world.writes("wechat", "是"), claim.code, [NOTICE], None)
        assert (await world.on("wechat")).id == home.id

    async def test_who_did_what_stays_known(self, world: World) -> None:
        home = await world.join()
        own, other = await world.joins.endpoints(home.id)
        assert (own.channel, own.joined_at, other.channel, other.joined_by) == ("web", None, "wechat", "code")
        await world.part()
        _, other = await world.joins.endpoints(home.id)
        assert (other.parted_by, other.parted_at is not None) == ("customer", True)

    async def test_an_agent_of_the_home_stays(self, world: World) -> None:
        await world.join()
        home = await world.owned("web", Owner.AGENT, "anna")
        await world.part()
        assert (await world.store.conversation(home.id)).agent == "anna"
        said, guest = Draft(Author.AGENT, "您好", "zh", agent="anna"), await world.guest()
        with pytest.raises(StaleConversation):
            await world.store.add_agent_message(guest, said)


async def test_one_line_of_time(world: World) -> None:
    """Both histories in the order of arrival; after it was undone each has its own again."""
    await world.handled(await world.writes("wechat", "微信里问过"))
    home = await world.join()
    await world.writes("wechat", "接着聊")
    line = [message.text for message in await world.joins.line_of_time(home.id)]
    assert line == ["微信里问过", "换到微信继续", "KF-…", "是的", "已关联", "请给我订单号", "接着聊"]
    await world.part()
    assert "微信里问过" not in [message.text for message in await world.joins.line_of_time(home.id)]


async def test_a_queue_in_the_same_database_is_rung_for_the_home(world: World, queue: FakeQueue) -> None:
    home = await world.join()
    assert (await world.writes("wechat")).conversation_id == home.id
