"""The demo shop: its orders, and log-ins for the desk until the shop has people of its own."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from actions.records import clock, demo
from actions.records.database import Database
from bot.messages import Language
from bot.settings import Settings
from bot.stores.accounts import Accounts
from bot.wiring import records_source

DEMO_LOGINS: Mapping[str, tuple[str, Language]] = {"agent": ("小林 Lin", "zh"), "supervisor": ("Morgan", "en")}
"""Display name and language by user name; the role is called the same."""


async def seed_demo(settings: Settings, database: Database) -> dict[str, str]:
    """Demo orders, where the shop has none of its own, and demo log-ins; returns username → password."""
    if records_source(settings).kind == "own":
        await demo.seed(database, clock.shop_day(clock.now()))
    return await demo_logins(settings, Accounts(database))


async def demo_logins(settings: Settings, accounts: Accounts) -> dict[str, str]:
    """Made for a shop that has no agents of its own; as soon as it has, they are ended. Returns username → password."""
    if any(each.username not in DEMO_LOGINS for each in await accounts.agents()):
        for username in DEMO_LOGINS:
            await accounts.remove_agent(username)
        return {}
    password = demo_password(settings)
    for username, (name, language) in DEMO_LOGINS.items():
        await accounts.add_agent(username, name, username, language, password)
    return dict.fromkeys(DEMO_LOGINS, password)


def demo_password(settings: Settings) -> str:
    """The operator's own, else one made at random once and kept, so that a restart does not lock anybody out."""
    if settings.demo_password:
        return settings.demo_password
    kept = settings.home / "demo-password"
    # Made whole or not at all: a file cut short would be an empty password.
    if not kept.exists() or not kept.read_text(encoding="ascii").strip():
        made = kept.with_suffix(".new")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(9), encoding="ascii")
        made.replace(kept)
    return kept.read_text(encoding="ascii").strip()
