"""What a rule found, and which of two that overlap is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Entity:
    """``value`` is the normal form of ``text[start:end]``."""

    name: str
    value: str
    start: int
    end: int


class Found:
    """Entities of a text that do not overlap: who is added first keeps its place."""

    def __init__(self, length: int) -> None:
        self._entities: list[Entity] = []
        self._taken = bytearray(length)

    def add(self, entities: Iterable[Entity]) -> None:
        for entity in entities:
            if not any(self._taken[entity.start : entity.end]):
                self._taken[entity.start : entity.end] = bytes([1]) * (entity.end - entity.start)
                self._entities.append(entity)

    def named(self, name: str) -> list[Entity]:
        return [entity for entity in self._entities if entity.name == name]

    def in_order(self) -> list[Entity]:
        return sorted(self._entities, key=lambda entity: entity.start)
