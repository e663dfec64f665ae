"""Meta's Graph API for one page: what is posted, what files lie there, and what its answers mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from bot.channels.messenger_errors import InDoubt, error_of
from bot.channels.messenger_parse import CHANNEL
from bot.channels.messenger_settings import MessengerSettings
from bot.channels.messenger_verify import proof
from bot.channels.platform import LARGEST_FILE, Http, PlatformRefusal
from bot.messages import Attachment
from bot.ports import ChannelBusy

File = tuple[Attachment, bytes]


class GraphApi:
    """Raises ChannelError, ChannelBusy; anything else leaves the fate of a message unknown."""

    def __init__(self, settings: MessengerSettings, http: Http) -> None:
        self._settings = settings
        self._http = http

    async def post(self, path: str, body: Mapping[str, Any], file: File | None = None) -> None:
        """Under ``me/``; a ``file`` goes with the message that ``body`` is."""
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace") if file is None else _form(body, file)
        await self._call("POST", f"me/{path}", {}, data)

    async def download(self, media_id: str) -> bytes:
        """The file of a message: ``MID#NUMBER``, counted from 0. Raises PlatformRefusal (media) where it is gone."""
        mid, _, number = media_id.rpartition("#")
        answer = await self._call("GET", mid, {"fields": "attachments"})
        url = _url_of(answer, int(number)) if number.isdigit() else None
        if url is None:
            raise PlatformRefusal(CHANNEL, 0, "media")
        async with self._http.session.get(url) as file:
            if file.status != 200:
                raise PlatformRefusal(CHANNEL, file.status, "media")
            data = bytearray()
            async for chunk in file.content.iter_chunked(64 * 1024):
                data += chunk
                if len(data) > LARGEST_FILE:
                    raise PlatformRefusal(CHANNEL, file.status, "media")
            return bytes(data)

    async def _call(
        self, method: str, path: str, query: Mapping[str, str], data: bytes | aiohttp.FormData | None = None
    ) -> Mapping[str, Any]:
        settings = self._settings
        signed = {
            **query,
            "access_token": settings.page_token,
            "appsecret_proof": proof(settings.page_token, settings.app_secret),
        }
        headers = {"Content-Type": "application/json"} if isinstance(data, bytes) else {}
        address = f"{settings.api_base}/{path}"
        try:
            async with self._http.session.request(method, address, params=signed, data=data, headers=headers) as got:
                raw, status = await got.read(), got.status
        except aiohttp.ClientConnectorError:
            # Not chained: the error names the address with the token in it.
            raise ChannelBusy("messenger: no connection") from None
        except aiohttp.ClientError as error:
            raise ConnectionError(f"messenger: {type(error).__name__}") from None
        answer = _object(raw)
        if (problem := error_of(answer, status)) is not None:
            raise problem
        return answer


def _form(body: Mapping[str, Any], file: File) -> aiohttp.FormData:
    """Each field of the message is a field of the form, in JSON where it is no text; the bytes come last."""
    attachment, data = file
    form = aiohttp.FormData()
    for name, value in body.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    form.add_field("filedata", data, filename=attachment.name, content_type=attachment.content_type)
    return form


def _url_of(answer: Mapping[str, Any], number: int) -> str | None:
    """Where an attachment lies now; pictures and films are one level deeper than other files."""
    attachments = answer.get("attachments")
    data = attachments.get("data") if isinstance(attachments, Mapping) else None
    one = data[number] if isinstance(data, list) and number < len(data) else None
    if not isinstance(one, Mapping):
        return None
    for place in (one.get("image_data"), one.get("video_data"), one):
        url = (place.get("url") or place.get("file_url")) if isinstance(place, Mapping) else None
        if isinstance(url, str) and url.startswith(("https://", "http://")):
            return url
    return None


def _object(raw: bytes) -> Mapping[str, Any]:
    """Raises InDoubt for anything but an object: a proxy's page says nothing about what was done."""
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        raise InDoubt(0) from None
    if not isinstance(answer, Mapping):
        raise InDoubt(0)
    return answer
