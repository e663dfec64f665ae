"""Alembic's entry: the connection comes from ``bot.stores.migrate``, never from an ini file."""

from __future__ import annotations

from alembic import context

from bot.stores.join_tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite cannot alter a table in place; batch mode rebuilds it.
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
