"""Send over a platform with windows, quotas and limits: ``channel_policy`` plans, this carries it out and notes it.

What a parcel takes of the window is noted in the same transaction as the mark that it is being sent.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timezone

import structlog

from bot.channel_rules import ChannelRule, Spend
from bot.conversation.channel_policy import Parcel, Plan, again, plan
from bot.conversation.compose import notice
from bot.conversation.events import tell_messages
from bot.messages import Conversation, Delivery, StoredMessage
from bot.ports import Channel, ChannelBusy, ChannelError, Parts, Work

log = structlog.get_logger(__name__)

FOR_LATER = frozenset({"window_closed", "quota_spent"})
"""A platform's refusals that the customer's next message lifts."""

Fate = tuple[Delivery, str | None]


class PartlySent(Exception):
    """The queue tries again; the receiver knows the pieces it has by their ids."""


async def send_by_policy(parts: Parts, channel: Channel, rule: ChannelRule, work: Work) -> None:
    """Send what may go out now and note why the rest does not. Raises where the queue has to try again."""
    conversation = work.conversation
    if begun := [message for message in work.unsent if message.delivery is Delivery.SENDING]:
        await _finish(parts, channel, conversation, again(rule, begun, parts.public_url))
    new = [message for message in work.unsent if message.delivery is not Delivery.SENDING]
    steps = await _plan(parts, rule, conversation, new)
    await _note_kept(parts, conversation, steps)
    for index, parcel in enumerate(steps.parcels):
        refusal = await _send_parcel(parts, channel, rule, conversation, parcel)
        if refusal in FOR_LATER:
            await _delay(parts, conversation, steps.parcels[index + 1 :], refusal)
            return


async def _plan(parts: Parts, rule: ChannelRule, conversation: Conversation, new: list[StoredMessage]) -> Plan:
    windows = await parts.store.reply_windows(conversation.endpoint)
    now = datetime.now(timezone.utc)
    # One that an interrupted try left behind is used again.
    edges = [message for message in new if rule.edge_say is not None and message.key == rule.edge_say]
    said = [message for message in new if message not in edges]
    steps = plan(rule, windows, said, now, base_url=parts.public_url, edge=edges[0] if edges else None)
    if not steps.cut or rule.edge_say is None or edges:
        return steps
    draft = notice(parts.responses, rule.edge_say, conversation.language, {"link": rule.link})
    draft = replace(draft, endpoint=conversation.endpoint)
    edge = await parts.store.add_notice(conversation.id, draft)
    return plan(rule, windows, said, now, base_url=parts.public_url, edge=edge)


async def _note_kept(parts: Parts, conversation: Conversation, steps: Plan) -> None:
    fates: dict[Fate, list[StoredMessage]] = defaultdict(list)
    for kept in steps.kept:
        fates[kept.fate, kept.reason].append(kept.message)
    for (fate, reason), messages in fates.items():
        log.info("messages_kept_back", conversation=conversation.id, count=len(messages), reason=reason)
        await parts.store.mark_delivery([message.id for message in messages], fate, reason=reason)
        await tell_messages(parts.notifier, conversation.id, messages)


async def _send_parcel(
    parts: Parts, channel: Channel, rule: ChannelRule, conversation: Conversation, parcel: Parcel
) -> str | None:
    """Why the platform refused it, or None."""
    ids = [message.id for message in parcel.messages]
    cost = len(parcel.pieces)
    await parts.store.mark_delivery(ids, Delivery.SENDING, spend=_spend(conversation, parcel, cost))
    try:
        fate, reason = await _try(channel, conversation, parcel)
    except ChannelBusy:
        await parts.store.mark_delivery(ids, Delivery.PENDING, spend=_spend(conversation, parcel, -cost))
        raise
    spend = None
    if reason == "quota_spent" and parcel.window is not None and (window := rule.window(parcel.window)) is not None:
        # The platform counts more than we do (another tool answered as well): believe it until the next message.
        spend = _spend(conversation, parcel, window.messages or 0)
    await parts.store.mark_delivery(ids, fate, reason=reason, spend=spend)
    if fate is not Delivery.SENT:
        await tell_messages(parts.notifier, conversation.id, parcel.messages)
    return reason


async def _finish(parts: Parts, channel: Channel, conversation: Conversation, parcel: Parcel) -> None:
    """A crash came between the mark and its outcome: said again only where the receiver knows it by its id."""
    ids = [message.id for message in parcel.messages]
    if channel.resendable:
        fate, reason = await _try(channel, conversation, parcel)
    else:
        fate, reason = Delivery.PERHAPS, "interrupted"
    await parts.store.mark_delivery(ids, fate, reason=reason)
    await tell_messages(parts.notifier, conversation.id, parcel.messages)


async def _try(channel: Channel, conversation: Conversation, parcel: Parcel) -> Fate:
    """Raises ChannelBusy while nothing of it was said; of a resendable channel every failure that may pass."""
    for index, piece in enumerate(parcel.pieces):
        try:
            await channel.send(conversation, piece, late=parcel.late)
        except ChannelError as error:
            log.warning("message_refused", conversation=conversation.id, message=piece.id, error=str(error))
            return _refused(error.reason, begun=index > 0)
        except Exception as error:
            if index == 0 and (channel.resendable or isinstance(error, ChannelBusy)):
                raise
            if channel.resendable:
                raise PartlySent(piece.id) from error
            log.warning("message_in_doubt", conversation=conversation.id, message=piece.id, error=repr(error))
            return Delivery.PERHAPS, "interrupted"
    return Delivery.SENT, None


def _refused(reason: str, *, begun: bool) -> Fate:
    if reason in FOR_LATER and not begun:
        return Delivery.DELAYED, reason
    return Delivery.FAILED, reason


async def _delay(parts: Parts, conversation: Conversation, parcels: tuple[Parcel, ...], reason: str | None) -> None:
    messages = [message for parcel in parcels for message in parcel.messages]
    if messages:
        await parts.store.mark_delivery([message.id for message in messages], Delivery.DELAYED, reason=reason)
        await tell_messages(parts.notifier, conversation.id, messages)


def _spend(conversation: Conversation, parcel: Parcel, messages: int) -> Spend | None:
    return Spend(conversation.endpoint, parcel.window, messages) if parcel.window is not None else None
