"""A WeChat call-back, from its query and body to the fields of a message that the platform did send.

Plain, compatible and encrypted mode: once an EncodingAESKey is set, only the encrypted part is believed (the compatible
mode sends both), because a plain body is covered by no signature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.channels.wechat_crypto import Refused, check_signature, check_time, decrypt, encrypt, signature
from bot.channels.xml_fields import read_fields, write_fields

PATIENCE_SECONDS = 300.0
"""How old a call-back may be, and how far two clocks may differ: a retry comes within 15 s."""


@dataclass(frozen=True)
class Secrets:
    """What the platform's console and we share. ``receiver``: app id, or WeCom's corp id. ``key``: None is plain."""

    token: str = field(repr=False)
    receiver: str
    key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Opened:
    """A verified call-back. ``once``: what must not come again with another ``digest``; None where that is signed."""

    fields: Mapping[str, str]
    once: str | None
    digest: str


def open_echo(query: Mapping[str, str], secrets: Secrets, now: float) -> str:
    """The ``echostr`` of WeChat's address check; raises Refused."""
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    check_signature(query.get("signature", ""), secrets.token, timestamp, nonce)
    check_time(timestamp, now, PATIENCE_SECONDS)
    return query.get("echostr", "")


def open_encrypted_echo(query: Mapping[str, str], secrets: Secrets, now: float) -> bytes:
    """WeCom's address check: its ``echostr`` is encrypted like a message; raises Refused."""
    return _decrypted(query, query.get("echostr", ""), secrets, now)


def open_message(query: Mapping[str, str], body: bytes, secrets: Secrets, now: float) -> Opened:
    """WeChat's message or event, in whatever mode; raises Refused, BrokenXml for what is no XML."""
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    # Before the body is looked at: whoever does not know the token gets no further.
    check_signature(query.get("signature", ""), secrets.token, timestamp, nonce)
    check_time(timestamp, now, PATIENCE_SECONDS)
    if secrets.key is not None:
        return open_encrypted(query, body, secrets, now)
    fields = read_fields(body)
    if "MsgType" not in fields:
        raise Refused("key_missing" if "Encrypt" in fields else "fields")
    return Opened(fields, f"{timestamp}:{nonce}"[:128], hashlib.sha256(body).hexdigest())


def open_encrypted(query: Mapping[str, str], body: bytes, secrets: Secrets, now: float) -> Opened:
    """An encrypted message (WeCom knows no other); raises Refused, BrokenXml for what is no XML."""
    plain = _decrypted(query, read_fields(body).get("Encrypt", ""), secrets, now)
    return Opened(read_fields(plain), None, hashlib.sha256(plain).hexdigest())


def answer_text(fields: Mapping[str, str], text: str, secrets: Secrets, now: float, nonce: str) -> bytes:
    """A text said in the answer to a message or event itself; it costs nothing of the customer's quota."""
    at = str(int(now))
    said = write_fields(
        {
            "ToUserName": fields.get("FromUserName", ""),
            "FromUserName": fields.get("ToUserName", ""),
            "CreateTime": at,
            "MsgType": "text",
            "Content": text,
        }
    )
    if secrets.key is None:
        return said
    sealed = encrypt(secrets.key, said, secrets.receiver)
    signed = signature(secrets.token, at, nonce, sealed)
    return write_fields({"Encrypt": sealed, "MsgSignature": signed, "TimeStamp": at, "Nonce": nonce})


def _decrypted(query: Mapping[str, str], encrypted: str, secrets: Secrets, now: float) -> bytes:
    if secrets.key is None:
        raise Refused("key_missing")
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    check_signature(query.get("msg_signature", ""), secrets.token, timestamp, nonce, encrypted)
    check_time(timestamp, now, PATIENCE_SECONDS)
    return decrypt(secrets.key, encrypted, secrets.receiver)
