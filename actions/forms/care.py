"""What the services that are about a customer, not about one order, do in the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from actions import access, services
from actions.complaint_offers import offer_remedies, tell_how_it_stands, their_complaints
from actions.complaint_remedies import take_remedy
from actions.forms.do import Finishing
from actions.forms.rules import order_of
from actions.order_speech import say_identity_failed
from actions.own_account import say_coupon, say_points
from actions.passing_on import pass_on, tell
from actions.records import complaints
from actions.speak import HUMAN, say


def for_one(do: Callable[[Finishing, str], Awaitable[None]]) -> Callable[[Finishing], Awaitable[None]]:
    """For the one customer who is proven; two at once get nothing of either."""

    async def finish(wish: Finishing) -> None:
        customer_id = await access.only_customer(wish.turn, wish.service.name)
        if customer_id is None:
            say_identity_failed(wish.dispatcher)
        else:
            await do(wish, customer_id)

    return finish


async def points(wish: Finishing, customer_id: str) -> None:
    await say_points(wish.dispatcher, customer_id)


async def coupon(wish: Finishing, customer_id: str) -> None:
    details = wish.case.details
    spent = int(details["spent"]) if details.get("spent") else None
    await say_coupon(wish.dispatcher, customer_id, details["coupon"].split(), spent)


async def passed_on(wish: Finishing, customer_id: str) -> None:
    """Kept for the staff, under a number."""
    kind = wish.service.name
    tell(wish.dispatcher, kind, await pass_on(kind, wish.turn, customer_id, {}))


async def complaint(wish: Finishing) -> None:
    """What may be granted for the order, or the remedy that was chosen already."""
    details, order = wish.case.details, order_of(wish.case)
    theirs = await services.current().database.read(
        complaints.of_customer, wish.turn.conversation_id, [order.customer_id]
    )
    made = next((each for each in theirs if each.number == details["complaint"]), None)
    if made is None:
        say_identity_failed(wish.dispatcher)
    elif "remedy" in details and made.order_number == order.order_number:
        await take_remedy(wish.dispatcher, wish.turn, made, order, details["remedy"])
    elif made.state in ("open", "offered"):
        # Also where another order was proven than the one that the remedy was offered for.
        await offer_remedies(wish.dispatcher, made, [order])
    else:
        tell_how_it_stands(wish.dispatcher, made)


async def own_complaints(wish: Finishing) -> None:
    theirs = await their_complaints(wish.turn)
    if theirs:
        tell_how_it_stands(wish.dispatcher, theirs[0])
    else:
        say(wish.dispatcher, "utter_no_complaint", offers=[HUMAN])
