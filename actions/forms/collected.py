"""What was collected for a service, for agents: each answer with its label, showable in either language."""

from __future__ import annotations

from typing import Any

from actions.forms.description import Case, Kind, Question, Service
from actions.forms.speech import answer
from actions.speak import Argument, word


def facts(service: Service, case: Case) -> dict[str, Any]:
    """For the dossier of whoever takes over; ``collected``: ``{label, value}`` of each answer, in the form's order."""
    number = {"order_number": case.order.order_number} if case.order else {}
    answered = [question for question in service.questions if question.name in case.details]
    collected = [{"label": word(f"word_label_{each.name}"), "value": _shown(each, case)} for each in answered]
    return {"service": service.name, **number, "details": dict(case.details), "collected": collected}


def _shown(question: Question, case: Case) -> Argument:
    value = case.details[question.name]
    if question.kind is Kind.ITEM and case.order is None:
        return value  # its place in an order that cannot be read now
    return answer(question, value, case)
