"""Photos lose place, time and device, and stay the same pictures; broken ones are no trouble."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from bot.file_types import type_of
from bot.photo_metadata import without_metadata

SECRET = b"31.2304 N, Shanghai"
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def photo(kind: str, side: int | None = 6) -> bytes:
    """A picture with a comment, a place and, where it has one, which side is up."""
    picture = Image.new("RGB", (24, 16))
    picture.putdata([(x * 10, y * 15, 90) for y in range(16) for x in range(24)])
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    if side:
        exif[0x0112] = side
    out = io.BytesIO()
    note = PngImagePlugin.PngInfo()
    note.add_text("Location", SECRET.decode())
    more = {"JPEG": {"comment": SECRET}, "PNG": {"pnginfo": note}, "WEBP": {"xmp": SECRET}}[kind]
    picture.save(out, kind, exif=exif, icc_profile=b"colours", **more)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", FORMATS)
def test_what_the_camera_wrote_is_gone_and_the_picture_is_the_same(kind: str) -> None:
    before = photo(kind)
    assert SECRET in before
    after = without_metadata(before, FORMATS[kind])
    assert SECRET not in after
    assert type_of(after) == FORMATS[kind]
    assert opened(after).tobytes() == opened(before).tobytes()
    assert opened(after).info.get("icc_profile") == b"colours"
    assert without_metadata(after, FORMATS[kind]) == after


@pytest.mark.parametrize("side", [3, 6, 8])
def test_a_jpeg_stays_the_right_way_up(side: int) -> None:
    assert opened(without_metadata(photo("JPEG", side), "image/jpeg")).getexif() == {0x0112: side}


def test_an_upright_jpeg_needs_no_word_about_it() -> None:
    assert b"Exif" not in without_metadata(photo("JPEG", None), "image/jpeg")


def test_other_types_are_left_alone() -> None:
    assert without_metadata(b"%PDF-1.7 " + SECRET, "application/pdf") == b"%PDF-1.7 " + SECRET


@pytest.mark.parametrize("kind", FORMATS)
def test_a_photo_cut_short_is_kept_as_it_is_or_stays_a_photo(kind: str) -> None:
    whole = photo(kind)
    for length in range(len(whole)):
        assert without_metadata(whole[:length], FORMATS[kind])[:2] == whole[: min(length, 2)]


@given(st.sampled_from([*FORMATS.values()]), st.binary(max_size=200), st.integers(0, 60))
def test_no_bytes_are_trouble(content_type: str, data: bytes, place: int) -> None:
    kind = {value: name for name, value in FORMATS.items()}[content_type]
    whole = _WHOLE[kind]
    broken = whole[:place] + data + whole[place + len(data) :]
    for odd in (data, broken):
        assert isinstance(without_metadata(odd, content_type), bytes)


_WHOLE = {kind: photo(kind) for kind in FORMATS}
