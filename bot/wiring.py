"""The one file that picks concrete parts: which store, queue, brain, channels and services this process uses."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actions import limits
from actions.records import clock
from actions.records.choose import Opened, Source, open_records
from actions.records.database import Database
from actions.records.dossier import OrderDossier
from actions.records.mapped import reading as records_mapping
from actions.records.mapped.definition import MappingError
from actions.records.port import OrderRecords
from bot.channel_rules import ChannelRule
from bot.channels.web import WebChannel
from bot.conversation import handle, join_words, send_replies
from bot.conversation.choose_responder import BACK_TO_BOT
from bot.domain_file import DomainError, read_intents
from bot.gateway.metrics import Metrics, metered
from bot.jobs.scheduler import Scheduler
from bot.mail import Mailer, SmtpMailer
from bot.messages import BotTurn, Turn
from bot.ports import Brain, Channel, Parts
from bot.queue.in_process import InProcessQueue
from bot.queue.notifier import InProcessNotifier
from bot.responses import ResponseCatalogue
from bot.responses import lint as responses_lint
from bot.rules import HandoffRules, RulesError, load_handoff_rules
from bot.rules_channels import load_channel_rules
from bot.rules_hours import load_hours
from bot.rules_joining import load_join_rules
from bot.settings import Settings
from bot.stores.accounts import Accounts
from bot.stores.migrate import upgrade
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from bot.wiring_jobs import build_scheduler, care_faults
from bot.wiring_platforms import BuiltPlatforms, build_joining, build_platforms
from kb.library import Library
from kb.lint import lint as articles_lint
from lang.shop_clock import shop_zone

if TYPE_CHECKING:
    from bot.brain.rasa_agent import RasaBrain

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules"
DOMAIN = ROOT / "domain.yml"
RESPONSES = ROOT / "data" / "responses"
ARTICLES = ROOT / "kb" / "articles"
BEFORE_THE_BOT = {payload[1:] for payload in (BACK_TO_BOT, join_words.YES, join_words.NO, join_words.UNLINK)}
"""What buttons may send beside the intents."""


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
    database: Database
    queue: InProcessQueue
    accounts: Accounts
    metrics: Metrics
    brain: LateBrain
    library: Library
    orders: OrderDossier
    records: Opened
    platforms: BuiltPlatforms
    jobs: Scheduler
    limits: limits.Limits
    mailer: Mailer | None = None
    loaded: list[RasaBrain] = field(default_factory=list)

    async def load_brain(self) -> None:
        """Load Rasa on its own thread, warm it up, then let the queue sweep what waited."""
        # Importing Rasa takes long; away from the event loop the pages stay quick.
        brain = await asyncio.to_thread(_load_rasa, self.settings, self.database, self.records.records)
        self.loaded.append(brain)
        self.brain.arrive(brain)
        await self.queue.start()
        await self.jobs.start()

    async def close(self) -> None:
        """Finish the turns under way, then let go of threads and files."""
        await self.jobs.stop()
        await self.queue.stop()
        for brain in self.loaded:
            await asyncio.to_thread(brain.close)
        await self.records.close()
        await self.platforms.close()
        if self.mailer is not None:
            self.mailer.close()
        await self.database.close()


def _load_rasa(settings: Settings, database: Database, records: OrderRecords) -> RasaBrain:
    # Imported here, on the brain's thread: these take seconds, and the pages need none of them.
    from actions import services
    from bot.brain.rasa_agent import RasaBrain
    from bot.brain.train import ensure_model

    action_services = services.build(database, records)
    services.install(action_services)
    brain = RasaBrain.load(ensure_model(settings.home), settings.home, settings.database_url)
    # Touched here, so that no customer waits while the index is built.
    _ = action_services.knowledge
    return brain


class _Bell:
    """Where the store rings, before the queue that needs the store can be made."""

    def __init__(self) -> None:
        self.queue: InProcessQueue | None = None

    def ring_in(self, transaction: Any, conversation_id: str) -> None:
        assert self.queue is not None
        self.queue.ring_in(transaction, conversation_id)

    async def ring(self, conversation_id: str) -> None:
        assert self.queue is not None
        await self.queue.ring(conversation_id)


async def assemble(settings: Settings, channels: Mapping[str, Channel] | None = None) -> Assembly:
    """Open the store and put the parts together; the brain comes later, by ``load_brain``."""
    bell, metrics, late_brain = _Bell(), Metrics(), LateBrain()
    database = Database(settings.database_url)
    records = open_records(database, records_source(settings), settings.database_url)
    await database.ping()  # a wrong address fails here, not at the first message
    store = SqlAlchemyStore(database, queue=bell)
    notifier = InProcessNotifier()
    responses = ResponseCatalogue.load(RESPONSES)
    platforms = build_platforms(settings, database)
    if channels is None:
        channels = {"web": WebChannel(notifier), **platforms.channels}
    parts = Parts(
        store=metered(store, metrics),
        queue=bell,
        brain=late_brain,
        notifier=notifier,
        responses=responses,
        channels=channels,
        handoff_rules=_handoff_rules(responses, read_intents(DOMAIN)),
        channel_rules=_channel_rules(responses),
        hours=load_hours(RULES / "hours.yml", shop_zone()),
        public_url=settings.public_url,
        joining=build_joining(database, channels, platforms.links, load_join_rules(RULES / "joining.yml")),
    )
    service_limits = limits.load(RULES / "limits.yml")
    queue = InProcessQueue(partial(handle.drain, parts), partial(send_replies.unfinished, parts))
    bell.queue = queue
    accounts = Accounts(database, settings.session_days)
    return Assembly(
        settings=settings,
        parts=parts,
        database=database,
        queue=queue,
        accounts=accounts,
        metrics=metrics,
        brain=late_brain,
        library=Library(ARTICLES, clock.shop_today),
        orders=OrderDossier(database, records.records),
        records=records,
        platforms=platforms,
        jobs=build_scheduler(parts, database, records, RULES, settings, service_limits, accounts),
        limits=service_limits,
        mailer=SmtpMailer(settings.mail) if settings.mail else None,
    )


def prepare(settings: Settings) -> None:
    """Make the folders and bring the tables to this version."""
    settings.make_home()
    # Rasa's own helpers read these from the environment.
    os.environ.setdefault("RASA_CACHE_DIRECTORY", str(settings.home / "rasa-cache"))
    os.environ["KEFU_HOME"] = str(settings.home)
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    upgrade(settings.database_url)


def records_source(settings: Settings) -> Source:
    """Where the orders are."""
    return Source(settings.records_url, settings.records_api, settings.records_token, RULES / "records.yml")


def _handoff_rules(responses: ResponseCatalogue | None, intents: frozenset[str] | None) -> HandoffRules:
    return load_handoff_rules(
        RULES / "handoff.yml",
        known_responses=responses.keys() if responses else None,
        known_intents=intents,
        arguments_of=responses.placeholders if responses else None,
    )


def _channel_rules(responses: ResponseCatalogue | None) -> Mapping[str, ChannelRule]:
    return load_channel_rules(
        RULES / "channels.yml",
        known_responses=responses.keys() if responses else None,
        arguments_of=responses.placeholders if responses else None,
    )


def rule_faults() -> list[str]:
    """What is wrong in rules/ and data/responses/, one line each; empty when all is well."""
    from bot.nlu.entity import shop  # here, because it brings the dictionaries, which no page needs

    intents, unreadable = _intents()
    faults = responses_lint(RESPONSES, intents and intents | BEFORE_THE_BOT)
    responses = None if faults else ResponseCatalogue.load(RESPONSES)
    faults += unreadable
    checks: list[Callable[[], object]] = [lambda: _handoff_rules(responses, intents), lambda: _channel_rules(responses)]
    checks.append(lambda: load_hours(RULES / "hours.yml", shop_zone()))
    for load in [*checks, lambda: load_join_rules(RULES / "joining.yml")]:
        try:
            load()
        except RulesError as error:
            faults += str(error).splitlines()
    try:
        limits.load(RULES / "limits.yml")
    except limits.LimitsError as error:
        faults += str(error).splitlines()
    if (RULES / "records.yml").is_file():
        try:
            records_mapping.load(RULES / "records.yml")
        except MappingError as error:
            faults += str(error).splitlines()
    faults += care_faults(RULES)
    try:
        shop.load(RULES)
    except shop.ShopError as error:
        faults += str(error).splitlines()
    return faults


def article_faults(folder: Path = ARTICLES) -> list[str]:
    """What is wrong in the articles of a folder, one line each; empty when all is well."""
    intents, unreadable = _intents()
    return [*unreadable, *articles_lint(folder, intents, owners=folder == ARTICLES)]


def _intents() -> tuple[frozenset[str] | None, list[str]]:
    """The intents, or None and why they cannot be read, so that one broken file does not hide other faults."""
    try:
        return read_intents(DOMAIN), []
    except DomainError as error:
        return None, [str(error)]
