"""Whatever is said and pressed, in whatever order: nothing changes twice, unasked, or for somebody unverified.

Two customers talk to one shop. What each of them may see and change is worked out here from what they said, not from
what the code under test believes; ``docs/services.md`` tells which safeguards were taken out to see this fail.
"""

from __future__ import annotations

import asyncio
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions import services
from actions.complaint_rules import KIND_OF
from actions.forms.table import ALL, SERVICES
from actions.identity.codes import Codes
from actions.records import clock, complaints, demo
from actions.records.care_tables import memberships, privacy_requests
from actions.records.complaints import Matter
from actions.records.database import Database
from actions.records.tables import action_outcomes, customers, order_addresses, orders, refunds, service_requests
from tests.databases import copy_of, rows
from tests.outages import CanFail
from tests.unit.actions.form_talk import FormTalk, Said
from tests.unit.actions.test_codes import Outbox
from tests.unit.actions.test_service_form import NoArticles

MOVES_MONEY = {"cancel_order", "return_item", "request_refund", "wrong_or_damaged_item"}
NUMBERS = tuple(f"SO20261101000{number}" for number in range(1, 7))
CLEAR_YES = ("是的", "好，确认", "yes please")
UNCLEAR_YES = ("可以吧，不过先等等", "ok but wait")
ANSWERS = {
    "new_address": ("杭州市西湖区文三路90号", "北京市朝阳区建国路88号"),
    "delivery_day": ("后天", "明天"),
    "delivery_hours": ("下午3点", "上午10点"),
    "new_quantity": ("3", "5"),
    "new_variant": ("红色的", "大号"),
    "wanted_version": ("换大一号", "换黑色"),
    "problem": ("坏了，开不了机", "声音很大"),
    "seen_price": ("99元", "9元"),
    "invoice_title": ("杭州云朵科技有限公司", "张三"),
    "tax_number": ("91330106MA2CF00K4K", "91330106MA2CF00K4M"),
    "email": ("a@example.com", "b@example.com"),
}
# An order that each service may be done for; what is asked for another one is mostly refused by the rules.
PAID, ON_ITS_WAY, DELIVERED = NUMBERS[0], NUMBERS[1], NUMBERS[2]
FITS = dict.fromkeys(SERVICES, DELIVERED) | dict.fromkeys(
    ("cancel_order", "change_address", "change_order", "schedule_delivery", "expedite_order"), PAID
)
WORDS = [
    ("收货地址改成杭州市西湖区文三路90号", "change_address"),
    ("收货地址改成北京市朝阳区建国路88号", "change_address"),
    ("取消订单", "cancel_order"),
    *[(number, "inform") for number in NUMBERS],
    *[(digits, "inform") for digits in ("8001", "8002", "8003", "0000", "13500058005")],
    *[(said, "affirm") for said in (*CLEAR_YES, *UNCLEAR_YES)],
    *[("不要", "deny"), ("算了", "stop"), ("取消", "cancel_order"), ("不是这个订单", "deny")],
    *[("2", "inform"), ("全部", "nlu_fallback"), ("坏了，开不了机", "product_problem")],
    *[("退货政策是什么", "ask_return_policy"), ("运费多少", "ask_delivery_fee")],
]
CODE = "246810"
"""The one that every customer is sent."""
CARE = (
    *("own_points", "own_coupon", "newsletter_stop", "newsletter_start", "complaint_remedy", "own_complaints"),
    *("privacy_export", "privacy_erase", "privacy_keep"),
)
NOISE = st.one_of(
    st.sampled_from(WORDS),
    # Buttons: the yes to any wish that was ever asked about, or any button at all.
    *[st.integers(0, 9).map(lambda place: ("yes", place))] * 2,
    st.integers(0, 30).map(lambda place: ("any", place)),
    # The button that sends a code, and a code that is typed.
    st.sampled_from([("code", 0), (CODE, "inform"), ("135790", "inform")]),
    st.sampled_from(CARE).map(lambda name: ("care", name)),
    # Cut short by a crash, and handled again.
    *[st.just(("again", 0))] * 2,
    st.sampled_from([("records", "down"), ("records", "up"), ("records", "up")]),
)
Step = tuple[int, tuple[str, Any]]


