"""What the desk's tests share: a conversation that waits, and an agent's action on it."""

from __future__ import annotations

from typing import Any

from tests.fakes import bot_turn
from tests.unit.gateway.world import World

LIST = "/desk/api/conversations"
HUMAN = bot_turn("utter_ok", intent="request_human", mood=-0.4, mood_words=("气",))


async def handed_over(world: World, text: str = "转人工", **session: Any) -> dict[str, Any]:
    """A conversation that waits for an agent, after one ordinary turn."""
    world.brain.script[text] = HUMAN
    opened = await world.session(**session)
    await world.say(opened["session"], "你好")
    await world.say(opened["session"], text)
    return opened


async def act(world: World, opened: dict[str, Any], action: str, headers: Any, **body: Any) -> Any:
    return await world.client.post(f"{LIST}/{opened['conversation']}/{action}", json=body, headers=headers)
