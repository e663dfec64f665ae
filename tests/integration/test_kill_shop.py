"""``kill -9`` of the whole shop in a burst over HTTP: real gateway, real model, real order records.

The seed is printed; set KEFU_KILL_SEED to run the same moments again.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import sqlite3
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.integration.shop import Shop, free_port

CONVERSATIONS = 20
KILLS = 3
CANCELLED = "SO202611010001"
# Every fourth conversation cancels the same order, so that they race each other and the kills for one change. The
# others ask about five orders: tries that a kill cuts short count against an order until they are handled again.
TRACKING = """你好
我的订单到哪了
SO20261101000{order}
退货要几天内
800{order}
谢谢
怎么开发票
我的订单到哪了
运费多少
再见""".splitlines()
CANCELLING = """hello
cancel my order
SO202611010001
8001
yes
thanks
list my orders
how long does delivery take
ok
bye""".splitlines()


def script(number: int) -> list[str]:
    return CANCELLING if number % 4 == 0 else [line.format(order=2 + number % 5) for line in TRACKING]


class Customer:
    """One widget: sends its messages in order, and again until each is acknowledged."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.session = ""
        self.conversation = ""
        self.acknowledged: dict[int, str] = {}

    async def write(self, http: aiohttp.ClientSession, address: str) -> None:
        if not self.session:
            language = "en" if self.number % 4 == 0 else "zh"
            async with http.post(f"{address}/channels/web/sessions", json={"language": language}) as answer:
                opened = await answer.json()
            self.session, self.conversation = opened["session"], opened["conversation"]
        for place, text in enumerate(script(self.number)):
            if place not in self.acknowledged:
                body = {"session": self.session, "client_id": f"m{place}", "text": text}
                async with http.post(f"{address}/channels/web/messages", json=body) as answer:
                    assert answer.status == 202, await answer.text()
                    self.acknowledged[place] = (await answer.json())["id"]

    async def replies(self, http: aiohttp.ClientSession, address: str, place: int) -> list[dict[str, Any]]:
        """By sending the same ``client_id`` once more, as a widget does that missed the answer."""
        body = {"session": self.session, "client_id": f"m{place}", "text": script(self.number)[place]}
        async with http.post(f"{address}/channels/web/messages?wait=30", json=body) as answer:
            again = await answer.json()
        assert again["id"] == self.acknowledged[place]
        found: list[dict[str, Any]] = again["replies"]
        return found

    async def history(self, http: aiohttp.ClientSession, address: str) -> list[dict[str, Any]]:
        query = {"session": self.session, "after": "0"}
        async with http.get(f"{address}/channels/web/messages", params=query) as answer:
            found: list[dict[str, Any]] = (await answer.json())["messages"]
        return found


async def burst(customers: list[Customer], address: str) -> None:
    """All customers at once; a connection that dies with the server is the customer's to mend, later."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        await asyncio.gather(*(one.write(http, address) for one in customers), return_exceptions=True)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_killed_shop_answers_everything_once_and_changes_the_order_once(tmp_path: Path) -> None:
    seed = int(os.environ.get("KEFU_KILL_SEED") or secrets.randbelow(2**32))
    print(f"KEFU_KILL_SEED={seed}")
    moments = random.Random(seed)
    port, customers = free_port(), [Customer(number) for number in range(CONVERSATIONS)]
    limits_off = {"KEFU_RATE_PER_SESSION": "0", "KEFU_RATE_PER_ADDRESS": "0"}
    for _ in range(KILLS):
        shop = Shop(tmp_path / "home", port, **limits_off)
        await asyncio.to_thread(shop.wait_for, "/healthz")
        writing = asyncio.create_task(burst(customers, shop.address))
        # Half of the moments fall into the loading of the model, half into the answering.
        if moments.random() < 0.7:
            await asyncio.to_thread(shop.wait_for, "/readyz")
        await asyncio.sleep(moments.uniform(0.0, 4.0))
        shop.kill()
        await writing

    shop = Shop(tmp_path / "home", port, **limits_off)
    await asyncio.to_thread(shop.wait_for, "/readyz")
    await burst(customers, shop.address)
    async with aiohttp.ClientSession() as http:
        for customer in customers:
            assert sorted(customer.acknowledged) == list(range(10))
            await assert_answered(customer, http, shop.address)
    assert shop.stop() == 0
    assert_records(tmp_path / "home" / "kefu.db", customers)


async def assert_answered(customer: Customer, http: aiohttp.ClientSession, address: str) -> None:
    """Each message has its own replies, later messages have later ones, and the history holds nothing else."""
    replies = [await customer.replies(http, address, place) for place in range(10)]
    history = await customer.history(http, address)
    asked = [message["id"] for message in history if message["author"] == "customer"]
    assert asked == [customer.acknowledged[place] for place in range(10)]
    assert all(replies), f"conversation {customer.number} has an unanswered message"
    sequence = [reply["seq"] for found in replies for reply in found]
    assert sequence == sorted(set(sequence))
    assert sequence == [message["seq"] for message in history if message["author"] != "customer"]


def assert_records(database: Path, customers: list[Customer]) -> None:
    """One cancellation, one refund, and the same answers in every conversation with the same script."""
    with sqlite3.connect(database) as connection:
        cancelled = connection.execute(
            "select count(*) from action_outcomes where action = ? and json_extract(outcome, '$.result') = 'done'",
            [f"cancel_order:{CANCELLED}"],
        ).fetchone()[0]
        refunds = connection.execute(
            "select count(*) from shop_refunds where order_number = ?", [CANCELLED]
        ).fetchone()[0]
        state = connection.execute("select state from shop_orders where order_number = ?", [CANCELLED]).fetchone()[0]
        keys = {
            customer.number: connection.execute(
                "select key from messages where conversation_id = ? and key is not null order by seq",
                [customer.conversation],
            ).fetchall()
            for customer in customers
        }
    assert (cancelled, refunds, state) == (1, 1, "cancelled")
    for order in range(5):
        tracking = [keys[number] for number in keys if number % 4 and number % 5 == order]
        for variant in sorted({" ".join(key for (key,) in found) for found in tracking}):
            print(variant)
        assert tracking == [tracking[0]] * 3
