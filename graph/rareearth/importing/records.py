"""What a file of another tool says, before it is known which records of the data it speaks of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from rareearth import characters
from rareearth.formats.exchange import Account
from rareearth.models import Evidence, Status
from rareearth.sentences import fingerprint

_LONGEST = 500  # characters of a line of the data


@dataclass
class Party:
    """A thing that the file has a record of: its key there, the names of classes that it may have, its names.

    ``own`` is the id that it has in the data, if the file was made from it. ``identifiers`` are (scheme, value).
    """

    key: str
    kind: str
    shown: str
    names: list[str] = field(default_factory=list)
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    own: str = ""


class Reading(NamedTuple):
    """A way to read a tie: the relation, and the keys of its subject and object."""

    relation: str
    subject: str
    object: str


@dataclass
class Said:
    """Something that a record of the file says.

    ``readings`` are the ways to read it, the best first; ``value`` is the object where it is no party. ``details`` are
    qualifiers by name, ``times`` and ``note`` fields of the claim. ``shown`` is what the file calls it.
    What is ``weak`` is not taken where another record says it.
    """

    readings: list[Reading]
    at: Evidence
    shown: str
    value: str = ""
    details: dict[str, str] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    note: str = ""
    status: Status = "held"
    weak: bool = False


@dataclass
class Found:
    """All that a file says, and an account of what is not taken."""

    text: str
    parties: dict[str, Party] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    account: Account = field(default_factory=Account)


def evidence(text: str, start: int, end: int) -> Evidence:
    """The characters of a file that have a record."""
    return Evidence(start=start, end=end, fingerprint=fingerprint(text[start:end]))


def line(text: str) -> str:
    r"""A text as a line of the data: without what nobody sees, and not longer than a line may be.

    >>> line(" Lynas\n Rare\u200b Earths ")
    'Lynas Rare Earths'
    """
    clean = " ".join(characters.without_hidden(characters.without_ignored(text))[0].split())
    return clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST - 2].rstrip()} …"
