"""rules/records.yml: every fault is told with its line, its field and what to write instead."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from actions.records.mapped import reading, values
from actions.records.mapped.binding import bind
from actions.records.mapped.database import ShopDatabase, ShopDatabaseUnusable
from actions.records.mapped.definition import MAIN, Column, MappingError
from actions.records.mapped.records import MappedRecords
from actions.records.port import RecordsUnavailable
from tests.contracts import other_shop
from tests.contracts.record_shops import MAPPING

GOOD = MAPPING.read_text("utf-8")
CHINA = timezone(timedelta(hours=8))


def load(folder: Path, text: str) -> Any:
    path = folder / "records.yml"
    path.write_text(text, "utf-8")
    return reading.load(path)


def test_a_mapping_is_read_whole(tmp_path: Path) -> None:
    mapping = load(tmp_path, GOOD)
    assert mapping.decimal_money
    assert mapping.sections["orders"].columns["state"] == Column("状态", MAIN)
    assert mapping.sections["customers"].columns["phone"] == Column("号码", "会员电话")
    assert mapping.sections["items"].columns["name_en"] == Column("名称", "英文名")
    assert mapping.sections["orders"].values["state"]["2"] == "in_transit"
    assert (mapping.changes["cancel_order"].result, mapping.changes["return_item"].result) == ("done", "noted")


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        (
            "    state: 状态\n    placed_at",
            "    status: 状态\n    placed_at",
            ["orders.columns", "'status' is unknown"],
        ),
        ("9: cancelled}", "9: storniert}", ["orders.values.state.9", "'storniert' is unknown", "cancelled"]),
        ("money: decimal", "money: yuan", ["line 4", "shop.money", "decimal, minor"]),
        ("time_zone: Asia/Shanghai", "time_zone: Peking", ["line 6", "'Peking' is no time zone", "+08:00"]),
        ("  columns:\n    id: 会员ID", "  columns:\n    nr: 会员ID", ["'id' is missing"]),
        ("    phone: 会员电话.号码\n", "", ["customers.columns", "nobody can be verified"]),
        ("    name_zh: 中文名.名称\n", "", ["items.columns", "'name_zh' and 'name_en'"]),
        ("{table: 英文名, column: 名称}", "{table: 法文名, column: 名称}", ["'法文名' is not joined"]),
        ("{from: now}}", "{from: later}}", ["changes.cancel_order.steps.[1].set.取消时间", "{from: …}"]),
        ("- insert: 售后单\n        idempotency", "- idempotency", ["changes.return_item.steps.[1]", "insert"]),
        ("return_item:", "Return-Item:", ["small letters"]),
        ("shop:\n", "shop:\n  money: minor\n", ["'money' stands twice"]),
        ("orders:\n", "orders\n", ["cannot be read", "line"]),
    ],
)
def test_a_fault_is_told_with_its_place_and_remedy(written: str, instead: str, told: list[str], tmp_path: Path) -> None:
    assert written in GOOD
    with pytest.raises(MappingError) as raised:
        load(tmp_path, GOOD.replace(written, instead, 1))
    assert "records.yml" in str(raised.value)
    assert all(words in str(raised.value) for words in told), str(raised.value)


@pytest.fixture
def shop(tmp_path: Path) -> sa.engine.Engine:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'shop.db'}", future=True)
    other_shop.metadata.create_all(engine)
    return engine


def test_what_the_database_does_not_have_is_told_all_at_once(shop: sa.engine.Engine, tmp_path: Path) -> None:
    wrong = (
        GOOD.replace("tracking_number: 运单号", "tracking_number: 运单")
        .replace("table: 物流", "table: 物流表")
        .replace("          类型: {from: kind}", "          种类: {from: kind}")
        .replace("{from: order.付款方式}", "{from: order.付款}")
    )
    with shop.connect() as connection, pytest.raises(MappingError) as raised:
        bind(connection, load(tmp_path, wrong))
    told = str(raised.value)
    assert "orders.columns.tracking_number: table '订单' has no column '运单'; did you mean '运单号'?" in told
    assert "events.table: the database has no table '物流表'; did you mean '物流'?" in told
    assert "changes.return_item.steps.[1]: table '售后单' has no column '种类'" in told
    assert "has no column '付款'; did you mean '付款方式'?" in told


async def test_reading_cannot_write(shop: sa.engine.Engine, tmp_path: Path) -> None:
    database = ShopDatabase(str(shop.url))
    with pytest.raises(sa.exc.OperationalError, match="readonly"):
        await database.read(lambda connection: connection.exec_driver_sql("DELETE FROM 订单"))
    await database.write(lambda connection: connection.exec_driver_sql("DELETE FROM 订单"))
    await database.close()


async def test_orders_of_many_cost_three_queries(shop: sa.engine.Engine, tmp_path: Path) -> None:
    with shop.begin() as connection:
        for key in range(1, 40):
            values_ = {"ID": key, "单号": f"N{key}", "会员ID": 7, "状态": 1, "下单时间": 1_700_000_000 + key, "金额": 1}
            connection.execute(other_shop.orders.insert().values(**values_))
    database = ShopDatabase(str(shop.url))
    records = MappedRecords(database, load(tmp_path, GOOD))
    await records.check()
    asked: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda _c, _cur, statement, *_: asked.append(statement))
    assert len(await records.orders_of_customers(["7"])) == 39
    assert sum(statement.startswith("SELECT") for statement in asked) == 3
    await database.close()


async def test_an_order_in_a_state_without_a_name_is_not_shown(shop: sa.engine.Engine, tmp_path: Path) -> None:
    with shop.begin() as connection:
        for key, state in ((1, 1), (2, 77)):
            values_ = {"ID": key, "单号": f"N{key}", "会员ID": 7, "状态": state, "下单时间": 1_700_000_000, "金额": 1}
            connection.execute(other_shop.orders.insert().values(**values_))
    database = ShopDatabase(str(shop.url))
    records = MappedRecords(database, load(tmp_path, GOOD))
    assert [order.order_number for order in await records.orders_of_customers(["7"])] == ["N1"]
    await database.close()


async def test_a_table_that_went_away_is_an_outage_until_it_is_back(shop: sa.engine.Engine, tmp_path: Path) -> None:
    database = ShopDatabase(str(shop.url))
    records = MappedRecords(database, load(tmp_path, GOOD))
    with shop.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE 订单 RENAME TO 旧订单")
    with pytest.raises(RecordsUnavailable):
        await records.order("N1")
    with shop.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE 旧订单 RENAME TO 订单")
    assert await records.order("N1") is None
    await database.close()


async def test_a_database_that_hangs_is_an_outage(
    shop: sa.engine.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.records.mapped.records.SECONDS", 0.05)
    database = ShopDatabase(str(shop.url))
    records = MappedRecords(database, load(tmp_path, GOOD))
    answered = threading.Event()
    sa.event.listen(database.engine, "before_cursor_execute", lambda *_: answered.wait(30))
    with pytest.raises(RecordsUnavailable, match="TimeoutError"):
        await records.order("N1")
    answered.set()
    await database.close()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "cannot be read"),
        ("sqlite:////nowhere/shop.db", "no SQLite file"),
        ("oracle://u:geheim@h/d", "driver is not installed"),
    ],
)
def test_an_address_that_will_not_do_is_told_without_its_password(url: str, told: str) -> None:
    with pytest.raises(ShopDatabaseUnusable, match=told) as raised:
        ShopDatabase(url)
    assert "geheim" not in str(raised.value)


@pytest.mark.parametrize("written", ["129", "129.00", 129, 129.0, Decimal("129.00"), "0,129.00"])
def test_amounts_in_yuan_or_fen(written: Any) -> None:
    assert values.minor_units(written, decimal=True) == 12900
    assert values.minor_units(0.1 + 0.2, decimal=True) == 30
    assert values.minor_units(12900, decimal=False) == 12900
    assert values.minor_units(None, decimal=True) == 0


@pytest.mark.parametrize(
    "written",
    [
        datetime(2026, 11, 21, 9, 30),
        datetime(2026, 11, 21, 1, 30, tzinfo=timezone.utc),
        "2026-11-21 09:30:00",
        "2026/11/21 09:30",
        "2026-11-21T01:30:00Z",
        1795224600,
        1795224600000,
        Decimal(1795224600),
    ],
)
def test_moments_in_every_form(written: Any) -> None:
    assert values.moment(written, CHINA) == datetime(2026, 11, 21, 1, 30, tzinfo=timezone.utc)
    assert values.day(written, CHINA) == date(2026, 11, 21)


def test_days_and_nothing() -> None:
    assert values.day("20261121", CHINA) == values.day(date(2026, 11, 21), CHINA) == date(2026, 11, 21)
    assert [values.moment(nothing, CHINA) for nothing in (None, "", 0)] == [None, None, None]
    assert values.last_four("+86 138-0001-8001") == values.last_four(13800018001) == "8001"
