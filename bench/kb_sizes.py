"""``python -m bench.kb_sizes index|serve FOLDER NUMBER HOME``: one made-up library; prints one JSON object.

Times are of the processor, in milliseconds a search and seconds for the rest (``wall``: by the clock), so that other
work on the machine does not count. The sentence encoder's own time is in none of them.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from bench import kb_synthetic
from bench.report import spread
from kb import search as kb_search
from kb.passages import passages_of
from kb.search import KnowledgeBase

ASKED = 300


def index(folder: Path, number: int) -> dict[str, Any]:
    """Index a library that ``kb_synthetic.write`` wrote, then take over one changed article."""
    made_up = next(kb_synthetic.articles(1))
    _prepare([made_up])
    opened: list[KnowledgeBase] = []
    result: dict[str, Any] = {"index": _timed(lambda: opened.append(KnowledgeBase.open(folder)))}
    path = folder / "000" / made_up.name
    path.write_text(made_up.text + "\nOne more line.\n", encoding="utf-8")
    result["one article changed"] = _timed(lambda: opened[0].check())
    path.write_text(made_up.text, encoding="utf-8")
    opened[0].check()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    on_disk = sum(file.stat().st_size for file in Path(os.environ["KEFU_HOME"]).rglob("*.npy")) / 1e6
    return result | {"peak of building, MB": peak, "on disk, MB": on_disk}


def serve(folder: Path, number: int) -> dict[str, Any]:
    """Open an unchanged library, and ask."""
    picked = np.random.default_rng(1).choice(number, min(number, ASKED), replace=False)
    made_up = list(kb_synthetic.articles(number))
    questions = [made_up[place] for place in picked]
    del made_up
    stand_in = _prepare(questions)
    before = _memory()
    opened: list[KnowledgeBase] = []
    result: dict[str, Any] = {"open again": _timed(lambda: opened.append(KnowledgeBase.open(folder)))}
    for asked in questions:
        opened[0].search(asked.question, "zh" if asked.language == "zh" else "en")
    result["memory, MB"] = {name: _memory()[name] - before[name] for name in before}
    return result | _asked(opened[0], questions, stand_in)


def _prepare(made_up: list[kb_synthetic.MadeUp]) -> Any:
    """The stand-in for the encoder, with the dictionaries loaded."""
    stand_in = kb_synthetic.as_encoder()
    kb_search.encoder = lambda: stand_in
    stand_in.encode([article.question for article in made_up])
    return stand_in


def _asked(knowledge: KnowledgeBase, questions: list[kb_synthetic.MadeUp], stand_in: Any) -> dict[str, Any]:
    index = knowledge._live.index
    index.reader.read("warm upp, 请问")
    codes = index.codes.vectors(slice(None))  # what vectors alone would hold, unpacked
    owners = index.slug_of
    times: dict[str, list[float]] = {"ours": [], "BM25 alone": [], "vectors alone": []}
    found = dict.fromkeys(times, 0)
    for asked in questions:
        number = index.number_of(asked.slug)
        raw = stand_in.encode([index.reader.read(asked.question)])[0]

        def ours(asked: kb_synthetic.MadeUp = asked, raw: np.ndarray = raw) -> int:
            meant = index.reader.read(asked.question)
            seen = index.look(index.query(raw, meant), index.postings.ask(meant))
            return int(seen.slugs[np.argmax(knowledge._live.calibration.logit(seen.votes, seen.lexical))])

        def words(asked: kb_synthetic.MadeUp = asked) -> int:
            query = index.postings.ask(asked.question)
            scores = np.zeros(len(index), np.float32)
            for word, weight in zip(query.words, query.weights, strict=True):
                rows, values = index.postings.entries(word)
                scores[rows] += weight * values
            return int(owners[np.argmax(scores)])

        def nearest(raw: np.ndarray = raw) -> int:
            return int(owners[np.argmax(codes @ raw)])

        sides: dict[str, Callable[[], int]] = {"ours": ours, "BM25 alone": words, "vectors alone": nearest}
        for name, ask in sides.items():
            started = time.process_time()
            best = ask()
            times[name].append(1000 * (time.process_time() - started))
            found[name] += best == number
    return {
        "passages": len(index),
        "search, ms": {name: spread(taken) for name, taken in times.items()},
        "recall@1": {name: count / len(questions) for name, count in found.items()},
    }


def _timed(work: Callable[[], object]) -> dict[str, float]:
    wall, processor = time.monotonic(), time.process_time()
    work()
    return {"wall": time.monotonic() - wall, "processor": time.process_time() - processor}


def _memory() -> dict[str, float]:
    """Megabytes: ``own`` of this process alone, ``mapped`` of files, which the system takes back when it needs them."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    return {"own": int(fields["RssAnon"].split()[0]) / 1000, "mapped": int(fields["RssFile"].split()[0]) / 1000}


def passages_a_second(folder: Path, number: int = 200) -> float:
    """How many of our own articles' passages the real encoder takes a second of the processor's time."""
    from kb.articles import read_folder
    from lang.encode import encoder

    texts = [passage.text for article in read_folder(folder)[:60] for passage in passages_of(article)][:number]
    encoder().encode(["warm up"])
    started = time.process_time()
    # A prefix that nothing else uses, so that no remembered vector answers.
    encoder().encode([f"{text} " for text in texts], "passage:  ")
    return len(texts) / (time.process_time() - started)


if __name__ == "__main__":
    step, made_up_folder, articles, kefu_home = sys.argv[1:]
    os.environ["KEFU_HOME"] = kefu_home
    print(json.dumps({"index": index, "serve": serve}[step](Path(made_up_folder), int(articles))))
