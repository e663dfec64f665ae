"""The brain alone in a process: a JSON question a line on stdin, a line beginning with ``@`` on stdout for each."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from bot.brain.rasa_agent import RasaBrain
from bot.messages import Turn


def main(model: str, home: str) -> None:
    brain = RasaBrain.load(Path(model), Path(home), os.environ["KEFU_DATABASE_URL"])
    _answer({"ready": True})
    seen: set[str] = set()
    for line in sys.stdin:
        question = json.loads(line)
        if "encode" in question:
            _answer({"milliseconds": [_encode(text) for text in question["encode"]]})
            continue
        conversation = question["conversation"]
        turn = Turn(conversation, uuid.uuid4().hex, question["text"], language="en", fresh=conversation not in seen)
        seen.add(conversation)
        began = time.perf_counter()
        reply = asyncio.run(brain.reply(turn))
        took = (time.perf_counter() - began) * 1000
        _answer({"milliseconds": took, "actions": reply.actions, "failed": reply.failed})
    brain.close()


def _encode(text: str) -> float:
    from lang.encode import encoder

    sentences = encoder()
    began = time.perf_counter()
    sentences.encode([text])
    return (time.perf_counter() - began) * 1000


def _answer(content: dict[str, Any]) -> None:
    print("@" + json.dumps(content), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
