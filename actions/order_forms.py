"""The forms about orders, each with what it asks beyond order number and identity."""

from __future__ import annotations

from actions import services
from actions.forms import Answers, OrderForm
from actions.records.models import Order


class TrackOrderForm(OrderForm):
    form = "track_order_form"
    own_intents = frozenset({"track_order", "expedite_order"})

    def question_about(self, order: Order, answers: Answers) -> str | None:
        return None


class ExpediteOrderForm(TrackOrderForm):
    form = "expedite_order_form"


class ListOrdersForm(TrackOrderForm):
    form = "list_orders_form"
    own_intents = frozenset({"list_orders"})
    needs_order = False


class RefundStatusForm(TrackOrderForm):
    form = "refund_status_form"
    own_intents = frozenset({"track_refund"})


class CancelOrderForm(OrderForm):
    form = "cancel_order_form"
    own_intents = frozenset({"cancel_order"})

    def question_about(self, order: Order, answers: Answers) -> str | None:
        """A confirmation, but only for an order that may be cancelled; the submit action explains the others."""
        may_be_cancelled = order.state in services.current().limits.cancel_order.allowed_states
        return "cancel_confirmed" if may_be_cancelled and answers.cancel_confirmed is None else None
