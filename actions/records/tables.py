"""Tables of the order records, of identity checks and of action outcomes; Alembic reads ``metadata``.

Portable over SQLite and PostgreSQL. Money is a whole number of minor units (fen, cents) beside its currency, because
SQLite has no decimal type. Words that customers read are stored in both languages.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment. SQLite drops the time zone, so it is put back on reading; naive values are refused on writing."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A moment needs a time zone: {value!r}")
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


customers = sa.Table(
    "shop_customers",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("phone", sa.String(32), nullable=False),
    sa.Column("last_four", sa.String(4), nullable=False),
    sa.Column("email", sa.String(120)),
)

orders = sa.Table(
    "shop_orders",
    metadata,
    sa.Column("order_number", sa.String(32), primary_key=True),
    sa.Column("customer_id", sa.String(64), sa.ForeignKey("shop_customers.id"), nullable=False, index=True),
    # paid | in_transit | delivered | refunding | refunded | cancelled
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("placed_at", UtcDateTime, nullable=False),
    sa.Column("total_minor", sa.Integer, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("payment_method", sa.String(16), nullable=False),
    sa.Column("courier", sa.String(16)),
    sa.Column("tracking_number", sa.String(40)),
    sa.Column("promised_on", sa.Date),
    sa.Column("delivered_at", UtcDateTime),
    sa.Column("cancelled_at", UtcDateTime),
    sa.Column("updated_at", UtcDateTime, nullable=False),
)

order_items = sa.Table(
    "shop_order_items",
    metadata,
    sa.Column("order_number", sa.String(32), sa.ForeignKey("shop_orders.order_number"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("sku", sa.String(40), nullable=False),
    sa.Column("name_zh", sa.String(120), nullable=False),
    sa.Column("name_en", sa.String(120), nullable=False),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Column("unit_price_minor", sa.Integer, nullable=False),
)

order_addresses = sa.Table(
    "shop_order_addresses",
    metadata,
    sa.Column("order_number", sa.String(32), sa.ForeignKey("shop_orders.order_number"), primary_key=True),
    # As the customer wrote it: street, recipient, phone.
    sa.Column("address", sa.String(400), nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
)

courier_events = sa.Table(
    "shop_courier_events",
    metadata,
    sa.Column("order_number", sa.String(32), sa.ForeignKey("shop_orders.order_number"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("text_zh", sa.String(200), nullable=False),
    sa.Column("text_en", sa.String(200), nullable=False),
)

refunds = sa.Table(
    "shop_refunds",
    metadata,
    sa.Column("order_number", sa.String(32), sa.ForeignKey("shop_orders.order_number"), primary_key=True),
    # requested | approved | paid_out | refused
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("amount_minor", sa.Integer, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("payment_method", sa.String(16), nullable=False),
    sa.Column("requested_at", UtcDateTime, nullable=False),
    sa.Column("expected_on", sa.Date),
    sa.Column("updated_at", UtcDateTime, nullable=False),
)

service_requests = sa.Table(
    "shop_service_requests",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # What customer and staff call it by: RQ, day, number. Null only while the row is being made.
    sa.Column("reference", sa.String(24), unique=True),
    # No foreign keys: the orders may lie in the shop's own system, and some requests are about none.
    sa.Column("order_number", sa.String(64), nullable=False, index=True),
    sa.Column("customer_id", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    # open: for the staff | done | asking: the shop's system | pending: it was down, tried again | given_up | dropped
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("conversation_id", sa.String(64), nullable=False, index=True),
    sa.Column("message_id", sa.String(64), nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    # The conditions under which it was asked for, for another try; ``latest_message`` put it right.
    sa.Column("conditions", sa.JSON, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_try_at", UtcDateTime, index=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
)

action_outcomes = sa.Table(
    "action_outcomes",
    metadata,
    # Together the idempotency key of a write (design, invariant 1).
    sa.Column("message_id", sa.String(64), primary_key=True),
    sa.Column("action", sa.String(128), primary_key=True),
    sa.Column("outcome", sa.JSON, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

verifications = sa.Table(
    "identity_verifications",
    metadata,
    sa.Column("conversation_id", sa.String(64), primary_key=True),
    sa.Column("customer_id", sa.String(64), primary_key=True),
    sa.Column("order_number", sa.String(64), nullable=False),
    # The step of the identity ladder: "order" is an order number with the phone's last four digits.
    sa.Column("level", sa.String(16), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

attempts = sa.Table(
    "identity_attempts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.String(64), nullable=False, index=True),
    # As the customer typed it: no foreign key, since an order that does not exist counts the same.
    sa.Column("order_number", sa.String(64), nullable=False, index=True),
    # Whose order it is; null where there is no such order.
    sa.Column("customer_id", sa.String(64), index=True),
    sa.Column("address", sa.String(64), nullable=False, index=True),
    sa.Column("message_id", sa.String(64), nullable=False, index=True),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("ok", sa.Boolean, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)
