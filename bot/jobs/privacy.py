"""Carries out privacy requests: makes the files, tells their customers, deletes files that ran out, erases data.

Each step is written down before the next, and can be done again: a crash costs nothing but time.
"""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from actions.privacy_limits import PrivacyLimits
from actions.privacy_matters import open_matter
from actions.records import clock, privacy
from actions.records.database import Database
from actions.records.port import OrderRecords, RecordsUnavailable
from actions.records.privacy import PrivacyRequest
from bot.conversation.speak_first import speak_first
from bot.jobs import export_files
from bot.jobs.export_file import pack
from bot.messages import Language, Owner
from bot.ports import Parts
from bot.stores import erasure, own_endpoints, personal_data, seen
from bot.stores.dialogue_state import Forget
from bot.stores.media import MediaStore
from bot.stores.own_endpoints import EVERY_PROOF, SURE_PROOF

log = structlog.get_logger(__name__)

MEGABYTE = 1024 * 1024
PATIENCE = timedelta(hours=1)
"""How long an erasure that was announced waits for the announcement to be delivered."""


@dataclass(frozen=True)
class PrivacyRequests:
    """``forget``: deletes the tracker's share. ``now`` is given by tests."""

    parts: Parts
    records: OrderRecords
    database: Database
    limits: PrivacyLimits
    media: MediaStore
    forget: Forget
    now: Callable[[], datetime] = clock.now

    async def run(self) -> int:
        """How many requests came further."""
        done = 0
        for request in await self.database.read(privacy.to_do, self.now()):
            try:
                done += await self._go_on(request)
            except RecordsUnavailable:
                log.warning("privacy_request_waits_for_records", number=request.number)
            except Exception as error:
                # One that fails must not keep the others waiting.
                log.exception("privacy_request_failed", number=request.number, error=repr(error))
        return done

    async def _go_on(self, request: PrivacyRequest) -> bool:
        if request.kind == "erase":
            return await (self._announce(request) if request.state == "waiting" else self._erase(request))
        if request.state == "waiting":
            return await self._make_file(request)
        return await (self._run_out(request) if request.due_at <= self.now() else self._tell_ready(request))

    # --- a copy ---

    async def _make_file(self, request: PrivacyRequest) -> bool:
        orders = await self.records.orders_of_customers([request.customer_id])
        profile = await self.records.customer(request.customer_id)
        # Whoever read the parcel's label could have proven as much as an order number does: no copy of such a talk.
        ids = await self._endpoints(request, SURE_PROOF)
        kept = await self.database.read(personal_data.collect, request.customer_id, ids)
        files = await export_files.gather(self.media, kept["conversations"], self.limits.files_mb * MEGABYTE)
        data: dict[str, Any] = {
            "number": request.number,
            "day": clock.shop_day(self.now()).isoformat(),
            "customer": dataclasses.asdict(profile) if profile else {"customer_id": request.customer_id},
            "orders": [dataclasses.asdict(order) for order in orders],
            **kept,
            "conversations_left_out": await self._left_out(request, ids),
        }
        file = await asyncio.to_thread(pack, data, files, self.parts.responses, _language(request))
        made = await self.database.write(
            privacy.change,
            request.number,
            "waiting",
            self.now(),
            state="ready",
            file=file,
            link_key=secrets.token_hex(32),
            due_at=self.now() + timedelta(hours=self.limits.link_hours),
            outcome={"bytes": len(file), "chats": len(ids), "files": len(files), "orders": len(orders)},
        )
        log.info("privacy_export_made", number=request.number, bytes=len(file), chats=len(ids), files=len(files))
        ready = await self.database.read(privacy.find, request.number)
        if ready is not None and ready.state == "ready":
            await self._tell_ready(ready)
        return made

    async def _tell_ready(self, request: PrivacyRequest) -> bool:
        link = f"{self.parts.public_url}/exports/{request.number}?signature={privacy.signature_of(request)}"
        said = {"reference": request.number, "link": link, "until": {"datetime": request.due_at.isoformat()}}
        if not await self._say(request, "ready", "utter_privacy_export_ready", said):
            return False
        return await self.database.write(privacy.change, request.number, "ready", self.now(), told_at=self.now())

    async def _run_out(self, request: PrivacyRequest) -> bool:
        log.info("privacy_export_ran_out", number=request.number, fetched=request.fetched)
        return await self.database.write(
            privacy.change, request.number, "ready", self.now(), state="expired", file=None, link_key=None
        )

    # --- erasure ---

    async def _announce(self, request: PrivacyRequest) -> bool:
        """Once more by the rules of today; the last word goes out before there is nobody to say it to."""
        matter = await open_matter(self.records, self.database, self.limits, request.customer_id)
        if matter is not None:
            said = {"number": matter.number}
            if not await self._say(request, "refused", f"utter_privacy_erase_refused_{matter.kind}", said):
                return False
            log.info("privacy_erase_refused", number=request.number, open=matter.kind)
            outcome = {"refused": matter.kind, "open": matter.number}
            return await self.database.write(
                privacy.change, request.number, "waiting", self.now(), state="refused", outcome=outcome
            )
        ids = await self._endpoints(request)
        left_out = await self._left_out(request, ids)
        key = "utter_privacy_erasing_but_shared" if left_out else "utter_privacy_erasing"
        if not await self._say(request, "erasing", key, {"reference": request.number, "count": left_out}):
            return False
        return await self.database.write(
            privacy.change, request.number, "waiting", self.now(), state="erasing", told_at=self.now()
        )

    async def _erase(self, request: PrivacyRequest) -> bool:
        ids = await self._endpoints(request)
        if await self.database.read(erasure.is_held, ids):
            return False
        late = self.now() - (request.told_at or request.due_at) > PATIENCE
        if not late and await self.database.read(erasure.is_sending, ids):
            return False
        await self.forget(await self.database.read(erasure.dialogues_of, ids))
        await self.media.remove(await self.database.read(erasure.media_of, ids))
        gone = await self.database.write(erasure.erase, request.number, request.customer_id, ids, self.now())
        if gone is None:
            return False
        # The audit line: what, how much, under which number; not whose.
        log.info("privacy_erased", number=request.number, **gone)
        return True

    async def _endpoints(self, request: PrivacyRequest, levels: Sequence[str] = EVERY_PROOF) -> list[str]:
        asked_on = await self._asked_on(request)
        return await self.database.read(own_endpoints.endpoints_of, request.customer_id, asked_on, levels)

    async def _left_out(self, request: PrivacyRequest, ids: Sequence[str]) -> int:
        asked_on = await self._asked_on(request)
        return await self.database.read(own_endpoints.left_out, request.customer_id, asked_on, ids)

    async def _asked_on(self, request: PrivacyRequest) -> str:
        """The endpoint: the conversation may have been joined to another one, or parted from it, since."""
        return await self.database.read(own_endpoints.endpoint_of, request.message_id) or request.conversation_id

    async def _say(self, request: PrivacyRequest, what: str, key: str, said: dict[str, Any]) -> bool:
        """Once each, where it was asked; False while people hold that. Where it is gone, there is nobody to tell."""
        conversation = await self.database.read(seen.find_home, await self._asked_on(request))
        if conversation is None or conversation.sender.startswith(erasure.NOBODY):
            return True
        if conversation.owner not in (Owner.BOT, Owner.CLOSED):
            return False
        subject = f"privacy:{request.number}:{what}"
        told = await speak_first(self.parts, conversation, subject, key, said)
        # False says: told before, or the owner has changed this very moment.
        return told or (await self.parts.store.conversation(conversation.id)).owner in (Owner.BOT, Owner.CLOSED)


def _language(request: PrivacyRequest) -> Language:
    return "en" if request.language == "en" else "zh"
