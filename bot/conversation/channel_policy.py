"""What may be sent now, as one message or several, and what waits. Pure: rules, windows, messages in, a plan out.

Nothing that was given is missing from the plan: it is in a parcel, or kept back with a reason that the desk shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.channel_rules import MESSAGE_WINDOW, ChannelRule, Reason, ReplyWindow, WindowRule
from bot.conversation.fit_message import fit, is_short, join, pieces
from bot.messages import Author, Delivery, StoredMessage


@dataclass(frozen=True)
class Parcel:
    """``messages`` that go out as ``pieces``; each piece is one message to the platform. ``window`` pays for them.

    ``late``: an agent's words after the window, let through under the platform's tag.
    """

    messages: tuple[StoredMessage, ...]
    pieces: tuple[StoredMessage, ...]
    window: str | None = None
    late: bool = False


@dataclass(frozen=True)
class Kept:
    """A message that does not go out now. ``fate``: DELAYED waits, FAILED has no chance, HELD is not needed."""

    message: StoredMessage
    fate: Delivery
    reason: Reason | None


@dataclass(frozen=True)
class Plan:
    """Everything that was given. ``cut``: a quota ended in the middle of what the bot had to say."""

    parcels: tuple[Parcel, ...]
    kept: tuple[Kept, ...]
    cut: bool = False


@dataclass(frozen=True)
class Standing:
    """What the desk shows of a conversation: messages ``left`` in the open window (None: any number).

    ``closes_at`` None: no window is open. ``agent_until``: when an agent's last chance ends.
    """

    closes_at: datetime | None
    left: int | None
    left_for_bot: int | None
    agent_until: datetime | None


@dataclass
class _Purse:
    """What is left in the windows that are open, the one that closes first in front."""

    rule: ChannelRule
    windows: Sequence[ReplyWindow]
    now: datetime
    spent: dict[str, int] = field(default_factory=dict)

    def open(self) -> list[tuple[WindowRule, ReplyWindow]]:
        pairs = [(rule, window) for window in self.windows if (rule := self.rule.window(window.kind)) is not None]
        return sorted(
            ((rule, window) for rule, window in pairs if self.now < window.opened_at + rule.lasts),
            key=lambda pair: pair[1].opened_at + pair[0].lasts,
        )

    def left(self, rule: WindowRule, window: ReplyWindow, *, by_agent: bool) -> int | None:
        if rule.messages is None:
            return None
        kept = 0 if by_agent else rule.kept_for_agent
        return max(0, rule.messages - kept - window.spent - self.spent.get(window.kind, 0))

    def pay(self, cost: int, *, by_agent: bool) -> str | Reason:
        """The kind of the window that pays; raises _Refused."""
        opened = self.open()
        if not opened:
            raise _Refused("window_closed")
        for rule, window in opened:
            left = self.left(rule, window, by_agent=by_agent)
            if left is None or cost <= left:
                self.spent[window.kind] = self.spent.get(window.kind, 0) + cost
                return window.kind
        agent_could = any((self.left(*pair, by_agent=True) or 0) >= cost for pair in opened)
        raise _Refused("kept_for_agent" if agent_could else "quota_spent")

    def agent_is_late(self) -> bool:
        """No window is open any more, but an agent may still write."""
        until = agent_until(self.rule, self.windows)
        return not self.open() and until is not None and self.now < until

    def ever_fits(self, cost: int, *, by_agent: bool) -> bool:
        """A message that costs more than a customer's next message brings would block everything behind it for ever."""
        ordinary = self.rule.window(MESSAGE_WINDOW)
        if ordinary is None or ordinary.messages is None:
            return True
        return cost <= ordinary.messages - (0 if by_agent else ordinary.kept_for_agent)


