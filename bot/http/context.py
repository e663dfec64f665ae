"""What the routes work with, handed to the application once; handlers ask for it by request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from bot.mail import Mailer
from bot.messages import Agent, Conversation, Language
from bot.ports import Parts
from bot.ports_desk import OrderRecords
from bot.settings import Settings


class Accounts(Protocol):
    """Agents, desk sessions and web sessions. Tokens are random; the database only knows their hashes."""

    async def check_password(self, username: str, password: str) -> Agent | None: ...

    async def agents(self) -> Sequence[Agent]: ...

    async def create_desk_session(self, username: str) -> tuple[str, str]:
        """Returns the session token (for the cookie) and the CSRF token."""

    async def desk_session(self, token: str) -> tuple[Agent, str] | None:
        """The agent and the CSRF token of a live session."""

    async def end_desk_session(self, token: str) -> None: ...

    async def create_web_session(self, conversation_id: str) -> str: ...

    async def web_session(self, token: str) -> Conversation | None:
        """The conversation that the token opens."""


class Readiness(Protocol):
    """Whether the brain answers yet; ``detail`` says in a few words what is going on."""

    @property
    def ready(self) -> bool: ...

    @property
    def detail(self) -> str: ...


class HelpArticle(Protocol):
    """One language of an article; ``body`` is Markdown."""

    @property
    def title(self) -> str: ...

    @property
    def body(self) -> str: ...

    @property
    def language(self) -> Language: ...


class Knowledge(Protocol):
    def article(self, slug: str, language: Language) -> HelpArticle | None:
        """In this language, else in the other one."""


@dataclass(frozen=True)
class Context:
    """One per application. ``knowledge`` is None where no articles are served, ``mailer`` where no mail is sent."""

    parts: Parts
    settings: Settings
    accounts: Accounts
    readiness: Readiness
    knowledge: Knowledge | None
    records: OrderRecords
    mailer: Mailer | None = None


CONTEXT = web.AppKey("context", Context)


def context_of(request: web.Request) -> Context:
    return request.config_dict[CONTEXT]
