"""A shop's own API, simulated: docs/order-records.openapi.yml over our own tables, with faults to order."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from aiohttp import web

from actions.records.models import Order, Outcome
from actions.records.own import OwnRecords
from actions.records.port import Request

TOKEN = "only-for-tests"
KINDS = {"cancel_order"}
"""What this shop's API can do; everything else is 501."""


class ShopApi:
    """``faults``: what befalls the next requests, one each: ``500``, ``slow``, ``malformed``, ``lost`` (carried out,
    and the connection cut), ``cut`` (before anything is done). ``down``: everything is 503.
    """

    def __init__(self, records: OwnRecords, people: dict[str, Any]) -> None:
        self.records = records
        self.people = people
        self.faults: list[str] = []
        self.down = False
        self.asked: Counter[str] = Counter()
        self.keys: list[str] = []
        self._kept: dict[str, dict[str, Any]] = {}

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._edge])
        app.add_routes(
            [
                web.get("/v1/orders", self._list),
                web.get("/v1/orders/{number}", self._order),
                web.get("/v1/orders/{number}/refund", self._refund),
                web.post("/v1/orders/{number}/owner", self._owner),
                web.get("/v1/customers/{id}", self._customer),
                web.post("/v1/requests", self._carry_out),
            ]
        )
        return app

    @web.middleware
    async def _edge(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked[request.path] += 1
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": {"code": "unauthorized", "message": "Give the token."}}, status=401)
        if self.down:
            return web.Response(status=503)
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "500":
            return web.Response(status=500, text="oops")
        if fault == "slow":
            await asyncio.sleep(5)
        if fault == "malformed":
            return web.json_response({"orders": [{"order_number": 7}], "result": "perhaps"})
        if fault == "cut":
            return await self._cut(request)
        response = await handler(request)
        return await self._cut(request) if fault == "lost" else response

    async def _cut(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def _list(self, request: web.Request) -> web.Response:
        customers, limit = request.query.getall("customer", []), int(request.query.get("limit", "50"))
        found = await self.records.orders_of_customers(customers, limit)
        return web.json_response({"orders": [order_json(order) for order in found]})

    async def _order(self, request: web.Request) -> web.Response:
        order = await self.records.order(request.match_info["number"])
        return web.json_response(order_json(order)) if order else _none()

    async def _refund(self, request: web.Request) -> web.Response:
        refund = await self.records.refund(request.match_info["number"])
        return web.json_response(_json(asdict(refund))) if refund else _none()

    async def _owner(self, request: web.Request) -> web.Response:
        body = await request.json()
        found = await self.records.owner(request.match_info["number"], body["last_four"])
        return web.json_response({"customer_id": found})

    async def _customer(self, request: web.Request) -> web.Response:
        person = self.people.get(request.match_info["id"])
        if person is None:
            return _none()
        return web.json_response(
            {"customer_id": person.id, "name": person.name, "phone": person.phone, "email": person.email}
        )

    async def _carry_out(self, request: web.Request) -> web.Response:
        body, key = await request.json(), request.headers["Idempotency-Key"]
        self.keys.append(key)
        if body["kind"] not in KINDS:
            return web.json_response({"error": {"code": "unknown_kind", "message": body["kind"]}}, status=501)
        if key not in self._kept:
            states = body["conditions"]["allowed_states"]
            outcome = await self.records.carry_out(
                Request(
                    body["kind"],
                    body["order_number"],
                    body["customer_id"],
                    body["conversation_id"],
                    body["message_id"],
                    allowed_states=None if states is None else tuple(states),
                    terms=body["terms"],
                )
            )
            self._kept[key] = outcome_json(outcome)
        return web.json_response(self._kept[key])


def order_json(order: Order) -> dict[str, Any]:
    return _json(asdict(order))


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "result": outcome.result,
        "state": outcome.state,
        "amount_minor": outcome.amount_minor,
        "currency": outcome.currency,
        "reason": outcome.reason,
    }


def _none() -> web.Response:
    return web.json_response({"error": {"code": "not_found", "message": "There is no such thing."}}, status=404)


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _json(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(each) for each in value]
    return value.isoformat() if isinstance(value, (date, datetime)) else value
