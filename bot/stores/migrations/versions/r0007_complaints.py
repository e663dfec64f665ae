"""Complaints with their words, state and deadline; coupons, points; what was told unasked; leases of jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "shop_complaints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24)),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=64)),
        sa.Column("order_number", sa.String(length=64)),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("offered", sa.JSON(), nullable=False),
        sa.Column("remedy", sa.String(length=32)),
        sa.Column("taken_by", sa.String(length=64)),
        sa.Column("reference", sa.String(length=24)),
        sa.Column("deadline", _MOMENT, nullable=False),
        sa.Column("follow_up_at", _MOMENT),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_complaints")),
        sa.UniqueConstraint("number", name=op.f("uq_shop_complaints_number")),
        sa.UniqueConstraint("message_id", name=op.f("uq_shop_complaints_message_id")),
    )
    for name in ("conversation_id", "customer_id", "state", "follow_up_at"):
        op.create_index(op.f(f"ix_shop_complaints_{name}"), "shop_complaints", [name])
    op.create_table(
        "shop_coupons",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("least_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("only_for", sa.String(length=40)),
        sa.Column("used_on", sa.String(length=64)),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_shop_coupons")),
    )
    op.create_index(op.f("ix_shop_coupons_customer_id"), "shop_coupons", ["customer_id"])
    op.create_table(
        "shop_memberships",
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("points_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_shop_memberships")),
    )
    op.create_table(
        "told_unasked",
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_told_unasked")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_told_unasked_conversation_id")
        ),
    )
    op.create_index(op.f("ix_told_unasked_conversation_id"), "told_unasked", ["conversation_id"])
    op.create_table(
        "job_leases",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_leases")),
    )


def downgrade() -> None:
    for table in ("job_leases", "told_unasked", "shop_memberships", "shop_coupons", "shop_complaints"):
        op.drop_table(table)
