"""Where the orders come from is one of three places, and a contradiction is told with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from actions.records.api.records import ApiRecords
from actions.records.choose import RecordsSettingsError, Source, open_records
from actions.records.database import Database
from actions.records.ledger import Ledger
from actions.records.mapped.definition import MappingError
from actions.records.own import OwnRecords
from bot.commands.doctor import examine
from bot.settings import Settings, effective
from bot.stores.migrate import upgrade
from tests.contracts import other_shop
from tests.contracts.record_shops import MAPPING
from tests.databases import copy_of


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "records.yml"
    path.write_text(MAPPING.read_text("utf-8"), "utf-8")
    return path


@pytest.fixture
def shop_url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    engine = sa.create_engine(url, future=True)
    other_shop.metadata.create_all(engine)
    engine.dispose()
    return url


async def test_without_settings_the_orders_are_ours(template: Path, tmp_path: Path) -> None:
    database = Database(copy_of(template, tmp_path))
    opened = open_records(database, Source(mapping=tmp_path / "none.yml"))
    assert isinstance(opened.records, OwnRecords)
    assert (opened.kind, opened.ledger) == ("own", None)
    await opened.check()
    await database.close()


async def test_a_mapping_reads_the_shops_database(template: Path, tmp_path: Path, mapping: Path, shop_url: str) -> None:
    database = Database(copy_of(template, tmp_path))
    opened = open_records(database, Source(shop_url, mapping=mapping))
    assert (opened.kind, type(opened.records)) == ("mapped", Ledger)
    await opened.check()
    await opened.close()
    ours = open_records(database, Source(mapping=mapping), copy_of(template, tmp_path))
    with pytest.raises(MappingError, match="has no table '订单'"):
        await ours.check()
    await ours.close()
    await database.close()


async def test_an_api_is_asked(template: Path, tmp_path: Path) -> None:
    database = Database(copy_of(template, tmp_path))
    opened = open_records(database, Source(api="http://127.0.0.1:9", mapping=tmp_path / "none.yml"))
    assert opened.kind == "api"
    assert isinstance(opened.ledger, Ledger)
    assert isinstance(opened.ledger._shop, ApiRecords)
    await opened.close()
    await database.close()


def test_contradictions_are_told(tmp_path: Path, mapping: Path) -> None:
    none = tmp_path / "none.yml"
    for source, told in (
        (Source("sqlite:///x", mapping=none), "no rules/records.yml"),
        (Source("sqlite:///x", "https://a", mapping=none), "one place"),
        (Source(api="https://a", mapping=mapping), "one place"),
        (Source(api="shop.example", mapping=none), "https://"),
    ):
        with pytest.raises(RecordsSettingsError, match=told):
            _ = source.kind


def test_settings_show_no_secret() -> None:
    env = {"KEFU_RECORDS_URL": "mysql://kefu:geheim@db/shop", "KEFU_RECORDS_TOKEN": "geheim"}
    settings = Settings.from_environment(env)
    assert (settings.records_url, settings.records_token) == (env["KEFU_RECORDS_URL"], "geheim")
    assert "geheim" not in repr(settings) + repr(effective(env)) + repr(Source.from_environment(env))
    assert Source.from_environment(env).database_url == env["KEFU_RECORDS_URL"]


def test_the_doctor_reads_an_order(
    tmp_path: Path, mapping: Path, shop_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot import wiring

    monkeypatch.setattr(wiring, "RULES", tmp_path)
    settings = Settings.from_environment({"KEFU_HOME": str(tmp_path), "KEFU_RECORDS_URL": shop_url})
    upgrade(settings.database_url)

    def finding() -> tuple[bool | None, str]:
        return next((found.ok, found.detail) for found in examine(settings) if found.what == "order records")

    assert finding()[0] is True
    mapping.write_text(
        mapping.read_text("utf-8").replace("state: 状态\n    placed", "state: 情况\n    placed"), "utf-8"
    )
    ok, told = finding()
    assert ok is False
    assert "table '订单' has no column '情况'" in told
