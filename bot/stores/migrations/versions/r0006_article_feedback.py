"""Whether an article helped the customer who was shown it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "article_feedback",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("article", sa.String(length=128), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_article_feedback")),
    )
    op.create_index(op.f("ix_article_feedback_article"), "article_feedback", ["article"])
    op.create_index(op.f("ix_article_feedback_conversation_id"), "article_feedback", ["conversation_id"])


def downgrade() -> None:
    op.drop_table("article_feedback")
