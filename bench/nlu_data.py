"""What the sides learn from: one copy of ``data/nlu`` for all, and their configurations."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
OURS, DEFAULT, JIEBA = "kefu", "rasa default", "rasa + jieba"

_ANNOTATED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True)
class Pipeline:
    name: str
    config: Path


@dataclass(frozen=True)
class Examples:
    """``intents`` in the order of the files; ``texts`` without annotations."""

    folder: Path
    intents: tuple[str, ...]
    texts: tuple[str, ...]


def copy_examples(folder: Path, source: Path = ROOT / "data" / "nlu", only: Collection[str] | None = None) -> Examples:
    """Copy the examples into ``folder``, so that an edit during the run cannot give the sides different data."""
    folder.mkdir(parents=True)
    intents: dict[str, None] = {}
    texts: list[str] = []
    for path in sorted(source.glob("*.yml")):
        content = yaml.safe_load(path.read_text("utf-8"))
        blocks = [block for block in content["nlu"] if only is None or block.get("intent", "") in {"", *only}]
        for block in blocks:
            if "intent" in block:
                intents[block["intent"]] = None
                texts += _texts(block)
        if blocks:
            (folder / path.name).write_text(yaml.safe_dump({**content, "nlu": blocks}, allow_unicode=True), "utf-8")
    return Examples(folder, tuple(intents), tuple(texts))


def repeated(examples: Examples, texts: Collection[str]) -> int:
    """How many of the texts are, but for letter case, examples."""
    learnt = {text.casefold().strip() for text in examples.texts}
    return sum(text.casefold().strip() in learnt for text in texts)


def pipelines(folder: Path, epochs: int | None = None) -> list[Pipeline]:
    """Ours and the two stock ones, as files in ``folder``; ``epochs`` replaces stock's 100."""
    folder.mkdir(parents=True, exist_ok=True)
    stock = _default_config()
    stock["assistant_id"] = "bench"
    for component in stock["pipeline"]:
        if component["name"] == "DIETClassifier":
            component["random_seed"] = 1  # the default draws one: two runs would differ for no reason that anyone sees
        if "epochs" in component and epochs is not None:
            component["epochs"] = epochs
    # Rasa refuses WhitespaceTokenizer for language zh, and JiebaTokenizer for any other.
    with_jieba = [
        {"name": "JiebaTokenizer"} if component["name"] == "WhitespaceTokenizer" else component
        for component in stock["pipeline"]
    ]
    contents = {
        OURS: yaml.safe_load((ROOT / "config.yml").read_text("utf-8")),
        DEFAULT: {**stock, "language": "en"},
        JIEBA: {**stock, "language": "zh", "pipeline": with_jieba},
    }
    return [Pipeline(name, _written(folder / f"{name}.yml", content)) for name, content in contents.items()]


def _default_config() -> dict[str, Any]:
    """The file that Rasa fills an empty configuration from, as after ``rasa init``; found without importing Rasa."""
    spec = importlib.util.find_spec("rasa")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "engine" / "recipes" / "config_files" / "default_config.yml"
    return dict(yaml.safe_load(path.read_text("utf-8")))


def _written(path: Path, content: dict[str, Any]) -> Path:
    # Without sort_keys=False nothing would break, but a reader would not know the file again.
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    return path


def _texts(block: dict[str, Any]) -> Iterator[str]:
    for line in block["examples"].splitlines():
        if line.startswith("- "):
            yield _ANNOTATED.sub(r"\1", line[2:])
