"""What ``rules/records.yml`` says, as frozen types. ``reading.py`` makes them, ``binding.py`` finds their tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

MAIN = ""
"""Stands for a section's own table, where a join's name could stand."""


class MappingError(ValueError):
    """The mapping cannot be used; the text lists every fault with its place and what to do."""


@dataclass(frozen=True)
class Column:
    """A column of the section's table or of one of its joins; or a constant, when ``name`` is None."""

    name: str | None
    source: str = MAIN
    constant: Any = None


@dataclass(frozen=True)
class Join:
    """A table joined at the left: rows without a partner stay. ``on``: its columns to those before it."""

    table: str
    alias: str
    on: tuple[tuple[str, Column], ...]
    where: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Section:
    """``values``: for each field, what stands in their column (as text) → our word."""

    name: str
    table: str
    columns: Mapping[str, Column]
    joins: tuple[Join, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One statement of a change. ``update`` changes the order's own row; else a row is added to ``table``.

    ``values``: column → a constant, or ``{"from": …}``. ``idempotency``: the column that keeps our key.
    """

    update: bool
    table: str
    values: Mapping[str, Any]
    idempotency: str | None = None


@dataclass(frozen=True)
class Change:
    """``result``: ``done``, or ``noted`` where the shop's staff has still to act on what was added."""

    steps: tuple[Step, ...]
    result: str


@dataclass(frozen=True)
class RecordsMapping:
    """``decimal_money``: amounts are 129.00 and not 12900. ``zone``: of moments that are stored without one."""

    decimal_money: bool
    currency: str
    zone: tzinfo
    schema: str | None
    sections: Mapping[str, Section]
    changes: Mapping[str, Change]
