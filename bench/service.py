"""Containment: of a hundred first messages a language, how many end resolved without a human, and none wrongly.

Each opens a conversation of its own in a freshly seeded demo shop (real core, brain, rules, articles, records; no
HTTP); a scripted customer (service_customer.py) answers what the bot asks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.console import Console
from rich.progress import track

from actions import services
from actions.records import clock, demo
from actions.records.database import Database
from bench import report
from bench.nlu_blind import commit
from bench.service_customer import SETS, Customer, End, FirstMessage, read
from bot import wiring
from bot.conversation.accept import accept
from bot.conversation.handle import drain
from bot.messages import Conversation, Incoming, Language, OfferedButton, Owner, StoredMessage
from bot.ports import Parts
from bot.queue.notifier import InProcessNotifier
from bot.responses import ResponseCatalogue
from bot.rules import load_handoff_rules
from bot.stores.migrate import upgrade
from bot.stores.sqlalchemy_store import SqlAlchemyStore
from kb.articles import read_folder

console = Console(highlight=False)
MOST_TURNS = 14
GOOD = (End.DONE, End.ANSWERED, End.REFUSED)
_LANGUAGES: tuple[Language, ...] = ("zh", "en")
_BLIND = "The first messages were written by somebody who had seen neither the examples nor the articles."
_SETS_ARE = {
    "first": f"{_BLIND} They were read since, to mend what was not understood: they count as seen, and say no more how "
    "the bot does with strangers; the second set does.",
    "second": _BLIND,
}


@dataclass(frozen=True)
class Talk:
    first: FirstMessage
    end: End
    lines: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Resolved alone; with a human where a good shop would pass it on, and then not otherwise."""
        return self.end is End.HUMAN if self.first.human_is_right else self.end in GOOD


class _Page:
    """A channel whose customer reads the history."""

    name, resendable = "web", True

    async def send(self, conversation: Conversation, message: StoredMessage, *, late: bool = False) -> None:
        return None


class _NoBell:
    """A queue for somebody who drains by hand."""

    def ring_in(self, transaction: Any, conversation_id: str) -> None:
        return None

    async def ring(self, conversation_id: str) -> None:
        return None


