"""Customers' photos and files: what is taken, under which name, who may see it, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.file_types import FROM_PAGES, type_of
from tests.unit.gateway.world import World, error_of, running

FILES = "/channels/web/files"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe1\0\x0fExif\0\0GPS 31N" + b"\xff\xda\0\x02data\xff\xd9"


async def bring(world: World, session: str, data: Any, *, client_id: str = "f1", name: str = "photo.jpg") -> Any:
    query = {"session": session, "client_id": client_id, "name": name}
    return await world.client.post(FILES, params=query, data=data, headers={"Content-Type": "text/html"})


async def sent(world: World, session: str, data: bytes, name: str, **message: Any) -> dict[str, Any]:
    """Bring a file and send it; the message as its customer reads it."""
    brought = await (await bring(world, session, data, name=name)).json()
    body = {"session": session, "client_id": "m1", "attachment": brought["attachment"], **message}
    response = await world.client.post("/channels/web/messages?wait=10", json=body)
    assert response.status == 200, await response.text()
    history = await (await world.client.get("/channels/web/messages", params={"session": session})).json()
    first: dict[str, Any] = history["messages"][0]
    return first


async def test_a_photo_reaches_the_conversation_the_bot_and_the_desk(world: World) -> None:
    opened = await world.session()
    message = await sent(world, opened["session"], JPEG, "../破损\u202e.exe", text="碎了")
    shown = message["attachment"]
    assert (message["text"], shown["name"], shown["content_type"]) == ("碎了", "破损.jpg", "image/jpeg")
    assert (world.brain.asked[0].text, world.brain.asked[0].attachment) == ("碎了", "image/jpeg")
    own = await world.client.get(shown["url"], params={"session": opened["session"]})
    data = await own.read()
    assert own.status == 200
    assert b"GPS" not in data
    assert type_of(data) == own.headers["Content-Type"] == "image/jpeg"
    assert own.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in own.headers["Content-Security-Policy"]
    await world.log_in()
    address = f"/desk/api/conversations/{opened['conversation']}/transcript"
    line = (await (await world.client.get(address)).json())["messages"][0]
    desk = await world.client.get(line["attachment"]["url"])
    assert line["attachment"]["url"].startswith("/desk/api/media/")
    assert await desk.read() == data


async def test_a_file_is_nobody_elses(world: World) -> None:
    mine, other = await world.session(), await world.session()
    shown = (await sent(world, mine["session"], PNG, "a.png"))["attachment"]
    for session in (other["session"], "", "nonsense"):
        refused = await world.client.get(shown["url"], params={"session": session})
        assert refused.status in (401, 404)
    body = {"session": other["session"], "client_id": "m", "attachment": shown["url"].rpartition("/")[2]}
    assert await error_of(await world.client.post("/channels/web/messages", json=body)) == (400, "unknown_attachment")
    # Agents see it only with a log-in, and before a message names it not even then.
    desk = "/desk/api/media/" + shown["url"].rpartition("/")[2]
    assert (await world.client.get(desk)).status == 401
    unsent = await (await bring(world, mine["session"], PNG, client_id="f2")).json()
    await world.log_in()
    assert (await world.client.get(f"/desk/api/media/{unsent['attachment']}")).status == 404


async def test_documents_are_saved_and_not_opened(world: World) -> None:
    opened = await world.session()
    shown = (await sent(world, opened["session"], b"%PDF-1.7 x", "发票 11月.pdf"))["attachment"]
    response = await world.client.get(shown["url"], params={"session": opened["session"]})
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%E5%8F%91" in response.headers["Content-Disposition"]


async def test_the_same_upload_again_is_the_same_file(world: World) -> None:
    opened = await world.session()
    first = await (await bring(world, opened["session"], PNG)).json()
    again = await (await bring(world, opened["session"], b"%PDF-1.7")).json()
    assert again == first
    assert first["content_type"] == "image/png"


async def test_the_same_message_with_a_file_is_stored_once(world: World) -> None:
    opened = await world.session()
    brought = await (await bring(world, opened["session"], PNG)).json()
    body = {"session": opened["session"], "client_id": "m1", "attachment": brought["attachment"]}
    ids = {(await (await world.client.post("/channels/web/messages", json=body)).json())["id"] for _ in range(3)}
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", (400, "empty_file")),
        (b"<html><script>alert(1)</script>", (415, "unsupported_file")),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", (415, "unsupported_file")),
        (b"MZ\x90\0" + b"\0" * 200, (415, "unsupported_file")),
        (b"#!AMR\n", (415, "unsupported_file")),
        (PNG + b"\0" * (1024 * 1024), (413, "file_too_large")),
    ],
)
async def test_what_is_refused_leaves_nothing(
    database_url: str, tmp_path: Path, data: bytes, expected: tuple[int, str]
) -> None:
    async with running(database_url, tmp_path, file_mb=1) as world:
        opened = await world.session(language="en")
        response = await bring(world, opened["session"], data)
        assert await error_of(response) == expected
        assert not [path for path in (tmp_path / "media").rglob("*") if path.is_file()]


async def test_a_large_file_is_cut_off_whatever_length_it_promised(database_url: str, tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield PNG + b"\0" * 65_536

    async with running(database_url, tmp_path, file_mb=1) as world:
        opened = await world.session()
        assert await error_of(await bring(world, opened["session"], endless())) == (413, "file_too_large")


async def test_many_files_have_to_wait(world: World) -> None:
    opened = await world.session()
    answers = [await bring(world, opened["session"], PNG, client_id=f"f{number}") for number in range(21)]
    assert [answer.status for answer in answers] == [201] * 20 + [429]
    assert await error_of(answers[-1]) == (429, "too_many_files")
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert (await bring(world, (await world.session())["session"], PNG)).status == 201


@pytest.mark.parametrize("client_id", ["", "a\nb", "x" * 129])
async def test_a_file_needs_a_name_of_its_own(world: World, client_id: str) -> None:
    opened = await world.session()
    assert await error_of(await bring(world, opened["session"], PNG, client_id=client_id)) == (400, "bad_request")
    assert await error_of(await bring(world, "nonsense", PNG)) == (401, "unknown_session")


async def test_no_file_breaks_the_server(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beginnings = [b"", PNG, JPEG[:20], b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypheic", b"%PDF-", b"GIF89a"]
    tried: list[tuple[bytes, str]] = []

    @settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(beginnings), st.binary(max_size=80), st.text(max_size=60))
    def collect(beginning: bytes, rest: bytes, name: str) -> None:
        tried.append((beginning + rest, name))

    collect()
    async with running(database_url, tmp_path, rate_per_session=0, rate_per_address=0) as world:
        from bot.gateway import web_files
        from bot.http.limits import AttemptLimit

        monkeypatch.setitem(world.client.app._state, web_files.FILE_LIMITS, (AttemptLimit(0, 1), AttemptLimit(0, 1)))
        opened = await world.session()
        taken = 0
        for number, (data, name) in enumerate(tried):
            response = await bring(world, opened["session"], data, client_id=f"f{number}", name=name)
            body = await response.json()
            assert response.status in (201, 400, 415), (data, name, body)
            if response.status == 201:
                taken += 1
                assert body["content_type"] == type_of(data)
                assert body["content_type"] in FROM_PAGES
        assert taken > 30


async def test_an_agents_photo_reaches_its_customer_and_nobody_else(world: World) -> None:
    opened, stranger = await world.session(), await world.session()
    await world.say(opened["session"], "这双鞋什么颜色")
    headers, one = await world.log_in(), f"/desk/api/conversations/{opened['conversation']}"
    assert (await world.client.post(f"{one}/claim", json={}, headers=headers)).status == 200
    asked = {"client_id": "f1", "name": "实物.jpg"}
    sent = await world.client.post(f"{one}/files", params=asked, data=JPEG, headers=headers)
    assert sent.status == 200, await sent.text()
    history = await (await world.client.get("/channels/web/messages", params={"session": opened["session"]})).json()
    shown = history["messages"][-1]
    assert (shown["author"], shown["attachment"]["name"]) == ("agent", "实物.jpg")
    own = await world.client.get(shown["attachment"]["url"], params={"session": opened["session"]})
    assert (own.status, await own.read()) == (200, JPEG)
    foreign = await world.client.get(shown["attachment"]["url"], params={"session": stranger["session"]})
    assert await error_of(foreign) == (404, "not_found")
