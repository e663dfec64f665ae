"""What every queue promises, whatever rings inside it.

To add a queue: write a ``Harness`` for it and name it in ``HARNESSES``.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import pytest
import structlog

from bot.ports import ChannelBusy, Queue
from bot.queue.in_process import InProcessQueue


@dataclass
class Handled:
    """The handler under test: what it was called with, and how many ran at once."""

    calls: list[str] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    running: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    most_at_once: int = 0
    overlapped: bool = False
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __call__(self, conversation_id: str) -> None:
        self.overlapped = self.overlapped or self.running[conversation_id] > 0
        self.running[conversation_id] += 1
        self.most_at_once = max(self.most_at_once, sum(self.running.values()))
        await self._tell(conversation_id)
        try:
            if conversation_id in self.gates:
                await self.gates[conversation_id].wait()
            if self.failures.get(conversation_id, 0) > 0:
                self.failures[conversation_id] -= 1
                raise RuntimeError("the database is away")
        finally:
            self.running[conversation_id] -= 1
            async with self.changed:
                self.changed.notify_all()

    async def _tell(self, conversation_id: str) -> None:
        async with self.changed:
            self.calls.append(conversation_id)
            self.changed.notify_all()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(holds), 20)

    def idle(self) -> bool:
        return sum(self.running.values()) == 0


Harness = Callable[[Handled, list[str]], AbstractAsyncContextManager[Queue]]
"""Runs a queue around a handler; the list is what its first sweep finds."""


@asynccontextmanager
async def in_process(handled: Handled, unfinished: list[str]) -> AsyncIterator[Queue]:
    async def sweep() -> list[str]:
        return unfinished

    queue = InProcessQueue(handled, sweep, concurrency=4, first_retry=0.0, sweep_every=3600.0)
    await queue.start()
    try:
        yield queue
    finally:
        for gate in handled.gates.values():
            gate.set()
        await queue.stop()


HARNESSES = {"in_process": in_process}


@pytest.fixture(params=sorted(HARNESSES))
def running(request: pytest.FixtureRequest) -> Harness:
    return HARNESSES[request.param]


@pytest.fixture
async def handled() -> Handled:
    return Handled()


async def test_a_bell_is_answered(running: Harness, handled: Handled) -> None:
    async with running(handled, []) as queue:
        await queue.ring("a")
        await handled.until(lambda: handled.calls == ["a"])


async def test_a_start_sweeps_up_what_was_left(running: Harness, handled: Handled) -> None:
    async with running(handled, ["a", "b"]):
        await handled.until(lambda: sorted(handled.calls) == ["a", "b"])


async def test_one_conversation_is_served_one_at_a_time(running: Harness, handled: Handled) -> None:
    handled.gates["a"] = asyncio.Event()
    async with running(handled, []) as queue:
        await queue.ring("a")
        await handled.until(lambda: handled.running["a"] == 1)
        for _ in range(5):
            await queue.ring("a")
        # Rung later and served: by then a second handler of "a" would have begun too.
        await queue.ring("b")
        await handled.until(lambda: "b" in handled.calls and handled.running["b"] == 0)
        handled.gates["a"].set()
        # The bells rung meanwhile are not lost: whoever rang may have come after the handler's last look.
        await handled.until(lambda: handled.calls.count("a") >= 2 and handled.idle())
    assert not handled.overlapped


async def test_conversations_do_not_wait_for_each_other(running: Harness, handled: Handled) -> None:
    handled.gates["slow"] = asyncio.Event()
    async with running(handled, []) as queue:
        await queue.ring("slow")
        await queue.ring("quick")
        await handled.until(lambda: "quick" in handled.calls and handled.running["quick"] == 0)
        assert handled.running["slow"] == 1


async def test_a_handler_that_raises_is_called_again(running: Harness, handled: Handled) -> None:
    handled.failures["a"] = 3
    async with running(handled, []) as queue:
        await queue.ring("a")
        await handled.until(lambda: len(handled.calls) == 4 and handled.idle())
        await queue.ring("b")
        await handled.until(lambda: handled.calls == ["a"] * 4 + ["b"])


async def test_a_long_trouble_is_outlasted(handled: Handled) -> None:
    async def sweep() -> list[str]:
        return ["a"]

    handled.failures["a"] = 1100
    queue = InProcessQueue(handled, sweep, first_retry=1e-9, longest_retry=1e-9, sweep_every=3600.0)
    with structlog.testing.capture_logs():
        await queue.start()
        await handled.until(lambda: len(handled.calls) == 1101 and handled.idle())
    await queue.stop()


@pytest.mark.parametrize(
    ("error", "event", "level"),
    [
        (ChannelBusy("wechat -1: busy"), "platform_busy", "info"),
        (RuntimeError("the database is away"), "drain_failed", "error"),
    ],
)
async def test_only_trouble_of_ours_raises_an_alarm(
    error: Exception, event: str, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A platform that is busy is usual: one line, without the way it took through our code."""
    # A logger that was used before keeps the set-up of that moment, and would not be heard here.
    monkeypatch.setattr("bot.queue.in_process.log", structlog.get_logger("bot.queue.in_process"))
    asked: list[str] = []
    done = asyncio.Event()

    async def handler(conversation_id: str) -> None:
        asked.append(conversation_id)
        if len(asked) == 1:
            raise error
        done.set()

    async def sweep() -> list[str]:
        return ["a"]

    queue = InProcessQueue(handler, sweep, first_retry=0.0, sweep_every=3600.0)
    with structlog.testing.capture_logs() as lines:
        await queue.start()
        await asyncio.wait_for(done.wait(), 20)
    await queue.stop()
    assert [line["event"] for line in lines] == [event]
    # Which name structlog gives the level of an exception depends on whether this process has set it up before.
    assert (lines[0]["log_level"] in {"error", "exception"}) is (level == "error")
    assert bool(lines[0].get("exc_info")) is (level == "error")


