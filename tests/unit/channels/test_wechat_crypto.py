"""Signatures and encryption: against an independent implementation both ways, and what is refused."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.wechat_callback import PATIENCE_SECONDS
from bot.channels.wechat_crypto import (
    Refused,
    aes_key,
    check_signature,
    check_time,
    decrypt,
    encrypt,
    signature,
)

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP_ID = "wx49f0ab532d5d035a"
MESSAGES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400).map(lambda text: text.encode())


@settings(max_examples=200, deadline=None)
@given(MESSAGES)
def test_what_we_encrypt_we_read(message: bytes) -> None:
    assert decrypt(aes_key(KEY), encrypt(aes_key(KEY), message, APP_ID), APP_ID) == message


@settings(max_examples=100, deadline=None)
@given(MESSAGES)
def test_wechatpy_reads_what_we_encrypt(message: bytes) -> None:
    oracle = pytest.importorskip("wechatpy.crypto", reason="make env installs it")
    text = b"<xml>" + message + b"</xml>"
    sealed = encrypt(aes_key(KEY), text, APP_ID)
    envelope = f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    signed = signature("token", "1700000000", "nonce", sealed)
    crypto = oracle.WeChatCrypto("token", KEY, APP_ID)
    assert crypto.decrypt_message(envelope, signed, "1700000000", "nonce").encode() == text


@settings(max_examples=100, deadline=None)
@given(MESSAGES)
def test_we_read_what_wechatpy_encrypts(message: bytes) -> None:
    oracle = pytest.importorskip("wechatpy.crypto", reason="make env installs it")
    from bot.channels.xml_fields import read_fields

    sealed = oracle.WeChatCrypto("token", KEY, APP_ID).encrypt_message(message.decode(), "nonce", "1700000000")
    fields = read_fields(sealed.encode())
    check_signature(fields["MsgSignature"], "token", fields["TimeStamp"], fields["Nonce"], fields["Encrypt"])
    assert decrypt(aes_key(KEY), fields["Encrypt"], APP_ID) == message


def test_a_known_ciphertext_stays_readable() -> None:
    """Byte for byte: the same salt gives the same ciphertext, today and after any change."""
    sealed = encrypt(aes_key(KEY), "<xml>你好</xml>".encode(), APP_ID, salt=b"0123456789abcdef")
    assert sealed == KNOWN
    assert decrypt(aes_key(KEY), KNOWN, APP_ID).decode() == "<xml>你好</xml>"


KNOWN = "Q3stYC6hdFzMh9T8HCvyDORchGzARlxqyFUOtgi0n8G20sCj4I5zH4CsUPxxAxoEOpQ5EGgxFTzLRBpR33qE4w=="


def test_a_message_for_another_app_is_refused() -> None:
    sealed = encrypt(aes_key(KEY), b"<xml></xml>", "wxanother")
    with pytest.raises(Refused, match="app_id"):
        decrypt(aes_key(KEY), sealed, APP_ID)


def test_a_length_that_swallows_the_id_is_refused() -> None:
    """Whoever lets the length run to the end would find an empty id, and must not take that for any app's."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = aes_key(KEY)
    plain = b"r" * 16 + (0xFFFFFFFF).to_bytes(4, "big") + b"<xml></xml>" + APP_ID.encode()
    missing = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = base64.b64encode(encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()).decode()
    with pytest.raises(Refused, match="app_id"):
        decrypt(key, sealed, APP_ID)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: base64.b64encode(raw).decode()))
def test_any_rubbish_is_refused(rubbish: str) -> None:
    with pytest.raises(Refused):
        decrypt(aes_key(KEY), rubbish, APP_ID)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_ciphertext_never_passes_for_the_message(place: int, change: int) -> None:
    """It is refused, or (where only the random beginning or a part of the message changed) is not the same message;
    the signature, checked before, refuses all of them."""
    message = b"<xml><Content>pay</Content></xml>"
    sealed = encrypt(aes_key(KEY), message, APP_ID)
    raw = bytearray(base64.b64decode(sealed))
    raw[place % len(raw)] ^= change
    changed = base64.b64encode(bytes(raw)).decode()
    with pytest.raises(Refused, match="signature"):
        check_signature(signature("token", "1", "2", sealed), "token", "1", "2", changed)


@pytest.mark.parametrize("wrong", ["", "short", "é" * 43, KEY + "A", KEY[:-1] + "+", KEY[:-1] + " "])
def test_a_key_that_cannot_be_is_told(wrong: str) -> None:
    with pytest.raises(ValueError, match="43 letters"):
        aes_key(wrong)


def test_the_signature_is_sha1_over_the_sorted_strings() -> None:
    assert signature("token", "b", "a") == hashlib.sha1(b"abtoken").hexdigest()
    assert signature("b", "a", "c") == signature("c", "b", "a")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_no_text_breaks_the_signature_check(given_: str, token: str, timestamp: str, nonce: str) -> None:
    with pytest.raises(Refused, match="signature"):
        check_signature(given_, "secret" + token, timestamp, nonce)


def test_a_call_back_is_believed_for_five_minutes() -> None:
    now = 1_700_000_000.0
    for late in (-299, 0, 299):
        check_time(str(int(now) - late), now, PATIENCE_SECONDS)
    for late in (-301, 301, 10**6):
        with pytest.raises(Refused, match="stale"):
            check_time(str(int(now) - late), now, PATIENCE_SECONDS)


@pytest.mark.parametrize("wrong", ["", "-1", "1e9", "１７００００００００", "9" * 40, " 1700000000", "nan"])
def test_a_timestamp_is_digits(wrong: str) -> None:
    with pytest.raises(Refused, match="timestamp"):
        check_time(wrong, 1_700_000_000.0, PATIENCE_SECONDS)
