"""A wish with everything the rules look at, read anew at every step."""

from __future__ import annotations

from dataclasses import replace

from actions import access, services
from actions.forms.answers import matters, questions_left
from actions.forms.description import Case, Needs, Question, Service
from actions.forms.progress import Progress
from actions.records import clock
from actions.records.earlier_requests import earlier_requests
from actions.records.models import Order
from actions.turn import CustomerTurn


async def case_of(service: Service, turn: CustomerTurn, progress: Progress, order: Order | None) -> Case:
    """``order`` is one that this customer may see, or None."""
    shop = services.current()
    found = await shop.database.read(earlier_requests, order.order_number, service.requests) if order else ()
    # What this very message asked for is not earlier: a crash has it handled again.
    earlier = tuple(request for request in found if request.message_id != turn.message_id)
    handled_again = len(earlier) < len(found)
    case = Case(order, dict(progress.details), shop.limits.of(service.name), clock.now(), earlier, handled_again)
    return replace(case, details={**case.details, **_fixed(service, case)})


def _fixed(service: Service, case: Case) -> dict[str, str]:
    """Answers that need no asking: the only option there is."""
    return {
        question.name: options[0]
        for question in service.questions
        if question.name not in case.details and matters(question, case)
        if len(options := question.options(case)) == 1
    }


async def permitted_case(service: Service, turn: CustomerTurn, progress: Progress) -> Case | None:
    """None where the service needs a proven customer, or an order of theirs, and this is not one."""
    if service.needs is Needs.CUSTOMER and not await access.customers(turn, service.name):
        return None
    if service.needs is not Needs.ORDER:
        return await case_of(service, turn, progress, None)
    order = await access.permitted(turn, service.name, progress.order_number)
    return await case_of(service, turn, progress, order) if order else None


def open_question(service: Service, case: Case) -> Question | None:
    """The detail to ask for now."""
    left = questions_left(service.questions, case)
    return left[0] if left else None
