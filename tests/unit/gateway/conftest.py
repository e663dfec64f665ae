"""Fixtures of the web server's tests."""

from tests.unit.gateway.world import database_url, template, world

__all__ = ["database_url", "template", "world"]
