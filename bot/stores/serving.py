"""One process serves a database: the queue and the live events are its own, another one would not hear of them.

The lock is the kernel's, or PostgreSQL's for as long as the connection lives: nothing is left behind by ``kill -9``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy as sa
import structlog
from sqlalchemy.engine.url import URL

from actions.records.database import connection_limits, driver_url
from bot.stores.migrate import told_if_unusable

try:
    import fcntl
except ImportError:  # Windows: nothing is refused there
    fcntl = None  # type: ignore[assignment]

_SERVING_LOCK = 5339  # any number, if it stays the same and is not the migrations'

log = structlog.get_logger("kefu.serving")


class AlreadyServed(Exception):
    """Another process serves this database; the text says what to do, in both languages."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"another `kefu run` is serving this database: {where}\n"
            "  Remedy: stop that one first. For a second shop on this machine, set KEFU_HOME (and KEFU_PORT) to\n"
            "  something of its own, and KEFU_DATABASE_URL if you use it. See docs/operating.md.\n"
            f"kefu：另一个 `kefu run` 正在使用这个数据库：{where}\n"
            "  解决办法：请先停掉那一个。要在本机再开一家店，请另设 KEFU_HOME 和 KEFU_PORT；\n"
            "  如果设了 KEFU_DATABASE_URL，也要换成另一个库。见 docs/operating.zh.md。"
        )


@contextmanager
def sole_server(database_url: str) -> Iterator[None]:
    """Serve this database inside; raises AlreadyServed or DatabaseUnusable. Other commands need no such leave."""
    url = driver_url(database_url)
    with ExitStack() as held:
        with told_if_unusable():
            if url.get_backend_name() == "sqlite":
                # Resolved: a relative path, or one through a link, is the same database.
                where = str(Path(str(url.database)).resolve())
                taken = _take_file(Path(where + ".lock"), held)
            else:
                where = f"{url.host or 'localhost'}/{url.database}"
                taken = _take_session(url, held)
        if not taken:
            raise AlreadyServed(where)
        yield


def _take_file(path: Path, held: ExitStack) -> bool:
    # A file beside the database: closing the database's own would drop the locks that SQLite holds on it.
    path.parent.mkdir(parents=True, exist_ok=True)
    file = held.enter_context(path.open("ab"))
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        # Some network folders know no locks; a shop that ran there yesterday shall start today.
        log.warning("serving_without_lock", file=str(path), error=error.strerror)
    return True


def _take_session(url: URL, held: ExitStack) -> bool:
    engine = sa.create_engine(
        url, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT", connect_args=connection_limits(url)
    )
    held.callback(engine.dispose)
    connection = held.enter_context(engine.connect())
    # So that the server notices within a minute when this machine has lost its power; the default is two hours.
    for name, seconds in (("idle", 30), ("interval", 10), ("count", 3)):
        connection.exec_driver_sql(f"SET tcp_keepalives_{name} = {seconds}")
    return bool(connection.execute(sa.select(sa.func.pg_try_advisory_lock(_SERVING_LOCK))).scalar())
