"""A scripted customer: knows what they want and which order is theirs, answers the bot's questions, and judges the end.

It reads no sentences: the bot's response keys tell it what is asked, as a person would understand the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from actions.forms.table import SERVICES
from bot.messages import Language, OfferedButton, StoredMessage

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "data" / "first_messages"
SETS = {"first": FOLDER, "second": FOLDER / "second"}
"""Each a hundred a language, by a writer who had seen nothing. What was read to mend the bot is blind no more."""

# Wishes that another service meets as well: what counts is that the customer has what they came for.
_ALSO = {
    "track_order": {"expedite_order", "list_orders", "not_received", "schedule_delivery", "track_refund"},
    "expedite_order": {"track_order"},
    "list_orders": {"track_order"},
    "set_address": {"change_address"},
    "request_refund": {"return_item", "cancel_order", "wrong_or_damaged_item", "not_received", "product_problem"},
    "return_item": {"request_refund", "wrong_or_damaged_item", "product_problem"},
    "exchange_item": {"wrong_or_damaged_item", "product_problem", "change_order"},
    "product_problem": {"request_repair", "wrong_or_damaged_item", "return_item", "exchange_item"},
    "request_repair": {"product_problem"},
    "wrong_or_damaged_item": {"product_problem", "return_item", "exchange_item", "request_refund"},
    "not_received": {"track_order", "request_refund"},
    "check_invoice": {"request_invoice"},
    "request_invoice": {"check_invoice"},
    "track_refund": {"request_refund", "track_order"},
    "order_problem": {"place_order"},
    "contact_support": {"request_callback"},
    "delete_account": {"privacy_request"},
    "privacy_request": {"delete_account"},
}
_ENDINGS = ("_done", "_noted", "_already")
_SHOWN = {
    "track_order": ("utter_order_",),
    "track_refund": ("utter_refund_",),
    "list_orders": ("utter_orders_", "utter_order_list"),
    "newsletter": ("utter_newsletter_link", "utter_newsletter_stop", "utter_newsletter_start"),
    "make_complaint": ("utter_complaint_recorded", "utter_complaint_options", "utter_complaint_verify_first"),
    "check_complaint": ("utter_complaint_is_",),
    "request_callback": ("utter_callback_noted",),
    "ask_points": ("utter_points",),
    "coupon_problem": ("utter_coupon_",),
    "order_problem": ("utter_order_problem_",),
    "recover_password": ("utter_account_link",),
    "privacy_request": ("utter_privacy_export_noted", "utter_privacy_erase_noted"),
}
# Articles that answer such questions in passing; other wishes want an article that names their intent.
_ANSWERED_BY = {
    "ask_product_info": re.compile(r"using-|product-info|compatibility|kitchen-|clothing-|battery-|children-"),
    "ask_delivery_options": re.compile(r"delivery-|international-|remote-|customs"),
    "ask_delivery_time": re.compile(r"delivery-|international-|remote-|customs"),
    "ask_delivery_fee": re.compile(r"delivery-|international-|remote-|customs"),
}
_ANSWERS: Mapping[str, Mapping[Language, str]] = {
    "new_address": {
        "zh": "浙江省杭州市西湖区文三路9号2幢501室",
        "en": "Flat 501, 9 Wensan Road, Xihu District, Hangzhou",
    },
    "new_variant": {"zh": "换成蓝色的", "en": "the blue one instead"},
    "new_quantity": {"zh": "2", "en": "2"},
    "wanted_version": {"zh": "大一码的", "en": "one size larger"},
    "problem": {"zh": "开不了机，按了没反应", "en": "it won't switch on, nothing happens"},
    "photo": {"zh": "没有照片，外壳裂了一道口子", "en": "I have no photo, the case is cracked"},
    "seen_price": {"zh": "199元", "en": "199 yuan"},
    "invoice_title": {"zh": "杭州小鹿科技有限公司", "en": "Hangzhou Little Deer Technology Ltd"},
    "tax_number": {"zh": "91330106MA2KAB1C2D", "en": "91330106MA2KAB1C2D"},
    "email": {"zh": "deer@example.com", "en": "deer@example.com"},
    "delivery_day": {"zh": "后天", "en": "the day after tomorrow"},
    "delivery_hours": {"zh": "下午3点", "en": "3 pm"},
    "phone": {"zh": "13900028002", "en": "13900028002"},
}
_NO_NUMBER: Mapping[Language, str] = {"zh": "我没有订单号", "en": "I don't have an order number"}
_WORDS: Mapping[Language, str] = {"zh": "就是我刚才说的那个情况", "en": "just what I told you in my first message"}


class End(str, Enum):
    """How a conversation ended. ``REFUSED`` by a rule that was explained; ``WRONG``: an action nobody asked for."""

    DONE = "done"
    ANSWERED = "answered"
    REFUSED = "refused by rule"
    HUMAN = "handed to a human"
    LOST = "not resolved"
    WRONG = "wrong action"


@dataclass(frozen=True)
class FirstMessage:
    """``order``: the customer's own, if the matter has one. ``human_is_right``: a good shop would pass it on."""

    say: str
    wants: str
    order: str | None
    goal: str | None
    human_is_right: bool
    language: Language = "zh"


