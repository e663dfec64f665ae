"""Whether an article helped: one row a judgement, for those who write the articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.care_tables import article_feedback


@dataclass(frozen=True)
class Judgement:
    """``intent`` is that of the customer's question; ``message_id`` names the message that judged the answer."""

    message_id: str
    conversation_id: str
    article: str
    intent: str
    language: str
    helped: bool


def keep(connection: Connection, judgement: Judgement, now: datetime) -> None:
    """Once a message: handled again after a crash, it changes nothing."""
    known = sa.select(article_feedback.c.message_id).where(article_feedback.c.message_id == judgement.message_id)
    if connection.execute(known).first() is None:
        connection.execute(article_feedback.insert().values(**vars(judgement), at=now))