@st.composite
def episodes(draw: st.DrawFn) -> list[Step]:
    """A wish that is carried through by one of two customers, unless something comes between."""
    who = draw(st.sampled_from([0, 0, 1]))
    service = draw(st.sampled_from([service.name for service in ALL]))
    number = draw(st.sampled_from([FITS[service], FITS[service], *NUMBERS[:3]]))
    digits = draw(st.sampled_from([number[-1], number[-1], number[-1], "1", "2", "3"]))
    opening = draw(st.sampled_from([f"{number} 800{digits} ", f"{number} 800{digits} ", number, f"{number} 0000 ", ""]))
    steps: list[Step] = [(who, (f"{opening}麻烦办一下", service))]
    steps += [(who, ("answer", variant)) for variant in draw(st.lists(st.integers(0, 11), min_size=4, max_size=7))]
    for noise in draw(st.lists(NOISE, max_size=3)):
        steps.insert(draw(st.integers(0, len(steps))), (draw(st.sampled_from([who, who, who, 1 - who])), noise))
    return steps


@st.composite
def care_episodes(draw: st.DrawFn) -> list[Step]:
    """A service about the customer, and whatever the form asks for then."""
    who = draw(st.sampled_from([0, 0, 1]))
    service = draw(st.sampled_from([*CARE, *("privacy_erase", "privacy_keep") * 3]))
    steps: list[Step] = [(who, ("care", service))]
    steps += [(who, ("answer", variant)) for variant in draw(st.lists(st.integers(0, 11), min_size=3, max_size=6))]
    for noise in draw(st.lists(NOISE, max_size=3)):
        steps.insert(draw(st.integers(0, len(steps))), (draw(st.sampled_from([who, who, who, 1 - who])), noise))
    return steps


EPISODES = st.one_of(episodes(), episodes(), care_episodes())
TALKS = st.lists(EPISODES, min_size=1, max_size=4).map(lambda told: [step for episode in told for step in episode])


