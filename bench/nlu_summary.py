"""From each side's answers to the figures of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bench import nlu_figures as figures
from bench.nlu_blind import HARD, IN_SCOPE, OUT_OF_SCOPE, SETS, BlindMessage
from bench.nlu_data import OURS
from bench.report import spread
from bot.messages import NLU_FALLBACK

Answers = Sequence[Mapping[str, Any]]
RESAMPLES, SEED = 10_000, 1
POOLS = {"in scope": IN_SCOPE, "hard": HARD, "in scope + hard": (*IN_SCOPE, *HARD)}


def side_summary(messages: Sequence[BlindMessage], answers: Answers) -> dict[str, Any]:
    """All figures of one side. Shares are 0..1, times in milliseconds."""
    asked = list(zip(messages, answers, strict=True))
    inside = [(message, answer) for message, answer in asked if message.part in IN_SCOPE]
    scores = [float(answer["score"]) for _, answer in inside]
    refusals = figures.refusals_at(scores, _scores(asked, OUT_OF_SCOPE))
    short = [answer for message, answer in asked if message.short_chinese]
    return {
        "sets": {part: _accuracy(asked, (part,)) for part in SETS if part not in OUT_OF_SCOPE},
        "pools": {name: _accuracy(asked, parts) for name, parts in POOLS.items()},
        "macro_f1": figures.macro_f1([m.intent for m, _ in inside], [str(a["intent"]) for _, a in inside]),
        "calibration": {name: _calibration(asked, parts) for name, parts in POOLS.items()},
        "out_of_scope": {
            "auroc": figures.auroc(scores, _scores(asked, OUT_OF_SCOPE)),
            "at_5_percent": asdict(refusals),
            **{
                part.partition(".")[2]: figures.share([s < refusals.threshold for s in _scores(asked, (part,))])
                for part in OUT_OF_SCOPE
            },
            "refused_as_served": figures.share([_refused(a) for m, a in asked if m.part in OUT_OF_SCOPE]),
            "in_scope_refused_as_served": figures.share([_refused(answer) for _, answer in inside]),
        },
        "milliseconds": {
            "short chinese": spread([answer["milliseconds"] for answer in short]),
            "all": spread([answer["milliseconds"] for answer in answers]),
            "processor time": spread([answer["cpu_milliseconds"] for answer in answers]),
        },
    }


def compare(messages: Sequence[BlindMessage], answers: Mapping[str, Answers]) -> dict[str, Any]:
    """Our errors on the pooled in-scope and hard sets against the better stock side's; a refusal is an error."""
    served = {name: _wrong(messages, side, "intent") for name, side in answers.items()}
    unrefused = {name: _wrong(messages, side, "first") for name, side in answers.items()}
    better = min((name for name in answers if name != OURS), key=lambda name: sum(served[name]))
    better_unrefused = min((name for name in answers if name != OURS), key=lambda name: sum(unrefused[name]))
    return {
        "messages": len(served[OURS]),
        "resamples": RESAMPLES,
        "seed": SEED,
        "as_served": _ratio(served, better),
        "ignoring_refusals": _ratio(unrefused, better_unrefused),
    }


def confusions(messages: Sequence[BlindMessage], answers: Answers, *, with_texts: bool) -> dict[str, Any]:
    """Pairs with at least two errors: as served over all sets, and of best intents over those in scope.

    Texts only where reading them spoils nothing.
    """
    inside = [(m, a) for m, a in zip(messages, answers, strict=True) if m.part not in OUT_OF_SCOPE]
    return {
        "as_served": _pairs([(m, str(a["intent"])) for m, a in zip(messages, answers, strict=True)], with_texts),
        "ignoring_refusals": _pairs([(message, str(answer["first"])) for message, answer in inside], with_texts),
    }


def _pairs(said: Sequence[tuple[BlindMessage, str]], with_texts: bool) -> list[dict[str, Any]]:
    found = []
    for intent, answer, count in figures.confusions([m.intent for m, _ in said], [a for _, a in said]):
        pair: dict[str, Any] = {"intent": intent, "said": answer, "count": count}
        if with_texts:
            pair["texts"] = [f"{m.part}: {m.text}" for m, a in said if (m.intent, a) == (intent, answer)]
        found.append(pair)
    return found


def _accuracy(asked: Sequence[tuple[BlindMessage, Mapping[str, Any]]], parts: Sequence[str]) -> dict[str, Any]:
    members = [(message, answer) for message, answer in asked if message.part in parts]
    return {
        "messages": len(members),
        "accuracy": figures.share([answer["intent"] == message.intent for message, answer in members]),
        "ignoring_refusals": figures.share([answer["first"] == message.intent for message, answer in members]),
        "refused": figures.share([_refused(answer) for _, answer in members]),
    }


def _calibration(asked: Sequence[tuple[BlindMessage, Mapping[str, Any]]], parts: Sequence[str]) -> float:
    members = [(message, answer) for message, answer in asked if message.part in parts]
    right = [answer["first"] == message.intent for message, answer in members]
    return figures.calibration_error([float(answer["score"]) for _, answer in members], right)


def _scores(asked: Sequence[tuple[BlindMessage, Mapping[str, Any]]], parts: Sequence[str]) -> list[float]:
    return [float(answer["score"]) for message, answer in asked if message.part in parts]


def _refused(answer: Mapping[str, Any]) -> bool:
    return bool(answer["intent"] == NLU_FALLBACK)


def _wrong(messages: Sequence[BlindMessage], answers: Answers, which: str) -> list[bool]:
    pooled = POOLS["in scope + hard"]
    return [a[which] != m.intent for m, a in zip(messages, answers, strict=True) if m.part in pooled]


def _ratio(wrong: Mapping[str, Sequence[bool]], better: str) -> dict[str, Any]:
    return {"better": better, **asdict(figures.error_ratio(wrong[OURS], wrong[better], resamples=RESAMPLES, seed=SEED))}
