"""What a person decides on proposals: ``inbox/ID.decisions.yaml``, one line for each decision, only ever added to.

The last line about a proposal or a name holds. An editor may change the file. Each line has all that is needed to write
the claim, so the proposals may be deleted or made anew.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, ValidationError

from rareearth import dataset, formatter, paths, yamlfile
from rareearth.errors import DataError, Problem, RareEarthError
from rareearth.models import Claim, Frozen, Id, Line
from rareearth.ontology import Ontology
from rareearth.proposals.inbox import Proposal, key
from rareearth.yamlfile import Map, Node

Reason = Literal["wrong relation", "wrong way round", "wrong thing", "not said", "known already", "no use"]
Verdict = Literal["take", "no", "later", "open"]
NameVerdict = Literal["record", "is", "no name", "open"]
_HEAD = "# Your decisions. The last line about a proposal holds; lines may be changed or deleted.\n"


def _fields(value: object) -> object:
    return _plain(value) if isinstance(value, Map) else value


class OnClaim(Frozen):
    """A decision on a proposal: its key, the claim as a sentence, its fields where it is taken, and the reason of a no.

    ``proposed`` is the claim as it was proposed, where a person changed it.
    """

    verdict: Verdict
    key: str
    claim: Line
    fields: Annotated[dict[str, Any], BeforeValidator(_fields), Field(default_factory=dict)]
    proposed: Line | None = None
    reason: Reason | None = None
    who: Line | None = None
    on: date


class OnName(Frozen):
    """A decision on a new name: it becomes a record with a class and a name, is an existing record, or is no name."""

    verdict: NameVerdict
    name: Id
    record: Id | None = None
    kind: str | None = None
    called: Line | None = None
    who: Line | None = None
    on: date


Decision: TypeAlias = OnClaim | OnName


@dataclass
class Decisions:
    """The decisions on one article that hold, by key of the proposal and by new name."""

    claims: dict[str, OnClaim] = field(default_factory=dict)
    names: dict[str, OnName] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, decision: Decision) -> None:
        """Let a decision hold from now on; ``open`` takes back the one before."""
        if isinstance(decision, OnName):
            self.names[decision.name] = decision
        else:
            self.claims[decision.key] = decision

    def of(self, proposal: Proposal) -> OnClaim | None:
        """The decision on a proposal, also where one of its ends was a new name then and is a record now."""
        for claim in self._as_before(proposal.claim):
            found = self.claims.get(key(claim))
            if found is not None and found.verdict != "open":
                return found
        return None

    def on_same(self, proposal: Proposal) -> list[OnClaim]:
        """What was taken of the same two things in the same sentence, with whatever relation."""
        ends = {self.record(proposal.claim.subject), self.record(proposal.claim.object)}
        mark = proposal.claim.at[0].fingerprint if proposal.claim.at else ""
        found = []
        for decision in self.claims.values():
            subject, _, object_ = decision.claim.split(maxsplit=2)
            same = {self.record(subject), self.record(object_)} == ends and mark in str(decision.fields.get("at", ""))
            if decision.verdict == "take" and same and decision.key != proposal.key:
                found.append(decision)
        return found

    def record(self, id_: str) -> str:
        """The record that a new name was decided to be, else the id itself."""
        decision = self.names.get(id_)
        return decision.record or id_ if decision and decision.verdict in ("is", "record") else id_

    @property
    def taken(self) -> list[OnClaim]:
        """The claims that were taken, in the order of the decisions."""
        return [decision for decision in self.claims.values() if decision.verdict == "take"]

    def _as_before(self, claim: Claim) -> Iterator[Claim]:
        yield claim
        names = {decision.record: name for name, decision in self.names.items() if decision.record}
        for ends in (("subject",), ("object",), ("subject", "object")):
            before = {end: names[getattr(claim, end)] for end in ends if getattr(claim, end) in names}
            if len(before) == len(ends):
                yield claim.model_copy(update=before)


def taken(claim: Claim, proposal: Proposal, on: date, who: str | None = None) -> OnClaim:
    """The decision to take a claim, which may be the proposed one or a changed one."""
    fields, sentence = _plain(formatter.claim_fields(claim)), said(claim)
    same = sentence == said(proposal.claim) and fields == _plain(formatter.claim_fields(proposal.claim))
    proposed = None if same else said(proposal.claim)
    return OnClaim(verdict="take", key=proposal.key, claim=sentence, fields=fields, proposed=proposed, who=who, on=on)


def said(claim: Claim) -> str:
    """The sentence of a claim."""
    return f"{claim.subject} {claim.relation} {claim.object}"


def as_claim(decision: OnClaim, source: str, ontology: Ontology) -> Claim:
    """The claim that a decision takes. Raises ValueError if it is none."""
    ends = decision.claim.split(maxsplit=2)
    if len(ends) != len(("subject", "relation", "object")):
        raise ValueError(f"found '{decision.claim}'; expected subject relation object")
    return Claim.model_validate(dataset.claim_values(source, ends, decision.fields, ontology))


def path_of(inbox: Path, id_: str) -> Path:
    """The file of the decisions on an article."""
    return inbox / f"{id_}.decisions.yaml"


def read(path: Path) -> Decisions:
    """Read a file of decisions; one that is not there has none.

    A last line that was not written to its end is left out, with a note. Raises DataError (file and line) for a line
    that is no decision.
    """
    found = Decisions()
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return found
    except OSError as error:
        raise DataError([Problem(path, None, f"cannot be read ({error.strerror})")]) from error
    whole = raw[: raw.rfind(b"\n") + 1]
    if whole != raw:
        found.notes.append(f"{paths.display(path)}: the last line is not complete and does not count: decide it again")
    if not whole.strip() or all(line.startswith(b"#") for line in whole.splitlines()):
        return found
    node = yamlfile.parse(path, whole)
    for item in node if isinstance(node, list) else []:
        found.add(_decision(path, item))
    if not isinstance(node, list):
        raise DataError([Problem(path, 1, "is not a list of decisions; expected lines like `- {verdict: take, …}`")])
    return found


def _decision(path: Path, item: Node) -> Decision:
    line = getattr(item, "line", 1)
    if not isinstance(item, Map):
        raise DataError([Problem(path, line, "is no decision; expected `- {verdict: take, key: …, claim: …}`")])
    values = {str(name): value for name, value in item.items()}
    try:
        return OnName.model_validate(values) if "name" in values else OnClaim.model_validate(values)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(map(str, fault["loc"]))
        message = f"{place}: found '{fault['input']}'; {fault['msg'][0].lower()}{fault['msg'][1:]}"
        raise DataError([Problem(path, line, message)]) from error


class Log:
    """The open file of the decisions on one article; nobody else can open it meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def __enter__(self) -> Log:
        """Open and lock the file. Raises RareEarthError if somebody else has it open, or it cannot be written."""
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.__exit__()
            message = f"{paths.display(self.path)}: is being reviewed elsewhere; end that review first"
            raise RareEarthError(message) from error
        except OSError as error:
            raise RareEarthError(f"{paths.display(self.path)}: cannot be written ({error.strerror})") from error
        self._mend()
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def add(self, decision: Decision) -> None:
        """Write a decision to the disk, whole or not at all. Raises RareEarthError if it cannot be written."""
        file = self._open()
        size = os.fstat(file).st_size
        values = decision.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        line = f"- {formatter.inline(values)}\n".encode()
        try:
            written = os.write(file, (_HEAD.encode() if size == 0 else b"") + line)
            if written < len(line):
                raise OSError("the disk is full")
            os.fsync(file)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(file, size)
            raise RareEarthError(
                f"{paths.display(self.path)}: the decision was not written ({error.strerror or error})"
            ) from error

    def _mend(self) -> None:
        """Take away a last line that was not written to its end, so that the next one does not join it."""
        raw = self.path.read_bytes()
        if not raw.endswith(b"\n"):
            os.ftruncate(self._open(), raw.rfind(b"\n") + 1)

    def _open(self) -> int:
        if self._file is None:
            raise ValueError("the file of decisions is not open")
        return self._file


def _plain(node: Node) -> Any:
    """A node as maps, lists and texts of Python."""
    if isinstance(node, Map):
        return {str(name): _plain(value) for name, value in node.items()}
    return [_plain(item) for item in node] if isinstance(node, list) else str(node)
