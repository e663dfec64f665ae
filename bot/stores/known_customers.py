"""In which conversations a customer is known: signed in by the shop's site, or verified by an order."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.tables import verifications
from bot.stores.seen import IS_JOINED
from bot.stores.tables import conversations


def known_customers(connection: Connection, since: datetime) -> dict[str, list[str]]:
    """``{customer id: [conversation id, …]}`` of conversations in which something was said since then."""
    # What would be said on a joined endpoint is said in its home.
    recent = sa.and_(conversations.c.updated_at > since, ~IS_JOINED)
    signed = sa.select(conversations.c.customer_id, conversations.c.id).where(
        conversations.c.customer_id.is_not(None), recent
    )
    verified = (
        sa.select(verifications.c.customer_id, conversations.c.id)
        .join(conversations, conversations.c.id == verifications.c.conversation_id)
        .where(verifications.c.at > since, recent)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for customer_id, conversation_id in connection.execute(sa.union(signed, verified)):
        found[customer_id].append(conversation_id)
    return dict(found)
