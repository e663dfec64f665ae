"""Points, coupons, links and what a message wants of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from actions import links
from actions.records import coupons, memberships
from actions.records.coupons import Coupon, problem_of
from actions.records.database import Database
from actions.wishes import wish_in

TODAY = date(2026, 11, 21)
COUPON = Coupon("WELCOME20", "C10002", 2000, 19900, "CNY", date(2026, 11, 11), date(2026, 12, 11), None, None)


@pytest.mark.parametrize(
    ("changes", "spent", "problem"),
    [
        ({}, None, "fine"),
        ({}, 19900, "fine"),
        ({}, 19899, "too_little"),
        ({"valid_until": date(2026, 11, 20)}, None, "expired"),
        ({"valid_until": TODAY}, None, "fine"),
        ({"valid_from": date(2026, 11, 22)}, None, "not_yet"),
        ({"used_on": "SO1", "valid_until": date(2026, 11, 1)}, None, "used"),
        ({"only_for": "HP-"}, None, "only_some"),
    ],
)
def test_the_first_condition_that_is_not_met(changes: dict, spent: int | None, problem: str) -> None:
    assert problem_of(replace(COUPON, **changes), TODAY, spent) == problem


async def test_the_demo_shops_customers_have_points_and_coupons(shop: Database) -> None:
    found = await shop.read(memberships.of_customer, "C10002")
    assert found is not None
    assert (found.level, found.points, found.points_until) == ("gold", 3560, date(2027, 12, 31))
    assert await shop.read(memberships.of_customer, "C99999") is None
    # A used coupon is no longer theirs to use.
    assert [coupon.code for coupon in await shop.read(coupons.of_customers, ["C10003"])] == []
    assert [coupon.code for coupon in await shop.read(coupons.every_of_customer, "C10003")] == ["BDAY10"]


@pytest.mark.parametrize(
    ("topic", "text", "wish"),
    [
        ("newsletter", "退订短信", "stop"),
        ("newsletter", "please stop sending me newsletters", "stop"),
        ("newsletter", "I'd like to subscribe", "start"),
        ("newsletter", "newsletter", None),
        ("privacy_request", "请刪除我的資料", "erase"),
        ("privacy_request", "export my data", "export"),
        ("complaint", "I don’t agree with the outcome", "review"),
        ("complaint", "我的投诉怎么样了", "status"),
        ("complaint", "投诉，包裹一直没送到", None),
        ("complaint", "please withdraw my complaint", "withdraw"),
        ("points", "what do gold members get", "how"),
        ("points", "how can I use my points", "how"),
        ("points", "how many points do I have", None),
    ],
)
def test_which_of_two_things_a_message_wants(topic: str, text: str, wish: str | None) -> None:
    assert wish_in(text, topic) == wish


@pytest.mark.parametrize(
    "address", ["http://shop.example/x", "https://", "javascript:alert(1)", "https://a@evil.example/"]
)
def test_a_link_leads_to_a_site_over_https_and_nowhere_else(address: str, tmp_path: Path) -> None:
    path = tmp_path / "links.yml"
    path.write_text(f"links: {{recover_password: '{address}'}}", "utf-8")
    with pytest.raises(links.LinksError, match="recover_password"):
        links.load(path)


def test_the_shops_own_links_can_be_read() -> None:
    assert set(links.load()) == set(links.TOPICS)
