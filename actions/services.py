"""What the actions work with: order records, identity, knowledge base, limits; one set a process.

``bot.wiring`` installs it; a stock ``rasa run actions`` process builds its own from the environment.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from actions import limits as limits_file
from actions.identity.check import Identity
from actions.identity.codes import Codes
from actions.identity.console_sender import ConsoleSender
from actions.limits import Limits
from actions.records.choose import Source, open_records
from actions.records.clock import shop_today
from actions.records.database import Database
from actions.records.own import OwnRecords
from actions.records.port import OrderRecords
from kb.search import KnowledgeBase

ARTICLES = Path(__file__).resolve().parent.parent / "kb" / "articles"
LOOK_AT_ARTICLES_EVERY = 5.0
"""Seconds until an edited article serves, beside the time to read it."""


@dataclass(frozen=True)
class Services:
    records: OrderRecords
    identity: Identity
    codes: Codes
    limits: Limits
    database: Database
    open_knowledge: Callable[[], KnowledgeBase]

    @cached_property
    def knowledge(self) -> KnowledgeBase:
        """Opened at first use, since reading new articles takes seconds; touch it in a thread before serving."""
        return self.open_knowledge()


def build(database: Database, records: OrderRecords | None = None) -> Services:
    """Open everything; the database is connected at first use. Raises ValueError for bad limits.

    ``records``: those of our own tables when left out.
    """
    limits = limits_file.load()
    records = records or OwnRecords(database)
    return Services(
        records=records,
        identity=Identity(database, records, limits.identity),
        codes=Codes(database, ConsoleSender(), limits.identity_code),
        limits=limits,
        database=database,
        open_knowledge=lambda: KnowledgeBase.open(ARTICLES, shop_today, watch_seconds=LOOK_AT_ARTICLES_EVERY),
    )


_installed: list[Services] = []


def install(services: Services) -> None:
    """Use these from now on."""
    _installed[:] = [services]


def current() -> Services:
    """The installed services; without any, those that the environment's ``KEFU_`` settings name."""
    if not _installed:
        home = Path(os.environ.get("KEFU_HOME", "var")).resolve()
        url = os.environ.get("KEFU_DATABASE_URL") or f"sqlite:///{home / 'kefu.db'}"
        database = Database(url)
        install(build(database, open_records(database, Source.from_environment(os.environ), url).records))
    return _installed[0]
