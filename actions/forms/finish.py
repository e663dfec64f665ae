"""The end of the form: checked once more, done once, and told."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.forms.case import permitted_case
from actions.forms.do import Finishing, say_refusal
from actions.forms.order_action import OrderAction
from actions.forms.progress import Progress, reset
from actions.forms.proof import SAID_INSTEAD
from actions.forms.table import SERVICES
from actions.order_speech import say_identity_failed
from actions.second_wish import offer_second
from actions.turn import CustomerTurn, said_this_turn


class CarryOutService(OrderAction):
    def name(self) -> str:
        return "action_carry_out_service"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, progress = CustomerTurn.of(tracker), Progress.of(tracker)
        service = SERVICES.get(progress.service or "")
        if service is None:
            # An article has answered, and the form never began.
            return []
        case = await permitted_case(service, turn, progress)
        if case is None:
            if not said_this_turn(tracker) & set(SAID_INSTEAD):
                say_identity_failed(dispatcher)
            return reset()
        wish = Finishing(service, case, turn, dispatcher)
        refusal = service.refusal(case)
        if refusal is not None:
            say_refusal(wish, refusal)
        elif service.confirm and progress.confirmed is not True:
            wish.say("utter_nothing_changed" if case.order else "utter_stopped")
        else:
            await service.finish_after((*turn.story, turn.text))(wish)
            if not service.confirm:
                wish.note_told()
        offer_second(dispatcher, tracker)
        return reset(progress.order_number or progress.recent_order)
