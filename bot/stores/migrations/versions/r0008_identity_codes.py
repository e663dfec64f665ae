"""One-time codes that prove who a customer is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "identity_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("sent_for", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=128), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_by", sa.String(length=64)),
        sa.Column("used_by", sa.String(length=64)),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_codes")),
        sa.UniqueConstraint("sent_for", name=op.f("uq_identity_codes_sent_for")),
    )
    for name in ("conversation_id", "customer_id"):
        op.create_index(op.f(f"ix_identity_codes_{name}"), "identity_codes", [name])


def downgrade() -> None:
    op.drop_table("identity_codes")
