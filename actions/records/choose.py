"""Which order records a process works with: our own tables, the shop's database, or the shop's API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from actions.records.api.client import ApiClient
from actions.records.api.records import ApiRecords
from actions.records.database import Database
from actions.records.ledger import Ledger
from actions.records.mapped import reading
from actions.records.mapped.database import ShopDatabase
from actions.records.mapped.records import MappedRecords
from actions.records.own import OwnRecords
from actions.records.port import OrderRecords


class RecordsSettingsError(ValueError):
    """The settings of the order records contradict each other; the text says what to change."""


@dataclass(frozen=True)
class Source:
    """Where the orders are. All empty: in our own tables, unless ``mapping`` is a file."""

    database_url: str = field(default="", repr=False)
    api: str = ""
    token: str = field(default="", repr=False)
    mapping: Path = reading.RECORDS_FILE

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Source:
        url, api, token = (env.get(f"KEFU_RECORDS_{name}", "").strip() for name in ("URL", "API", "TOKEN"))
        return cls(url, api, token)

    @property
    def kind(self) -> str:
        """``own``, ``mapped`` or ``api``; raises RecordsSettingsError."""
        if self.api and (self.database_url or self.mapping.is_file()):
            also = "KEFU_RECORDS_URL is" if self.database_url else "rules/records.yml is there"
            raise RecordsSettingsError(
                f"KEFU_RECORDS_API is set, and {also}. Orders come from one place: keep the one you mean."
            )
        if self.database_url and not self.mapping.is_file():
            raise RecordsSettingsError(
                "KEFU_RECORDS_URL is set, but there is no rules/records.yml that says what stands where. "
                "Begin with a copy of docs/examples/records.yml (docs/your-orders.md)."
            )
        if self.api and not self.api.startswith(("http://", "https://")):
            raise RecordsSettingsError("KEFU_RECORDS_API must be an address such as https://shop.example/kefu/v1.")
        return "api" if self.api else "mapped" if self.mapping.is_file() else "own"


async def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Opened:
    """``ledger``: what keeps requests while the shop's own system is down; None where it is ours."""

    kind: str
    records: OrderRecords
    ledger: Ledger | None = None
    close: Callable[[], Awaitable[None]] = _nothing
    check: Callable[[], Awaitable[object]] = _nothing
    """One read, for `kefu doctor`; raises what is wrong."""


def open_records(database: Database, source: Source, our_url: str = "") -> Opened:
    """Connects at first use. ``our_url``: of our own database, which a mapping without a URL of its own means.

    Raises RecordsSettingsError, MappingError, ShopDatabaseUnusable: each a ValueError that says what to do.
    """
    kind = source.kind
    if kind == "own":
        own = OwnRecords(database)
        return Opened(kind, own, check=lambda: own.order("kefu doctor"))
    if kind == "api":
        api = ApiRecords(ApiClient(source.api, source.token))
        return Opened(kind, *_kept(database, api), api.close, lambda: api.order("kefu-doctor"))
    mapping = reading.load(source.mapping)
    shop = MappedRecords(ShopDatabase(source.database_url or our_url), mapping)
    return Opened(kind, *_kept(database, shop), shop.close, shop.check)


def _kept(database: Database, shop: OrderRecords) -> tuple[Ledger, Ledger]:
    ledger = Ledger(database, shop)
    return ledger, ledger
