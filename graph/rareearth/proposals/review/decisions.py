"""What a person decides on proposals. The last decision on a proposal or a name holds.

A decision has all that is needed to write the claim, so the proposals may be deleted or made anew; see :mod:`.log` for
the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from rareearth import dataset, formatter
from rareearth.models import Claim, Frozen, Id, Line
from rareearth.ontology import Ontology
from rareearth.proposals.inbox import Proposal, key
from rareearth.yamlfile import Map, Node

Reason = Literal["wrong relation", "wrong way round", "wrong thing", "not said", "known already", "no use"]
Verdict = Literal["take", "no", "later", "open"]
NameVerdict = Literal["record", "is", "no name", "open"]


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


class Written(Frozen):
    """What was written into the data for a decision: the key of the proposal, and the id of the claim.

    It is not written again, whatever becomes of it there, unless the proposal is taken once more.
    """

    verdict: Literal["written"]
    key: str
    claim: Line
    on: date


Decision: TypeAlias = OnClaim | OnName | Written


@dataclass
class Decisions:
    """The decisions on one article that hold, by key of the proposal and by new name.

    ``written`` has the ids of the claims that were written into the data, by key.
    """

    claims: dict[str, OnClaim] = field(default_factory=dict)
    names: dict[str, OnName] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, decision: Decision) -> None:
        """Let a decision hold from now on; ``open`` takes back the one before."""
        if isinstance(decision, OnName):
            self.names[decision.name] = decision
        elif isinstance(decision, Written):
            self.written[decision.key] = decision.claim
        else:
            self.claims[decision.key] = decision
            self.written.pop(decision.key, None)

    def of(self, proposal: Proposal) -> OnClaim | None:
        """The decision on a proposal, also where one of its ends was a new name then and is a record now."""
        for claim in self._as_before(proposal.claim):
            found = self.claims.get(key(claim))
            if found is not None and found.verdict not in ("open", "later"):
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

    @property
    def waiting(self) -> list[OnClaim]:
        """The claims that were taken and are not written into the data yet."""
        return [decision for decision in self.taken if decision.key not in self.written]

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


def _plain(node: Node) -> Any:
    """A node as maps, lists and texts of Python."""
    if isinstance(node, Map):
        return {str(name): _plain(value) for name, value in node.items()}
    return [_plain(item) for item in node] if isinstance(node, list) else str(node)
