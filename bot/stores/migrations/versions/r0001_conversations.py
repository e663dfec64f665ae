"""Conversations, messages, hand-overs, agents and sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_agents()
    _create_conversations()
    _create_desk_sessions()
    _create_messages()
    _create_notes()
    _create_web_sessions()
    _create_buttons()
    _create_handoffs()


def downgrade() -> None:
    for table in (
        "handoffs",
        "buttons",
        "web_sessions",
        "notes",
        "messages",
        "desk_sessions",
        "conversations",
        "agents",
    ):
        op.drop_table(table)


def _create_agents() -> None:
    op.create_table(
        "agents",
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("password_hash", sa.String(length=256), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_agents")),
    )


def _create_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("sender", sa.String(length=255), nullable=False),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("customer_id", sa.String(length=255)),
        sa.Column("customer_name", sa.String(length=255)),
        sa.Column("agent", sa.String(length=64)),
        sa.Column("misunderstandings", sa.Integer(), nullable=False),
        sa.Column("mood", sa.Float(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("channel", "sender", name=op.f("uq_conversations_channel_sender")),
    )
    op.create_index("ix_conversations_owner_waiting_since", "conversations", ["owner", "waiting_since"])
    op.create_index("ix_conversations_updated_at", "conversations", ["updated_at"])


def _create_desk_sessions() -> None:
    op.create_table(
        "desk_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["agents.username"], name=op.f("fk_desk_sessions_username")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_desk_sessions")),
    )
    op.create_index("ix_desk_sessions_expires_at", "desk_sessions", ["expires_at"])


def _create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=128)),
        sa.Column("arguments", sa.JSON(none_as_null=True)),
        sa.Column("texts", sa.JSON(none_as_null=True)),
        sa.Column("card", sa.JSON(none_as_null=True)),
        sa.Column("attachment", sa.JSON(none_as_null=True)),
        sa.Column("payload", sa.String(length=64)),
        sa.Column("agent", sa.String(length=64)),
        sa.Column("in_reply_to", sa.String(length=32)),
        sa.Column("decision", sa.JSON(none_as_null=True)),
        sa.Column("delivery", sa.String(length=16)),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("external_id", sa.String(length=320)),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("channel", "external_id", name=op.f("uq_messages_channel_external_id")),
        sa.UniqueConstraint("conversation_id", "seq", name=op.f("uq_messages_conversation_id_seq")),
    )
    op.create_index("ix_messages_in_reply_to", "messages", ["in_reply_to"])
    op.create_index(
        "ix_messages_undelivered",
        "messages",
        ["conversation_id", "seq"],
        sqlite_where=sa.text("delivery IN ('pending', 'sending')"),
        postgresql_where=sa.text("delivery IN ('pending', 'sending')"),
    )
    op.create_index(
        "ix_messages_unhandled",
        "messages",
        ["conversation_id", "seq"],
        sqlite_where=sa.text("author = 'customer' AND handled_at IS NULL"),
        postgresql_where=sa.text("author = 'customer' AND handled_at IS NULL"),
    )


def _create_notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_notes_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_conversation_id", "notes", ["conversation_id"])


def _create_web_sessions() -> None:
    op.create_table(
        "web_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_web_sessions_conversation_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_sessions")),
    )
    op.create_index("ix_web_sessions_conversation_id", "web_sessions", ["conversation_id"])


def _create_buttons() -> None:
    op.create_table(
        "buttons",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_buttons_conversation_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_buttons_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buttons")),
    )
    op.create_index("ix_buttons_message_id", "buttons", ["message_id"])


def _create_handoffs() -> None:
    op.create_table(
        "handoffs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("threshold", sa.Float()),
        sa.Column("measured", sa.Float()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_handoffs_conversation_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_handoffs_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoffs")),
    )
    op.create_index("ix_handoffs_conversation_id", "handoffs", ["conversation_id"])
