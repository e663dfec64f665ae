"""The sections ``privacy_export`` and ``privacy_erase`` of ``rules/limits.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lang.rule_files import section, whole

OPEN_MATTERS = ("order", "refund", "complaint")


@dataclass(frozen=True)
class PrivacyLimits:
    """A copy can be fetched for ``link_hours`` and ``downloads`` times, and be asked for once in ``once_in_hours``.

    Of the files that were sent in chats it holds ``files_mb`` megabytes.

    An erasure waits ``wait_hours``, in which it can be called off; ``not_while`` one of these is open there is none.
    """

    link_hours: int
    downloads: int
    once_in_hours: int
    files_mb: int
    wait_hours: int
    not_while: tuple[str, ...]


EXPORT_SCHEMA = section(
    link_hours=whole(1, 720), downloads=whole(1, 100), once_in_hours=whole(0, 8760), files_mb=whole(0, 500)
)
ERASE_SCHEMA = section(
    wait_hours=whole(0, 2160),
    not_while={"type": "array", "items": {"enum": list(OPEN_MATTERS)}, "uniqueItems": True},
)


def read(export: Mapping[str, Any], erase: Mapping[str, Any]) -> PrivacyLimits:
    """Both sections, once they fit their schemas."""
    return PrivacyLimits(**export, wait_hours=erase["wait_hours"], not_while=tuple(erase["not_while"]))
