"""XML from outside: the platform's is read, everything else refused without harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.xml_fields import BrokenXml, read_fields, write_fields

BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(f'<!ENTITY {chr(98 + step)} "{("&" + chr(97 + step) + ";") * 10}">'.encode() for step in range(12))
    + b"]><xml><Content>&m;</Content></xml>"
)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"{}",
        b"<xml>",
        b"<xml><a></b></xml>",
        b"<xml>\xff\xfe</xml>",
        b"<xml><a>&unknown;</a></xml>",
        b"<xml></xml><xml></xml>",
        b"<!DOCTYPE xml><xml><a>1</a></xml>",
        b'<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml><a>1</a></xml>',
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><a>&e;</a></xml>',
        b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/">%p;]><xml><a>1</a></xml>',
        b"<?xml-stylesheet href='http://127.0.0.1:1/'?><xml><a>1</a></xml>",
        BOMB,
        b"<xml>" + b"<a>" * 50_000 + b"</a>" * 50_000 + b"</xml>",
        b"<xml>" + b"<a>1</a>" * 5_000 + b"</xml>",
    ],
)
def test_what_the_platform_never_writes_is_refused_at_once(body: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(BrokenXml):
        read_fields(body)
    assert time.perf_counter() - started < 1


def test_fields_are_read_flat_and_the_first_one_counts() -> None:
    body = "<xml><A><![CDATA[你<好>&]]></A><A>2</A><B>1 &amp; 2</B><C><D>deep</D>text</C><E/></xml>".encode()
    assert read_fields(body) == {"A": "你<好>&", "B": "1 & 2", "C": "text", "E": ""}


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.from_regex(r"\A[A-Za-z]{1,12}\Z"), st.text(st.characters(exclude_categories=["Cs", "Cc"])), max_size=8
    )
)
def test_what_we_write_we_read(fields: dict[str, str]) -> None:
    assert read_fields(write_fields(fields)) == fields


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_do_anything_but_parse_or_be_refused(body: bytes) -> None:
    try:
        fields = read_fields(body)
    except BrokenXml:
        return
    assert all(isinstance(value, str) for value in fields.values())
