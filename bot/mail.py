"""Mail to customers: the port, and a sender over the shop's own mail server."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Protocol

from bot.mail_settings import MailSettings

SECONDS = 8.0
"""For each answer of the mail server; a customer's page waits twenty in all."""


@dataclass(frozen=True)
class Mail:
    """``text`` is ours; what a customer has written goes only into ``file``, a text file called ``file_name``."""

    to: str
    subject: str
    text: str
    file_name: str
    file: bytes


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Raises any exception when it could not be handed over."""

    def close(self) -> None:
        """Let go of threads."""


class SmtpMailer:
    """Two mails at a time, on threads of its own: a slow mail server keeps nobody else waiting."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")

    async def send(self, mail: Mail) -> None:
        await asyncio.get_running_loop().run_in_executor(self._threads, self._deliver, self._message(mail))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._settings.sender, mail.to, mail.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._settings.sender.rpartition("@")[2])
        # No holiday reply should come back.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        message.add_attachment(
            mail.file, maintype="text", subtype="plain", filename=mail.file_name, params={"charset": "utf-8"}
        )
        return message

    def _deliver(self, message: EmailMessage) -> None:
        given, secure = self._settings, ssl.create_default_context()
        if given.is_wrapped:
            server: smtplib.SMTP = smtplib.SMTP_SSL(given.host, given.port, timeout=SECONDS, context=secure)
        else:
            server = smtplib.SMTP(given.host, given.port, timeout=SECONDS)
        with server:
            if not given.is_wrapped and not given.is_local:
                # Refuses to go on where the server has no encryption: nothing, least of all a password, is said openly.
                server.starttls(context=secure)
            if given.user:
                server.login(given.user, given.password)
            server.send_message(message)
