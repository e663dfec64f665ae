"""One pipeline's training, or its serving, in a process of its own: a JSON task in, a JSON answer out."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.processes import own_memory
from bot.messages import NLU_FALLBACK

_WARM_UP = ("warm up", "预热一下", "is it warm 123", "热了没有呢", "one more to be sure", "最后再来一句看看")
_SHOWN_EVERY = 100


@dataclass(frozen=True)
class TrainTask:
    config: str
    data: str
    out: str
    threads: int


@dataclass(frozen=True)
class ServeTask:
    """``spare``: load Rasa as kefu does, without TensorFlow where the model allows it and with our speed-ups."""

    model: str
    texts: list[str]
    spare: bool


def train(task: TrainTask) -> dict[str, Any]:
    """Train by Rasa's own function. Times in seconds, without imports; ``memory`` is the peak, in megabytes."""
    from rasa.model_training import train_nlu
    from rasa.utils.tensorflow.environment import setup_tf_environment

    setup_tf_environment()
    began, worked = time.perf_counter(), time.process_time()
    model = train_nlu(task.config, task.data, task.out, fixed_model_name="model")
    if model is None:
        raise RuntimeError("Rasa trained no model; the lines above say why")
    seconds, work = time.perf_counter() - began, time.process_time() - worked
    return {"seconds": seconds, "cpu_seconds": work, "memory": _peak_memory(), "model": model}


def serve(task: ServeTask) -> dict[str, Any]:
    """Parse the texts one at a time on one core; ``memory`` in megabytes after them."""
    core = _pin_to_one_core()
    began = time.perf_counter()
    processor = _load(task)
    load = time.perf_counter() - began
    answers = asyncio.run(_parse_all(processor, task.texts))
    return {
        "load_seconds": load,
        "memory": own_memory(psutil.Process()) / 2**20,
        "core": core,
        "tensorflow": bool(sys.modules.get("tensorflow")),
        "answers": answers,
    }


def _load(task: ServeTask) -> Any:
    from bot.brain.quiet import quieten

    quieten()
    if task.spare:
        from bot.brain.without_tensorflow import spare

        spare(Path(task.model))
        from bot.brain import speedups

        speedups.apply()
    else:
        from rasa.utils.tensorflow.environment import setup_tf_environment

        setup_tf_environment()
    from rasa.core.agent import Agent

    return Agent.load(task.model).processor


async def _parse_all(processor: Any, texts: Sequence[str]) -> list[dict[str, Any]]:
    from rasa.core.channels.channel import UserMessage

    answers = []
    for number, text in enumerate([*_WARM_UP, *texts], 1):
        message = UserMessage(text)
        began, worked = time.perf_counter(), time.process_time()
        parsed = await processor.parse_message(message)
        took, work = time.perf_counter() - began, time.process_time() - worked
        answers.append({**judged(parsed), "milliseconds": took * 1000, "cpu_milliseconds": work * 1000})
        if number % _SHOWN_EVERY == 0:
            print(f"{number} of {len(texts)} parsed", flush=True)
    return answers[len(_WARM_UP) :]


def judged(parsed: dict[str, Any]) -> dict[str, Any]:
    """``intent`` as served; ``first`` and ``score`` are the best intent, and its confidence, before any refusal."""
    ranking = [entry for entry in parsed.get("intent_ranking") or () if entry["name"] != NLU_FALLBACK]
    best: dict[str, Any] = ranking[0] if ranking else {"name": NLU_FALLBACK, "confidence": 0.0}
    intent = (parsed.get("intent") or {}).get("name") or NLU_FALLBACK
    return {"intent": intent, "first": best["name"], "score": float(best["confidence"])}


def _pin_to_one_core() -> int | None:
    """The core, or None where the system cannot pin (macOS)."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def _peak_memory() -> float:
    """Megabytes. Linux's own figure where there is one: ``ru_maxrss`` counts the parent's pages at the fork too."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def environment(home: Path, threads: int) -> dict[str, str]:
    """The one setting of threads: BLAS, OpenMP and TensorFlow alike, on every side."""
    count = str(threads)
    return {
        **os.environ,
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "TF_INTRA_OP_PARALLELISM_THREADS": count,
        "TF_INTER_OP_PARALLELISM_THREADS": count,
        "KEFU_HOME": str(home),
        "RASA_CACHE_DIRECTORY": str(home / "rasa-cache"),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONWARNINGS": "ignore",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONUNBUFFERED": "1",
    }


def write_task(path: Path, task: TrainTask | ServeTask) -> None:
    path.write_text(json.dumps(asdict(task), ensure_ascii=False), "utf-8")


def main(kind: str, task: Path, answer: Path) -> None:
    content = json.loads(task.read_text("utf-8"))
    found = train(TrainTask(**content)) if kind == "train" else serve(ServeTask(**content))
    answer.write_text(json.dumps(found, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
