"""Requests of every kind, with a number, a state and what another try needs; customers' e-mail addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_REQUESTS = "shop_service_requests"


def upgrade() -> None:
    op.add_column("shop_customers", sa.Column("email", sa.String(length=120)))
    op.add_column("identity_attempts", sa.Column("customer_id", sa.String(length=64)))
    op.create_index(op.f("ix_identity_attempts_customer_id"), "identity_attempts", ["customer_id"])
    with op.batch_alter_table("action_outcomes") as table:
        table.alter_column("action", type_=sa.String(length=128), existing_nullable=False)
    _longer_order_numbers()
    _new_columns()
    _fill()
    with op.batch_alter_table(_REQUESTS) as table:
        for name in ("customer_id", "state", "conditions", "tries", "updated_at"):
            table.alter_column(name, nullable=False)
        table.alter_column("order_number", type_=sa.String(length=64), existing_nullable=False)
        table.drop_constraint(op.f("fk_shop_service_requests_order_number"), type_="foreignkey")
        table.create_unique_constraint(op.f("uq_shop_service_requests_reference"), ["reference"])
    op.create_index(op.f("ix_shop_service_requests_conversation_id"), _REQUESTS, ["conversation_id"])
    op.create_index(op.f("ix_shop_service_requests_next_try_at"), _REQUESTS, ["next_try_at"])


def downgrade() -> None:
    op.execute(
        sa.text(f"DELETE FROM {_REQUESTS} WHERE order_number NOT IN (SELECT order_number FROM shop_orders)")  # noqa: S608
    )
    op.drop_index(op.f("ix_shop_service_requests_next_try_at"), _REQUESTS)
    op.drop_index(op.f("ix_shop_service_requests_conversation_id"), _REQUESTS)
    with op.batch_alter_table(_REQUESTS) as table:
        table.drop_constraint(op.f("uq_shop_service_requests_reference"), type_="unique")
        for name in ("reference", "customer_id", "state", "conditions", "tries", "next_try_at", "updated_at"):
            table.drop_column(name)
        table.create_foreign_key(
            op.f("fk_shop_service_requests_order_number"), "shop_orders", ["order_number"], ["order_number"]
        )
    op.drop_index(op.f("ix_identity_attempts_customer_id"), "identity_attempts")
    op.drop_column("identity_attempts", "customer_id")
    op.drop_column("shop_customers", "email")


def _longer_order_numbers() -> None:
    """As long as the customer's id: other shops number their orders as they like."""
    for name in ("identity_attempts", "identity_verifications"):
        with op.batch_alter_table(name) as table:
            table.alter_column("order_number", type_=sa.String(length=64), existing_nullable=False)


def _new_columns() -> None:
    for column in (
        sa.Column("reference", sa.String(length=24)),
        sa.Column("customer_id", sa.String(length=64)),
        sa.Column("state", sa.String(length=16)),
        sa.Column("conditions", sa.JSON()),
        sa.Column("tries", sa.Integer()),
        sa.Column("next_try_at", sa.DateTime(timezone=True)),
        sa.Column("updated_at", sa.DateTime(timezone=True)),
    ):
        op.add_column(_REQUESTS, column)


def _fill() -> None:
    """Requests so far were nudges for the staff."""
    op.execute(
        sa.text(
            f"UPDATE {_REQUESTS} SET state = 'open', conditions = '{{}}', tries = 0, updated_at = created_at,"  # noqa: S608
            " kind = CASE WHEN kind = 'expedite' THEN 'expedite_order' ELSE kind END,"
            " customer_id = (SELECT customer_id FROM shop_orders"
            f" WHERE shop_orders.order_number = {_REQUESTS}.order_number)"
        )
    )
