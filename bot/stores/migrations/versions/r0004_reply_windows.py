"""What a platform lets us send: reply windows with what was spent of them, and why a message was not delivered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_UNSENDABLE = "delivery IN ('delayed', 'failed', 'perhaps')"


def upgrade() -> None:
    op.add_column("messages", sa.Column("delivery_reason", sa.String(length=32)))
    op.create_index(
        "ix_messages_unsendable",
        "messages",
        ["conversation_id"],
        sqlite_where=sa.text(_UNSENDABLE),
        postgresql_where=sa.text(_UNSENDABLE),
    )
    op.create_table(
        "reply_windows",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_reply_windows_conversation_id")
        ),
        sa.PrimaryKeyConstraint("conversation_id", "kind", name=op.f("pk_reply_windows")),
    )


def downgrade() -> None:
    op.drop_table("reply_windows")
    op.drop_index("ix_messages_unsendable", "messages")
    op.drop_column("messages", "delivery_reason")
