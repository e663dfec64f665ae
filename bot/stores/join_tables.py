"""The tables of customers on several channels: joins, the codes that prove them, and wrong tries."""

from __future__ import annotations

import sqlalchemy as sa

from bot.stores.tables import UtcDateTime, conversation_id_column, id_column, metadata

joins = sa.Table(
    "joins",
    metadata,
    id_column(),
    # What is written on this conversation's endpoint goes to the home, until it is parted. Rows stay: who did what.
    conversation_id_column(),
    sa.Column("home_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("joined_at", UtcDateTime, nullable=False),
    sa.Column("joined_by", sa.String(16), nullable=False),
    sa.Column("parted_at", UtcDateTime),
    sa.Column("parted_by", sa.String(80)),
    # The home knew no signed customer of its own: it knows this endpoint's for as long as they are joined.
    sa.Column("lent_customer", sa.Boolean(create_constraint=False), nullable=False),
    sa.Index("ix_joins_home_id", "home_id"),
)
JOINED = sa.text("parted_at IS NULL")
sa.Index("uq_joins_joined", joins.c.conversation_id, unique=True, sqlite_where=JOINED, postgresql_where=JOINED)

join_codes = sa.Table(
    "join_codes",
    metadata,
    id_column(),
    sa.Column("home_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("made_for", sa.String(64), nullable=False, unique=True),
    sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("link_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    # Typed there, in that message, by hand or by link; it waits for a yes. `ended_at`: used, dropped, or replaced.
    sa.Column("claimed_by", sa.String(32)),
    sa.Column("claimed_in", sa.String(32)),
    sa.Column("claimed_with", sa.String(8)),
    sa.Column("ended_at", UtcDateTime),
    sa.Index("ix_join_codes_home_id", "home_id"),
    sa.Index("ix_join_codes_claimed_by", "claimed_by"),
)

join_attempts = sa.Table(
    "join_attempts",
    metadata,
    # Codes that were wrong: one row a message.
    sa.Column("message_id", sa.String(32), primary_key=True),
    sa.Column("endpoint_id", sa.String(32), nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("ix_join_attempts_endpoint_id", "endpoint_id"),
    sa.Index("ix_join_attempts_address", "address"),
)
