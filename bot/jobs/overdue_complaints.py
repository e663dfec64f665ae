"""Tells the desk of complaints past their deadline, each once; the mark in its list stays until somebody settles it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from actions.records import clock, complaints
from actions.records.complaints import Complaint
from actions.records.database import Database
from bot.conversation.events import DESK_TOPIC
from bot.messages import LANGUAGES
from bot.ports import Parts, UnknownConversation

log = structlog.get_logger(__name__)

WRITER = "Kefu"
"""Who writes the note."""


@dataclass(frozen=True)
class OverdueComplaints:
    """``now`` is given by tests."""

    parts: Parts
    database: Database
    now: Callable[[], datetime] = clock.now

    async def run(self) -> int:
        """How many the desk was told of now."""
        overdue = await self.database.read(complaints.overdue, self.now())
        return sum([await self._tell(made) for made in overdue])

    async def _tell(self, made: Complaint) -> bool:
        said = {"number": made.number, "deadline": {"datetime": made.deadline.isoformat()}}
        texts = self.parts.responses.render("notice_complaint_overdue", said).texts
        # An agent of either language may read it.
        note = "\n".join(texts[language] for language in LANGUAGES)
        try:
            first = await self.parts.store.note_once(made.conversation_id, f"overdue:{made.number}", WRITER, note)
        except UnknownConversation:
            return False  # forgotten since; `kefu complaints` still shows it
        if first:
            log.warning("complaint_overdue", complaint=made.number, deadline=said["deadline"], state=made.state)
            event = {"type": "overdue", "conversation": made.conversation_id, "complaint": made.number}
            await self.parts.notifier.publish(DESK_TOPIC, event)
        return first
