"""The tables of the conversation store, portable over SQLite and PostgreSQL.

The records of the shop have tables of their own (``actions/records/tables.py``) in the same database.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(sa.types.TypeDecorator):
    """A moment in UTC. SQLite forgets the zone, so it is put back on reading."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


def id_column(name: str = "id") -> sa.Column:
    return sa.Column(name, sa.String(32), primary_key=True)


def conversation_id_column() -> sa.Column:
    return sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False)


conversations = sa.Table(
    "conversations",
    metadata,
    id_column(),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("sender", sa.String(255), nullable=False),
    sa.Column("owner", sa.String(16), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("episode", sa.Integer, nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("last_seq", sa.Integer, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.Column("customer_id", sa.String(255)),
    sa.Column("customer_name", sa.String(255)),
    sa.Column("agent", sa.String(64)),
    sa.Column("misunderstandings", sa.Integer, nullable=False),
    sa.Column("mood", sa.Float, nullable=False),
    sa.Column("fresh", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("waiting_since", UtcDateTime),
    # Where the customer wrote last, if that was a joined endpoint; NULL: where the conversation began.
    sa.Column("endpoint_id", sa.String(32)),
    sa.UniqueConstraint("channel", "sender"),
    sa.Index("ix_conversations_owner_waiting_since", "owner", "waiting_since"),
    sa.Index("ix_conversations_updated_at", "updated_at"),
)

messages = sa.Table(
    "messages",
    metadata,
    id_column(),
    conversation_id_column(),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("episode", sa.Integer, nullable=False),
    sa.Column("author", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("key", sa.String(128)),
    sa.Column("arguments", sa.JSON(none_as_null=True)),
    sa.Column("texts", sa.JSON(none_as_null=True)),
    sa.Column("card", sa.JSON(none_as_null=True)),
    sa.Column("attachment", sa.JSON(none_as_null=True)),
    sa.Column("payload", sa.String(64)),
    sa.Column("agent", sa.String(64)),
    sa.Column("in_reply_to", sa.String(32)),
    sa.Column("decision", sa.JSON(none_as_null=True)),
    sa.Column("delivery", sa.String(16)),
    sa.Column("delivery_reason", sa.String(32)),
    # Customers' messages: the channel's name and its id. Agents' messages: "desk", so that a click sent twice is one.
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("external_id", sa.String(320)),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("handled_at", UtcDateTime),
    # The joined endpoint that it was written on, or is sent to; NULL: where the conversation began.
    sa.Column("endpoint_id", sa.String(32)),
    sa.UniqueConstraint("conversation_id", "seq"),
    sa.UniqueConstraint("channel", "external_id"),
    sa.Index("ix_messages_in_reply_to", "in_reply_to"),
)

# With these indexes only what is unfinished is looked at, however long the history has grown. Queries must use the very
# same words: SQLite does not see that values given apart from the statement mean the same.
UNHANDLED = sa.text("author = 'customer' AND handled_at IS NULL")
UNDELIVERED = sa.text("delivery IN ('pending', 'sending')")

for _name, _unfinished in (("unhandled", UNHANDLED), ("undelivered", UNDELIVERED)):
    sa.Index(
        f"ix_messages_{_name}",
        messages.c.conversation_id,
        messages.c.seq,
        sqlite_where=_unfinished,
        postgresql_where=_unfinished,
    )

# What a channel did not let through: few messages, looked for by every list of the desk.
UNSENDABLE = sa.text("delivery IN ('delayed', 'failed', 'perhaps')")
sa.Index(
    "ix_messages_unsendable",
    messages.c.conversation_id,
    sqlite_where=UNSENDABLE,
    postgresql_where=UNSENDABLE,
)

reply_windows = sa.Table(
    "reply_windows",
    metadata,
    sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("kind", sa.String(32), primary_key=True),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("spent", sa.Integer, nullable=False),
)

buttons = sa.Table(
    "buttons",
    metadata,
    id_column(),
    conversation_id_column(),
    sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Index("ix_buttons_message_id", "message_id"),
)

handoffs = sa.Table(
    "handoffs",
    metadata,
    id_column(),
    conversation_id_column(),
    sa.Column("rule", sa.String(64), nullable=False),
    sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id"), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("threshold", sa.Float),
    sa.Column("measured", sa.Float),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index("ix_handoffs_conversation_id", "conversation_id"),
)

notes = sa.Table(
    "notes",
    metadata,
    id_column(),
    conversation_id_column(),
    sa.Column("agent", sa.String(64), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index("ix_notes_conversation_id", "conversation_id"),
)

agents = sa.Table(
    "agents",
    metadata,
    sa.Column("username", sa.String(64), primary_key=True),
    sa.Column("display_name", sa.String(128), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("password_hash", sa.String(256), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

desk_sessions = sa.Table(
    "desk_sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("username", sa.String(64), sa.ForeignKey("agents.username"), nullable=False),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Index("ix_desk_sessions_expires_at", "expires_at"),
)

web_sessions = sa.Table(
    "web_sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    conversation_id_column(),
    sa.Column("created_at", UtcDateTime, nullable=False),
    # Noted about once a day, not with every message.
    sa.Column("used_at", UtcDateTime, nullable=False),
    sa.Index("ix_web_sessions_conversation_id", "conversation_id"),
)

# --- platforms (WeChat, WeCom, Messenger) ---------------------------------------------------

platform_tokens = sa.Table(
    "platform_tokens",
    metadata,
    sa.Column("name", sa.String(128), primary_key=True),
    sa.Column("token", sa.Text),
    sa.Column("expires_at", UtcDateTime),
    sa.Column("holder", sa.String(32)),
    sa.Column("held_until", UtcDateTime),
)

callback_nonces = sa.Table(
    "callback_nonces",
    metadata,
    sa.Column("channel", sa.String(32), primary_key=True),
    sa.Column("nonce", sa.String(128), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Index("ix_callback_nonces_seen_at", "seen_at"),
)

platform_cursors = sa.Table(
    "platform_cursors",
    metadata,
    sa.Column("name", sa.String(192), primary_key=True),
    sa.Column("cursor", sa.Text, nullable=False),
    # The platform's permission to read on, and when it was given; NULL when all has been read.
    sa.Column("permit", sa.Text),
    sa.Column("asked_at", UtcDateTime),
)

channel_media = sa.Table(
    "channel_media",
    metadata,
    id_column(),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("media_id", sa.String(255), nullable=False),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("content_type", sa.String(64), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_try_at", UtcDateTime),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("channel", "media_id"),
    sa.Index("ix_channel_media_next_try_at", "next_try_at"),
)

told_unasked = sa.Table(
    "told_unasked",
    metadata,
    # What was told, such as "late_order:SO…": told once, whoever notices it again.
    sa.Column("subject", sa.String(200), primary_key=True),
    conversation_id_column(),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("ix_told_unasked_conversation_id", "conversation_id"),
)

job_leases = sa.Table(
    "job_leases",
    metadata,
    # Who may run the scheduled jobs now; of several processes one does.
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("holder", sa.String(64), nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
)
