"""The shop's mail server, for the copies of conversations that customers ask for: two settings, both or none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

# name, default, meaning, secret
MAIL_SETTINGS: tuple[tuple[str, str, str, bool], ...] = (
    (
        "KEFU_SMTP_URL",
        "",
        "mail server for copies of conversations: smtps://USER:PASSWORD@HOST, or smtp://… (STARTTLS); unset: no mail",
        False,
    ),
    ("KEFU_SMTP_FROM", "", "the address those mails come from: help@your-shop.example", False),
)
LOCAL = ("127.0.0.1", "::1", "localhost")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(
    rf"(?=.{{3,254}}\Z)(?!\.)(?!.*\.[.@])[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}"
)


@dataclass(frozen=True)
class MailSettings:
    """``is_wrapped``: encrypted from the first byte (smtps); else by STARTTLS, or not at all to this very machine."""

    host: str
    port: int
    sender: str
    is_wrapped: bool = True
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_local(self) -> bool:
        return self.host in LOCAL


def is_address(text: str) -> bool:
    """One plain e-mail address: no name, no list, nothing that could end a header line."""
    return bool(_ADDRESS.fullmatch(text))


def mail_of(given: Mapping[str, str]) -> MailSettings | None:
    """None without a mail server. Raises ValueError, whose text says what to write."""
    url, sender = given.get("KEFU_SMTP_URL", ""), given.get("KEFU_SMTP_FROM", "")
    if not url and not sender:
        return None
    if not url or not is_address(sender):
        raise ValueError(
            "KEFU_SMTP_URL and KEFU_SMTP_FROM belong together: a mail server and the one address its mails come from "
            "(help@your-shop.example). Set both, or none."
        )
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
        usable = usable and parts.path in ("", "/") and not (parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("KEFU_SMTP_URL must read smtps://USER:PASSWORD@HOST:PORT or smtp://USER:PASSWORD@HOST:PORT.")
    is_wrapped = parts.scheme == "smtps"
    return MailSettings(
        host=parts.hostname or "",
        port=parts.port or (465 if is_wrapped else 587),
        sender=sender,
        is_wrapped=is_wrapped,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