class _Refused(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def plan(
    rule: ChannelRule,
    windows: Sequence[ReplyWindow],
    unsent: Sequence[StoredMessage],
    now: datetime,
    *,
    base_url: str = "",
    edge: StoredMessage | None = None,
) -> Plan:
    """``edge`` is said last when a quota ends in the middle of the bot's words; one that is not needed is HELD."""
    purse = _Purse(rule, windows, now)
    parcels: list[Parcel] = []
    kept: list[Kept] = []
    blocked: dict[bool, Reason] = {}
    for group in _groups(rule, _fresh(rule, unsent, now, kept), base_url):
        by_agent = group[0].author is Author.AGENT
        parcel = Parcel(group, pieces(rule, _joined(rule, group, base_url)))
        try:
            if by_agent in blocked:
                raise _Refused(blocked[by_agent])  # later words must not overtake earlier ones
            parcels.append(_paid(purse, parcel, by_agent=by_agent))
        except _Refused as refused:
            if refused.reason == "too_long":
                kept += [Kept(message, Delivery.FAILED, "too_long") for message in group]
            else:
                blocked[by_agent] = refused.reason
                kept += [Kept(message, Delivery.DELAYED, refused.reason) for message in group]
    cut = blocked.get(False) in ("quota_spent", "kept_for_agent") and any(not _by_agent(each) for each in parcels)
    if edge is not None:
        _say_edge(rule, parcels, kept, edge, base_url, wanted=cut)
    if rule.buttons_under_last:
        _gather_buttons(parcels, rule.buttons)
    return Plan(tuple(parcels), tuple(sorted(kept, key=lambda each: each.message.seq)), cut)


def again(rule: ChannelRule, messages: Sequence[StoredMessage], base_url: str = "") -> Parcel:
    """The parcel of an earlier try, the same in every piece; it was paid for then."""
    group = tuple(messages)
    return Parcel(group, pieces(rule, _joined(rule, group, base_url)))


def standing(rule: ChannelRule, windows: Sequence[ReplyWindow], now: datetime) -> Standing | None:
    """None for a channel without windows."""
    if not rule.windows:
        return None
    purse = _Purse(rule, windows, now)
    opened = purse.open()
    until = agent_until(rule, windows)
    return Standing(
        closes_at=max((window.opened_at + each.lasts for each, window in opened), default=None),
        left=_most([purse.left(*pair, by_agent=True) for pair in opened]),
        left_for_bot=_most([purse.left(*pair, by_agent=False) for pair in opened]),
        agent_until=until if until is not None and now < until else None,
    )


def agent_until(rule: ChannelRule, windows: Iterable[ReplyWindow]) -> datetime | None:
    ordinary = next((window for window in windows if window.kind == MESSAGE_WINDOW), None)
    return ordinary.opened_at + rule.agent_lasts if ordinary is not None and rule.agent_lasts is not None else None


def _most(left: Sequence[int | None]) -> int | None:
    """The best of the open windows: a message is never paid from two."""
    return None if None in left else max((each for each in left if each is not None), default=0)


def _fresh(rule: ChannelRule, unsent: Sequence[StoredMessage], now: datetime, kept: list[Kept]) -> list[StoredMessage]:
    fresh = []
    for message in unsent:
        if now - message.created_at > rule.held_for:
            kept.append(Kept(message, Delivery.FAILED, "too_old"))
        else:
            fresh.append(message)
    return fresh


def _groups(rule: ChannelRule, messages: Sequence[StoredMessage], base_url: str) -> list[tuple[StoredMessage, ...]]:
    """Neighbouring bubbles of the bot that make one message: short enough together, a card only at the end."""
    groups: list[tuple[StoredMessage, ...]] = []
    for message in messages:
        last = groups[-1] if groups else ()
        if last and _mergeable(rule, (*last, message), base_url):
            groups[-1] = (*last, message)
        else:
            groups.append((message,))
    return groups


def _mergeable(rule: ChannelRule, group: tuple[StoredMessage, ...], base_url: str) -> bool:
    if len(group) > rule.merge_bubbles or any(message.author is Author.AGENT for message in group):
        return False
    fitted = [fit(rule, message, base_url) for message in group]
    if any(message.card or message.attachment for message in fitted[:-1]):
        return False
    together = join(fitted)
    return is_short(together.text, rule) and (rule.buttons is None or len(together.buttons) <= rule.buttons)


def _joined(rule: ChannelRule, group: Sequence[StoredMessage], base_url: str) -> StoredMessage:
    return join([fit(rule, message, base_url) for message in group])


def _paid(purse: _Purse, parcel: Parcel, *, by_agent: bool) -> Parcel:
    if not purse.rule.windows:
        return parcel
    if by_agent and purse.agent_is_late():
        return Parcel(parcel.messages, parcel.pieces, late=True)
    cost = len(parcel.pieces)
    try:
        return Parcel(parcel.messages, parcel.pieces, purse.pay(cost, by_agent=by_agent))
    except _Refused:
        if purse.ever_fits(cost, by_agent=by_agent):
            raise
        raise _Refused("too_long") from None


def _by_agent(parcel: Parcel) -> bool:
    return parcel.messages[0].author is Author.AGENT


def _say_edge(
    rule: ChannelRule,
    parcels: list[Parcel],
    kept: list[Kept],
    edge: StoredMessage,
    base_url: str,
    *,
    wanted: bool,
) -> None:
    """It costs nothing: it rides on the bot's last parcel, or takes its place where both together are too long."""
    places = [index for index, parcel in enumerate(parcels) if not _by_agent(parcel)] if wanted else []
    if places:
        last = parcels[places[-1]]
        riding = (*last.messages, edge)
        together = pieces(rule, _joined(rule, riding, base_url))
        if len(together) <= len(last.pieces):
            parcels[places[-1]] = Parcel(riding, together, last.window)
            return
    if len(places) < 2:
        # Not needed; or it would say "there is more" again and again instead of the one message that goes out.
        kept.append(Kept(edge, Delivery.HELD, None))
        return
    bots = (each for each in kept if each.fate is Delivery.DELAYED and each.message.author is not Author.AGENT)
    reason = next(bots).reason
    kept.extend(Kept(message, Delivery.DELAYED, reason) for message in last.messages)
    parcels[places[-1]] = Parcel((edge,), pieces(rule, fit(rule, edge, base_url)), last.window)


def _gather_buttons(parcels: list[Parcel], most: int | None) -> None:
    """Every button of the bot's words under the last of them, the newest where there are too many; each label once."""
    places = [index for index, parcel in enumerate(parcels) if not _by_agent(parcel)]
    if len(places) < 2:
        return
    offered = [button for index in places for piece in parcels[index].pieces for button in piece.buttons]
    newest = {button.labels[parcels[places[-1]].pieces[0].language]: button for button in offered}
    shown = list(newest.values())
    shown = shown if most is None else shown[max(0, len(shown) - most) :]
    for index in places:
        plain = tuple(replace(piece, buttons=()) for piece in parcels[index].pieces)
        if index == places[-1]:
            plain = (*plain[:-1], replace(plain[-1], buttons=tuple(shown)))
        parcels[index] = replace(parcels[index], pieces=plain)