@pytest.fixture(scope="module")
def seeded(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeded")
    url = copy_of(template, folder)

    async def seed() -> None:
        database = Database(url)
        await demo.seed(database, clock.shop_day(clock.now()))
        await database.close()

    asyncio.run(seed())
    return next(folder.glob("*.db"))


Wish = tuple[str, str, str]


class Customer:
    """Does what it is told, and notes what the bot said and changed."""

    def __init__(
        self,
        name: str,
        signed: str | None,
        shop: dict[str, tuple[str, str]],
        records: CanFail,
        points: dict[int, str],
        complaint: str,
    ) -> None:
        self.talk = FormTalk(name, signed)
        self.points = points
        self.complaint = complaint
        self.records = records
        self.shop = shop
        self.told: list[str] = []
        self.asked: Wish | None = None
        self.wishes: dict[str, Wish] = {}
        self.done: dict[int, Counter[str]] = {}
        self._last: tuple[FormTalk, Wish | None, str, str | None] | None = None

    @property
    def effects(self) -> Counter[str]:
        return sum(self.done.values(), Counter())

    def is_known_as(self, customer_id: str) -> bool:
        """Signed in as that customer, or has said one of their order numbers and the end of their phone."""
        said = " ".join(self.told)
        proven = any(
            owner == customer_id and number in said and digits in said for number, (owner, digits) in self.shop.items()
        )
        return proven or self.talk.customer == customer_id

    def may_have_the_data_of(self, customer_id: str) -> bool:
        """Signed in as them, or has typed the code that only they were sent."""
        return self.talk.customer == customer_id or (self.is_known_as(customer_id) and CODE in self.told)

    async def do(self, step: tuple[str, Any]) -> None:
        kind, what = step
        if kind == "records":
            self.records.down = what == "down"
        elif kind == "again":
            if self._last is not None:
                self.talk, self.asked, text, intent = self._last
                await self._send(text, intent)
        elif kind == "answer":
            await self._answer(int(what))
        elif kind == "care":
            await self._send(f"care {what}", None)
        elif kind == "code":
            await self._press('/inform{"wish": "code"}')
        elif kind in ("yes", "any"):
            offered = [each for each in self.talk.offered if kind == "any" or each.startswith("/affirm")]
            await self._press(offered[int(what) % len(offered)] if offered else "/greet")
        else:
            await self._send(kind, str(what))

    async def _answer(self, variant: int) -> None:
        """What the open question asks for; now and then the wrong number or digits."""
        number = NUMBERS[variant % 3]
        asked = self.talk.asked
        if asked == "order_number":
            await self._send(number, "inform")
        elif asked == "last_four":
            known = self.shop.get(self.talk.slots.get("order_number") or "")
            await self._send(known[1] if known and variant else "0000", "inform")
        elif asked == "identity_code":
            assert self.talk.last is not None
            if self.talk.last.key == "utter_code_sent":
                await self._send(CODE if variant else "135790", "inform")
            else:
                await self._press('/inform{"wish": "code"}')
        elif asked == "confirmed":
            await self._send(
                CLEAR_YES[variant % len(CLEAR_YES)] if variant else "不要", "affirm" if variant else "deny"
            )
        elif asked == "details":
            assert self.talk.last is not None
            fitting, buttons = ANSWERS.get(self.talk.last.key.removeprefix("utter_ask_")), self.talk.last.buttons
            if fitting:
                await self._send(fitting[variant % 2], "inform")
            else:
                await self._press(buttons[variant % len(buttons)] if buttons else "/greet")
        else:
            await self._send(number, ALL[variant % len(ALL)].name)

    async def _press(self, payload: str) -> None:
        if not payload.startswith("/request_human"):
            await self._send(payload, None)

    async def _send(self, text: str, intent: str | None) -> None:
        """Type it, or press it where there is no intent."""
        asked, self.asked = self.asked, None
        self._last = (copy.deepcopy(self.talk), asked, text, intent)
        if intent is not None:
            self.told.append(text)
        said = await self._said(text, intent)
        assert len(said) <= 3, said
        told = Counter(effect for sentence in said for effect in sentence.effects)
        for sentence in said:
            self._look_at(sentence)
            for effect in sentence.effects:
                self._check(effect, sentence, asked, text, intent)
        line = self.talk.lines
        if not self.records.down:
            assert told >= self.done.get(line, Counter()), "handled again, the same message tells something else"
        self.done[line] = self.done.get(line, Counter()) | told

    async def _said(self, text: str, intent: str | None) -> list[Said]:
        if intent is not None:
            return await self.talk.say(text, intent)
        if not text.startswith("care "):
            return await self.talk.press(text)
        name, given = text.removeprefix("care "), {}
        if name == "own_coupon":
            given = {"coupon": "SUMMER50"}
        elif name == "complaint_remedy":
            given = {"complaint": self.complaint, "remedy": "coupon"}
        return await self.talk.begin(name, **given)

    def _look_at(self, sentence: Said) -> None:
        if "points" in sentence.facts:
            assert self.is_known_as(self.points[sentence.facts["points"]]), "points of somebody else"
        if sentence.key == "utter_privacy_erase_confirm":
            self.asked = PRIVACY_WISH
            return
        card = sentence.arguments.get("card")
        if card and card["kind"] == "order":
            owner, _ = self.shop[card["data"]["order_number"]]
            assert self.is_known_as(owner), "an order was shown to somebody who is not its customer"
        if sentence.key.endswith("_confirm"):
            self.asked = wish_of(sentence)
            assert self.is_known_as(self.shop[self.asked[1]][0]), "asked about somebody else's order"
            for payload in sentence.buttons:
                if payload.startswith("/affirm"):
                    assert self.wishes.setdefault(payload, self.asked) == self.asked, "one yes for two wishes"

    def _check(self, effect: str, sentence: Said, asked: Wish | None, text: str, intent: str | None) -> None:
        kind, number = effect.split(":")
        if kind == "privacy_erase":
            assert asked == PRIVACY_WISH, "erased without being asked"
            assert text in CLEAR_YES or text.startswith("/affirm"), f"{effect} without a clear yes"
        if kind in CARE:
            return  # whose it is stands in the books
        assert self.is_known_as(self.shop[number][0]), "changed for somebody who was not verified"
        if kind in KIND_OF.values() or not SERVICES[kind].confirm:
            return
        assert wish_of(sentence) == asked, f"{effect} is not what was asked about"
        if intent is None:
            assert wish_of(sentence) == self.wishes.get(text), f"{effect} is not what this button said"
        else:
            assert text in CLEAR_YES, f"{effect} without a clear yes"


PRIVACY_WISH = ("privacy_erase", "", "")


def wish_of(sentence: Said) -> Wish:
    """Service, order and answers of a confirmation, or of what was done."""
    facts = sentence.facts
    return facts["service"], facts["order_number"], repr(sorted(facts["details"].items()))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([None, "C10001", "C10003", "C10003"]), TALKS)
def test_in_whatever_order(
    seeded: Path, tmp_path_factory: pytest.TempPathFactory, signed: str | None, steps: list[Step]
) -> None:
    asyncio.run(_live(copy_of(seeded, tmp_path_factory.mktemp("talk")), signed, steps))