def main(arguments: Sequence[str]) -> int:
    """Play all, show the shares, write ``bench/results/service-<set>.{json,md}``; 1 when an action was wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m bench service", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--language", choices=_LANGUAGES, help="only this one; writes nothing")
    written = [which for which, folder in SETS.items() if folder.is_dir()]
    parser.add_argument("--set", choices=written, default=written[-1], dest="which", help="of first messages")
    parser.add_argument("--show", action="store_true", help="print the conversations that were not resolved")
    options = parser.parse_args(list(arguments))
    folder = Path(tempfile.mkdtemp(prefix="kefu-bench-service-"))
    try:
        languages = [options.language] if options.language else _LANGUAGES
        talks = asyncio.run(_play_all([first for each in languages for first in read(each, options.which)], folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for line in _summary(talks):
        console.print(line, markup=False)
    if options.show:
        for talk in (talk for talk in talks if not talk.good):
            console.print("\n".join(["", *_transcript(talk)]), markup=False)
    if not options.language:
        console.print(f"\nwritten to {_write(talks, options.which)}", markup=False)
    return 1 if any(talk.end is End.WRONG for talk in talks) else 0


async def _play_all(firsts: Sequence[FirstMessage], folder: Path) -> list[Talk]:
    from bot.brain.rasa_agent import RasaBrain
    from bot.brain.train import ensure_model
    from bot.settings import Settings

    model = await asyncio.to_thread(ensure_model, Settings.from_environment().home)
    brain = await asyncio.to_thread(RasaBrain.load, model, folder, f"sqlite:///{folder / 'unused.db'}")
    seeded = await _seeded(folder)
    shared = services.build(Database(f"sqlite:///{folder / 'unused.db'}"))
    await asyncio.to_thread(lambda: shared.knowledge)
    articles = {article.slug: frozenset(article.intents) for article in read_folder(wiring.ARTICLES)}
    try:
        return [
            await _play(Customer(first, articles), folder, seeded, brain, shared)
            for first in track(firsts, "conversations", console=Console(stderr=True))
        ]
    finally:
        await asyncio.to_thread(brain.close)


async def _seeded(folder: Path) -> Path:
    path = folder / "seeded.db"
    upgrade(f"sqlite:///{path}")
    database = Database(f"sqlite:///{path}")
    await demo.seed(database, clock.shop_day(clock.now()))
    await database.close()
    return path


async def _play(customer: Customer, folder: Path, seeded: Path, brain: Any, shared: services.Services) -> Talk:
    path = folder / f"{uuid4().hex}.db"
    shutil.copyfile(seeded, path)
    database = Database(f"sqlite:///{path}")
    services.install(replace(services.build(database), open_knowledge=lambda: shared.knowledge))
    try:
        lines = await _talk(customer, _parts(database, brain))
    finally:
        await database.close()
        path.unlink()
    return Talk(customer.first, customer.end or End.LOST, tuple(lines))


def _parts(database: Database, brain: Any) -> Parts:
    responses = ResponseCatalogue.load(wiring.RESPONSES)
    queue = _NoBell()
    return Parts(
        store=SqlAlchemyStore(database, queue=queue),
        queue=queue,
        brain=brain,
        notifier=InProcessNotifier(),
        responses=responses,
        channels={"web": _Page()},
        handoff_rules=load_handoff_rules(wiring.RULES / "handoff.yml", known_responses=responses.keys()),
    )


async def _talk(customer: Customer, parts: Parts) -> list[str]:
    """Line by line until the customer has enough; what was said, for the list of failures."""
    first = customer.first
    conversation = await parts.store.open_conversation("web", "visitor", language=first.language)
    lines: list[str] = []
    says: str | OfferedButton | None = first.say
    for turn in range(MOST_TURNS):
        if says is None:
            break
        lines.append(f"> {says if isinstance(says, str) else '[' + says.labels[first.language] + ']'}")
        incoming = Incoming("web", "visitor", f"line {turn}", address="203.0.113.7")
        incoming = replace(incoming, text=says) if isinstance(says, str) else replace(incoming, payload=says.id)
        message = (await accept(parts, incoming)).message
        await drain(parts, conversation.id)
        history = await parts.store.history(conversation.id)
        decision = next(stored.decision for stored in history if stored.id == message.id) or {}
        replies = [stored for stored in history if stored.in_reply_to == message.id]
        now = await parts.store.conversation(conversation.id)
        lines += [f"  {decision.get('intent')}", *(f"  {reply.key}: {reply.text}" for reply in replies)]
        says = customer.next(replies, decision.get("effects", ()), now.owner is not Owner.BOT)
    return lines


def _summary(talks: Sequence[Talk]) -> list[str]:
    lines = []
    for language in _LANGUAGES:
        own = [talk for talk in talks if talk.first.language == language]
        if own:
            ends = ", ".join(f"{end.value} {count}" for end, count in Counter(talk.end for talk in own).most_common())
            alone = sum(talk.end in GOOD for talk in own)
            right = sum(talk.good for talk in own)
            shares = f"{alone} of {len(own)} resolved without a human, {right} as a good shop would"
            lines.append(f"{language}: {shares}: {ends}")
    return lines


def _transcript(talk: Talk) -> list[str]:
    wish = f"### {talk.end.value}: {talk.first.wants} ({talk.first.language})"
    return [wish, "", "```text", *talk.lines, "```", ""]


def _write(talks: Sequence[Talk], which: str) -> Path:
    bad = [talk for talk in talks if not talk.good]
    path = report.RESULTS / f"service-{which}.md"
    when = datetime.now(timezone.utc).isoformat(timespec="seconds")
    path.write_text(
        "\n".join(
            [
                "# A hundred first messages a language, played by a scripted customer",
                "",
                f"Measured {when} at {commit()}, by `python -m bench service --set {which}`. {_SETS_ARE[which]} "
                "Resolved: done, answered by an article about the wish, or refused by a rule that was explained. "
                "An article contents the scripted customer where the writer's goal is to learn or to know something.",
                "",
                *(f"* {line}" for line in _summary(talks)),
                "",
                "## Not resolved",
                "",
                *(line for talk in bad for line in _transcript(talk)),
            ]
        )
        + "\n",
        "utf-8",
    )
    told = [
        {"say": talk.first.say, "wants": talk.first.wants, "language": talk.first.language, "end": talk.end.value}
        for talk in talks
    ]
    path.with_suffix(".json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path
