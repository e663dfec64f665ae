"""Whatever is said and pressed, in whatever order: nothing changes twice, unasked, or for somebody unverified."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions import services
from actions.forms.table import ALL, SERVICES
from actions.records import clock, demo
from actions.records.database import Database
from actions.records.tables import action_outcomes, order_addresses, orders, refunds, service_requests, verifications
from tests.databases import copy_of, rows
from tests.outages import CanFail
from tests.unit.actions.form_talk import FormTalk, Said
from tests.unit.actions.test_service_form import NoArticles

MOVES_MONEY = {"cancel_order", "return_item", "request_refund", "wrong_or_damaged_item"}
NUMBERS = tuple(f"SO20261101000{number}" for number in range(1, 7))
WISHES = [
    (f"{number}{rest}", service.name) for service in ALL for number in ("", *NUMBERS[:3]) for rest in ("麻烦办一下",)
]
WISHES += [
    ("收货地址改成杭州市西湖区文三路90号", "change_address"),
    ("收货地址改成北京市朝阳区建国路88号", "change_address"),
    ("取消订单", "cancel_order"),
]
WORDS = [
    *[(number, "inform") for number in NUMBERS],
    *[(f"{number} {digits}", "inform") for number, digits in zip(NUMBERS[:3], ("8001", "8002", "8003"), strict=True)],
    *[(digits, "inform") for digits in ("8001", "8002", "8003", "0000", "13500058005")],
    *[("是的", "affirm"), ("好，确认", "affirm"), ("yes please", "affirm"), ("不要", "deny"), ("算了", "stop")],
    *[("1", "inform"), ("2", "inform"), ("3", "inform"), ("全部", "nlu_fallback"), ("取消", "cancel_order")],
    *[("杭州市西湖区文三路90号", "inform"), ("a@example.com", "inform"), ("91330106MA2CF00K4K", "nlu_fallback")],
    *[
        ("后天", "inform"),
        ("下午3点", "inform"),
        ("两件", "inform"),
        ("99元", "inform"),
        ("坏了，开不了机", "product_problem"),
    ],
    *[("不是这个订单", "deny"), ("退货政策是什么", "ask_return_policy"), ("运费多少", "ask_delivery_fee")],
]
STEPS = st.one_of(
    st.sampled_from(WISHES),
    st.sampled_from(WORDS),
    # Buttons: one of the latest, or any that was ever offered.
    st.integers(0, 3).map(lambda place: ("latest", place)),
    st.integers(0, 3).map(lambda place: ("latest", place)),
    st.integers(0, 30).map(lambda place: ("any", place)),
    st.sampled_from([("records", "down"), ("records", "up")]),
)


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


class Customer:
    """Does what it is told, and notes what the bot said and changed."""

    def __init__(self, database: Database, records: CanFail, signed: str | None) -> None:
        self.database = database
        self.records = records
        self.talk = FormTalk("talk", signed)
        self.latest: tuple[str, ...] = ()
        self.effects: list[str] = []
        self.asked: Wish | None = None
        self.wishes: dict[str, Wish] = {}
        self.pressed: str | None = None

    async def do(self, step: tuple[str, str | int]) -> None:
        if step[0] == "records":
            self.records.down = step[1] == "down"
            return
        asked = self.asked
        said = await self._say(step)
        assert len(said) <= 3, said
        for sentence in said:
            self.latest = sentence.buttons or self.latest
            if sentence.key.endswith("_confirm"):
                self.asked = wish_of(sentence)
                self.wishes |= {payload: self.asked for payload in sentence.buttons if payload.startswith("/affirm")}
            for effect in sentence.effects:
                await self._check(effect, sentence, asked)

    async def _say(self, step: tuple[str, str | int]) -> list[Said]:
        kind, place = step
        self.pressed = None
        if kind not in ("latest", "any"):
            return await self.talk.say(str(kind), str(place))
        buttons = self.latest if kind == "latest" else tuple(self.talk.offered)
        payload = buttons[int(place) % len(buttons)] if buttons else "/greet"
        if payload.startswith("/request_human"):
            return []
        self.pressed = payload
        return await self.talk.press(payload)

    async def _check(self, effect: str, sentence: Said, asked: Wish | None) -> None:
        kind, number = effect.split(":")
        (order,) = await rows(self.database, sa.select(orders).where(orders.c.order_number == number))
        proven = {row.customer_id for row in await rows(self.database, sa.select(verifications))}
        assert order.customer_id in {*proven, self.talk.customer}, "changed for somebody who was not verified"
        if SERVICES[kind].confirm:
            assert wish_of(sentence) == asked, f"{effect} is not what was asked about"
            if self.pressed is not None:
                assert wish_of(sentence) == self.wishes[self.pressed], f"{effect} is not what this button said"
        self.effects.append(effect)


Wish = tuple[str, str, str]


def wish_of(sentence: Said) -> Wish:
    """Service, order and answers of a confirmation, or of what was done."""
    facts = sentence.facts
    return facts["service"], facts["order_number"], repr(sorted(facts["details"].items()))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([None, None, "C10001", "C10003"]), st.lists(STEPS, min_size=6, max_size=24))
def test_in_whatever_order(
    seeded: Path, tmp_path_factory: pytest.TempPathFactory, signed: str | None, steps: list[tuple[str, str | int]]
) -> None:
    asyncio.run(_live(copy_of(seeded, tmp_path_factory.mktemp("talk")), signed, steps))


async def _live(url: str, signed: str | None, steps: list[tuple[str, str | int]]) -> None:
    database = Database(url)
    built = services.build(database)
    records = CanFail(built.records)
    services.install(
        replace(built, records=records, open_knowledge=lambda: NoArticles())  # type: ignore[arg-type,return-value]
    )
    try:
        before = {row.order_number: row for row in await rows(database, sa.select(orders))}
        refunded = len(await rows(database, sa.select(refunds)))
        customer = Customer(database, records, signed)
        for step in steps:
            await customer.do(step)
        await _check_the_books(database, customer.effects, before, refunded)
    finally:
        await database.close()


async def _check_the_books(
    database: Database, effects: list[str], before: dict[str, sa.engine.Row], refunded: int
) -> None:
    """What was told as done is what was done, and nothing else was."""
    after = {row.order_number: row for row in await rows(database, sa.select(orders))}
    money = Counter(effect.split(":")[1] for effect in effects if effect.split(":")[0] in MOVES_MONEY)
    changed = {number for number, row in after.items() if row.state != before[number].state}
    assert changed <= set(money), "a state changed without a word"
    assert len(await rows(database, sa.select(refunds))) - refunded == len(changed), "refunded twice"
    addressed = {row.order_number for row in await rows(database, sa.select(order_addresses))}
    assert addressed == {effect.split(":")[1] for effect in effects if effect.startswith("change_address")}
    kept = Counter(f"{row.kind}:{row.order_number}" for row in await rows(database, sa.select(service_requests)))
    assert kept == Counter(effects), "told and kept differ"
    done = [
        row for row in await rows(database, sa.select(action_outcomes)) if row.outcome["result"] in ("done", "noted")
    ]
    assert len(done) == len({row.message_id for row in done}), "one message did two things"
    assert Counter(row.action for row in done) == Counter(effects)


@pytest.fixture(autouse=True)
def _nothing_installed() -> Iterator[None]:
    yield
    services._installed.clear()