async def _live(url: str, signed: str | None, steps: list[Step]) -> Counter[str]:
    database = Database(url)
    built = services.build(database)
    records = CanFail(built.records)
    codes = Codes(database, Outbox(), built.limits.identity_code, make=lambda: CODE)
    services.install(
        replace(built, records=records, codes=codes, open_knowledge=lambda: NoArticles())  # type: ignore[arg-type,return-value]
    )
    try:
        before = {row.order_number: row for row in await rows(database, sa.select(orders))}
        refunded = len(await rows(database, sa.select(refunds)))
        digits = {row.id: row.last_four for row in await rows(database, sa.select(customers))}
        shop = {number: (row.customer_id, digits[row.customer_id]) for number, row in before.items()}
        points = {row.points: row.customer_id for row in await rows(database, sa.select(memberships))}
        talking = [
            Customer(name, who, shop, records, points, await _complaint(database, name))
            for name, who in (("talk", signed), ("other", None))
        ]
        for who, step in steps:
            await talking[who].do(step)
        effects = talking[0].effects + talking[1].effects
        about_orders = Counter({effect: often for effect, often in effects.items() if effect.split(":")[1] in shop})
        await _check_the_books(database, about_orders, before, refunded)
        await _check_care(database, effects - about_orders, {each.talk.name: each for each in talking})
        granted = [effect for effect in about_orders.elements() if effect.split(":")[0] in KIND_OF.values()]
        assert len({effect.split(":")[1] for effect in granted}) == len(granted) <= len(talking), "granted twice"
        return effects
    finally:
        await database.close()


async def _complaint(database: Database, conversation: str) -> str:
    """One that was made there, by nobody knows whom."""
    matter = Matter(f"complaint of {conversation}", conversation, "东西坏了，太差了", "goods", None, None)
    return (await database.write(complaints.write_down, matter, clock.now(), 24)).number


async def _check_care(database: Database, effects: Counter[str], talking: dict[str, Customer]) -> None:
    """What is about a customer, not an order: once each, and for nobody who has not proven to be that customer."""
    assert set(effects.values()) <= {1}, "one number for two deeds"
    kept = await rows(database, sa.select(service_requests).where(service_requests.c.order_number == ""))
    asked = await rows(database, sa.select(privacy_requests))
    for row in kept:
        assert talking[row.conversation_id].is_known_as(row.customer_id), "kept for somebody who was not verified"
    for row in asked:
        assert talking[row.conversation_id].may_have_the_data_of(row.customer_id), "asked for somebody else's data"
        by = row.outcome.get("called_off_by", f"{row.conversation_id}-").rpartition("-")[0]
        assert talking[by].may_have_the_data_of(row.customer_id), "called off for somebody else"
    called_off = {f"privacy_keep:{row.number}" for row in asked if row.state == "cancelled"}
    done = {f"privacy_{row.kind}:{row.number}" for row in asked} | {f"{row.kind}:{row.reference}" for row in kept}
    assert set(effects) == done | called_off, "told and kept differ"
    open_ones = Counter((row.kind, row.customer_id) for row in asked if row.state == "waiting")
    assert set(open_ones.values()) <= {1}, "asked for twice"


async def _check_the_books(
    database: Database, effects: Counter[str], before: dict[str, sa.engine.Row], refunded: int
) -> None:
    """What was told as done is what was done, and nothing else was."""
    after = {row.order_number: row for row in await rows(database, sa.select(orders))}
    money = Counter(effect.split(":")[1] for effect in effects.elements() if effect.split(":")[0] in MOVES_MONEY)
    changed = {number for number, row in after.items() if row.state != before[number].state}
    assert changed <= set(money), "a state changed without a word"
    assert len(await rows(database, sa.select(refunds))) - refunded == len(changed), "refunded twice"
    addressed = {row.order_number for row in await rows(database, sa.select(order_addresses))}
    assert addressed == {effect.split(":")[1] for effect in effects if effect.startswith("change_address")}
    about_orders = service_requests.c.order_number != ""
    written = await rows(database, sa.select(service_requests).where(about_orders))
    assert Counter(f"{row.kind}:{row.order_number}" for row in written) == effects, "told and kept differ"
    done = [
        row for row in await rows(database, sa.select(action_outcomes)) if row.outcome["result"] in ("done", "noted")
    ]
    assert len(done) == len({row.message_id for row in done}), "one message did two things"
    assert Counter(row.action for row in done if not row.action.endswith(":")) == effects


@pytest.fixture(autouse=True)
def _nothing_installed() -> Iterator[None]:
    yield
    services._installed.clear()
