"""The shop's order records, identity checks and action outcomes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _create_action_outcomes()
    _create_identity_attempts()
    _create_identity_verifications()
    _create_shop_customers()
    _create_shop_orders()
    _create_shop_courier_events()
    _create_shop_order_items()
    _create_shop_refunds()
    _create_shop_service_requests()


def downgrade() -> None:
    for table in (
        "shop_service_requests",
        "shop_refunds",
        "shop_order_items",
        "shop_courier_events",
        "shop_orders",
        "shop_customers",
        "identity_verifications",
        "identity_attempts",
        "action_outcomes",
    ):
        op.drop_table(table)


def _create_action_outcomes() -> None:
    op.create_table(
        "action_outcomes",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "action", name=op.f("pk_action_outcomes")),
    )


def _create_identity_attempts() -> None:
    op.create_table(
        "identity_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_attempts")),
    )
    op.create_index(op.f("ix_identity_attempts_address"), "identity_attempts", ["address"])
    op.create_index(op.f("ix_identity_attempts_conversation_id"), "identity_attempts", ["conversation_id"])
    op.create_index(op.f("ix_identity_attempts_message_id"), "identity_attempts", ["message_id"])
    op.create_index(op.f("ix_identity_attempts_order_number"), "identity_attempts", ["order_number"])


def _create_identity_verifications() -> None:
    op.create_table(
        "identity_verifications",
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "customer_id", name=op.f("pk_identity_verifications")),
    )


def _create_shop_customers() -> None:
    op.create_table(
        "shop_customers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("last_four", sa.String(length=4), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_customers")),
    )


def _create_shop_orders() -> None:
    op.create_table(
        "shop_orders",
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("payment_method", sa.String(length=16), nullable=False),
        sa.Column("courier", sa.String(length=16)),
        sa.Column("tracking_number", sa.String(length=40)),
        sa.Column("promised_on", sa.Date()),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.Column("cancelled_at", sa.DateTime(timezone=True)),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["shop_customers.id"], name=op.f("fk_shop_orders_customer_id")),
        sa.PrimaryKeyConstraint("order_number", name=op.f("pk_shop_orders")),
    )
    op.create_index(op.f("ix_shop_orders_customer_id"), "shop_orders", ["customer_id"])


def _create_shop_courier_events() -> None:
    op.create_table(
        "shop_courier_events",
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text_zh", sa.String(length=200), nullable=False),
        sa.Column("text_en", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"], ["shop_orders.order_number"], name=op.f("fk_shop_courier_events_order_number")
        ),
        sa.PrimaryKeyConstraint("order_number", "position", name=op.f("pk_shop_courier_events")),
    )


def _create_shop_order_items() -> None:
    op.create_table(
        "shop_order_items",
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price_minor", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"], ["shop_orders.order_number"], name=op.f("fk_shop_order_items_order_number")
        ),
        sa.PrimaryKeyConstraint("order_number", "position", name=op.f("pk_shop_order_items")),
    )


def _create_shop_refunds() -> None:
    op.create_table(
        "shop_refunds",
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("payment_method", sa.String(length=16), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected_on", sa.Date()),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"], ["shop_orders.order_number"], name=op.f("fk_shop_refunds_order_number")
        ),
        sa.PrimaryKeyConstraint("order_number", name=op.f("pk_shop_refunds")),
    )


def _create_shop_service_requests() -> None:
    op.create_table(
        "shop_service_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"], ["shop_orders.order_number"], name=op.f("fk_shop_service_requests_order_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_service_requests")),
    )
    op.create_index(op.f("ix_shop_service_requests_order_number"), "shop_service_requests", ["order_number"])
