"""When a model is trained, and what happens when training fails; a stand-in plays Rasa."""

from __future__ import annotations

import io
import textwrap
import threading
from pathlib import Path

import pytest
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.training_data import loading
from rasa.shared.nlu.training_data.formats import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rich.console import Console

from bot.brain import rasa_train
from bot.brain.staleness import fingerprint
from bot.brain.train import TrainingFailed, ensure_model, train

TINY = Path(__file__).parent / "tiny_assistant"
RESPONSES = """
version: "3.1"
responses:
  {key}:
  - condition: [{{type: slot, name: language, value: zh}}]
    text: {text}
  - condition: [{{type: slot, name: language, value: en}}]
    text: Hello
"""

STAND_IN = """
import os, pathlib, sys

def main():
    out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
    print("Starting to train component 'Featurizer'.")
    print("Processed rules: 10it/s")
    with open("trainings", "a") as trainings:
        trainings.write(os.environ["RASA_CACHE_DIRECTORY"] + "\\n")
{behaviour}
"""
SUCCEEDS = """
out.mkdir(parents=True)
(out / (sys.argv[sys.argv.index("--fixed-model-name") + 1] + ".tar.gz")).write_text("a model")
print("Your Rasa model is trained and saved.")
"""


class Project:
    """A folder as training sees it, with a ``rasa`` of its own that behaves as told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.home = folder / "home"
        for name, text in {
            "config.yml": "pipeline: []",
            "domain.yml": "intents: []",
            "uv.lock": "version = 1",
            "data/nlu/greet.yml": "nlu: []",
            "data/stories/greet.yml": "rules: []",
            "data/responses/greet.yml": RESPONSES.format(key="utter_hello", text="你好"),
            "bot/nlu/tokenizer.py": "x = 1",
            "lang/tokenize.py": "x = 1",
        }.items():
            self.write(name, text)
        self.rasa(SUCCEEDS)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def rasa(self, behaviour: str) -> None:
        self.write("rasa/__init__.py", '__version__ = "stand-in"')
        indented = textwrap.indent(textwrap.dedent(behaviour), "    ")
        self.write("rasa/__main__.py", STAND_IN.format(behaviour=indented))

    def ensure(self) -> Path:
        return ensure_model(self.home, project=self.folder, console=Console(file=io.StringIO()))

    def trainings(self) -> int:
        log = self.folder / "trainings"
        return len(log.read_text().splitlines()) if log.exists() else 0


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_a_model_is_trained_once_and_everything_written_lies_under_home(project: Project) -> None:
    model = project.ensure()
    assert model.read_text() == "a model"
    assert model.is_relative_to(project.home)
    assert project.ensure() == model
    assert project.trainings() == 1
    assert (project.folder / "trainings").read_text().startswith(str(project.home))
    assert not (project.home / "models" / "unfinished").exists()


@pytest.mark.parametrize(
    "name",
    [
        "config.yml",
        "domain.yml",
        "uv.lock",
        "data/nlu/greet.yml",
        "data/stories/greet.yml",
        "bot/nlu/new.yml",
        "lang/x.py",
    ],
)
def test_a_change_in_what_the_model_is_made_of_makes_it_stale(project: Project, name: str) -> None:
    before = fingerprint(project.folder)
    project.write(name, "changed: true")
    assert fingerprint(project.folder) != before


def test_an_edited_sentence_needs_no_training_but_a_new_key_does(project: Project) -> None:
    before = fingerprint(project.folder)
    project.write("data/responses/greet.yml", RESPONSES.format(key="utter_hello", text="您好！"))
    project.write("bot/nlu/__pycache__/tokenizer.pyc", "x")
    project.write("README.md", "x")
    assert fingerprint(project.folder) == before
    project.write("data/responses/greet.yml", RESPONSES.format(key="utter_welcome", text="您好！"))
    assert fingerprint(project.folder) != before


def test_the_model_before_is_kept_and_older_ones_go(project: Project) -> None:
    models = []
    for number in range(4):
        project.write("domain.yml", f"intents: [{number}]")
        models.append(project.ensure())
    assert [model.exists() for model in models] == [False, False, True, True]


def test_train_trains_although_the_model_is_fresh(project: Project) -> None:
    project.ensure()
    train(project.home, project=project.folder, console=Console(file=io.StringIO()))
    assert project.trainings() == 2


def test_a_failure_says_what_rasa_said_where_the_log_is_and_what_to_do(project: Project) -> None:
    project.rasa(
        "print('x.py:1: UserWarning: old\\n  import x\\n\\x1b[91mContradicting rules: greeting\\x1b[0m'); sys.exit(1)"
    )
    with pytest.raises(TrainingFailed) as raised:
        project.ensure()
    text = str(raised.value)
    assert "Contradicting rules: greeting" in text
    assert not any(noise in text for noise in ("it/s", "UserWarning", "import x", "\x1b"))
    assert "rasa data validate" in text
    assert "Contradicting rules" in (project.home / "logs" / "training.log").read_text("utf-8")


@pytest.mark.parametrize("behaviour", ["os.kill(os.getpid(), 9)", "out.mkdir(parents=True)", SUCCEEDS + "os.abort()"])
def test_a_killed_training_leaves_no_model(project: Project, behaviour: str) -> None:
    project.rasa(behaviour)
    with pytest.raises(TrainingFailed):
        project.ensure()
    assert list(project.home.glob("models/*.tar.gz")) == []
    project.rasa(SUCCEEDS)
    assert project.ensure().exists()


def test_being_killed_is_explained_by_memory(project: Project) -> None:
    project.rasa("os.kill(os.getpid(), 9)")
    with pytest.raises(TrainingFailed, match="memory"):
        project.ensure()


def test_two_at_once_train_one_model(project: Project) -> None:
    threads = [threading.Thread(target=project.ensure) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert project.trainings() == 1


def test_progress_names_the_stages(project: Project) -> None:
    shown = io.StringIO()
    ensure_model(project.home, project=project.folder, console=Console(file=shown, width=120))
    assert "reading rules and examples" in shown.getvalue()
    assert "Featurizer" in shown.getvalue()
    assert "training took" in shown.getvalue()


def test_examples_are_read_once_and_handed_out_as_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "load_data", loading.load_data)
    read: list[str] = []
    monkeypatch.setattr(RasaYAMLReader, "read", lambda self, path, **more: read.append(path) or _one_example())
    rasa_train.read_once()
    paths = [str(TINY / "data" / "nlu.yml")] * 2
    first = training_data_from_paths(paths, "zh")
    first.training_examples[0].set("text", "changed")
    second = training_data_from_paths(paths, "zh")
    assert len(read) == 1
    assert [each.get("text") for each in second.training_examples] == ["你好"]


def _one_example() -> TrainingData:
    return TrainingData([Message({"text": "你好", "intent": "greet"})])
