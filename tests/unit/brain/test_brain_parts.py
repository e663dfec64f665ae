"""The brain's smaller parts, without a trained model."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from actions.own_loop import OwnLoop
from bot.brain import speedups, trouble
from bot.brain.fired_rule import FiredRules
from bot.brain.in_process_actions import InProcessActions
from bot.brain.nlg import EXTRA, KeyedResponses
from bot.brain.tracker_store import BrainTrackerStore, open_tracker_store
from bot.brain.understand import safe_text, understanding
from bot.messages import NLU_FALLBACK
from tests.databases import postgres_copy

TINY = Path(__file__).parent / "tiny_assistant"


# --- text and understanding -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "safe"),
    [("/restart", "／restart"), ("  /x /y", "  ／x /y"), ("a/b", "a/b"), ("", ""), ("／restart", "／restart")],
)
def test_a_leading_slash_becomes_full_width_and_the_length_stays(text: str, safe: str) -> None:
    assert safe_text(text) == safe
    assert len(safe) == len(text)


def test_understanding_of_a_bare_parse() -> None:
    nothing = understanding({"text": "", "intent": {"name": None, "confidence": 0.0}, "entities": []})
    assert (nothing.intent, nothing.confidence, nothing.language, nothing.mood) == (NLU_FALLBACK, 0.0, None, 0.0)


# --- rules --------------------------------------------------------------------------------------------------------


def test_the_rule_that_fired_is_named() -> None:
    rules = FiredRules.load(TINY / "data" / "stories")
    assert rules.find("ask_policy", ["utter_policy", "order_form"], "order_form") == "policy"
    assert rules.find("ask_order", ["order_form"], None) == "open the order form"
    assert rules.find("give_order", ["order_form"], "order_form") == "form: order_form"
    assert rules.find("give_order", ["action_default_fallback"], None) is None
    assert rules.find("greet", [], None) is None
    assert FiredRules.load(TINY / "nowhere").find("greet", ["utter_greeting"], None) is None


def test_a_rule_of_the_open_form_is_preferred_and_either_intent_counts(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(
        """
rules:
- rule: stop
  steps: [{or: [{intent: deny}, {intent: cancel}]}, {action: utter_fine}]
- rule: stop the form
  condition: [{active_loop: order_form}]
  steps: [{intent: cancel}, {action: utter_fine}]
