"""Mail over SMTP: whole at the other end, never in the open, and settings that are told when they cannot be."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from bot import mail_settings
from bot.mail import Mail, SmtpMailer
from bot.settings import Settings, SettingsError, effective

LETTER = Mail(
    "chen@mail.example", "您的客服对话记录", "您好！\n.\n附件见下。\n", "chat.txt", "\ufeff您：你好\r\n".encode()
)


class FakeSmtp:
    """As much of SMTP as one mail needs."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.mail = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).decode().strip():
            self.commands.append(line)
            word = line.split()[0].upper()
            if word == "DATA":
                writer.write(b"354 go on\r\n")
                self.mail = (await reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
            writer.write({"QUIT": b"221 bye\r\n", "EHLO": b"250-here\r\n250 AUTH PLAIN\r\n"}.get(word, b"250 ok\r\n"))
        writer.close()


@asynccontextmanager
async def smtp() -> AsyncIterator[tuple[FakeSmtp, int]]:
    fake = FakeSmtp()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    async with server:
        yield fake, server.sockets[0].getsockname()[1]


def mailer(url: str) -> SmtpMailer:
    settings = Settings.from_environment({"KEFU_SMTP_URL": url, "KEFU_SMTP_FROM": "help@shop.example"}).mail
    assert settings is not None
    return SmtpMailer(settings)


async def test_a_mail_arrives_whole() -> None:
    async with smtp() as (fake, port):
        sender = mailer(f"smtp://127.0.0.1:{port}")
        await sender.send(LETTER)
        sender.close()
    assert [line.partition(" size")[0] for line in fake.commands if line.startswith(("mail", "rcpt"))] == [
        "mail FROM:<help@shop.example>",
        "rcpt TO:<chen@mail.example>",
    ]
    letter = message_from_bytes(fake.mail, policy=policy.default)
    assert isinstance(letter, EmailMessage)
    assert (letter["From"], letter["To"], letter["Subject"]) == ("help@shop.example", LETTER.to, LETTER.subject)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"]
    assert letter["Message-ID"].endswith("@shop.example>")
    body = letter.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == LETTER.text
    (file,) = letter.iter_attachments()
    assert (file.get_filename(), file.get_content_charset()) == ("chat.txt", "utf-8")
    assert file.get_payload(decode=True) == LETTER.file


async def test_nothing_is_said_openly_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_settings, "LOCAL", ())
    async with smtp() as (fake, port):
        with pytest.raises(smtplib.SMTPNotSupportedError):
            await mailer(f"smtp://user:secret@127.0.0.1:{port}").send(LETTER)
    assert [line.split()[0].upper() for line in fake.commands] == ["EHLO", "QUIT"]


@pytest.mark.parametrize("to", ["a@b.example\nBcc: c@d.example", "a@b.example\r\n\r\nhello"])
async def test_no_second_header_can_be_written(to: str) -> None:
    with pytest.raises(ValueError, match=r"linefeed|carriage"):
        await mailer("smtp://127.0.0.1:9").send(Mail(to, "x", "x", "x.txt", b""))


def test_the_password_is_shown_nowhere() -> None:
    env = {"KEFU_SMTP_URL": "smtps://help%40shop:p%40ss@mail.example", "KEFU_SMTP_FROM": "help@shop.example"}
    settings = Settings.from_environment(env)
    assert settings.mail is not None
    assert (settings.mail.user, settings.mail.password, settings.mail.port) == ("help@shop", "p@ss", 465)
    assert "p@ss" not in repr(settings)
    shown = {setting.name: value for setting, value in effective(env)}
    assert "p%40ss" not in shown["KEFU_SMTP_URL"]


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("smtps://mail.example", ""),
        ("", "help@shop.example"),
        ("smtps://mail.example", "the shop"),
        ("smtps://mail.example", "a@b.example, c@d.example"),
        ("mail.example:465", "help@shop.example"),
        ("http://mail.example", "help@shop.example"),
        ("smtp://", "help@shop.example"),
        ("smtp://mail.example:x", "help@shop.example"),
        ("smtp://mail.example/?a=b", "help@shop.example"),
    ],
)
def test_half_a_mail_server_is_refused_at_the_start(url: str, sender: str) -> None:
    with pytest.raises(SettingsError, match="KEFU_SMTP_URL"):
        Settings.from_environment({"KEFU_SMTP_URL": url, "KEFU_SMTP_FROM": sender})
