"""When a web session was used last: one that nobody uses ends."""

from __future__ import annotations

from datetime import datetime, timezone

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("web_sessions", sa.Column("used_at", _MOMENT))
    # Nobody knows when the older ones were used last: their days begin now.
    sessions = sa.table("web_sessions", sa.column("used_at", _MOMENT))
    op.execute(sessions.update().values(used_at=datetime.now(timezone.utc)))
    with op.batch_alter_table("web_sessions") as batch:
        batch.alter_column("used_at", existing_type=_MOMENT, nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("web_sessions") as batch:
        batch.drop_column("used_at")
