"""What the data is made of: entities, sources, claims with their evidence, judgements and conflicts; all frozen.

The lists of kinds, statuses and the like are here and nowhere else.
"""

from __future__ import annotations

import functools
import hashlib
import re
import sys
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from rareearth import characters, edtf, identifiers, quantities

ClaimKind = Literal["fact", "speech", "assessment", "recommendation"]
Stance = Literal["positive", "negative", "neutral", "mixed"]
Status = Literal["held", "pledged", "planned", "announced", "conditional", "ended", "retracted"]
Confidence = Literal["high", "medium", "low"]
SourceKind = Literal[
    "news", "trade-news", "company", "government", "research", "filing", "law-firm", "industry", "encyclopedia",
    "blog", "social", "directory",
]  # fmt: skip
EvidenceLevel = Literal["sentence", "read", "page", "copy"]
Copy = Literal["mirror", "digest", "repost"]
Disagreement = Literal["contradiction", "unsure", "change", "rounding"]
Verdict = Literal["same", "different", "unsure"]

# In the order in which they are listed.
CLAIM_KINDS: tuple[str, ...] = get_args(ClaimKind)
STATUSES: tuple[str, ...] = get_args(Status)
EVIDENCE_LEVELS: tuple[str, ...] = get_args(EvidenceLevel)
DISAGREEMENTS: tuple[str, ...] = get_args(Disagreement)

_GIVEN: dict[frozenset[str], set[str]] = {}
MAX_CHARS = 999_999_999  # of a text that spans are counted in
_AT = re.compile(r"([0-9]{1,9})-([0-9]{1,9}) ([0-9a-f]{8})")


def _check_date(value: str) -> str:
    edtf.parse(value)
    return value


def _evidence(value: object) -> object:
    if isinstance(value, str):
        if not (match := _AT.fullmatch(value)):
            raise ValueError(f"found '{value}'; expected START-END FINGERPRINT, like 12-80 0123abcd")
        return {"start": int(match[1]), "end": int(match[2]), "fingerprint": match[3]}
    return value


def _whole(value: object) -> object:
    if isinstance(value, str):
        if not quantities.WHOLE.fullmatch(value):
            raise ValueError(f"found '{value}'; expected a whole number like 7")
        return int(value)
    return value


def _identifier(value: object) -> object:
    if isinstance(value, str):
        words = value.split(" ")
        if len(words) != len(Identifier.model_fields):
            raise ValueError(f"found '{value}'; expected SCHEME VALUE PAGE, like ticker ASX:LYC https://example.org/")
        return dict(zip(Identifier.model_fields, words, strict=True))
    return value


def _list(value: object) -> object:
    return [value] if isinstance(value, str | dict) else value


def _composed(value: str) -> str:
    """The text in Unicode's composed form (NFC), so that the same letters are the same characters everywhere."""
    if broken := re.search(r"[\n\t]", value):
        raise ValueError(f"found {characters.code(broken[0])} in '{characters.shown(value)}'; expected a line of text")
    return unicodedata.normalize("NFC", value)


def _trimmed(value: str) -> str:
    if value != value.strip():
        raise ValueError(f"found '{value}'; expected a text without spaces around it")
    return value


