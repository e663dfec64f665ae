"""Live events: everybody who listens hears them, slow readers lose the oldest."""

from __future__ import annotations

from bot.queue.notifier import BACKLOG, InProcessNotifier


async def test_subscribers_hear_their_topic_only() -> None:
    notifier = InProcessNotifier()
    async with notifier.subscribe("a") as one, notifier.subscribe("a") as two, notifier.subscribe("desk") as desk:
        await notifier.publish("a", {"seq": 1})
        await notifier.publish("desk", {"type": "changed"})
        await notifier.publish("a", {"seq": 2})
        assert [await anext(one), await anext(one)] == [{"seq": 1}, {"seq": 2}]
        assert await anext(two) == {"seq": 1}
        assert await anext(desk) == {"type": "changed"}


async def test_events_before_and_after_a_subscription_are_not_kept() -> None:
    notifier = InProcessNotifier()
    # Nobody is listening: no error.
    await notifier.publish("a", {"seq": 1})
    async with notifier.subscribe("a") as events:
        await notifier.publish("a", {"seq": 2})
        assert await anext(events) == {"seq": 2}
    await notifier.publish("a", {"seq": 3})
    async with notifier.subscribe("a") as events:
        await notifier.publish("a", {"seq": 4})
        assert await anext(events) == {"seq": 4}


async def test_a_slow_reader_loses_the_oldest() -> None:
    notifier = InProcessNotifier()
    async with notifier.subscribe("a") as events:
        for seq in range(BACKLOG + 3):
            await notifier.publish("a", {"seq": seq})
        assert await anext(events) == {"seq": 3}