""",
        "utf-8",
    )
    rules = FiredRules.load(tmp_path)
    assert rules.find("cancel", ["utter_fine"], None) == "stop"
    assert rules.find("deny", ["utter_fine"], "order_form") == "stop"
    assert rules.find("cancel", ["utter_fine"], "order_form") == "stop the form"


# --- speed-ups ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def original() -> ModuleType:
    """A second, untouched copy of the module that is patched."""
    import rasa.core.actions.action as patched

    spec = importlib.util.spec_from_file_location("original_action", patched.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RESULTS: list[Any] = [
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": None}], "responses": [{"response": "x"}]},
    {},
    {"events": [{"event": "slot"}], "responses": []},
    {"events": [{"event": "unheard_of"}]},
    {"events": {}, "responses": []},
    {"events": [], "responses": ["text"]},
    [],
    None,
]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: json.dumps(result)[:40])
def test_the_compiled_schema_judges_as_rasas_own(original: ModuleType, result: Any) -> None:
    from rasa.core.actions.action import RemoteAction

    assert speedups.apply()

    def judged(action: Any) -> Any:
        try:
            return action._validate_action_result(result)
        except jsonschema.ValidationError as error:
            return (error.message, list(error.absolute_path), error.validator)

    assert original.RemoteAction._validate_action_result is not RemoteAction._validate_action_result
    assert judged(RemoteAction("action_x", None)) == judged(original.RemoteAction("action_x", None))


def test_event_classes_are_resolved_as_by_rasa() -> None:
    from rasa.shared.core.events import Event, UserUttered
    from rasa.shared.utils.common import all_subclasses

    names = {cls.type_name for cls in all_subclasses(Event)} | {"topic"}
    assert len(names) > 15
    for name in [*names, *names]:
        assert speedups.resolve_by_type(name) is speedups._original_resolve(name)
    assert speedups.resolve_by_type("unheard_of", UserUttered) is UserUttered
    with pytest.raises(ValueError, match="unheard_of"):
        speedups.resolve_by_type("unheard_of")


def test_another_version_of_rasa_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa.core.actions.action import RemoteAction

    monkeypatch.setattr("rasa.__version__", "3.7.0")
    monkeypatch.setattr(RemoteAction, "_validate_action_result", "untouched")
    assert not speedups.apply()
    assert RemoteAction._validate_action_result == "untouched"


# --- actions ------------------------------------------------------------------------------------------------------


@pytest.fixture
def actions() -> InProcessActions:
    return InProcessActions("tiny_assistant.tiny_actions")


def call(action: str) -> dict[str, Any]:
    tracker = {"sender_id": "c", "slots": {}, "latest_message": {"text": "x", "metadata": {}}, "events": []}
    return {"next_action": action, "sender_id": "c", "tracker": tracker, "version": "3.6.21"}


async def test_an_action_answers_as_over_http(actions: InProcessActions) -> None:
    result = await actions.request(json=call("action_lost"), method="post", timeout=1)
    assert result["events"] == []
    assert result["responses"][0]["response"] == "utter_lost"
    assert result["responses"][0]["misunderstood"] is True


async def test_failures_surface_as_an_action_server_would_send_them(
    actions: InProcessActions, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rasa.utils.endpoints import ClientResponseError
    from rasa_sdk.interfaces import ActionExecutionRejection

    async def refuse(*_: Any) -> None:
        raise ActionExecutionRejection("action_lost", "not now")

    async def not_json(dispatcher: Any, *_: Any) -> None:
        dispatcher.utter_message(response="utter_lost", facts={"when": object()})

    monkeypatch.setitem(actions.executor.actions, "action_refuse", refuse)
    monkeypatch.setitem(actions.executor.actions, "action_not_json", not_json)
    expected = {
        "action_refuse": (400, False),
        "action_unknown": (404, True),
        "action_break": (500, True),
        "action_raw": (500, True),
        "action_not_json": (500, True),
    }
    for name, (status, is_fault) in expected.items():
        with trouble.watch() as faults, pytest.raises(ClientResponseError) as raised:
            await actions.request(json=call(name))
        assert raised.value.status == status
        assert bool(faults) == is_fault
        if status == 400:
            assert json.loads(raised.value.text) == {"action_name": "action_lost", "error": "not now"}


async def test_after_a_fault_no_further_action_runs_in_the_turn(actions: InProcessActions) -> None:
    from rasa.utils.endpoints import ClientResponseError

    with trouble.watch():
        trouble.note("something broke")
        with pytest.raises(ClientResponseError):
            await actions.request(json=call("action_lost"))
    assert (await actions.request(json=call("action_lost")))["responses"]


def test_a_missing_package_is_an_import_error() -> None:
    with pytest.raises(ImportError):
        InProcessActions("no_such_package")


# --- sentences ----------------------------------------------------------------------------------------------------


async def test_rasa_shell_speaks_through_the_trained_domains_responses() -> None:
    from rasa.core.nlg import NaturalLanguageGenerator
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.slots import CategoricalSlot
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa.utils.endpoints import EndpointConfig

    nlg = NaturalLanguageGenerator.create(EndpointConfig(type="bot.brain.nlg.KeyedResponses"), Domain.empty())
    assert isinstance(nlg, KeyedResponses)
    nlg.responses = {
        "utter_hi": [
            {"condition": [{"type": "slot", "name": "language", "value": "zh"}], "text": "你好"},
            {"condition": [{"type": "slot", "name": "language", "value": "en"}], "text": "Hi"},
        ]
    }
    slot = CategoricalSlot("language", [{}], values=["zh", "en"], initial_value="en")
    tracker = DialogueStateTracker("c", [slot])
    said = await nlg.generate("utter_hi", tracker, "shell", domain_responses={"huge": []}, elements=[], custom={})

    assert said is not None
    assert said["text"] == "Hi"
    assert said[EXTRA] == {"key": "utter_hi", "arguments": {}, "texts": {"zh": "你好", "en": "Hi"}, "buttons": []}
    assert await nlg.generate("utter_default", tracker, "shell") is None
    with trouble.watch() as faults, pytest.raises(KeyError):
        await nlg.generate("utter_unknown", tracker, "shell")
    assert "utter_unknown" in faults[0]


# --- loop and store -----------------------------------------------------------------------------------------------


async def test_work_runs_on_the_loops_own_thread_and_cancels_with_its_caller() -> None:
    import threading

    loop = OwnLoop("test")
    started, cancelled = threading.Event(), threading.Event()

    async def wait_for_ever() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def name() -> str:
        return threading.current_thread().name

    try:
        assert await loop.run(name()) == "test"
        waiting = asyncio.create_task(loop.run(wait_for_ever()))
        assert await asyncio.to_thread(started.wait, 10)
        waiting.cancel()
        assert await asyncio.to_thread(cancelled.wait, 10)
    finally:
        await asyncio.to_thread(loop.close)
        loop.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BrainTrackerStore]:
    if request.param == "sqlite":
        opened = open_tracker_store(tmp_path, "sqlite:///unused.db")
        yield opened
        opened.close()
        return
    with postgres_copy(request.getfixturevalue("postgres")) as url:
        opened = open_tracker_store(tmp_path, url)
        yield opened
        opened.close()


def test_sqlite_is_set_up_for_one_writer(tmp_path: Path) -> None:
    store = open_tracker_store(tmp_path, "sqlite:///unused.db")
    assert (tmp_path / "rasa.db").exists()
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10000
    store.close()


async def test_on_postgresql_the_dialogue_state_has_a_schema_of_its_own(postgres: str, tmp_path: Path) -> None:
    with postgres_copy(postgres) as url:
        # The second start finds the schema; its address is written as hosting services write it.
        for address in (url, url.replace("postgresql://", "postgres://")):
            store = open_tracker_store(tmp_path, address)
            with store.engine.connect() as connection:
                found = connection.exec_driver_sql("SELECT schemaname FROM pg_tables WHERE tablename = 'events'")
                assert list(found.scalars()) == ["rasa"]
            store.close()
    assert not (tmp_path / "rasa.db").exists()


async def test_only_the_latest_session_is_loaded_even_when_the_clock_went_back(store: BrainTrackerStore) -> None:
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import ActionExecuted, SessionStarted, UserUttered

    store.domain = Domain.empty()
    tracker = await store.get_or_create_tracker("c", append_action_listen=False)
    for event in (SessionStarted(timestamp=2000.0), UserUttered("one", timestamp=2001.0)):
        tracker.update(event)
    await store.save(tracker)
    tracker = await store.retrieve("c")
    tracker.update(SessionStarted(timestamp=1000.0))
    tracker.update(UserUttered("two", timestamp=1001.0))
    await store.save(tracker)
    tracker = await store.retrieve("c")
    tracker.update(ActionExecuted("action_listen", timestamp=1002.0))
    await store.save(tracker)

    latest, full = await store.retrieve("c"), await store.retrieve_full_tracker("c")
    assert [type(event).__name__ for event in latest.events] == ["SessionStarted", "UserUttered", "ActionExecuted"]
    assert [event.text for event in full.events if isinstance(event, UserUttered)] == ["one", "two"]
    assert list(await store.keys()) == ["c"]


async def test_a_customers_nul_character_can_be_stored(store: BrainTrackerStore) -> None:
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import UserUttered

    store.domain = Domain.empty()
    tracker = await store.get_or_create_tracker("c", append_action_listen=False)
    tracker.update(UserUttered("a\x00b 😀", parse_data={"text": "a\x00b", "intent": {"name": "greet"}, "entities": []}))
    await store.save(tracker)
    assert (await store.retrieve("c")).latest_message.text == "a\x00b 😀"
