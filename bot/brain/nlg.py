"""Rasa's generator of sentences, ours: a key plus arguments becomes both languages.

``endpoints.yml`` names it (``nlg: {type: bot.brain.nlg.KeyedResponses}``), so ``rasa shell`` and ``rasa run`` speak
through it too. It must subclass the templated generator: Rasa hands the trained domain's responses to no other class.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.brain import trouble
from bot.messages import LANGUAGES, Language, OfferedButton, Utterance
from bot.responses import ResponseCatalogue

EXTRA = "kefu"
"""The entry of ``BotUttered.metadata`` under which everything of ours travels."""

_SPECIAL = ("offers", "card", "facts", "effects", "misunderstood")
# What rasa_sdk's dispatcher always sends along, empty for us, and the whole domain's texts, which nobody needs.
_RASAS_OWN = {"text", "buttons", "elements", "custom", "template", "image", "attachment", "domain_responses"}
# Rasa asks for these by itself and copes with their absence.
_OPTIONAL = {"utter_default", "utter_ask_rephrase"}


class KeyedResponses(TemplatedNaturalLanguageGenerator):
    """Renders response keys in both languages; what is shown at once is in the tracker's language."""

    def __init__(
        self,
        endpoint_config: EndpointConfig | None = None,
        domain: Domain | None = None,
        catalogue: ResponseCatalogue | None = None,
    ) -> None:
        """``catalogue``: the files' own, so that an edited sentence needs no training; else the trained domain's."""
        self._fixed = catalogue is not None
        self._catalogue = catalogue or ResponseCatalogue({})
        super().__init__(domain.responses if domain else {})

    @property
    def responses(self) -> dict[str, Any]:
        return self._responses

    @responses.setter
    def responses(self, responses: dict[str, Any]) -> None:
        # Rasa assigns the trained domain's responses once a model is loaded.
        self._responses = responses
        if not self._fixed:
            self._catalogue = ResponseCatalogue.from_domain(responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The response with ``text`` and ``buttons`` in the tracker's language and all else under ``kefu``."""
        if utter_action in _OPTIONAL and utter_action not in self._catalogue:
            return None
        try:
            return self._said(utter_action, tracker, kwargs)
        except KeyError as error:
            trouble.note(f"response: {error}")
            raise

    def _said(self, key: str, tracker: DialogueStateTracker, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in kwargs.items() if name not in _RASAS_OWN and name not in _SPECIAL}
        utterance = self._catalogue.render(key, {**self._slots(key, tracker), **given})
        offers = [
            self._catalogue.button(offer["response"], offer["payload"], offer.get("arguments"))
            for offer in kwargs.get("offers") or ()
        ]
        language = tracker_language(tracker)
        buttons = [*utterance.buttons, *offers]
        return {
            "text": utterance.texts[language],
            "buttons": [{"title": button.labels[language], "payload": button.payload} for button in buttons],
            EXTRA: _extra(utterance, buttons, kwargs),
        }

    def _slots(self, key: str, tracker: DialogueStateTracker) -> dict[str, Any]:
        """A sentence may name a slot as its argument, as in any Rasa project."""
        return {
            name: tracker.slots[name].value
            for name in self._catalogue.placeholders(key)
            if name in tracker.slots and tracker.slots[name].value is not None
        }


def tracker_language(tracker: DialogueStateTracker) -> Language:
    """The language the conversation is held in."""
    language = tracker.get_slot("language")
    return language if language in LANGUAGES else LANGUAGES[0]


def _extra(utterance: Utterance, buttons: list[OfferedButton], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    extra: dict[str, Any] = {
        "key": utterance.key,
        "arguments": dict(utterance.arguments),
        "texts": dict(utterance.texts),
        "buttons": [{"id": button.id, "labels": dict(button.labels), "payload": button.payload} for button in buttons],
    }
    for name in ("card", "facts", "effects", "misunderstood"):
        if kwargs.get(name):
            extra[name] = kwargs[name]
    return extra
