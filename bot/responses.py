"""The response catalogue: every sentence the bot can say, in both languages, by key (design, invariant 3)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.messages import LANGUAGES, Language, OfferedButton, Utterance
from bot.response_files import PLACEHOLDER, Response, read_folder, read_response
from bot.response_values import BadArgument, in_language


class ResponsesError(ValueError):
    """The files cannot be used; the message lists every fault."""


class _ReadableKeyError(KeyError):
    def __str__(self) -> str:  # KeyError shows the repr of its argument, which hides the remedy
        return str(self.args[0])


class UnknownResponse(_ReadableKeyError):
    """No file in ``data/responses/`` has this key."""


class MissingArgument(_ReadableKeyError):
    """A sentence needs an argument that was not given, or one that cannot be shown."""


class ResponseCatalogue:
    """All responses, ready to render. Implements ``ports.Responses``; has no state that changes."""

    def __init__(self, responses: Mapping[str, Response]) -> None:
        self._responses = dict(responses)

    @classmethod
    def load(cls, folder: Path) -> ResponseCatalogue:
        """Read ``data/responses/``; raises ``ResponsesError`` listing every fault."""
        responses, faults = read_folder(folder)
        if faults:
            raise ResponsesError("\n".join(faults))
        return cls(responses)

    @classmethod
    def from_domain(cls, responses: Mapping[str, Any]) -> ResponseCatalogue:
        """From a Rasa domain's ``responses``; keys that are not in our two-language shape are left out."""
        read = (read_response(key, variants)[0] for key, variants in responses.items())
        return cls({response.key: response for response in read if response is not None})

    def keys(self) -> frozenset[str]:
        return frozenset(self._responses)

    def __contains__(self, key: object) -> bool:
        return key in self._responses

    def placeholders(self, key: str) -> frozenset[str]:
        """The names of the arguments that a key needs."""
        return self._response(key).placeholders

    def labels(self, key: str, arguments: Mapping[str, Any] | None = None) -> dict[Language, str]:
        """Both texts of a key: what a dynamic button or a single word reads."""
        response = self._response(key)
        return {language: self._text(response, language, arguments or {}) for language in LANGUAGES}

    def button(self, key: str, payload: str, arguments: Mapping[str, Any] | None = None) -> OfferedButton:
        """A button whose label is a response key; each call gives it a new id."""
        return OfferedButton(uuid.uuid4().hex, self.labels(key, arguments), payload)

    def render(self, key: str, arguments: Mapping[str, Any] | None = None) -> Utterance:
        """Both languages of a key. Raises ``UnknownResponse`` or ``MissingArgument``, both KeyErrors."""
        response, given = self._response(key), dict(arguments or {})
        buttons = tuple(
            OfferedButton(
                uuid.uuid4().hex,
                {language: self._fill(response, button.labels[language], language, given) for language in LANGUAGES},
                button.payload,
            )
            for button in response.buttons
        )
        return Utterance(key=key, arguments=given, texts=self.labels(key, given), buttons=buttons)

    def _response(self, key: str) -> Response:
        try:
            return self._responses[key]
        except KeyError:
            raise UnknownResponse(f"{key!r} is not in data/responses/: add it there, in zh and en") from None

    def _text(self, response: Response, language: Language, arguments: Mapping[str, Any]) -> str:
        return self._fill(response, response.texts[language], language, arguments)

    def _fill(self, response: Response, text: str, language: Language, arguments: Mapping[str, Any]) -> str:
        # One pass over our own text: braces inside an argument, which may be a customer's words, stay as they are.
        return PLACEHOLDER.sub(lambda match: self._argument(response.key, match.group(1), language, arguments), text)

    def _argument(self, key: str, name: str, language: Language, arguments: Mapping[str, Any]) -> str:
        if arguments.get(name) is None:
            raise MissingArgument(f"{key!r} needs the argument {name!r}")
        try:
            return in_language(arguments[name], language, self._nested)
        except BadArgument as error:
            raise MissingArgument(f"{key!r} cannot use the argument {name!r}: {error}") from error

    def _nested(self, key: str, arguments: Mapping[str, Any], language: Language) -> str:
        return self._text(self._response(key), language, arguments)


def lint(folder: Path, payloads: Collection[str] | None = None) -> list[str]:
    """Every fault of ``data/responses/``; empty when all is well. Used by ``make check``.

    ``payloads``: the names a button may send after its ``/`` (intents, and what is understood before the bot is asked).
    """
    responses, faults = read_folder(folder)
    if payloads is not None:
        faults += [fault for response in responses.values() for fault in _button_faults(response, payloads)]
    return faults


def _button_faults(response: Response, payloads: Collection[str]) -> Iterator[str]:
    for payload in sorted({button.payload for button in response.buttons}):
        name, brace, inside = payload[1:].partition("{")
        if name not in payloads:
            yield f"{response.key}: the payload {payload!r} names no intent of domain.yml"
        elif brace and not _is_object(brace + inside):
            yield f"{response.key}: what follows the name in the payload {payload!r} is no JSON object"


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(PLACEHOLDER.sub("0", text)), dict)
    except ValueError:
        return False
