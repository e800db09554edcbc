"""What the Reconciliation Service API asks: its JSON as dataclasses; fields that are not of the API are passed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entity:
    """An entity as a value, by its id."""

    id: str


Value = str | bool | int | float | Entity


@dataclass(frozen=True)
class Given:
    """A property and the values that it should have."""

    pid: str
    v: Value | list[Value]


@dataclass(frozen=True)
class Query:
    """One query of a batch."""

    query: str = ""
    type: str | list[str] | None = None
    limit: float | None = None
    properties: list[Given] | None = None
    type_strict: str | None = None


@dataclass(frozen=True)
class Wanted:
    """A property to give, with its settings."""

    id: str
    settings: dict[str, Any] | None = None


@dataclass(frozen=True)
class Extend:
    """The entities, and the properties that are to be given of them."""

    ids: list[str]
    properties: list[Wanted]


@dataclass(frozen=True)
class Suggest:
    """What somebody typed, and how many suggestions to pass over."""

    prefix: str
    cursor: int = 0


@dataclass(frozen=True)
class One:
    """The id of a thing."""

    id: str


@dataclass(frozen=True)
class Proposal:
    """A class whose properties are to be proposed."""

    type: str = ""
    limit: int = 50
