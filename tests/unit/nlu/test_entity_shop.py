"""What an operator edits: rules/shop.yml and rules/products.yml."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from bot.nlu.entity import shop
from bot.nlu.entity_rules import NAMES, EntityRules

ROOT = Path(__file__).parents[3]
NOON_UTC = datetime(2026, 11, 18, 20, 0, tzinfo=timezone.utc)


def _rules(folder: Path, shop_yml: str = "", products_yml: str = "") -> EntityRules:
    if shop_yml:
        (folder / "shop.yml").write_text(shop_yml, encoding="utf-8")
    if products_yml:
        (folder / "products.yml").write_text(products_yml, encoding="utf-8")
    return EntityRules(shop.load(folder))


def _values(rules: EntityRules, text: str) -> list[tuple[str, str]]:
    return [(entity.name, entity.value) for entity in rules.find(text, NOON_UTC)]


def test_without_files_there_are_defaults_and_no_products(tmp_path: Path) -> None:
    loaded = shop.load(tmp_path)
    assert loaded.now().utcoffset() == timedelta(hours=8)
    assert (loaded.currency, dict(loaded.products)) == ("CNY", {})


def test_days_are_those_of_the_shops_clock(tmp_path: Path) -> None:
    shanghai, new_york = tmp_path / "a", tmp_path / "b"
    shanghai.mkdir()
    new_york.mkdir()
    # 20:00 in Greenwich is already tomorrow in Shanghai.
    assert _values(_rules(shanghai, "timezone: Asia/Shanghai"), "today") == [("date", "2026-11-19")]
    assert _values(_rules(new_york, 'timezone: "-05:00"'), "今天") == [("date", "2026-11-18")]
    tonight = _values(_rules(new_york, "timezone: America/New_York"), "今晚8点")
    assert tonight == [("time", "2026-11-18T20:00-05:00")]


def test_summer_time_is_the_zones_own(tmp_path: Path) -> None:
    rules = _rules(tmp_path, "timezone: America/New_York")
    assert _values(rules, "2026-07-01 8pm") == [("time", "2026-07-01T20:00-04:00")]


@pytest.mark.parametrize(
    ("currency", "said", "value"),
    [
        ("CNY", "199元", "199.00 CNY"),
        ("HKD", "199元", "199.00 HKD"),
        ("TWD", "一百塊", "100.00 TWD"),
        ("JPY", "500元", "500 JPY"),
        ("CNY", "¥500", "500.00 CNY"),
        ("JPY", "¥500", "500 JPY"),
        ("CNY", "20 bucks", "20.00 USD"),
        ("AUD", "20 bucks", "20.00 AUD"),
        ("HKD", "$20", "20.00 HKD"),
        ("HKD", "US$20", "20.00 USD"),
    ],
)
def test_the_shops_currency_is_what_yuan_and_bucks_mean(tmp_path: Path, currency: str, said: str, value: str) -> None:
    assert _values(_rules(tmp_path, f"currency: {currency}"), said) == [("amount", value)]


def test_an_operators_own_products_are_found(tmp_path: Path) -> None:
    listed = "products:\n- {sku: TEA-1, zh: [龙井茶], en: [Dragon-Well tea]}\n- {sku: MUG, en: [mugs]}\n"
    rules = _rules(tmp_path, products_yml=listed)
    for text, sku in (
        ("龍井茶多少錢", "TEA-1"),
        ("your DRAGON WELL TEAS", "TEA-1"),
        ("a mug", "MUG"),
        ("mugs!", "MUG"),
    ):
        assert _values(rules, text) == [("product", sku)]
    assert _values(rules, "smug, mugshot, dragon") == []


def test_demo_products_are_found_by_the_names_of_the_order_records() -> None:
    rules = EntityRules(shop.load())
    demo = yaml.safe_load((ROOT / "actions/records/demo.yml").read_text("utf-8"))
    items = [item for order in demo["orders"] for item in order["items"]]
    for item in items:
        for name in (item["zh"], item["en"]):
            assert [(entity.name, entity.value, entity.start, entity.end) for entity in rules.find(name)] == [
                ("product", item["sku"], 0, len(name))
            ]
    assert {item["sku"] for item in items} == set(rules.shop.products.values())


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("shop.yml", "timezone: Mars/Olympus", "shop.yml: timezone: 'Mars/Olympus' is no time zone"),
        ("shop.yml", 'timezone: "+25:00"', "shop.yml: timezone: '+25:00' is no time zone"),
        ("shop.yml", "timezone: ../../etc/passwd", "is no time zone"),
        ("shop.yml", "currency: yuan", "shop.yml: currency: write three capitals, like CNY"),
        ("shop.yml", "colour: red", "'colour' was unexpected"),
        ("shop.yml", "timezone: [", "shop.yml: this is not valid YAML: line 2"),
        ("products.yml", "products:\n- {zh: [茶]}", "products.yml: products, entry 1: 'sku' is a required property"),
        ("products.yml", "products:\n- {sku: T}", "products, entry 1: give it names under zh, under en or under both"),
        ("products.yml", "products:\n- {sku: T, en: [tea]}\n- {sku: U, en: [TEA]}", "'TEA' belongs to T and to U"),
    ],
)
def test_a_wrong_file_is_told_with_the_place(tmp_path: Path, file: str, content: str, told: str) -> None:
    (tmp_path / file).write_text(content, encoding="utf-8")
    with pytest.raises(shop.ShopError) as caught:
        shop.load(tmp_path)
    assert told in str(caught.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(shop.ShopError) as caught:
        _rules(tmp_path, "timezone: nowhere\n", "products: {}\n")
    assert len(str(caught.value).splitlines()) == 2


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "shop.yml").write_bytes(b"\xff\xfe")
    with pytest.raises(shop.ShopError, match=r"shop\.yml: cannot be read"):
        shop.load(tmp_path)


def test_the_domain_knows_every_entity_and_lets_none_change_the_dialogue() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    declared = {name: options for entry in domain["entities"] for name, options in entry.items()}
    assert all(declared[name] == {"influence_conversation": False} for name in NAMES)


def test_order_numbers_are_those_of_the_shop(tmp_path: Path) -> None:
    written = 'order_number: {forms: ["#{3}-#{7}-#{7}"], example: 111-1111111-1111111, zh: 17 位数字, en: 17 digits}'
    rules = _rules(tmp_path, written)
    assert _values(rules, "111 2345678 7654321 尾号 8002") == [
        ("order_number", "111-2345678-7654321"),
        ("last_four", "8002"),
    ]
    assert "order_number" not in dict(_values(rules, "SO202611010001"))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (r'order_number: {forms: ["(a+)+"], example: a, zh: a, en: a}', "is not understood"),
        ('order_number: {forms: ["TB#{6}"], example: SO1, zh: a, en: a}', "has none of the forms"),
        ('order_number: {forms: ["TB#{6}"]}', "'example' is a required property"),
        ("order_number: {forms: [], example: a, zh: a, en: a}", "forms"),
    ],
)
def test_a_wrong_form_of_order_numbers_is_told(tmp_path: Path, written: str, told: str) -> None:
    with pytest.raises(shop.ShopError) as raised:
        _rules(tmp_path, written)
    assert "shop.yml: order_number" in str(raised.value)
    assert told in str(raised.value)
