"""``rules/channels.yml``: read, checked against a schema, and turned into ``ChannelRule``s."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.channel_rules import MESSAGE_WINDOW, ChannelRule, WindowRule
from bot.rule_schema import schema_faults
from bot.rules import ArgumentsOf, read_rules, refuse

CHANNELS_FILE = Path("rules/channels.yml")
GIVEN = frozenset({"link"})
"""What the core gives to the response that is said at the edge."""

_COUNT = {"type": "integer", "minimum": 1}
_SPAN = {"type": "number", "exclusiveMinimum": 0, "maximum": 10_000}


def _mapping(properties: Mapping[str, Any], *, required: Iterable[str] = (), **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


_WINDOW = _mapping(
    {"hours": _SPAN, "minutes": _SPAN, "messages": _COUNT, "kept_for_agent": {"type": "integer", "minimum": 0}}
)
_CHANNEL = _mapping(
    {
        "windows": {"type": "object", "additionalProperties": _WINDOW},
        "agent_hours": _SPAN,
        "text": _mapping({"characters": _COUNT, "bytes": _COUNT}, minProperties=1, maxProperties=1),
        "merge_bubbles": _COUNT,
        "cards": {"enum": ["template", "words"]},
        "buttons": _mapping(
            {
                "at_most": {"type": "integer", "minimum": 0},
                "characters": {**_COUNT, "minimum": 2},
                "only_under_last": {"type": "boolean"},
            }
        ),
        "files": _mapping(
            {
                "types": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+/[a-z0-9.+-]+$"}},
                "megabytes": _SPAN,
            }
        ),
        "held_for_hours": _SPAN,
        "at_the_edge": _mapping(
            {"say": {"type": "string", "minLength": 1}, "link": {"type": "string"}}, required=["say"]
        ),
    }
)
SCHEMA = _mapping({"channels": {"type": "object", "additionalProperties": _CHANNEL}}, required=["channels"])


def load_channel_rules(
    path: Path = CHANNELS_FILE,
    *,
    known_responses: Iterable[str] | None = None,
    arguments_of: ArgumentsOf | None = None,
) -> Mapping[str, ChannelRule]:
    """By the channel's name. Raises RulesError with every fault of the file; see ``rules.load_handoff_rules``."""
    document = read_rules(path)
    refuse(path, schema_faults(document, SCHEMA))
    found: Mapping[str, Mapping[str, Any]] = document["channels"] or {}
    known = None if known_responses is None else set(known_responses)
    refuse(path, [f"{name}, {fault}" for name, each in found.items() for fault in _faults(each, known, arguments_of)])
    return {name: _rule_of(name, each) for name, each in found.items()}


def _rule_of(name: str, entry: Mapping[str, Any]) -> ChannelRule:
    text, buttons, edge = entry.get("text", {}), entry.get("buttons", {}), entry.get("at_the_edge", {})
    files = entry.get("files", {})
    windows = tuple(
        WindowRule(kind, _lasts(each), each.get("messages"), each.get("kept_for_agent", 0))
        for kind, each in entry.get("windows", {}).items()
    )
    return ChannelRule(
        name=name,
        windows=windows,
        agent_lasts=timedelta(hours=entry["agent_hours"]) if "agent_hours" in entry else None,
        text_limit=text.get("characters", text.get("bytes")),
        in_bytes="bytes" in text,
        merge_bubbles=entry.get("merge_bubbles", 1),
        cards=entry.get("cards", "template") == "template",
        buttons=buttons.get("at_most"),
        button_characters=buttons.get("characters"),
        buttons_under_last=buttons.get("only_under_last", False),
        held_for=timedelta(hours=entry.get("held_for_hours", 48)),
        edge_say=edge.get("say"),
        link=edge.get("link", ""),
        file_types=tuple(files["types"]) if "types" in files else None,
        file_bytes=int(files["megabytes"] * 1024 * 1024) if "megabytes" in files else None,
    )


def _lasts(window: Mapping[str, Any]) -> timedelta:
    return timedelta(hours=window.get("hours", 0), minutes=window.get("minutes", 0))


def _faults(entry: Mapping[str, Any], known: set[str] | None, arguments_of: ArgumentsOf | None) -> Iterator[str]:
    windows = entry.get("windows", {})
    for kind, window in windows.items():
        yield from (f"windows, {kind}: {fault}" for fault in _window_faults(window))
    if windows and MESSAGE_WINDOW not in windows:
        yield f"windows: {MESSAGE_WINDOW!r} is missing: what an ordinary message of the customer lets us do"
    if "agent_hours" in entry:
        ordinary = windows.get(MESSAGE_WINDOW)
        if ordinary is None:
            yield "agent_hours: only a channel with windows has a time after them; delete it"
        elif timedelta(hours=entry["agent_hours"]) <= _lasts(ordinary):
            yield "agent_hours: it ends no later than the window itself; write a longer time, or delete it"
    text = entry.get("text", {})
    if text and (least := text.get("characters", text.get("bytes", 0))) < 100:
        yield f"text: {least} is too short for a sentence; the least is 100"
    if "at_the_edge" in entry:
        yield from _edge_faults(entry["at_the_edge"], known, arguments_of)


def _window_faults(window: Mapping[str, Any]) -> Iterator[str]:
    if ("hours" in window) == ("minutes" in window):
        yield "give exactly one of hours, minutes"
    kept = window.get("kept_for_agent", 0)
    if kept and "messages" not in window:
        yield "kept_for_agent: where any number may be sent, nothing needs to be kept back; delete it, or give messages"
    elif kept and kept >= window["messages"]:
        yield f"kept_for_agent: of {window['messages']} messages none is left for the bot; keep fewer back"


def _edge_faults(edge: Mapping[str, Any], known: set[str] | None, arguments_of: ArgumentsOf | None) -> Iterator[str]:
    key = edge["say"]
    if known is not None and key not in known:
        yield f"at_the_edge, say: there is no response {key!r}; add it to data/responses/, or correct it"
        return
    needed = set(arguments_of(key)) if arguments_of is not None else set()
    if missing := sorted(needed - GIVEN):
        yield f"at_the_edge, say: {key!r} needs {', '.join(missing)}, which nobody gives it here; choose another one"
    if "link" in needed and not edge.get("link"):
        yield f"at_the_edge, link: {key!r} gives a link, but none is written here; write one: https://…"
