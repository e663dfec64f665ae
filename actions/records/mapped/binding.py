"""Finds the tables and columns of the mapping in the shop's database. Every name comes from reflection."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.mapped.definition import MAIN, Column, MappingError, RecordsMapping, Section

_FILE = "records.yml"


@dataclass(frozen=True)
class BoundSection:
    """``columns``: field → their column, or None for a constant, which stands in ``constants``."""

    section: Section
    main: Any
    source: Any
    columns: Mapping[str, Any]
    constants: Mapping[str, Any]

    def select(self, *further: Any) -> Any:
        """All fields of the section, under our names."""
        chosen = [column.label(name) for name, column in self.columns.items()]
        return sa.select(*chosen, *further).select_from(self.source)

    def row(self, row: Any) -> dict[str, Any]:
        return {**self.constants, **{name: row._mapping[name] for name in self.columns}}

    def equals(self, field: str, values: Iterable[str]) -> Any:
        """Condition: the field is one of these texts. What cannot stand in such a column equals nothing."""
        column = self.columns[field]
        fitting = [key for value in values if (key := as_key(column, value)) is not None]
        return column.in_(fitting)


@dataclass(frozen=True)
class BoundMapping:
    mapping: RecordsMapping
    sections: Mapping[str, BoundSection]
    tables: Mapping[str, Any]
    """Every table that a change writes to, by name."""


def bind(connection: Connection, mapping: RecordsMapping) -> BoundMapping:
    """Raises MappingError with everything that the database does not have."""
    tables = _Tables(connection, mapping)
    faults: list[str] = []
    sections = {name: _bind(section, tables, faults) for name, section in mapping.sections.items()}
    written = {step.table for change in mapping.changes.values() for step in change.steps}
    targets = {name: table for name in sorted(written) if (table := tables.find(name, "changes", faults)) is not None}
    for kind, change in mapping.changes.items():
        for number, step in enumerate(change.steps, 1):
            names = [*step.values, *([step.idempotency] if step.idempotency else [])]
            place = f"changes.{kind}.steps.[{number}]"
            faults += _missing(targets.get(step.table), names, place)
            faults += _missing(targets.get(mapping.sections["orders"].table), _order_columns(step.values), place)
    if faults:
        raise MappingError("\n".join(f"{_FILE}, {fault}" for fault in dict.fromkeys(faults)))
    return BoundMapping(mapping, {name: found for name, found in sections.items() if found}, targets)


def as_key(column: Any, text: str) -> Any:
    """The text as a value of the column's type; None when it can be none of its values."""
    kind = python_type(column)
    if issubclass(kind, int):
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
    return text


def python_type(column: Any) -> type:
    """``object`` for types that SQLAlchemy knows nothing of."""
    try:
        found: type = column.type.python_type
    except NotImplementedError:
        return object
    return found


class _Tables:
    def __init__(self, connection: Connection, mapping: RecordsMapping) -> None:
        self._connection = connection
        self._schema = mapping.schema
        self._metadata = sa.MetaData()

    def find(self, name: str, place: str, faults: list[str]) -> Any | None:
        """The reflected table or view; a fault where there is none."""
        try:
            return sa.Table(
                name, self._metadata, schema=self._schema, autoload_with=self._connection, resolve_fks=False
            )
        except sa.exc.NoSuchTableError:
            inspector = sa.inspect(self._connection)
            known = [*inspector.get_table_names(self._schema), *inspector.get_view_names(self._schema)]
            faults.append(f"{place}: the database has no table {name!r}; {_near(name, known)}")
            return None


def _bind(section: Section, tables: _Tables, faults: list[str]) -> BoundSection | None:
    main = tables.find(section.table, f"{section.name}.table", faults)
    if main is None:
        return None
    source, by_alias = main, {MAIN: main}
    for join in section.joins:
        place = f"{section.name}.joins"
        table = tables.find(join.table, place, faults)
        if table is None:
            return None
        joined = table.alias() if join.alias == join.table else table.alias(join.alias)
        wrong = _missing(joined, [theirs for theirs, _ in join.on] + [name for name, _ in join.where], place)
        for _, ours in join.on:
            wrong += _missing(by_alias[ours.source], [ours.name], place)
        if wrong:
            faults += wrong
            return None
        conditions = [joined.c[theirs] == by_alias[ours.source].c[ours.name] for theirs, ours in join.on]
        conditions += [joined.c[name] == value for name, value in join.where]
        source = source.outerjoin(joined, sa.and_(*conditions))
        by_alias[join.alias] = joined
    before = len(faults)
    for field, column in section.columns.items():
        if column.name is not None:
            faults += _missing(by_alias[column.source], [column.name], f"{section.name}.columns.{field}")
    if len(faults) > before:
        return None
    named: dict[str, Column] = {field: column for field, column in section.columns.items() if column.name is not None}
    return BoundSection(
        section,
        main,
        source,
        {field: by_alias[column.source].c[column.name] for field, column in named.items()},
        {field: column.constant for field, column in section.columns.items() if column.name is None},
    )


def _missing(table: Any | None, names: Iterable[str | None], place: str) -> list[str]:
    if table is None:
        return []
    known = [column.name for column in table.c]
    return [
        f"{place}: table {table.name!r} has no column {name!r}; {_near(str(name), known)}"
        for name in names
        if name is not None and name not in known
    ]


def _order_columns(values: Mapping[str, Any]) -> Iterator[str]:
    for value in values.values():
        if isinstance(value, dict) and value["from"].startswith("order."):
            yield value["from"].partition(".")[2]


def _near(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"it has {', '.join(known[:20]) or 'none'}"
