"""Signed customers: only the shop's own signature counts, and it must not outlive its time."""

from __future__ import annotations

import base64
import json
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jwt
import pytest
import sqlalchemy as sa

from actions.records.database import Database
from bot.gateway.identity import customer_of
from bot.http.errors import ApiError
from bot.messages import Customer
from bot.stores.tables import web_sessions
from tests.databases import change
from tests.unit.gateway.world import IDENTITY_SECRET, World, error_of, running

CLAIMS = {"sub": "42", "name": "张伟", "exp": int(time.time()) + 86400}


def signed(claims: Any = None, secret: str = IDENTITY_SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(CLAIMS if claims is None else claims, secret, algorithm=algorithm)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned() -> str:
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(CLAIMS)}."


def test_signed_customer_is_known() -> None:
    assert customer_of(signed(), IDENTITY_SECRET) == Customer("42", "张伟")


def test_name_is_optional_and_cleaned() -> None:
    claims = {"sub": "42", "exp": CLAIMS["exp"]}
    assert customer_of(signed(claims), IDENTITY_SECRET) == Customer("42", "")
    assert customer_of(signed({**claims, "name": " A\u0000l\n" + "i" * 200}), IDENTITY_SECRET).name == "Al" + "i" * 98
    assert customer_of(signed({**claims, "name": {"first": "A"}}), IDENTITY_SECRET).name == ""


@pytest.mark.parametrize(
    ("token", "key"),
    [
        (signed({**CLAIMS, "exp": int(time.time()) - 60}), "bad_identity.expired"),
        (signed({"sub": "42"}), "bad_identity.exp"),
        (signed({**CLAIMS, "exp": "soon"}), "bad_identity.signature"),
        (signed({"exp": CLAIMS["exp"]}), "bad_identity.sub"),
        (signed({**CLAIMS, "sub": ""}), "bad_identity.sub"),
        (signed({**CLAIMS, "sub": 42}), "bad_identity.sub"),
        (signed({**CLAIMS, "sub": "x" * 201}), "bad_identity.sub"),
        (signed({**CLAIMS, "sub": "4\u00002"}), "bad_identity.sub"),
        (signed({**CLAIMS, "nbf": int(time.time()) + 86400}), "bad_identity.signature"),
        (signed(secret="another secret of thirty-two chars"), "bad_identity.signature"),
        (signed(algorithm="HS512", secret=IDENTITY_SECRET * 2), "bad_identity.signature"),
        (unsigned(), "bad_identity.signature"),
        (signed()[:-4] + "AAAA", "bad_identity.signature"),
        ("not.a.token", "bad_identity.signature"),
        ("身份", "bad_identity.signature"),
        ("x" * 5000, "bad_identity.signature"),
    ],
    # Tokens hold the time: test processes side by side must call a test the same.
    ids=range(16),
)
def test_anything_else_is_refused_with_its_reason(token: str, key: str) -> None:
    with pytest.raises(ApiError) as refused:
        customer_of(token, IDENTITY_SECRET)
    assert refused.value.key == key
    assert refused.value.status == 401


def test_without_a_secret_nobody_is_known() -> None:
    with pytest.raises(ApiError) as refused:
        customer_of(signed(), None)
    assert refused.value.key == "bad_identity.unset"


async def test_customer_meets_their_conversation_on_every_device(world: World) -> None:
    phone = await world.session(identity=signed(), language="zh")
    await world.say(phone["session"], "你好")
    computer = await world.session(identity=signed({**CLAIMS, "name": "Zhang Wei"}), language="en")
    assert computer["conversation"] == phone["conversation"]
    assert computer["session"] != phone["session"]
    assert computer["language"] == "en"
    conversation = await world.parts.store.conversation(phone["conversation"])
    assert conversation.customer == Customer("42", "Zhang Wei")
    assert conversation.language == "en"
    other = await world.session(identity=signed({**CLAIMS, "sub": "43"}))
    assert other["conversation"] != phone["conversation"]


async def test_a_session_that_has_ended_leads_back_to_the_same_conversation(world: World, database_url: str) -> None:
    """After 90 days without use: the page opens another session; who is signed in goes on where they were."""
    before = await world.session(identity=signed(), language="zh")
    await world.say(before["session"], "你好")
    database = Database(database_url)
    await change(database, sa.update(web_sessions).values(used_at=datetime.now(timezone.utc) - timedelta(days=92)))
    await database.close()
    refused = await world.client.get("/channels/web/messages", params={"session": before["session"]})
    assert await error_of(refused) == (401, "unknown_session")
    after = await world.session(identity=signed(), language="zh")
    assert after["conversation"] == before["conversation"]
    page = await world.client.get("/channels/web/messages", params={"session": after["session"]})
    assert (await page.json())["messages"][0]["text"] == "你好"


async def test_refused_identity_opens_no_session(world: World) -> None:
    response = await world.client.post("/channels/web/sessions", json={"identity": unsigned()})
    assert await error_of(response) == (401, "bad_identity")
    assert await world.parts.store.conversations() == []


@pytest.mark.parametrize("identity", [5, {}, ["x"], True])
async def test_identity_of_a_wrong_type_is_told(world: World, identity: Any) -> None:
    response = await world.client.post("/channels/web/sessions", json={"identity": identity})
    assert await error_of(response) == (400, "bad_request")


async def test_identity_where_none_is_checked(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path, identity_secret=None) as world:
        response = await world.client.post("/channels/web/sessions", json={"identity": signed()})
        assert await error_of(response) == (401, "bad_identity")