def _text(pattern: str, longest: int, expected: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if len(value) > longest:
            raise ValueError(f"found {len(value)} characters; expected at most {longest}")
        if not compiled.fullmatch(value):
            raise ValueError(f"found '{characters.shown(value)}'; expected {expected}")
        return value

    return AfterValidator(check)


# Ids and relations are in many claims: each is in memory once.
Id = Annotated[
    str,
    _text(r"[a-z0-9]+(-[a-z0-9]+)*", 100, "an id: lower-case letters and digits joined by hyphens"),
    AfterValidator(sys.intern),
]
Line = Annotated[str, AfterValidator(_composed), _text(r"\S(.*\S)?", 500, "a line of text without spaces around it")]
_PART = r"(?:[\w\-.~!$&'()*+,;=:@/%s]|%%[0-9A-Fa-f]{2})*"
_URL = r"https?://[\w\-.~]+(?::[0-9]+)?(?:/" + _PART % "" + r")?(?:\?" + _PART % "?" + ")?(?:#" + _PART % "?" + ")?"
Url = Annotated[str, _text(_URL, 2000, "an address that starts with http:// or https://, other signs as %XX")]
Language = Annotated[str, _text(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", 20, "a language code like en or zh")]
Fingerprint = Annotated[str, _text(r"[0-9a-f]{8}", 8, "the 8 hexadecimal digits that `rareearth sentences` prints")]
Sha256 = Annotated[str, _text(r"[0-9a-f]{64}", 64, "64 lower-case hexadecimal digits")]
Whole = Annotated[int, BeforeValidator(_whole)]
Edtf = Annotated[str, AfterValidator(_check_date)]


class Frozen(BaseModel):
    """A value that cannot be changed and has no fields beyond its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_post_init(self, _: object) -> None:
        """Share the set of the fields that were given with others of the same: it is larger than the values."""
        given = self.__pydantic_fields_set__
        object.__setattr__(self, "__pydantic_fields_set__", _GIVEN.setdefault(frozenset(given), given))


class Identifier(Frozen):
    """An identifier that others have given an entity, and the page that gives it; see :mod:`rareearth.identifiers`."""

    scheme: str
    value: str
    page: Url

    @model_validator(mode="after")
    def _is_right(self) -> Identifier:
        if wrong := identifiers.fault(self.scheme, self.value):
            raise ValueError(wrong)
        return self


class Entity(Frozen):
    """A real thing, or a topic: one record with its names. ``kind`` is the name of a class of the ontology."""

    id: Id
    kind: str
    name: Line
    zh: Line | None = None
    aliases: tuple[Line, ...] = ()
    acronyms: tuple[Line, ...] = ()
    about: Line | None = None
    ids: tuple[Annotated[Identifier, BeforeValidator(_identifier)], ...] = ()
    seen: tuple[Url, ...] = ()


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Evidence:
    """A span of the source's text, characters ``start`` up to ``end``, and its fingerprint."""

    start: Annotated[Whole, Field(ge=0)]
    end: Annotated[Whole, Field(le=MAX_CHARS)]
    fingerprint: Fingerprint

    @model_validator(mode="after")
    def _ordered(self) -> Evidence:
        if self.start >= self.end:
            raise ValueError(f"the span {self.start}-{self.end} ends before it starts")
        return self


class Reading(Frozen):
    """A sentence that was read on a page whose text was not kept.

    ``sentence`` is its fingerprint, ``on`` the day it was read, ``says`` what it says in words of our own.
    """

    sentence: Fingerprint
    on: date
    says: Line


class Inferred(Frozen):
    """A date that the source does not state, and what it is inferred from."""

    when: Edtf
    because: Line


class Reviewed(Frozen):
    """The day on which a person took a claim that was proposed, and who it was, if stated."""

    on: date
    who: Line | None = None


class Claim(Frozen):
    """One statement made by one source: subject, relation and object, with its kind, its time and its evidence.

    ``object`` is the id of an entity, or the text of a value where the relation has a datatype as its range.
    ``confidence`` is how certain the reader of the source was, if stated; ``conflict`` is the id of the conflict that
    the claim is part of; ``reviewed`` is who took it, where a program had proposed it. ``subject`` and ``object`` are
    ids of records; judgements of identity are applied later.
    """

    source: Id
    subject: Id
    relation: Annotated[str, AfterValidator(sys.intern)]
    object: Annotated[str, AfterValidator(_composed), AfterValidator(_trimmed)]
    kind: ClaimKind = "fact"
    by: Id | None = None
    about: Id | None = None
    stance: Stance | None = None
    status: Status = "held"
    confidence: Confidence | None = None
    conflict: Id | None = None
    qualifiers: tuple[tuple[str, str], ...] = ()
    when: Edtf | None = None
    since: Edtf | None = None
    until: Edtf | None = None
    inferred: Inferred | None = None
    note: Line | None = None
    at: Annotated[tuple[Annotated[Evidence, BeforeValidator(_evidence)], ...], BeforeValidator(_list)] = ()
    read: Annotated[tuple[Reading, ...], BeforeValidator(_list)] = ()
    reviewed: Reviewed | None = None

    @functools.cached_property
    def id(self) -> str:
        """``source/digest``: the digest is of what is claimed, so evidence and notes can change and it stays."""
        parts = [self.subject, self.relation, self.object, self.kind, self.by, self.about, self.status]
        parts += [f"{name}={value}" for name, value in self.qualifiers]
        parts += [self.when, self.since, self.until]
        digest = hashlib.sha256("\n".join([p or "" for p in parts]).encode()).hexdigest()
        return f"{self.source}/{digest[:10]}"

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, in which other values may give another id."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("id", None)
        return copied

    @property
    def mentioned(self) -> set[str]:
        """All that may be ids of records: the ends, the speaker, what it is about, and the values of qualifiers."""
        named = {self.subject, self.object, self.by, self.about, *(value for _, value in self.qualifiers)}
        return {id_ for id_ in named if id_}


class TextHash(Frozen):
    """The text that spans are counted in: its SHA-256 (of UTF-8) and its length in characters."""

    sha256: Sha256
    chars: Annotated[Whole, Field(gt=0)]


class Retraction(Frozen):
    """The decision of a person that a source is not to be believed: its claims stay in its file, out of the graph."""

    on: date
    because: Line
    who: Line | None = None


class Source(Frozen):
    """An article or page.

    ``copy`` says that it is a copy of another's text, and pages of one ``story`` have one origin. ``names`` is what it
    calls entities; ``refers`` are words that mean them only there. If it was ``retracted``, its claims are not in the
    graph.
    """

    id: Id
    title: Line
    publisher: Id
    url: Url
    published: Edtf | None = None
    language: Language
    kind: SourceKind | None = None
    copy_: Annotated[Copy | None, Field(alias="copy")] = None
    story: Id | None = None
    text: TextHash | None = None
    retracted: Retraction | None = None
    names: tuple[tuple[Id, tuple[Line, ...]], ...] = ()
    refers: tuple[tuple[Line, Id], ...] = ()


class Judgement(Frozen):
    """A decision of a person on whether two records refer to the same thing; if so, ``left`` is canonical for both."""

    left: Id
    verdict: Verdict
    right: Id
    who: Line
    on: Edtf
    why: Line

    @property
    def id(self) -> str:
        """The two records it is about."""
        return f"{self.left}~{self.right}"


class Conflict(Frozen):
    """A question that claims answer differently, and the kind of the disagreement.

    ``contradiction``: they cannot all be true. ``change``: each was true at its time. ``rounding``: one value with
    different precision or units. ``unsure``: it cannot be decided yet.
    """

    id: Id
    question: Line
    kind: Disagreement
    why: Line
