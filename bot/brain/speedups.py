"""Places where Rasa 3.6.21 repeats work that never changes (measured in docs/decisions and by ``make bench``).

* ``RemoteAction`` builds and checks its JSON schema anew for every action: 30–50 ms.
* ``Event.resolve_by_type`` walks all event classes for every stored event it loads.
* ``DaskGraphRunner.run`` schedules the unchanging graph anew for every message (see ``straight_graph``): about 1 ms.
* ``Domain.is_empty`` makes an empty domain for every message, to compare with.

All are replaced by the same work done once; ``tests/unit/brain`` holds them against the originals.
"""

from __future__ import annotations

import logging
from typing import Any

import jsonschema
import rasa
from jsonschema.exceptions import best_match
from rasa.core.actions.action import RemoteAction
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.constants import DOCS_BASE_URL
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event

from bot.brain import straight_graph
from bot.brain.project import KNOWN_RASA

logger = logging.getLogger("kefu.brain")

_original_resolve = Event.resolve_by_type
_event_classes: dict[str, type[Event]] = {}


def apply() -> bool:
    """Put them in place; does nothing, and says so, on another version of Rasa. Applying twice is harmless."""
    if rasa.__version__ != KNOWN_RASA:
        logger.warning("Rasa %s is not %s: running without our speed-ups.", rasa.__version__, KNOWN_RASA)
        return False
    RemoteAction._validate_action_result = _validate_action_result
    Event.resolve_by_type = staticmethod(resolve_by_type)
    DaskGraphRunner.run = straight_graph.run
    Domain.is_empty = _is_empty
    return True


def _compiled() -> Any:
    schema = RemoteAction.action_response_format_spec()
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    return validator(schema)


_validator = _compiled()


def _validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
    error = best_match(_validator.iter_errors(result))
    if error is None:
        return True
    error.message += (
        ". Failed to validate Action server response from API, make sure your response from the Action endpoint is "
        f"valid. For more information about the format visit {DOCS_BASE_URL}/custom-actions"
    )
    raise error


def resolve_by_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    """The event class of a name; only classes found are remembered, never a default."""
    known = _event_classes.get(type_name)
    if known is None:
        known = _original_resolve(type_name, default)
        if known is not None and known.type_name == type_name:
            _event_classes[type_name] = known
    return known


_EMPTY = Domain.empty().as_dict()


def _is_empty(self: Domain) -> bool:
    return bool(self.as_dict() == _EMPTY)
