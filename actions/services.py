"""What the actions work with: order records, identity, knowledge base, limits; one set a process.

``bot.wiring`` installs it; a stock ``rasa run actions`` process builds its own from the environment.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from actions import limits as limits_file
from actions.identity.check import Identity
from actions.limits import Limits
from actions.records.changes import OrderChanges
from actions.records.database import open_database
from actions.records.repository import OrderReader
from kb.search import KnowledgeBase

ARTICLES = Path(__file__).resolve().parent.parent / "kb" / "articles"


@dataclass(frozen=True)
class Records:
    """``read`` never changes anything; ``change`` writes once a message."""

    read: OrderReader
    change: OrderChanges


@dataclass(frozen=True)
class Services:
    """Async, and safe to use from one event loop only: the brain's."""

    records: Records
    identity: Identity
    limits: Limits
    engine: AsyncEngine
    open_knowledge: Callable[[], KnowledgeBase]

    @cached_property
    def knowledge(self) -> KnowledgeBase:
        """Opened at first use, since reading all articles takes seconds; touch it in a thread before serving."""
        return self.open_knowledge()


def build(database_url: str) -> Services:
    """Open everything; the database is connected at first use. Raises ValueError for a bad URL or bad limits."""
    limits = limits_file.load()
    engine = open_database(database_url)
    return Services(
        records=Records(OrderReader(engine), OrderChanges(engine)),
        identity=Identity(engine, limits.identity),
        limits=limits,
        engine=engine,
        open_knowledge=lambda: KnowledgeBase.open(ARTICLES),
    )


_installed: list[Services] = []


def install(services: Services) -> None:
    """Use these from now on."""
    _installed[:] = [services]


def current() -> Services:
    """The installed services; without any, those of KEFU_HOME and KEFU_DATABASE_URL."""
    if not _installed:
        home = Path(os.environ.get("KEFU_HOME", "var")).resolve()
        install(build(os.environ.get("KEFU_DATABASE_URL") or f"sqlite:///{home / 'kefu.db'}"))
    return _installed[0]
