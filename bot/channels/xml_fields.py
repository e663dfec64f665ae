"""XML from outside, as WeChat writes it: one element with fields in it. Nothing but elements and text is let through.

A document type is where entities, and with them entity bombs and files of this machine, are declared. So it is refused
where it begins, before anything in it is read: what defusedxml does, without another package.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from bot.channels.wechat_crypto import Refused

MOST_FIELDS = 200
DEEPEST = 8


class BrokenXml(Refused):
    """Not the XML that the platform writes."""

    def __init__(self) -> None:
        super().__init__("xml")


def read_fields(body: bytes) -> dict[str, str]:
    """The texts of the fields right under the root; what lies deeper is left out. Raises BrokenXml."""
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ProcessingInstructionHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        raise BrokenXml from None
    return reader.fields


class _Reader:
    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._path: list[str] = []
        self._read: list[str] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        self._count += 1
        if self._count > MOST_FIELDS or len(self._path) > DEEPEST:
            raise BrokenXml
        if len(self._path) == 2:
            self._read = []

    def end(self, name: str) -> None:
        if len(self._path) == 2:
            # The first one counts: what a signature check saw must be what is read afterwards.
            self.fields.setdefault(name, "".join(self._read))
        self._path.pop()

    def text(self, data: str) -> None:
        if len(self._path) == 2:
            self._read.append(data)


def _refuse(*_: Any) -> None:
    raise BrokenXml


def write_fields(fields: dict[str, str]) -> bytes:
    """``<xml>`` with each field as CDATA: what the platform posts, for simulators and tests."""
    inside = "".join(f"<{name}><![CDATA[{_in_cdata(value)}]]></{name}>" for name, value in fields.items())
    return f"<xml>{inside}</xml>".encode()


def _in_cdata(value: str) -> str:
    return value.replace("]]>", "]]]]><![CDATA[>")
