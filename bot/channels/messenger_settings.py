"""Messenger's settings: the channel is on when its three secrets are set, off when none is; half a setup is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

API_BASE = "https://graph.facebook.com/v23.0"
REQUIRED = ("KEFU_MESSENGER_VERIFY_TOKEN", "KEFU_MESSENGER_APP_SECRET", "KEFU_MESSENGER_PAGE_TOKEN")
OPTIONAL = ("KEFU_MESSENGER_PAGE_ID", "KEFU_MESSENGER_API_BASE", "KEFU_MESSENGER_INBOX_APP")

# name, default, meaning, secret
MESSENGER_SETTINGS: tuple[tuple[str, str, str, bool], ...] = (
    (REQUIRED[0], "", "Messenger: the word you make up and enter as Verify Token in the app's webhook settings", True),
    (REQUIRED[1], "", "the app's App Secret, with which its call-backs are signed", True),
    (REQUIRED[2], "", "the page's access token, which sends messages", True),
    (OPTIONAL[0], "", "the page's id: call-backs of other pages are refused; unset takes every page of the app", False),
    (OPTIONAL[1], API_BASE, "where its API is; a simulator's address for trying out", False),
    (
        OPTIONAL[2],
        "",
        "app that conversations are passed to when a person is needed (Page Inbox: 263902037430900); unset: our desk",
        False,
    ),
)


@dataclass(frozen=True)
class MessengerSettings:
    """``page_id`` None takes every page; ``inbox_app`` None keeps hand-overs at our own desk."""

    verify_token: str = field(repr=False)
    app_secret: str = field(repr=False)
    page_token: str = field(repr=False)
    page_id: str | None = None
    api_base: str = API_BASE
    inbox_app: str | None = None


def messenger_of(given: Mapping[str, str], base_url: str) -> MessengerSettings | None:
    """None when the channel is not set up; raises ValueError, which names what is missing. ``base_url``: checked."""
    missing = [name for name in REQUIRED if name not in given]
    if len(missing) == len(REQUIRED) and not any(name in given for name in OPTIONAL):
        return None
    if missing:
        raise ValueError(
            f"{', '.join(missing)}: missing, while others of Messenger are set. Set all of them, or none to leave the "
            "channel off."
        )
    for name in ("KEFU_MESSENGER_PAGE_ID", "KEFU_MESSENGER_INBOX_APP"):
        if name in given and not (given[name].isascii() and given[name].isdigit()):
            raise ValueError(f"{name} must be a number, as the console shows it.")
    return MessengerSettings(
        verify_token=given[REQUIRED[0]],
        app_secret=given[REQUIRED[1]],
        page_token=given[REQUIRED[2]],
        page_id=given.get("KEFU_MESSENGER_PAGE_ID"),
        api_base=base_url,
        inbox_app=given.get("KEFU_MESSENGER_INBOX_APP"),
    )
