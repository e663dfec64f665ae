"""Is a call-back really from Messenger? Secrets are compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

LONGEST_CHALLENGE = 256


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """What to answer when the console asks whether the address is ours; None for anybody who does not know the word."""
    answer = query.get("hub.challenge", "")
    knows = hmac.compare_digest(_bytes(query.get("hub.verify_token", "")), _bytes(verify_token))
    if not knows or query.get("hub.mode") != "subscribe":
        return None
    # It goes back as text that no browser takes for a page; anything but a plain word is not Messenger's.
    plain = answer.isascii() and answer.isalnum() and len(answer) <= LONGEST_CHALLENGE
    return answer if plain else None


def is_signed(body: bytes, header: str, app_secret: str) -> bool:
    """``X-Hub-Signature-256: sha256=…`` over the body as it came. The algorithm is ours to choose, not the header's."""
    wanted = "sha256=" + hmac.new(_bytes(app_secret), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(_bytes(header.strip().lower()), _bytes(wanted))


def proof(page_token: str, app_secret: str) -> str:
    """``appsecret_proof``: whoever has only stolen the token cannot use it."""
    return hmac.new(_bytes(app_secret), _bytes(page_token), hashlib.sha256).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
