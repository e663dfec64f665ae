"""Asks customers whether a complaint is settled, once, the agreed time after they chose how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from actions.records import clock, complaints
from actions.records.complaints import Complaint
from actions.records.database import Database
from bot.conversation.speak_first import Manners, Offer, speak_first, where_to_tell
from bot.ports import Parts


@dataclass(frozen=True)
class FollowUps:
    """``now`` is given by tests."""

    parts: Parts
    database: Database
    manners: Manners
    now: Callable[[], datetime] = clock.now

    async def run(self) -> int:
        """How many customers were asked now. Who talks to a person, or cannot be reached now, is asked later."""
        now = self.now()
        if self.manners.is_quiet(clock.shop_time(now).hour):
            return 0
        asked = 0
        for made in await self.database.read(complaints.to_follow_up, now):
            asked += await self._ask(made, now)
        return asked

    async def _ask(self, made: Complaint, now: datetime) -> bool:
        conversation = await where_to_tell(self.parts, [made.conversation_id], self.manners, now)
        if conversation is None:
            return False
        subject, said = f"complaint_follow_up:{made.number}", {"number": made.number}
        told = await speak_first(self.parts, conversation, subject, "utter_complaint_follow_up", said, _offers(made))
        if told or conversation.owner is (await self.parts.store.conversation(conversation.id)).owner:
            await self.database.write(complaints.followed_up, made.number, now)
        return told


def _offers(made: Complaint) -> list[Offer]:
    def payload(wish: str) -> str:
        return f'/check_complaint{{"complaint": "{made.number}", "wish": "{wish}"}}'

    return [
        Offer("button_complaint_settled", payload("settled")),
        Offer("button_complaint_not_settled", payload("review")),
    ]
