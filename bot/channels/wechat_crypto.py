"""Signatures and encryption of WeChat and WeCom call-backs, as pure functions.

Key: base64(EncodingAESKey + "="), 32 bytes; AES-256-CBC, the key's first 16 bytes as IV; PKCS#7 padded to 32 bytes.
Plaintext: 16 random bytes, 4 bytes of length (big-endian), the message, the receiver's id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
RANDOM = 16
KEY_CHARACTERS = 43


class Refused(Exception):
    """A call-back that did not come from the platform, or not now. ``reason`` is for our log, never for the answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def aes_key(encoded: str) -> bytes:
    """The 32 bytes behind the 43 characters of the console; raises ValueError."""
    if len(encoded) != KEY_CHARACTERS or not encoded.isascii() or not encoded.isalnum():
        raise ValueError("an EncodingAESKey has 43 letters and digits")
    return base64.b64decode(encoded + "=")


def signature(token: str, *parts: str) -> str:
    """SHA-1 over the sorted strings, in hexadecimal: of token, timestamp and nonce, and of the ciphertext if any."""
    # The platform's choice of hash; the secret among the strings is what makes it a signature.
    joined = "".join(sorted([token, *parts])).encode("utf-8", "surrogateescape")
    return hashlib.sha1(joined).hexdigest()  # noqa: S324


def check_signature(given: str, token: str, *parts: str) -> None:
    """Raises Refused; compared in constant time."""
    right = signature(token, *parts).encode()
    if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), right):
        raise Refused("signature")


def check_time(timestamp: str, now: float, patience: float) -> None:
    """Raises Refused for a timestamp (seconds since 1970) further than ``patience`` seconds from ``now``."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Refused("timestamp")
    if abs(now - int(timestamp)) > patience:
        raise Refused("stale")


def decrypt(key: bytes, encrypted: str, receiver: str) -> bytes:
    """The message inside ``encrypted`` (base64); raises Refused, also when it was meant for another receiver."""
    try:
        raw = base64.b64decode(encrypted.encode("utf-8", "surrogateescape"), validate=True)
    except binascii.Error:
        raise Refused("encryption") from None
    if not raw or len(raw) % 16:
        raise Refused("encryption")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = _unpadded(decryptor.update(raw) + decryptor.finalize())
    if len(plain) < RANDOM + 4:
        raise Refused("encryption")
    (length,) = struct.unpack(">I", plain[RANDOM : RANDOM + 4])
    end = RANDOM + 4 + length
    # Longer than what is there: the id behind it is empty, and refused.
    if not hmac.compare_digest(plain[end:], receiver.encode()):
        raise Refused("app_id")
    return plain[RANDOM + 4 : end]


def encrypt(key: bytes, message: bytes, receiver: str, *, salt: bytes | None = None) -> str:
    """The same the other way: for simulators and tests, and for answers in the connection. ``salt``: 16 bytes."""
    plain = (salt or os.urandom(RANDOM)) + struct.pack(">I", len(message)) + message + receiver.encode()
    missing = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()).decode()


def _unpadded(plain: bytes) -> bytes:
    # The signature over the ciphertext is checked before, so that padding tells a stranger nothing.
    count = plain[-1]
    if not 1 <= count <= BLOCK or count > len(plain) or plain[-count:] != bytes([count]) * count:
        raise Refused("encryption")
    return plain[:-count]
