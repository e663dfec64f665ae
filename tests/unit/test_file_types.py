"""What customers' files are and are called: by their bytes, and nothing that a disk or a person could trip over."""

from __future__ import annotations

import unicodedata
from pathlib import PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.file_types import EXTENSIONS, LONGEST_NAME, UNKNOWN, safe_name, type_of

PDF = "application/pdf"


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"\xff\xd8\xff\xe0..", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "image/heic"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "video/mp4"),
        (b"\0\0\0\x18ftypqt  \0\0\0\0", "video/quicktime"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", "audio/mp4"),
        (b"%PDF-1.7", PDF),
        (b"", UNKNOWN),
        (b"GIF8", UNKNOWN),
        (b"ftyp", UNKNOWN),
        (b"RIFF\0\0\0\0WAVE", UNKNOWN),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>", UNKNOWN),
        (b"<!doctype html>", UNKNOWN),
        (b"MZ\x90\0", UNKNOWN),
        (b"PK\x03\x04", UNKNOWN),
        (b" %PDF-1.7", UNKNOWN),
    ],
)
def test_the_type_is_what_the_bytes_say(data: bytes, content_type: str) -> None:
    assert type_of(data) == content_type


@given(st.binary(max_size=64))
def test_any_bytes_have_a_type(data: bytes) -> None:
    found = type_of(data)
    assert found in EXTENSIONS or found == UNKNOWN


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("IMG_2041.JPG", "IMG_2041.pdf"),
        ("照片 1（外箱）.png", "照片 1（外箱）.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\wang\\发票.pdf", "发票.pdf"),
        ("invoice\u202egpj.exe", "invoicegpj.pdf"),
        ("a.php.jpg", "a_php.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        ("con.jpg", "file con.pdf"),
        ('a"b\r\nSet-Cookie: x=1;.jpg', "a_bSet-Cookie_ x_1.pdf"),
        ("x" * 300, "x" * 76 + ".pdf"),
        ("e\u0301te\u0301.jpg", "été.pdf"),
        ("𠮷野家.heic", "𠮷野家.pdf"),
    ],
)
def test_names(name: str, clean: str) -> None:
    assert safe_name(name, PDF) == clean


ANY_NAME = st.text(max_size=200) | st.text(
    st.sampled_from("aé照1 ./\\:*?\"<>|\0\n\r\t\u202e\u200b\ud800\u0301%~-_$'`;&"), max_size=120
)


@given(ANY_NAME, st.sampled_from([*EXTENSIONS, UNKNOWN]))
def test_every_name_becomes_safe_and_stays_so(name: str, content_type: str) -> None:
    clean = safe_name(name, content_type)
    stem, dot, ending = clean.rpartition(".")
    assert stem
    assert dot
    assert ending == EXTENSIONS.get(content_type, "bin")
    assert len(clean) <= LONGEST_NAME + len("file ")
    assert not set(clean) & set("/\\:*?\"<>|%;$`'\n\r\t\0")
    assert all(unicodedata.category(sign)[0] != "C" for sign in clean)
    assert "." not in stem
    assert not clean.startswith((" ", "-", "."))
    assert not PureWindowsPath(clean).is_reserved()
    clean.encode("utf-8")
    assert safe_name(clean, content_type) == clean
