from __future__ import annotations

import os
from pathlib import Path

from bench import nlu_kept
from bench.nlu_data import Examples, Pipeline


def _made(folder: Path, config: str = "pipeline: []", example: str = "- hi") -> str:
    (folder / "data").mkdir(exist_ok=True)
    (folder / "stock.yml").write_text(config, "utf-8")
    (folder / "data" / "a.yml").write_text(example, "utf-8")
    return nlu_kept.key(Pipeline("stock", folder / "stock.yml"), Examples(folder / "data", ("greet",), ("hi",)))


def test_the_key_follows_configuration_and_examples_not_the_place(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    first = _made(tmp_path)
    assert _made(tmp_path / "elsewhere") == first
    assert _made(tmp_path, example="- hello") != first
    assert _made(tmp_path, config="pipeline: [DIETClassifier]") != first


def test_a_kept_model_is_found_with_what_its_training_took(tmp_path: Path) -> None:
    model = tmp_path / "model.tar.gz"
    model.write_bytes(b"weights")
    kept = tmp_path / "bench"
    assert nlu_kept.find(kept, "abc") is None
    nlu_kept.keep(kept, "abc", {"seconds": 61.0, "model": str(model)})
    model.unlink()
    found = nlu_kept.find(kept, "abc")
    assert found is not None
    assert found["seconds"] == 61.0
    assert Path(found["model"]).read_bytes() == b"weights"


def test_old_models_go(tmp_path: Path) -> None:
    model = tmp_path / "model.tar.gz"
    model.write_bytes(b"weights")
    kept = tmp_path / "bench"
    for age, name in enumerate("abcde"):
        nlu_kept.keep(kept, name, {"model": str(model)})
        os.utime(kept / f"{name}.tar.gz", (1000 + age, 1000 + age))
    nlu_kept.keep(kept, "f", {"model": str(model)})
    assert sorted(path.name for path in kept.iterdir()) == sorted(
        f"{name}.{end}" for name in "cdef" for end in ("tar.gz", "json")
    )
