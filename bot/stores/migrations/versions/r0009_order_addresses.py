"""Addresses that customers gave for orders not shipped yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_ADDRESSES = "shop_order_addresses"


def upgrade() -> None:
    op.create_table(
        _ADDRESSES,
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"], ["shop_orders.order_number"], name=op.f("fk_shop_order_addresses_order_number")
        ),
        sa.PrimaryKeyConstraint("order_number", name=op.f("pk_shop_order_addresses")),
    )


def downgrade() -> None:
    op.drop_table(_ADDRESSES)
