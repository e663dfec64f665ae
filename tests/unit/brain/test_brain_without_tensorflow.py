"""Rasa without TensorFlow: the same answers, and only where no component needs it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from bot.brain import without_tensorflow

HERE = Path(__file__).parent
ROOT = HERE.parent.parent.parent

TALK = """
import asyncio, json, sys
from pathlib import Path
here, model, home = map(Path, sys.argv[1:])
sys.path.insert(0, str(here))
from bot.brain import without_tensorflow
without_tensorflow.FREE += ("tiny_assistant.",)
from bot.brain.rasa_agent import RasaBrain
from bot.messages import Turn
url = f"sqlite:///{home}/kefu.db"
brain = RasaBrain.load(model, home, url, project=here / "tiny_assistant", actions="tiny_assistant.tiny_actions")
turns = [
    asyncio.run(brain.reply(Turn("c", str(number), text, fresh=number == 0)))
    for number, text in enumerate(["hello", "where is my order", "SO2001", "what is your return policy", "8001"])
]
brain.close()
print("@" + json.dumps([sys.modules["tensorflow"] is None, "keras" in sys.modules, [
    [utterance.key for utterance in turn.utterances] for turn in turns
]]))
"""


def in_a_process(code: str, *arguments: Path) -> Any:
    """What it prints after its last "@"; its imports are its own."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert child.returncode == 0, child.stderr[-2000:]
    return json.loads(child.stdout.rpartition("@")[2])


def test_the_tiny_assistant_answers_as_well_without_it(tiny_model: Path, tmp_path: Path) -> None:
    blocked, keras, said = in_a_process(TALK, HERE, tiny_model, tmp_path)
    assert blocked
    assert not keras
    assert said == [
        ["utter_greeting"],
        ["utter_ask_order_number"],
        ["utter_ask_last_four"],
        ["utter_policy", "utter_ask_last_four"],
        ["utter_order"],
    ]


def model_with(tmp_path: Path, *components: str) -> Path:
    nodes = {str(number): {"uses": name} for number, name in enumerate(components)}
    content = json.dumps({"predict_schema": {"nodes": nodes}, "train_schema": {"nodes": {}}}).encode()
    path = tmp_path / "model.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("metadata.json")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def nothing_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tensorflow", "rasa.core.agent"):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.mark.usefixtures("nothing_imported")
@pytest.mark.parametrize(
    "component",
    ["rasa.core.policies.ted_policy.TEDPolicy", "shop.components.Own", "rasa.nlu.classifiers.diet_classifier.D"],
)
def test_a_component_that_may_need_it_gets_the_real_one(tmp_path: Path, component: str) -> None:
    model = model_with(tmp_path, "rasa.core.policies.rule_policy.RulePolicy", component)
    assert not without_tensorflow.spare(model)
    assert "tensorflow" not in sys.modules


@pytest.mark.usefixtures("nothing_imported")
def test_when_a_stand_in_is_not_enough_the_real_one_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(name: str) -> None:
        import keras.layers  # taken by the stand-in

        sys.modules["rasa.half_imported"] = keras.layers
        raise AttributeError("a stand-in has no such thing")

    monkeypatch.setattr("importlib.import_module", fails)
    for name in [name for name in sys.modules if name.partition(".")[0] == "keras"]:
        monkeypatch.delitem(sys.modules, name)
    assert not without_tensorflow.spare(model_with(tmp_path, "rasa.core.policies.rule_policy.RulePolicy"))
    assert not {"tensorflow", "keras", "keras.layers", "rasa.half_imported"} & set(sys.modules)


@pytest.mark.usefixtures("nothing_imported")
def test_another_version_of_rasa_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(without_tensorflow, "version", lambda package: "3.7.0")
    assert not without_tensorflow.spare(model_with(tmp_path, "rasa.core.policies.rule_policy.RulePolicy"))


TRAINING = """
import json, sys
from pathlib import Path
from bot.brain.without_tensorflow import spare_training
said = [spare_training(Path(name)) for name in sys.argv[1:]]
import rasa.__main__, rasa.core.agent
print("@" + json.dumps([said, sys.modules["tensorflow"] is None]))
"""
POLICIES = "policies: [{name: RulePolicy}, {name: MemoizationPolicy}]"


def test_a_training_goes_without_only_where_nothing_may_need_it(tmp_path: Path) -> None:
    """What was imported for a training that needs it is not in the way of the next."""
    configs = {
        "": False,
        f"{POLICIES}": False,  # then Rasa chooses a pipeline, with TensorFlow
        f"{POLICIES}\npipeline: [{{name: RegexFeaturizer}}, {{name: DIETClassifier}}]": False,
        f"{POLICIES}\npipeline: [{{name: bot.nlu.mood.KefuMood}}, {{name: RegexFeaturizer}}]": True,
    }
    files = [tmp_path / f"config{number}.yml" for number in range(len(configs))]
    for file, text in zip(files, configs, strict=True):
        file.write_text(text, encoding="utf-8")
    assert in_a_process(TRAINING, *files) == [list(configs.values()), True]
