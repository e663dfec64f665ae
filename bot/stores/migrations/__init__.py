"""Alembic's revisions of every table in the one database."""
