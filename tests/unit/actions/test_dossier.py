"""What an agent sees of the customer's orders: everything useful, nothing unmasked, in both languages."""

from __future__ import annotations

import json

from actions import limits
from actions.identity.check import Identity
from actions.identity.steps import Step
from actions.limits import load
from actions.records.database import Database
from actions.records.dossier import OrderDossier
from actions.records.masking import mask_name, mask_phone
from actions.records.own import OwnRecords
from actions.records.port import Request


async def verify(shop: Database, number: int) -> None:
    identity = Identity(shop, OwnRecords(shop), load().identity)
    await identity.verify("talk", f"SO20261101000{number}", f"800{number}", "", f"m{number}")


async def test_a_stranger_has_no_orders(shop: Database) -> None:
    assert await OrderDossier(shop, OwnRecords(shop)).orders_of_conversation("talk", None) == []


async def test_orders_of_whoever_proved_their_identity(shop: Database) -> None:
    await verify(shop, 2)
    nudge = Request("expedite_order", "SO202611010002", "C10002", "talk", "m", allowed_states=("in_transit",))
    await OwnRecords(shop).carry_out(nudge)
    (order,) = await OrderDossier(shop, OwnRecords(shop)).orders_of_conversation("talk", None)
    assert order["order_number"] == "SO202611010002"
    assert order["customer"] == {"name": "A** C**", "phone": "*******8002", "identity": "order"}
    assert order["state"] == {"zh": "运输中", "en": "on its way"}
    assert order["total"] == {"zh": "¥899.00", "en": "CN¥899.00"}
    assert order["events"][0]["text"]["en"].startswith("[Shanghai]")
    assert [(request["kind"], request["state"]) for request in order["requests"]] == [("expedite_order", "open")]
    assert order["requests"][0]["reference"].startswith("RQ")
    assert order["refund"] is None


async def test_the_signed_customer_and_the_verified_one_are_told_apart(shop: Database) -> None:
    await verify(shop, 2)
    orders = await OrderDossier(shop, OwnRecords(shop)).orders_of_conversation("talk", "C10004")
    assert {order["order_number"][-1]: order["customer"]["identity"] for order in orders} == {
        "2": "order",
        "4": "signed",
    }
    refund = next(order["refund"] for order in orders if order["refund"])
    assert refund["state_code"] == "approved"


async def test_a_dossier_is_json_without_a_whole_phone_number(shop: Database) -> None:
    orders = await OrderDossier(shop, OwnRecords(shop)).orders_of_conversation("talk", "C10001")
    written = json.dumps(orders, ensure_ascii=False)
    assert "13800018001" not in written
    assert "张伟" not in written


def test_masks_keep_just_enough_to_recognise_somebody() -> None:
    assert mask_name("张伟") == "张*"
    assert mask_name("欧阳娜娜") == "欧**"
    assert mask_name("Bo") == "B*"
    assert mask_name("") == ""
    assert mask_phone("13800018001") == "*******8001"
    assert mask_phone("123") == "123"


async def test_an_agents_word_proves_the_customer_beyond_an_order(shop: Database) -> None:
    dossier = OrderDossier(shop, OwnRecords(shop))
    assert not await dossier.vouch("talk", "SO999999999999")
    assert await dossier.vouch("talk", "SO202611010001")
    (order,) = await dossier.orders_of_conversation("talk", None)
    assert order["customer"]["identity"] == "agent"
    identity = Identity(shop, OwnRecords(shop), limits.load().identity)
    assert await identity.customers_of("talk", None, Step.AGENT) == ("C10001",)
    assert await identity.customers_of("other talk", None) == ()
