"""Platforms: their access tokens, call-backs seen, how far was read, files to fetch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "platform_tokens",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("token", sa.Text()),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("holder", sa.String(length=32)),
        sa.Column("held_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_platform_tokens")),
    )
    op.create_table(
        "callback_nonces",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("nonce", sa.String(length=128), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "nonce", name=op.f("pk_callback_nonces")),
    )
    op.create_index(op.f("ix_callback_nonces_seen_at"), "callback_nonces", ["seen_at"])
    op.create_table(
        "platform_cursors",
        sa.Column("name", sa.String(length=192), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("permit", sa.Text()),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_platform_cursors")),
    )
    _create_channel_media()


def downgrade() -> None:
    for table in ("channel_media", "platform_cursors", "callback_nonces", "platform_tokens"):
        op.drop_table(table)


def _create_channel_media() -> None:
    op.create_table(
        "channel_media",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("media_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("content_type", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_media")),
        sa.UniqueConstraint("channel", "media_id", name=op.f("uq_channel_media_channel_media_id")),
    )
    op.create_index(op.f("ix_channel_media_next_try_at"), "channel_media", ["next_try_at"])
