"""What a service is: the intents that open it, its questions, the rule of yes and no, and what is done in the end.

The services themselves stand in ``table.py``. Sentences go by name, so that a new service needs no code for them:
``utter_ask_<question>``, ``utter_<service>_confirm``, ``_done``, ``_noted``, ``_already`` and ``_refused_<reason>``; an
option is called ``word_<question>_<option>`` (tests/unit/actions/test_services.py says which ones are missing).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from actions.forms.asking import tells_a_story
from actions.limits import ServiceLimits
from actions.records import clock
from actions.records.models import EarlierRequest, Item, Order

LONGEST_TEXT = 200
"""Characters kept of what a customer writes into an answer."""


class Kind(str, Enum):
    """What answers a question. PHOTO takes a picture, or words where there is none; a NAME is never a question."""

    CHOICE = "choice"
    ITEM = "item"
    TEXT = "text"
    NAME = "name"
    ADDRESS = "address"
    DAY = "day"
    HOURS = "hours"
    QUANTITY = "quantity"
    AMOUNT = "amount"
    EMAIL = "email"
    TAX_NUMBER = "tax_number"
    PHOTO = "photo"


class Needs(str, Enum):
    """What must be known before anything is asked: a verified customer's order, a verified customer, or nothing."""

    ORDER = "order"
    CUSTOMER = "customer"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Case:
    """A wish as far as it is known: the rules look at nothing else. ``now`` is aware; days are the shop's."""

    order: Order | None
    details: Mapping[str, str]
    limits: ServiceLimits
    now: datetime
    earlier: tuple[EarlierRequest, ...] = ()
    """Newest first."""
    handled_again: bool = False
    """A crash cut the message short after it was done: its answer is told once more, whatever the rules say now."""

    @property
    def today(self) -> date:
        return clock.shop_day(self.now)

    @property
    def items(self) -> tuple[Item, ...]:
        """The items the wish is about: the one chosen, else all."""
        items = self.order.items if self.order else ()
        chosen = self.details.get("item", "all")
        return items if chosen == "all" else items[int(chosen) : int(chosen) + 1]

    @property
    def price_minor(self) -> int:
        """What those items cost, in minor units; the whole order where it names no items."""
        if self.order is not None and not self.order.items:
            return self.order.total_minor
        return sum(item.quantity * item.unit_price_minor for item in self.items)

    @property
    def days_since_delivery(self) -> int | None:
        """None for an order that was not delivered, or nobody knows when."""
        if self.order is None or self.order.delivered_at is None:
            return None
        return (self.today - clock.shop_day(self.order.delivered_at)).days


@dataclass(frozen=True)
class Refusal:
    """The rules say no. ``reason`` names the sentence; ``offers`` are intents that help instead."""

    reason: str
    offers: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Instead:
    """Another service fits better; ``details`` are what it would ask and we know already."""

    service: str
    details: Mapping[str, str] = field(default_factory=dict)


def always(case: Case) -> bool:
    return True


def no_options(case: Case) -> tuple[str, ...]:
    return ()


def among(*options: str) -> Callable[[Case], tuple[str, ...]]:
    return lambda case: options


@dataclass(frozen=True)
class Question:
    """One detail. ``when`` says whether it matters in this case."""

    name: str
    kind: Kind
    options: Callable[[Case], tuple[str, ...]] = no_options
    when: Callable[[Case], bool] = always
    from_opening: bool = False
    """Whether the message that opened the service may have answered it already ("my fryer won't switch on")."""


def allow(case: Case) -> Refusal | None:
    return None


def nothing_better(case: Case) -> Instead | None:
    return None


def no_terms(case: Case) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Service:
    """``name`` is also the kind of its requests and its section of the limits; ``finish`` does it and says so."""

    name: str
    finish: Callable[[Any], Awaitable[None]]
    intents: tuple[str, ...] = ()
    """Those that open it; without any, its name."""
    questions: tuple[Question, ...] = ()
    needs: Needs = Needs.ORDER
    confirm: bool = True
    """Whether a clear yes is needed before ``finish``. Only what changes nothing goes without, or little."""
    upon_a_story: Callable[[Any], Awaitable[None]] | None = None
    """Stands for ``finish`` where nobody confirms and a long story led here: that is understood less surely.

    What would be done is offered then."""
    rule: Callable[[Case], Refusal | None] = allow
    instead: Callable[[Case], Instead | None] = nothing_better
    terms: Callable[[Case], Mapping[str, Any]] = no_terms
    """What the rules grant, handed on with the request."""
    results: tuple[str, ...] = ("noted",)
    """What may become of it that has a sentence of its own: ``done``, ``noted``, ``already``."""
    explained: bool = False
    """Whether "how do I …" is answered from the articles, with a button that starts the service."""
    helped_by_article: bool = False
    """Whether the article is said before the first question: it may solve the matter by itself."""
    sorry: bool = False
    """Whether something went wrong that is ours to be sorry for: said first, as ``utter_<name>_sorry``."""
    kind: str = ""
    """Of the requests that its rules and sentences look back on; its name where it is empty."""
    leads_to: tuple[str, ...] = ()
    """Services that look after what this one begins: asked when, before it is done, they are a question about it."""
    begins: tuple[str, str] | None = None
    """Intent and wish of the button that begins it, where no customer's words do."""
    stories: tuple[str, ...] = ()
    """Other services' intents that an answer in one's own words is easily taken for."""

    @property
    def looked_up_by(self) -> Callable[[Any], Awaitable[None]] | None:
        """What shows how an order stands, and changes nothing; None where it does more, or has to ask for more."""
        asks = self.confirm or self.questions or self.begins or self.needs is not Needs.ORDER
        return None if asks else self.upon_a_story or self.finish

    def finish_after(self, story: Sequence[str]) -> Callable[[Any], Awaitable[None]]:
        """How it ends, after what the customer typed for it."""
        return self.upon_a_story if self.upon_a_story and any(map(tells_a_story, story)) else self.finish

    def refusal(self, case: Case) -> Refusal | None:
        """The rules' no; what they have let through stays let through."""
        return None if case.handled_again else self.rule(case)

    @property
    def opened_by(self) -> tuple[str, ...]:
        return self.intents or (self.name,)

    @property
    def requests(self) -> str:
        """The kind of the earlier requests that matter to it."""
        return self.kind or self.name