async def test_a_failing_conversation_holds_nobody_else_up(running: Harness, handled: Handled) -> None:
    handled.failures["broken"] = 10**9
    async with running(handled, []) as queue:
        await queue.ring("broken")
        await queue.ring("sound")
        await handled.until(lambda: "sound" in handled.calls)


async def test_not_everything_at_once(running: Harness, handled: Handled) -> None:
    names = [f"c{n}" for n in range(12)]
    for name in names:
        handled.gates[name] = asyncio.Event()
    async with running(handled, []) as queue:
        for name in names:
            await queue.ring(name)
        await handled.until(lambda: len(handled.calls) == 4)
        for name in names:
            handled.gates[name].set()
        await handled.until(lambda: sorted(handled.calls) == sorted(names) and handled.idle())
    assert handled.most_at_once == 4


async def test_bells_rung_before_the_start_wait_for_it(handled: Handled) -> None:
    async def sweep() -> list[str]:
        return []

    queue = InProcessQueue(handled, sweep)
    await queue.ring("a")
    assert handled.calls == []
    await queue.start()
    await handled.until(lambda: handled.calls == ["a"])
    await queue.stop()


async def test_stopping_lets_a_turn_finish(handled: Handled) -> None:
    async def sweep() -> list[str]:
        return ["a"]

    handled.gates["a"] = asyncio.Event()
    queue = InProcessQueue(handled, sweep)
    await queue.start()
    await handled.until(lambda: handled.running["a"] == 1)
    stopping = asyncio.create_task(queue.stop())
    handled.gates["a"].set()
    await stopping
    assert handled.idle()
    await queue.ring("a")
    assert handled.calls == ["a"]


async def test_stopping_does_not_wait_for_ever(handled: Handled) -> None:
    async def sweep() -> list[str]:
        return ["a"]

    handled.gates["a"] = asyncio.Event()
    queue = InProcessQueue(handled, sweep)
    await queue.start()
    await handled.until(lambda: handled.running["a"] == 1)
    await queue.stop(grace=0.0)
    assert handled.idle()


async def test_stopping_does_not_wait_for_a_retry(handled: Handled) -> None:
    async def sweep() -> list[str]:
        return ["broken"]

    handled.failures["broken"] = 10**9
    queue = InProcessQueue(handled, sweep, first_retry=3600.0, longest_retry=3600.0)
    await queue.start()
    await handled.until(lambda: handled.calls == ["broken"] and handled.idle())
    await asyncio.wait_for(queue.stop(grace=3600.0), 20)
    assert handled.calls == ["broken"]


async def test_a_lost_bell_is_swept_up_later(handled: Handled) -> None:
    found: list[str] = []

    async def sweep() -> list[str]:
        return found

    queue = InProcessQueue(handled, sweep, sweep_every=0.0)
    await queue.start()
    found.append("late")
    await handled.until(lambda: "late" in handled.calls)
    await queue.stop()


async def test_a_sweep_that_fails_is_tried_again(handled: Handled) -> None:
    sweeps = 0

    async def sweep() -> list[str]:
        nonlocal sweeps
        sweeps += 1
        if sweeps == 2:
            raise RuntimeError("the database is away")
        return ["a"] if sweeps > 2 else []

    queue = InProcessQueue(handled, sweep, sweep_every=0.0)
    await queue.start()
    await handled.until(lambda: "a" in handled.calls)
    await queue.stop()
