"""Turns, side by side: stock ``rasa run`` + ``rasa run actions`` against ``kefu run``, same model, same run.

Both sides are up at once and asked by turns, in small rounds, so that a busy moment of the machine hits both.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console

from bench import processes, report
from bench.clients import Customer, DirectCustomer, KefuCustomer, StockCustomer

console = Console(highlight=False)

# A text said before costs no encoder time (it is remembered in memory, on both sides); a new text does.
PLAIN, ACTION = "thank you", "hello"
NEW_TEXTS = [
    f"{thanks} {really}for {what}"
    for thanks in ("thank you", "thanks a lot", "many thanks", "thanks")
    for really in ("", "so much ", "really ")
    for what in ("your help", "the quick answer", "helping me", "your time", "the information", "that", "all of this")
]
ORDER = ("where is my order", "SO202611010002", "8002")
KINDS = ("plain", "action", "order", "plain, new text")
_conversation = itertools.count()


def main(arguments: Sequence[str]) -> int:
    """Run everything and write ``bench/results/``; needs a trained model under KEFU_HOME."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--rounds", type=int, default=8, help="rounds of ten turns a kind (default 8)")
    parser.add_argument("--turns", type=int, default=300, help="length of the long conversation (default 300)")
    options = parser.parse_args(list(arguments))
    from bot.brain.train import ensure_model
    from bot.settings import Settings

    home = Settings.from_environment().home
    model = ensure_model(home)
    folder = Path(tempfile.mkdtemp(prefix="kefu-bench-"))
    try:
        result = asyncio.run(measure(model, home, folder, options.rounds, options.turns))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report.show(result, console)
    console.print(f"\nwritten to {report.write(result)}", markup=False)
    return 0


async def measure(model: Path, home: Path, folder: Path, rounds: int, long: int) -> dict[str, Any]:
    """Every measurement; times in milliseconds unless named otherwise."""
    sides: list[processes.Side] = []
    direct = None
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as http:
        try:
            console.print("starting stock rasa …")
            sides.append(processes.start_stock(model, folder / "stock", home))
            stock = StockCustomer(http, sides[0])
            start_stock = await _started(stock, sides[0])
            console.print("starting kefu …")
            sides.append(processes.start_kefu(folder / "kefu", home))
            ours = KefuCustomer(http, sides[1])
            start_ours = await _started(ours, sides[1])
            direct = processes.start_direct(folder / "direct", model, home)
            alone = DirectCustomer(direct)
            await alone.ready()
            turns = await _turns([stock, ours, alone], rounds)
            encoder = report.spread(await alone.encode([f"{text} indeed" for text in NEW_TEXTS[:40]]))
            direct.terminate()
            direct.wait()
            _check_kinds(alone)
            growth = await _growth([stock, ours], long)
            throughput = {customer.name: await _throughput(customer) for customer in (stock, ours)}
            memory = {side.name: side.memory() for side in sides}
        except Exception as error:
            ends = "\n".join(f"{side.name}: …{side.log_end()}" for side in sides)
            raise RuntimeError(f"{error}\n{ends}") from error
        finally:
            if direct is not None and direct.poll() is None:
                direct.kill()
            for side in sides:
                side.stop()
    both = {
        name: {"turns": turns[name], "growth": growth[name], "throughput": throughput[name], "memory": memory[name]}
        for name in (stock.name, ours.name)
    }
    both[stock.name]["start"], both[ours.name]["start"] = start_stock, start_ours
    return {**both, "brain alone": turns[alone.name], "encoder": encoder, "long": long}


async def _started(customer: StockCustomer | KefuCustomer, side: processes.Side) -> float:
    """Seconds from the first process's start to the first answer."""
    while not await customer.ready():
        side.check()
        await asyncio.sleep(0.1)
    await customer.say(_new_conversation(), ACTION)
    return time.monotonic() - side.began


async def _turns(customers: Sequence[Customer], rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    samples: dict[str, dict[str, list[float]]] = {c.name: {kind: [] for kind in KINDS} for c in customers}
    new_texts = {customer.name: iter(NEW_TEXTS) for customer in customers}
    for customer in customers:  # a warm-up that does not count
        await _said(customer, [PLAIN, ACTION] * 5)
    for number in range(rounds):
        console.print(f"turns: round {number + 1} of {rounds}")
        for customer in customers:
            kept = samples[customer.name]
            kept["plain"] += await _said(customer, [PLAIN] * 10)
            kept["action"] += await _said(customer, [ACTION] * 10)
            kept["order"] += [(await _said(customer, ORDER))[-1] for _ in range(3)]
            kept["plain, new text"] += await _said(customer, list(itertools.islice(new_texts[customer.name], 10)))
    return {name: {kind: report.spread(times) for kind, times in kinds.items()} for name, kinds in samples.items()}


async def _said(customer: Customer, texts: Sequence[str]) -> list[float]:
    """The times of these messages in a conversation of their own."""
    conversation = _new_conversation()
    return [await customer.say(conversation, text) for text in texts]


async def _growth(customers: Sequence[Customer], long: int) -> dict[str, dict[str, float]]:
    """One long conversation: the median around turn 10 and that of the last ten turns."""
    found = {}
    for customer in customers:
        console.print(f"a conversation of {long} turns with {customer.name} …")
        times = await _said(customer, [PLAIN, ACTION] * (long // 2))
        early, late = statistics.median(times[5:15]), statistics.median(times[-10:])
        found[customer.name] = {"early": early, "late": late, "growth": late / early}
    return found


async def _throughput(customer: Customer, conversations: int = 20, messages: int = 6) -> float:
    """Messages answered a second while 20 customers each wait for their answer before they write again."""
    console.print(f"{conversations} conversations at once with {customer.name} …")
    began = time.monotonic()
    await asyncio.gather(*(_said(customer, [PLAIN, ACTION] * (messages // 2)) for _ in range(conversations)))
    return conversations * messages / (time.monotonic() - began)


def _check_kinds(alone: DirectCustomer) -> None:
    """The texts must still lead where they are meant to; otherwise the numbers would be of something else."""
    if not all(action.startswith("utter_") for action in alone.actions[PLAIN]):
        raise RuntimeError(f"{PLAIN!r} runs {alone.actions[PLAIN]}; choose another text for a plain turn")
    for text in (ACTION, ORDER[-1]):
        if not any(action.startswith("action_") for action in alone.actions[text]):
            raise RuntimeError(f"{text!r} runs {alone.actions[text]}; choose another text for an action turn")


def _new_conversation() -> str:
    return f"bench-{next(_conversation)}"
