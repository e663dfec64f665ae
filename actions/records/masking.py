"""Personal data as everybody but a verified owner may see it."""

from __future__ import annotations

import re

# Numbers that can be dialled: Chinese mobile and landline numbers, with or without a country's code.
_PHONE = re.compile(
    r"(?<![\w-])(?:\+\d{1,3}[ -]?)?(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}-?\d{7,8})(?![\w-])", re.ASCII
)


def mask_name(name: str) -> str:
    """The first letter of each word, or a Chinese family name; the rest becomes ``*``."""
    return " ".join(word[0] + "*" * min(len(word) - 1, 2) for word in name.split())


def mask_phone(phone: str) -> str:
    """The last four digits only."""
    return "*" * max(len(phone) - 4, 0) + phone[-4:]


def mask_email(address: str) -> str:
    """The first letter and the domain."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}***@{domain}" if at else ""


def mask_phones(text: str) -> str:
    """A text with every phone number in it masked: couriers write theirs, and sometimes the recipient's."""
    return _PHONE.sub(lambda found: mask_phone(found[0]), text)