def read(language: Language, which: str = "first") -> list[FirstMessage]:
    """``which``: a name of ``SETS``."""
    entries: list[dict[str, Any]] = yaml.safe_load((SETS[which] / f"{language}.yml").read_text("utf-8"))
    return [FirstMessage(**entry, language=language) for entry in entries]


def accepted(wants: str) -> set[str]:
    """The services that content a customer with this wish."""
    return {wants, *_ALSO.get(wants, ())}


@dataclass
class Customer:
    """``articles``: for each article the intents in its head. One conversation each."""

    first: FirstMessage
    articles: Mapping[str, frozenset[str]]
    end: End | None = None
    _asked: dict[str, int] = field(default_factory=dict)

    def next(
        self, replies: Sequence[StoredMessage], effects: Sequence[str], with_human: bool
    ) -> str | OfferedButton | None:
        """Their next words, or the button they press; None when for them it is over (then ``end`` says how)."""
        self.end = self._ended(replies, effects, with_human)
        if self.end is not None:
            return None
        for reply in reversed(replies):
            move = self._move(reply)
            if move is not None:
                return move
        self.end = End.LOST
        return None

    def _ended(self, replies: Sequence[StoredMessage], effects: Sequence[str], with_human: bool) -> End | None:
        services = accepted(self.first.wants)
        for effect in effects:
            kind, _, order = effect.partition(":")
            if kind not in services or (order.startswith("SO") and order != self.first.order):
                return End.WRONG
        if with_human:
            return End.HUMAN
        keys = [reply.key or "" for reply in replies]
        if any(key == f"utter_{service}{ending}" for key in keys for service in services for ending in _ENDINGS):
            return End.DONE
        if any(key.startswith(_SHOWN[service]) for key in keys for service in services if service in _SHOWN):
            return End.DONE
        if any(key.startswith(f"utter_{service}_refused") for key in keys for service in services):
            return End.REFUSED
        if any(key == f"utter_{self.first.wants}" for key in keys):
            return End.ANSWERED
        return End.ANSWERED if any(self._content_with(reply) for reply in replies) else None

    def _content_with(self, reply: StoredMessage) -> bool:
        """An article on the matter, unless they came to have something done or to see their own order."""
        card, goal = reply.card, self.first.goal or ""
        told = goal.startswith(("Learns", "Knows"))
        # Who has no order comes to know how it goes in general.
        of_theirs = self.first.wants in _SHOWN and self.first.order is not None
        to_know = self.first.wants not in SERVICES or (told and not of_theirs)
        if card is None or card.kind != "article" or not to_know:
            return False
        slug, near = str(card.data["slug"]), _ANSWERED_BY.get(self.first.wants)
        wishes = {self.first.wants, *(accepted(self.first.wants) - SERVICES.keys())}
        return bool(wishes & self.articles.get(slug, frozenset())) or bool(near and near.match(slug))

    def _move(self, reply: StoredMessage) -> str | OfferedButton | None:
        key, language = reply.key or "", self.first.language
        self._asked[key] = self._asked.get(key, 0) + 1
        if self._asked[key] > 2:
            return None
        if key in ("utter_ask_order_number", "utter_ask_any_order_number"):
            return self.first.order or _NO_NUMBER[language]
        if key == "utter_choose_order":
            return self.first.order
        if key == "utter_callback_number":
            return _ANSWERS["phone"][language]
        if key == "utter_ask_last_four":
            return f"800{self.first.order[-1]}" if self.first.order else None
        if key.endswith("_confirm"):
            service = key.removeprefix("utter_").removesuffix("_confirm")
            return _button(reply, "/affirm" if service in accepted(self.first.wants) else "/deny")
        if key.startswith("utter_ask_"):
            question = key.removeprefix("utter_ask_")
            typed = _ANSWERS.get(question, {}).get(language)
            return typed or _button(reply, "/inform") or _WORDS[language]
        return self._offered(reply)

    def _offered(self, reply: StoredMessage) -> OfferedButton | None:
        """A button that leads to what they want: a topic, or the service under an article."""
        for service in sorted(accepted(self.first.wants), key=lambda name: name != self.first.wants):
            if found := _button(reply, f"/{service}"):
                return found
        return None


def _button(reply: StoredMessage, payload: str) -> OfferedButton | None:
    """The first whose payload is this intent, with or without entities."""
    return next((button for button in reply.buttons if button.payload.partition("{")[0] == payload), None)
