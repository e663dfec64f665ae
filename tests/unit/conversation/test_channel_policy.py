"""What may go out over a platform, and what waits: examples first, then whatever anybody writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channel_rules import ChannelRule, ReplyWindow, WindowRule
from bot.conversation.channel_policy import Kept, Plan, again, plan, standing
from bot.conversation.fit_message import BETWEEN_BUBBLES
from bot.messages import Author, Card, Delivery, OfferedButton, StoredMessage

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
FIVE = ChannelRule("wechat", (WindowRule("message", timedelta(hours=48), 5, 2),), text_limit=100)
ANY_NUMBER = ChannelRule("messenger", (WindowRule("message", timedelta(hours=24)),), agent_lasts=timedelta(days=7))
OPEN = [ReplyWindow("message", NOW - timedelta(minutes=1))]


def said(seq: int, text: str = "", author: Author = Author.BOT, minutes_ago: float = 0) -> StoredMessage:
    at = NOW - timedelta(minutes=minutes_ago)
    return StoredMessage(f"{seq:032d}", "c" * 32, seq, 1, author, text or f"第{seq}句", "zh", at)


def several(count: int, text: str = "") -> list[StoredMessage]:
    return [said(seq, text) for seq in range(1, count + 1)]


def sent(steps: Plan) -> list[str]:
    return [piece.text for parcel in steps.parcels for piece in parcel.pieces]


def kept(steps: Plan) -> list[tuple[int, Delivery, str | None]]:
    return [(each.message.seq, each.fate, each.reason) for each in steps.kept]


class TestQuota:
    def test_the_bot_leaves_the_agents_share(self) -> None:
        steps = plan(FIVE, OPEN, several(4), NOW)
        assert sent(steps) == ["第1句", "第2句", "第3句"]
        assert kept(steps) == [(4, Delivery.DELAYED, "kept_for_agent")]
        assert steps.cut

    def test_the_agent_may_use_it_all_but_not_more(self) -> None:
        words = [said(seq, author=Author.AGENT) for seq in range(1, 7)]
        steps = plan(FIVE, OPEN, words, NOW)
        assert len(sent(steps)) == 5
        assert kept(steps) == [(6, Delivery.DELAYED, "quota_spent")]
        assert not steps.cut

    def test_what_was_spent_before_counts(self) -> None:
        steps = plan(FIVE, [replace(OPEN[0], spent=5)], [said(1)], NOW)
        assert kept(steps) == [(1, Delivery.DELAYED, "quota_spent")]
        assert not steps.cut, "nothing goes out, so nothing can be said at the edge"

    def test_later_words_do_not_overtake_earlier_ones(self) -> None:
        rule = replace(FIVE, windows=(WindowRule("message", timedelta(hours=1), 3),))
        steps = plan(rule, [replace(OPEN[0], spent=1)], [said(1, "长" * 250), said(2, "短")], NOW)
        assert sent(steps) == []
        assert [seq for seq, _, _ in kept(steps)] == [1, 2]

    def test_a_short_window_is_spent_before_a_long_one(self) -> None:
        rule = replace(FIVE, windows=(*FIVE.windows, WindowRule("menu", timedelta(minutes=1), 3)))
        windows = [*OPEN, ReplyWindow("menu", NOW - timedelta(seconds=10))]
        steps = plan(rule, windows, several(7), NOW)
        assert [parcel.window for parcel in steps.parcels] == ["menu"] * 3 + ["message"] * 3
        assert [seq for seq, _, _ in kept(steps)] == [7]

    def test_what_no_window_can_ever_take_blocks_nobody(self) -> None:
        steps = plan(FIVE, OPEN, [said(1, "长" * 1000), said(2)], NOW)
        assert kept(steps) == [(1, Delivery.FAILED, "too_long")]
        assert sent(steps) == ["第2句"]


class TestWindow:
    def test_after_the_window_everything_waits(self) -> None:
        closed = [ReplyWindow("message", NOW - timedelta(hours=48))]
        steps = plan(FIVE, closed, several(2), NOW)
        assert kept(steps) == [(seq, Delivery.DELAYED, "window_closed") for seq in (1, 2)]

    def test_no_window_was_ever_opened(self) -> None:
        assert kept(plan(FIVE, [], several(1), NOW)) == [(1, Delivery.DELAYED, "window_closed")]

    def test_after_it_only_an_agent_gets_through(self) -> None:
        opened = [ReplyWindow("message", NOW - timedelta(hours=30))]
        steps = plan(ANY_NUMBER, opened, [said(1), said(2, author=Author.AGENT)], NOW)
        assert [(parcel.messages[0].seq, parcel.late, parcel.window) for parcel in steps.parcels] == [(2, True, None)]
        assert kept(steps) == [(1, Delivery.DELAYED, "window_closed")]

    def test_within_it_nobody_is_late(self) -> None:
        steps = plan(ANY_NUMBER, OPEN, [said(1), said(2, author=Author.AGENT)], NOW)
        assert [parcel.late for parcel in steps.parcels] == [False, False]

    def test_after_seven_days_an_agent_waits_too(self) -> None:
        opened = [ReplyWindow("message", NOW - timedelta(days=7))]
        steps = plan(ANY_NUMBER, opened, [said(2, author=Author.AGENT)], NOW)
        assert kept(steps) == [(2, Delivery.DELAYED, "window_closed")]

    def test_what_has_waited_too_long_is_not_said_any_more(self) -> None:
        steps = plan(FIVE, OPEN, [said(1, minutes_ago=49 * 60), said(2)], NOW)
        assert kept(steps) == [(1, Delivery.FAILED, "too_old")]
        assert sent(steps) == ["第2句"]

    def test_without_windows_everything_goes_out(self) -> None:
        steps = plan(ChannelRule("x"), [], several(9), NOW)
        assert (len(steps.parcels), steps.kept) == (9, ())


class TestMerging:
    MERGING = replace(FIVE, merge_bubbles=3)

    def test_bubbles_become_one_message(self) -> None:
        steps = plan(self.MERGING, OPEN, several(4), NOW)
        assert sent(steps) == [BETWEEN_BUBBLES.join(["第1句", "第2句", "第3句"]), "第4句"]
        assert steps.parcels[0].pieces[0].id == said(1).id

    def test_never_longer_than_the_platform_takes(self) -> None:
        assert len(sent(plan(self.MERGING, OPEN, several(2, "长" * 60), NOW))) == 2

    def test_an_agents_words_stand_alone(self) -> None:
        words = [said(1), said(2, author=Author.AGENT), said(3)]
        assert len(plan(self.MERGING, OPEN, words, NOW).parcels) == 3

    def test_buttons_come_with_the_last_piece(self) -> None:
        offered = (OfferedButton("b", {"zh": "转人工", "en": "Person"}, "/x"),)
        message = replace(said(1, "长" * 150), buttons=offered)
        first, second = plan(self.MERGING, OPEN, [message], NOW).parcels[0].pieces
        assert (first.buttons, second.buttons) == ((), offered)
        assert first.id != second.id

    def test_where_only_the_last_buttons_are_seen_all_come_there(self) -> None:
        def button(label: str, name: str) -> OfferedButton:
            return OfferedButton(name, {"zh": label, "en": label}, "/x")

        words = [
            replace(said(1), buttons=(button("查物流", "1"), button("转人工", "2"))),
            said(2),
            replace(said(3), buttons=(button("转人工", "3"),)),
        ]
        rule = replace(FIVE, buttons_under_last=True, buttons=13)
        shown = [[each.id for each in parcel.pieces[-1].buttons] for parcel in plan(rule, OPEN, words, NOW).parcels]
        assert shown == [[], [], ["1", "3"]]
        assert [len(parcel.pieces[-1].buttons) for parcel in plan(FIVE, OPEN, words, NOW).parcels] == [2, 0, 1]

    def test_nothing_follows_a_card_in_the_same_message(self) -> None:
        card = Card("article", {"title": {"zh": "退货", "en": "Returns"}, "link": "/help/returns"})
        words = [replace(said(1), card=card), said(2)]
        assert len(plan(self.MERGING, OPEN, words, NOW).parcels) == 2
        (only,) = plan(replace(self.MERGING, cards=False), OPEN, words, NOW, base_url="https://shop").parcels
        assert only.pieces[0].text == "第1句\n\n退货\nhttps://shop/help/returns?language=zh\n\n第2句"

    def test_a_second_try_is_the_same_parcel(self) -> None:
        (parcel,) = plan(self.MERGING, OPEN, several(3, "长" * 30), NOW).parcels
        assert again(self.MERGING, parcel.messages).pieces == parcel.pieces


class TestEdge:
    EDGE = replace(said(99, "还有内容", Author.SYSTEM), key="notice_more_waits")

    def test_it_rides_on_the_last_message_for_nothing(self) -> None:
        steps = plan(FIVE, OPEN, several(5), NOW, edge=self.EDGE)
        assert sent(steps) == ["第1句", "第2句", f"第3句{BETWEEN_BUBBLES}还有内容"]
        assert [seq for seq, _, _ in kept(steps)] == [4, 5]

    def test_where_it_does_not_fit_it_takes_the_last_place(self) -> None:
        steps = plan(FIVE, OPEN, several(4, "长" * 100), NOW, edge=self.EDGE)
        assert sent(steps)[-1] == "还有内容"
        assert [seq for seq, _, _ in kept(steps)] == [3, 4]

    def test_it_never_takes_the_place_of_the_only_message(self) -> None:
        steps = plan(FIVE, OPEN, [said(1, "长" * 300), said(2)], NOW, edge=self.EDGE)
        assert [parcel.messages[0].seq for parcel in steps.parcels] == [1]
        assert kept(steps) == [(2, Delivery.DELAYED, "kept_for_agent"), (99, Delivery.HELD, None)]

    def test_unneeded_it_is_not_sent(self) -> None:
        steps = plan(FIVE, OPEN, several(2), NOW, edge=self.EDGE)
        assert len(sent(steps)) == 2
        assert kept(steps) == [(99, Delivery.HELD, None)]


class TestStanding:
    def test_what_the_desk_shows(self) -> None:
        shown = standing(FIVE, [replace(OPEN[0], spent=4)], NOW)
        assert shown is not None
        assert (shown.left, shown.left_for_bot, shown.agent_until) == (1, 0, None)
        assert shown.closes_at == OPEN[0].opened_at + timedelta(hours=48)

    def test_any_number_and_the_agents_last_chance(self) -> None:
        shown = standing(ANY_NUMBER, [ReplyWindow("message", NOW - timedelta(hours=30))], NOW)
        assert shown is not None
        assert (shown.closes_at, shown.left) == (None, 0)
        assert shown.agent_until == NOW - timedelta(hours=30) + timedelta(days=7)

    def test_nothing_for_a_channel_without_windows(self) -> None:
        assert standing(ChannelRule("x"), [], NOW) is None


TEXTS = st.text(alphabet="长a 。\n，x😀", min_size=1, max_size=260).filter(str.strip)
RULES = st.builds(
    lambda messages, kept, merge, limit, in_bytes, buttons: ChannelRule(
        "any",
        (
            WindowRule("message", timedelta(hours=48), messages, min(kept, messages - 1)),
            WindowRule("menu", timedelta(minutes=1), 2),
        ),
        text_limit=limit,
        in_bytes=in_bytes,
        merge_bubbles=merge,
        buttons=buttons,
    ),
    st.integers(1, 6),
    st.integers(0, 5),
    st.integers(1, 5),
    st.integers(20, 200),
    st.booleans(),
    st.integers(0, 3),
)


@st.composite
def conversations(draw: st.DrawFn) -> list[StoredMessage]:
    authors = draw(st.lists(st.sampled_from([Author.BOT, Author.SYSTEM, Author.AGENT]), max_size=9))
    button = OfferedButton("b" * 32, {"zh": "钮", "en": "b"}, "/x")
    return [
        replace(said(seq, draw(TEXTS), author), buttons=(button,) * draw(st.integers(0, 4)))
        for seq, author in enumerate(authors, 1)
    ]


WINDOWS = st.lists(
    st.builds(
        lambda kind, minutes, spent: ReplyWindow(kind, NOW - timedelta(minutes=minutes), spent),
        st.sampled_from(["message", "menu"]),
        st.floats(0, 3500),
        st.integers(0, 7),
    ),
    max_size=2,
    unique_by=lambda window: window.kind,
)
EDGES = st.one_of(st.none(), st.just(TestEdge.EDGE))


def letters(messages: Sequence[StoredMessage]) -> str:
    return "".join("".join(message.text for message in messages).split())


@given(RULES, WINDOWS, conversations(), EDGES)
def test_nothing_is_dropped_and_nothing_said_twice(
    rule: ChannelRule, windows: list[ReplyWindow], messages: list[StoredMessage], edge: StoredMessage | None
) -> None:
    steps = plan(rule, windows, messages, NOW, edge=edge)
    planned = [message.seq for parcel in steps.parcels for message in parcel.messages]
    planned += [each.message.seq for each in steps.kept]
    given_to_it = [message.seq for message in (*messages, *([edge] if edge else []))]
    assert sorted(planned) == given_to_it
    for parcel in steps.parcels:
        if not any(message.buttons for message in parcel.messages):
            assert letters(parcel.pieces) == letters(parcel.messages)
    assert all(each.fate in (Delivery.DELAYED, Delivery.FAILED) for each in steps.kept if each.message is not edge)
    assert all(each.reason for each in steps.kept if each.message is not edge)


@given(RULES, WINDOWS, conversations(), EDGES)
def test_the_agents_reserve_is_never_spent_by_the_bot(
    rule: ChannelRule, windows: list[ReplyWindow], messages: list[StoredMessage], edge: StoredMessage | None
) -> None:
    steps = plan(rule, windows, messages, NOW, edge=edge)
    for window_rule in rule.windows:
        before = next((window.spent for window in windows if window.kind == window_rule.kind), 0)
        assert window_rule.messages is not None
        total, spent_before_bot = before, []
        for parcel in (each for each in steps.parcels if each.window == window_rule.kind):
            total += len(parcel.pieces)
            if parcel.messages[0].author is not Author.AGENT:
                spent_before_bot.append(total)
        if any(parcel.window == window_rule.kind for parcel in steps.parcels):
            assert total <= window_rule.messages
        assert all(count <= window_rule.messages - window_rule.kept_for_agent for count in spent_before_bot)


@given(RULES, WINDOWS, conversations(), EDGES)
def test_every_piece_is_within_the_limits(
    rule: ChannelRule, windows: list[ReplyWindow], messages: list[StoredMessage], edge: StoredMessage | None
) -> None:
    assert rule.text_limit is not None
    assert rule.buttons is not None
    for parcel in plan(rule, windows, messages, NOW, edge=edge).parcels:
        assert len({piece.id for piece in parcel.pieces}) == len(parcel.pieces)
        for piece in parcel.pieces:
            assert len(piece.text.encode() if rule.in_bytes else piece.text) <= rule.text_limit
            assert len(piece.buttons) <= rule.buttons


@given(RULES, conversations())
def test_a_customer_who_goes_on_writing_gets_everything(rule: ChannelRule, messages: list[StoredMessage]) -> None:
    """Each message of theirs opens a fresh window; whatever waits goes out in the end, in order."""
    waiting, seen, edge = list(messages), list[int](), TestEdge.EDGE
    for _ in range(len(messages) + 1):
        steps = plan(rule, [ReplyWindow("message", NOW)], waiting, NOW, edge=edge)
        failed = {each.message.seq for each in steps.kept if each.fate is Delivery.FAILED}
        waiting = _waiting(steps.kept)
        gone = [message.seq for parcel in steps.parcels for message in parcel.messages if message is not edge]
        seen += [*gone, *failed]
    assert waiting == []
    assert sorted(seen) == [message.seq for message in messages]


def _waiting(kept_back: Sequence[Kept]) -> list[StoredMessage]:
    return [each.message for each in kept_back if each.fate is Delivery.DELAYED]


@pytest.mark.parametrize("author", [Author.BOT, Author.AGENT])
def test_a_chatty_bot_in_one_window(author: Author) -> None:
    """However many turns: what the store counted is what the next plan sees."""
    spent, delayed = 0, 0
    for seq in range(1, 12):
        steps = plan(FIVE, [replace(OPEN[0], spent=spent)], [said(seq, author=author)], NOW)
        spent += len(sent(steps))
        delayed += len(steps.kept)
    assert (spent, delayed) == ((3, 8) if author is Author.BOT else (5, 6))
