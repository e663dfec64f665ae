"""A copy of one's data, its erasure, and calling the erasure off: asked for here, carried out by a job."""

from __future__ import annotations

from datetime import timedelta

from actions import services
from actions.forms.begin_payload import beginning_of
from actions.forms.do import Finishing
from actions.privacy_matters import open_matter
from actions.records import clock, privacy
from actions.speak import HUMAN, moment, offer, say

KEEP = ("privacy_request", "keep")
_NEVER = timedelta(0)


async def export(wish: Finishing, customer_id: str) -> None:
    limits, now = services.current().limits.privacy, clock.now()
    lately = timedelta(hours=limits.once_in_hours)
    asked = await services.current().database.write(privacy.ask, "export", customer_id, _where(wish), now, now, lately)
    new = asked.message_id == wish.turn.message_id
    key = "utter_privacy_export_noted" if new else "utter_privacy_export_again"
    effects = [f"privacy_export:{asked.number}"] if new else []
    say(wish.dispatcher, key, reference=asked.number, hours=limits.once_in_hours, effects=effects, offers=[HUMAN])


async def erase(wish: Finishing, customer_id: str) -> None:
    """Raises RecordsUnavailable: what is open must be known."""
    shop, now = services.current(), clock.now()
    matter = await open_matter(shop.records, shop.database, shop.limits.privacy, customer_id)
    if matter is not None:
        facts = {"refused": f"open_{matter.kind}", "open": matter.number}
        key = f"utter_privacy_erase_refused_{matter.kind}"
        say(wish.dispatcher, key, number=matter.number, offers=[HUMAN], facts=facts)
        return
    due = now + timedelta(hours=shop.limits.privacy.wait_hours)
    asked = await shop.database.write(privacy.ask, "erase", customer_id, _where(wish), now, due, _NEVER)
    new = asked.message_id == wish.turn.message_id
    say(
        wish.dispatcher,
        "utter_privacy_erase_noted" if new else "utter_privacy_erase_again",
        reference=asked.number,
        due=moment(asked.due_at),
        effects=[f"privacy_erase:{asked.number}"] if new else [],
        offers=[offer("button_privacy_call_off", beginning_of(KEEP)), HUMAN],
    )


async def keep(wish: Finishing, customer_id: str) -> None:
    kept = await services.current().database.write(privacy.call_off, customer_id, clock.now(), wish.turn.message_id)
    if kept is None:
        say(wish.dispatcher, "utter_privacy_nothing_to_call_off", offers=[HUMAN])
    else:
        effects = [f"privacy_keep:{kept.number}"]
        say(wish.dispatcher, "utter_privacy_called_off", reference=kept.number, effects=effects)


def _where(wish: Finishing) -> tuple[str, str, str]:
    return wish.turn.conversation_id, wish.turn.message_id, wish.turn.language
