"""Runs the custom actions in the brain's own process, where stock Rasa sends each over HTTP to an action server.

Rasa 3.6 has no setting for this, so we stand in for its endpoint: same request, same answer, same errors.
"""

from __future__ import annotations

import importlib
import json as json_module
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from bot.brain import trouble


class InProcessActions(EndpointConfig):
    """An action endpoint without a network. Give it to ``Agent.load(action_endpoint=...)``."""

    def __init__(self, package: str = "actions") -> None:
        """Imports every module of ``package``, which registers its actions; raises ImportError."""
        # Actions other than form validators never read the domain: leaving it out saves its serialisation.
        super().__init__(url="in-process://actions", enable_selective_domain=True)
        # The executor ends the process on an ImportError; importing first lets the caller say what is wrong.
        importlib.import_module(package)
        self.executor = ActionExecutor()
        self.executor.register_package(package)

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Run the action named in ``kwargs["json"]``.

        Raises ClientResponseError: 400 when the action rejects, 404 for an unknown one, 500 when it raised.
        """
        call = kwargs["json"]
        name = str(call.get("next_action"))
        if trouble.noted():
            # The turn is lost already; a form would run its failing action up to ten times.
            raise _failure(500, name, "the turn has failed before")
        try:
            result = await self.executor.run(call)
            _only_keys(name, result)
            # As over HTTP: what cannot be written as JSON fails here, not when the tracker is saved.
            return json_module.loads(json_module.dumps(result))
        except ActionExecutionRejection as rejection:
            raise _failure(400, rejection.action_name, rejection.message) from None
        except ActionNotFoundException as error:
            trouble.note(f"action {name} is in domain.yml, but no class in actions/ has this name")
            raise _failure(404, name, "unknown action") from error
        except Exception as error:
            trouble.note(f"action {name} raised", error)
            raise _failure(500, name, type(error).__name__) from error


def _only_keys(name: str, result: Any) -> None:
    """Every bot sentence is a key plus arguments (design, invariant 3): a literal text is a fault."""
    for response in (result or {}).get("responses", ()):
        literal = [part for part in ("text", "custom", "image", "attachment", "elements") if response.get(part)]
        if not response.get("response") or literal or response.get("buttons"):
            raise ValueError(f"{name} must utter a response key, with offers instead of buttons")


def _failure(status: int, name: str, message: str | None) -> ClientResponseError:
    body = json_module.dumps({"action_name": name, "error": message})
    return ClientResponseError(status, message or "", body)
