"""The brain: a trained Rasa model, its actions and its dialogue state, behind ``reply(turn) -> BotTurn``.

This file holds the thread; what happens in a turn is told in ``answering.py``. Rasa is imported only when a model is
loaded, because how it is imported depends on the model.
"""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from actions.own_loop import OwnLoop
from bot.brain.project import PROJECT
from bot.brain.quiet import quieten
from bot.brain.without_tensorflow import spare
from bot.messages import BotTurn, Turn

if TYPE_CHECKING:
    from bot.brain.answering import Answering


class RasaBrain:
    """Implements ``ports.Brain``. All work happens on its own thread; ``reply`` may be awaited from any loop."""

    def __init__(self, loop: OwnLoop, answering: Answering) -> None:
        self._loop = loop
        self._answering = answering

    @classmethod
    def load(
        cls, model: Path, home: Path, database_url: str, *, project: Path = PROJECT, actions: str = "actions"
    ) -> RasaBrain:
        """Load a trained model and warm it up; blocks for some seconds, so call it in a thread.

        ``project`` holds ``data/``; ``actions`` names the package with the custom actions. Raises what went wrong.
        """
        quieten()
        spare(model)
        from bot.brain.answering import Answering

        loop = OwnLoop("brain")

        async def start() -> Answering:
            answering = Answering.load(model, home, database_url, project, actions)
            await answering.warm_up()
            return answering

        try:
            answering = loop.call(start)
        except BaseException:
            loop.close()
            raise
        # A turn's vectors are small: OpenBLAS's other threads would only spin, at 20–30 ms of processor time a turn.
        threadpool_limits(1)
        # Some millions of objects that live as long as the process: looking through them again and again for
        # garbage would hold up a turn for 0.3 s every now and then.
        gc.collect()
        gc.freeze()
        return cls(loop, answering)

    async def reply(self, turn: Turn) -> BotTurn:
        """Answer one message; the same ``message_id`` again gives the same answer and runs nothing.

        Never raises for a fault of model, action or database: the turn is ``failed`` then. The caller keeps
        the messages of one conversation in order; different conversations may overlap.
        """
        return await self._loop.run(self._answering.reply(turn))

    def close(self) -> None:
        """End the thread and let go of the database."""
        self._loop.close()
        self._answering.close()
