"""One customer on several channels: which endpoint leads to which conversation, and the codes that prove it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_JOINED = sa.text("parted_at IS NULL")


def upgrade() -> None:
    op.add_column("conversations", sa.Column("endpoint_id", sa.String(length=32)))
    op.add_column("messages", sa.Column("endpoint_id", sa.String(length=32)))
    _create_joins()
    _create_codes()
    op.create_table(
        "join_attempts",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("endpoint_id", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_join_attempts")),
    )
    for column in ("endpoint_id", "address"):
        op.create_index(f"ix_join_attempts_{column}", "join_attempts", [column])


def _create_joins() -> None:
    op.create_table(
        "joins",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("home_id", sa.String(length=32), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_by", sa.String(length=16), nullable=False),
        sa.Column("parted_at", sa.DateTime(timezone=True)),
        sa.Column("parted_by", sa.String(length=80)),
        sa.Column("lent_customer", sa.Boolean(create_constraint=False), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_joins_conversation_id")),
        sa.ForeignKeyConstraint(["home_id"], ["conversations.id"], name=op.f("fk_joins_home_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joins")),
    )
    op.create_index("ix_joins_home_id", "joins", ["home_id"])
    op.create_index(
        "uq_joins_joined", "joins", ["conversation_id"], unique=True, sqlite_where=_JOINED, postgresql_where=_JOINED
    )


def _create_codes() -> None:
    op.create_table(
        "join_codes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("home_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("made_for", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("link_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(length=32)),
        sa.Column("claimed_in", sa.String(length=32)),
        sa.Column("claimed_with", sa.String(length=8)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["home_id"], ["conversations.id"], name=op.f("fk_join_codes_home_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_codes")),
        *(
            sa.UniqueConstraint(column, name=op.f(f"uq_join_codes_{column}"))
            for column in ("made_for", "code_hash", "link_hash")
        ),
    )
    for column in ("home_id", "claimed_by"):
        op.create_index(f"ix_join_codes_{column}", "join_codes", [column])


def downgrade() -> None:
    for table in ("join_attempts", "join_codes", "joins"):
        op.drop_table(table)
    op.drop_column("messages", "endpoint_id")
    op.drop_column("conversations", "endpoint_id")
