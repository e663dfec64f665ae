"""The one file that picks concrete parts: which store, queue, brain, channels and services this process uses."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from actions import limits, services
from actions.records import demo
from bot.channels.web import WebChannel
from bot.conversation import handle, send_replies
from bot.messages import BotTurn, Turn
from bot.ports import Brain, Channel, Parts
from bot.queue.in_process import InProcessQueue
from bot.queue.notifier import InProcessNotifier
from bot.responses import ResponseCatalogue
from bot.rules import HandoffRules, load_handoff_rules
from bot.settings import Settings
from bot.stores.accounts import Accounts
from bot.stores.migrate import upgrade
from bot.stores.sqlalchemy_store import SqlAlchemyStore

if TYPE_CHECKING:
    from bot.brain.rasa_agent import RasaBrain

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules"
RESPONSES = ROOT / "data" / "responses"
ARTICLES = ROOT / "kb" / "articles"


class BrainNotReady(Exception):
    """A turn was asked for before the brain was loaded."""


@dataclass
class LateBrain:
    """Stands where the brain will be while Rasa loads, so that pages open at once.

    The queue starts only after ``arrive``; messages accepted before that wait in the inbox.
    """

    ready: bool = False
    detail: str = "loading"
    brain: Brain | None = None

    def arrive(self, brain: Brain) -> None:
        self.brain, self.ready, self.detail = brain, True, "ready"

    async def reply(self, turn: Turn) -> BotTurn:
        if self.brain is None:
            raise BrainNotReady(self.detail)
        return await self.brain.reply(turn)


@dataclass
class Assembly:
    """Everything one process holds, opened and closed together."""

    settings: Settings
    parts: Parts
    store: SqlAlchemyStore
    queue: InProcessQueue
    accounts: Accounts
    brain: LateBrain
    services: services.Services
    loaded: list[RasaBrain] = field(default_factory=list)

    async def load_brain(self) -> None:
        """Load Rasa on its own thread, warm it up, then let the queue sweep what waited."""
        self.brain.detail = "loading the language model"
        # Importing Rasa takes long; away from the event loop the pages stay quick.
        brain = await asyncio.to_thread(_load_rasa, self.settings)
        self.loaded.append(brain)
        self.brain.arrive(brain)
        await send_replies.recover(self.parts)
        await self.queue.start()

    async def close(self) -> None:
        """Finish the turns under way, then let go of threads and files."""
        await self.queue.stop()
        for brain in self.loaded:
            await asyncio.to_thread(brain.close)
        await self.store.close()


def _load_rasa(settings: Settings) -> RasaBrain:
    from bot.brain.rasa_agent import RasaBrain
    from bot.brain.train import ensure_model

    return RasaBrain.load(ensure_model(settings.home), settings.home, settings.database_url)


async def assemble(settings: Settings, channels: Mapping[str, Channel] | None = None) -> Assembly:
    """Open the store and put the parts together; the brain comes later, by ``load_brain``."""
    action_services = services.build(settings.database_url, settings.home)
    services.install(action_services)
    late_brain = LateBrain()
    queue = InProcessQueue()
    store = SqlAlchemyStore(settings.database_url, queue=queue)
    await store.open()
    notifier = InProcessNotifier()
    parts = Parts(
        store=store,
        queue=queue,
        brain=late_brain,
        notifier=notifier,
        responses=ResponseCatalogue.load(RESPONSES),
        channels=channels if channels is not None else {"web": WebChannel(notifier)},
        handoff_rules=load_handoff_rules(RULES / "handoff.yml"),
    )
    queue.handler = lambda conversation_id: handle.drain(parts, conversation_id)
    queue.sweep = store.unhandled_conversations
    return Assembly(settings, parts, store, queue, Accounts(store.engine), late_brain, action_services)


def prepare(settings: Settings) -> None:
    """Make the folders and bring the tables to this version."""
    settings.home.mkdir(parents=True, exist_ok=True)
    # Rasa's own helpers read these from the environment.
    os.environ.setdefault("RASA_CACHE_DIRECTORY", str(settings.home / "rasa-cache"))
    os.environ["KEFU_HOME"] = str(settings.home)
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    upgrade(settings.database_url)


async def seed_demo(settings: Settings, accounts: Accounts) -> dict[str, str]:
    """Demo orders and the log-ins ``agent`` and ``supervisor``; returns username → password."""
    from actions.records.database import open_database

    engine = open_database(settings.database_url)
    try:
        await demo.seed(engine, datetime.now(timezone.utc).date())
    finally:
        await engine.dispose()
    password = demo_password(settings)
    await accounts.add_agent("agent", "小林 Lin", "agent", "zh", password)
    await accounts.add_agent("supervisor", "Morgan", "supervisor", "en", password)
    return {"agent": password, "supervisor": password}


def demo_password(settings: Settings) -> str:
    """The operator's own, else one made at random once and kept, so that a restart does not lock anybody out."""
    if settings.demo_password:
        return settings.demo_password
    kept = settings.home / "demo-password"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(9), encoding="ascii")
    return kept.read_text(encoding="ascii").strip()


def missing_responses(rules: HandoffRules, known: Collection[str]) -> list[str]:
    """Response keys that a hand-over rule wants to say but that no file defines."""
    return [
        f"rules/handoff.yml: rule {rule.id} says {key}, which no file in data/responses defines"
        for rule in rules.rules
        for key in rule.say
        if key not in known
    ]


def limit_faults() -> list[str]:
    """What is wrong in rules/limits.yml, in plain words; empty when all is well."""
    try:
        limits.load(RULES / "limits.yml")
    except ValueError as error:
        return [str(error)]
    return []
