"""Tables of customer care: what customers said of our articles. They share the metadata of the order records."""

from __future__ import annotations

import sqlalchemy as sa

from actions.records.tables import UtcDateTime, metadata

article_feedback = sa.Table(
    "article_feedback",
    metadata,
    # The message that said so: said once, counted once.
    sa.Column("message_id", sa.String(64), primary_key=True),
    sa.Column("conversation_id", sa.String(64), nullable=False, index=True),
    sa.Column("article", sa.String(128), nullable=False, index=True),
    # Of the question that the article answered, not of the message that judged it.
    sa.Column("intent", sa.String(64), nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("helped", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

complaints = sa.Table(
    "shop_complaints",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # What customer and staff call it by: CP, day, number. Null only while the row is being made.
    sa.Column("number", sa.String(24), unique=True),
    # The message that made it: made once, however often it is handled.
    sa.Column("message_id", sa.String(64), nullable=False, unique=True),
    sa.Column("conversation_id", sa.String(64), nullable=False, index=True),
    # Null where the customer is not verified. No foreign keys: the orders may lie in the shop's own system.
    sa.Column("customer_id", sa.String(64), index=True),
    sa.Column("order_number", sa.String(64)),
    # delivery | goods | wrong_item | refund | staff | price | other
    sa.Column("cause", sa.String(16), nullable=False),
    # [{message_id, text, at}]: the customer's own words, as they were written.
    sa.Column("words", sa.JSON, nullable=False),
    # open | offered | settled | in_review | closed
    sa.Column("state", sa.String(16), nullable=False, index=True),
    # What the rules allowed to be offered, and what the customer took.
    sa.Column("offered", sa.JSON, nullable=False),
    sa.Column("remedy", sa.String(32)),
    # The message that took it.
    sa.Column("taken_by", sa.String(64)),
    # The number of the request that carries it out.
    sa.Column("reference", sa.String(24)),
    sa.Column("deadline", UtcDateTime, nullable=False),
    sa.Column("follow_up_at", UtcDateTime, index=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
)

coupons = sa.Table(
    "shop_coupons",
    metadata,
    sa.Column("code", sa.String(32), primary_key=True),
    sa.Column("customer_id", sa.String(64), nullable=False, index=True),
    sa.Column("amount_minor", sa.Integer, nullable=False),
    # The least an order must come to.
    sa.Column("least_minor", sa.Integer, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_until", sa.Date, nullable=False),
    # The start of the article numbers that it is for; null for everything.
    sa.Column("only_for", sa.String(40)),
    sa.Column("used_on", sa.String(64)),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

memberships = sa.Table(
    "shop_memberships",
    metadata,
    sa.Column("customer_id", sa.String(64), primary_key=True),
    # none | silver | gold | black
    sa.Column("level", sa.String(16), nullable=False),
    sa.Column("points", sa.Integer, nullable=False),
    sa.Column("points_until", sa.Date, nullable=False),
)


identity_codes = sa.Table(
    "identity_codes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.String(64), nullable=False, index=True),
    sa.Column("customer_id", sa.String(64), nullable=False, index=True),
    # The message that asked for it: asked once, sent once.
    sa.Column("sent_for", sa.String(64), nullable=False, unique=True),
    # The code itself is never kept.
    sa.Column("salt", sa.String(32), nullable=False),
    sa.Column("code_hash", sa.String(128), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    # The messages that tried last, and that were right.
    sa.Column("tried_by", sa.String(64)),
    sa.Column("used_by", sa.String(64)),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
)

privacy_requests = sa.Table(
    "privacy_requests",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # What customer and staff call it by: PR, day, number. Null only while the row is being made.
    sa.Column("number", sa.String(24), unique=True),
    # The message that asked for it: asked once, kept once.
    sa.Column("message_id", sa.String(64), nullable=False, unique=True),
    # export | erase
    sa.Column("kind", sa.String(8), nullable=False),
    # export: waiting, ready, expired. erase: waiting, erasing, done, cancelled, refused
    sa.Column("state", sa.String(16), nullable=False, index=True),
    # "erased:…" once the erasure is done: a fingerprint that leads nowhere.
    sa.Column("customer_id", sa.String(255), nullable=False, index=True),
    sa.Column("conversation_id", sa.String(64), nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    # When it is to be carried out; of a file that is ready, until when it can be fetched.
    sa.Column("due_at", UtcDateTime, nullable=False, index=True),
    # The key of the file's link, and the file itself: in the database, so that every gateway can hand it out.
    sa.Column("link_key", sa.String(64)),
    sa.Column("file", sa.LargeBinary),
    sa.Column("told_at", UtcDateTime),
    sa.Column("fetched", sa.Integer, nullable=False),
    # How much was erased, by table; why it was refused.
    sa.Column("outcome", sa.JSON, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
)
