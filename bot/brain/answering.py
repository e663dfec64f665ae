"""What happens in one turn: from a customer's message to what the bot says, in one transaction of dialogue state."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.brain import speedups, trouble
from bot.brain.collect import INDENT, OUTCOME, executed, turn_of
from bot.brain.fired_rule import FiredRules
from bot.brain.in_process_actions import InProcessActions
from bot.brain.nlg import KeyedResponses
from bot.brain.sessions import opening_events
from bot.brain.tracker_store import BrainTrackerStore, open_tracker_store
from bot.brain.understand import NOTHING, blank_parse, safe_text
from bot.messages import BotTurn, Turn
from bot.responses import ResponseCatalogue

# Longer than any sound action takes; a hanging one must not block its conversation for ever.
SECONDS_PER_TURN = 30.0
_FIRST_WORDS = ("你好", "hello")


class Answering:
    """Turns of any conversation. Not thread-safe: everything runs on the brain's loop."""

    def __init__(self, processor: MessageProcessor, store: BrainTrackerStore, rules: FiredRules) -> None:
        self._processor = processor
        self._store = store
        self._rules = rules

    @classmethod
    def load(cls, model: Path, home: Path, database_url: str, project: Path, actions: str) -> Answering:
        """Load model, sentences, actions and rules; raises what went wrong."""
        speedups.apply()
        store = open_tracker_store(home, database_url)
        processor = _load_processor(model, store, project, actions)
        return cls(processor, store, FiredRules.load(project / "data" / "stories"))

    def close(self) -> None:
        self._store.close()

    async def reply(self, turn: Turn) -> BotTurn:
        """Answer one message; never raises for a fault of model, action or database: the turn is ``failed`` then."""
        try:
            return await self._answer(turn)
        except Exception as error:
            trouble.note("the turn could not be kept", error)
            return BotTurn(understanding=NOTHING, utterances=(), language=turn.language, failed=True)

    async def _answer(self, turn: Turn) -> BotTurn:
        tracker = await self._processor.get_tracker(turn.conversation_id)
        earlier = turn_of(list(tracker.events), turn.message_id, self._rules)
        if earlier is not None:
            return earlier
        opening = opening_events(tracker, language=turn.language, fresh=turn.fresh, now=time.time())
        tracker.update_with_events(opening, self._processor.domain)
        before = len(tracker.events)
        message = _user_message(turn)
        with trouble.watch() as faults:
            tracker.update(await self._understand(message, tracker), self._processor.domain)
            await self._act(tracker, message)
        if faults:
            tracker = await self._undone(tracker, before, opening)
        # One transaction: the tracker holds the whole turn or nothing of it.
        await self._processor.save_tracker(tracker)
        answer = turn_of(list(tracker.events), turn.message_id, self._rules)
        assert answer is not None
        return answer

    async def _understand(self, message: UserMessage, tracker: DialogueStateTracker) -> UserUttered:
        parsed = await self._processor.parse_message(message, tracker) if message.text else blank_parse()
        return UserUttered(
            message.text,
            parsed["intent"],
            parsed["entities"],
            parsed,
            input_channel="kefu",
            message_id=message.message_id,
            metadata=message.metadata,
        )

    async def _act(self, tracker: DialogueStateTracker, message: UserMessage) -> None:
        """Fill slots, then predict and run actions until the bot listens; faults are noted, not raised."""
        try:
            await asyncio.wait_for(self._decide(tracker, message), SECONDS_PER_TURN)
        except Exception as error:
            trouble.note("the turn was cut short", error)

    async def _decide(self, tracker: DialogueStateTracker, message: UserMessage) -> None:
        await self._processor.run_action_extract_slots(message.output_channel, tracker)
        await self._processor._run_prediction_loop(message.output_channel, tracker)

    async def _undone(self, tracker: DialogueStateTracker, before: int, opening: list[Event]) -> DialogueStateTracker:
        """A failed turn leaves the dialogue where it was, but for what was said and in which language."""
        during = list(tracker.events)[before:]
        user = during[0]
        user.metadata[OUTCOME] = {"failed": True, "actions": list(executed(during))}
        kept = [event for event in during if isinstance(event, BotUttered) or _is_language(event)]
        fresh = await self._processor.get_tracker(tracker.sender_id)
        fresh.update_with_events([*opening, user, *kept, ActionExecuted(ACTION_LISTEN_NAME)], self._processor.domain)
        return fresh

    async def warm_up(self) -> None:
        """Let the first customer not wait for lazy imports and caches. Runs no action and saves nothing."""
        for words in _FIRST_WORDS:
            tracker = DialogueStateTracker("warm-up", self._processor.domain.slots)
            opening = opening_events(tracker, language="zh", fresh=True, now=time.time())
            tracker.update_with_events(opening, self._processor.domain)
            message = UserMessage(words, sender_id="warm-up")
            tracker.update(await self._understand(message, tracker), self._processor.domain)
            self._processor.predict_next_with_tracker(tracker)
        await self._store.retrieve("warm-up")


def _load_processor(model: Path, store: BrainTrackerStore, project: Path, actions: str) -> MessageProcessor:
    catalogue = ResponseCatalogue.load(project / "data" / "responses")
    agent = Agent.load(
        model_path=str(model), generator=KeyedResponses(catalogue=catalogue), action_endpoint=InProcessActions(actions)
    )
    processor = agent.processor
    store.domain = processor.domain
    # Past Agent's fail-safe wrapper, see tracker_store.py.
    processor.tracker_store = store
    processor.on_circuit_break = lambda *_: trouble.note("the dialogue ran in circles; see its rules and forms")
    return processor


def _is_language(event: Event) -> bool:
    return isinstance(event, SlotSet) and event.key == "language"


def _user_message(turn: Turn) -> UserMessage:
    customer = turn.customer
    said = turn.payload if turn.payload is not None else turn.text
    return UserMessage(
        said if turn.payload is not None else safe_text(said),
        CollectingOutputChannel(),
        turn.conversation_id,
        input_channel="kefu",
        message_id=turn.message_id,
        metadata={
            "message_id": turn.message_id,
            "conversation_id": turn.conversation_id,
            "customer_id": customer.id if customer else None,
            "customer_name": customer.name if customer else "",
            "joined": turn.joined,
            "address": turn.address,
            "attachment": turn.attachment,
            "language": turn.language,
            INDENT: len(said) - len(said.lstrip()),
        },
    )
