"""Services that are about a customer: an action or a button begins them (``begin.py``), the form proves who it is."""

from __future__ import annotations

from actions.forms import care, privacy_care
from actions.forms.description import Case, Kind, Needs, Question, Service


def _given(name: str) -> Question:
    """Known from the beginning, never asked for."""
    return Question(name, Kind.TEXT, when=_never)


def _never(case: Case) -> bool:
    return False


CARE = (
    Service("own_points", care.for_one(care.points), needs=Needs.CUSTOMER, confirm=False, begins=("ask_points", "own")),
    Service(
        "own_coupon",
        care.for_one(care.coupon),
        questions=(_given("coupon"), _given("spent")),
        needs=Needs.CUSTOMER,
        confirm=False,
        begins=("coupon_problem", "own"),
    ),
    Service(
        "newsletter_stop",
        care.for_one(care.passed_on),
        needs=Needs.CUSTOMER,
        confirm=False,
        begins=("newsletter", "stop"),
    ),
    Service(
        "newsletter_start",
        care.for_one(care.passed_on),
        needs=Needs.CUSTOMER,
        confirm=False,
        begins=("newsletter", "start"),
    ),
    Service(
        "complaint_remedy",
        care.complaint,
        questions=(_given("complaint"), _given("remedy")),
        confirm=False,
        begins=("check_complaint", "prove"),
    ),
    Service(
        "own_complaints",
        care.own_complaints,
        needs=Needs.CUSTOMER,
        confirm=False,
        begins=("check_complaint", "prove"),
    ),
    Service(
        "privacy_export",
        care.for_one(privacy_care.export),
        needs=Needs.CUSTOMER,
        confirm=False,
        begins=("privacy_request", "export"),
    ),
    Service(
        "privacy_erase",
        care.for_one(privacy_care.erase),
        needs=Needs.CUSTOMER,
        begins=("privacy_request", "erase"),
    ),
    Service(
        "privacy_keep", care.for_one(privacy_care.keep), needs=Needs.CUSTOMER, confirm=False, begins=privacy_care.KEEP
    ),
)
