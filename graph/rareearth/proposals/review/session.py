"""A review of the proposals for one article, as a state that keys change; the terminal is somewhere else.

New names come first, then claims: those that add most, then by score. At most twelve claims for 100 words are shown
until more are asked for. Every decision is written before the next one is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias, get_args

from pydantic import ValidationError

from rareearth import characters
from rareearth import dataset as datasets
from rareearth.dataset import Dataset
from rareearth.errors import RareEarthError, suggest
from rareearth.models import Claim
from rareearth.ontology import NUMBERS, Relation
from rareearth.proposals.checking.checker import Checker
from rareearth.proposals.inbox import SHOWN, NewName, Proposal, Proposals
from rareearth.proposals.review import decisions as deciding
from rareearth.proposals.review.decisions import Decision, Decisions, NameVerdict, OnClaim, OnName, Reason

REASONS: dict[str, Reason] = dict(zip("rwtukn", get_args(Reason), strict=True))
Item: TypeAlias = NewName | Proposal


@dataclass
class Tally:
    """What was decided in a session."""

    taken: int = 0
    changed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    names: int = 0

    @property
    def claims(self) -> int:
        """The claims that were decided on."""
        return self.taken + sum(self.refused.values())


class Review:
    """The open items of an article, the one that is shown, and what keys do.

    ``write`` puts a decision on the disk; it is called before the decision counts. ``today`` and ``who`` are written
    with each decision.
    """

    def __init__(
        self,
        proposals: Proposals,
        decided: Decisions,
        dataset: Dataset,
        write: Callable[[Decision], None],
        today: date,
        who: str | None = None,
    ) -> None:
        self.proposals = proposals
        self.decided = decided
        self.dataset = dataset
        self.ontology = dataset.ontology
        self.tally = Tally()
        self._write = write
        self._today = today
        self._who = who
        self._checker = Checker(proposals, dataset.ontology, dataset)
        self._drafts: dict[str, Claim] = {}
        self._past: list[tuple[int, list[Item], Item | None, OnClaim | OnName | None]] = []
        self._more = False
        self.items = self._open()
        self.position = 0

    def _open(self) -> list[Item]:
        """What is not decided, in the order in which it is shown."""
        names = [new for new in self.proposals.new if self._name_decision(new) is None]
        most = max(SHOWN, SHOWN * self.proposals.article.words // 100)
        shown = self.proposals.proposals if self._more else self.proposals.proposals[:most]
        open_ = [p for p in shown if self.decided.of(p) is None]
        used = {end for p in open_ for end in (p.claim.subject, p.claim.object)}
        return [
            *(new for new in names if new.id in used),
            *sorted(open_, key=lambda p: (bool(self.known(p)), -p.score)),
        ]

    def _name_decision(self, new: NewName) -> OnName | None:
        decision = self.decided.names.get(new.id)
        return None if decision is None or decision.verdict == "open" else decision

    @property
    def current(self) -> Item | None:
        """The item that is shown; None at the end."""
        return self.items[self.position] if self.position < len(self.items) else None

    @property
    def hidden(self) -> int:
        """How many claims are not shown because there are likelier ones."""
        listed = {item.key for item in self.items if isinstance(item, Proposal)}
        return (
            0
            if self._more
            else sum(self.decided.of(p) is None and p.key not in listed for p in self.proposals.proposals)
        )

    def claim(self, proposal: Proposal) -> Claim:
        """A proposal's claim as it would be taken now, with what was changed."""
        return self._drafts.get(proposal.key, proposal.claim)

    def suggestions(self, proposal: Proposal) -> list[Claim]:
        """The claims that may be taken: the one that is shown, then the others, with the details as they are now."""
        claim = self.claim(proposal)
        turned = [proposal.turned(other) for other in proposal.others]
        ends = [{"subject": one.subject, "relation": one.relation, "object": one.object} for one in turned]
        return [claim, *(claim.model_copy(update=other) for other in ends)]

    def refusal(self, claim: Claim) -> str:
        """Why a claim cannot be taken as it is; nothing if it can."""
        return str(self._checker.reason(claim) or "")

    def known(self, proposal: Proposal) -> list[Claim]:
        """The claims of other sources that say the same."""
        claim = proposal.claim
        return [
            other
            for other in self._between(claim)
            if other.relation == claim.relation and other.source != self.proposals.article.id
        ]

    def _between(self, claim: Claim) -> list[Claim]:
        """What the data says of the same two ends."""
        canonical, ends = (
            self.dataset.canonical,
            {self.decided.record(claim.subject), self.decided.record(claim.object)},
        )
        return [c for c in self.dataset.claims if {canonical(c.subject), canonical(c.object)} == ends]

    def says(self, proposal: Proposal) -> list[Claim]:
        """What the data says of the same two ends, whatever the relation."""
        return self._between(self.claim(proposal))

    def conflicts(self, claim: Claim) -> list[Claim]:
        """The facts of the data that cannot be true together with a claim, or give another value for its time."""
        relation = self.ontology.relations.get(claim.relation)
        if relation is None or (claim.kind, claim.status) != ("fact", "held"):
            return []
        return [
            other
            for other in self.dataset.claims
            if (other.relation, other.kind, other.status) == (claim.relation, "fact", "held")
            and not _apart(claim, other)
            and self._clash(claim, other, relation)
        ]

    def _clash(self, claim: Claim, other: Claim, relation: Relation) -> bool:
        """Whether two facts of one relation and one time have different holders of a post, or different values."""
        canonical, record = self.dataset.canonical, self.decided.record
        same_subject = canonical(other.subject) == record(claim.subject)
        if relation.literal:
            return same_subject and other.object != claim.object
        same_object = canonical(other.object) == record(claim.object)
        one = relation.one_at_a_time or ""
        if one and same_subject != same_object and other.until is None:
            return same_object if one.startswith("subject") else same_subject
        return same_subject and same_object and self._values_differ(claim, other)

    def _values_differ(self, one: Claim, other: Claim) -> bool:
        """Whether two claims give different numbers for the same detail."""
        mine, theirs = dict(one.qualifiers), dict(other.qualifiers)
        numbers = [name for name in mine if name in theirs and self.ontology.qualifiers[name].range in NUMBERS]
        return any(mine[name] != theirs[name] for name in numbers)

    def adds(self, proposal: Proposal) -> str:
        """What the graph would gain."""
        if self.known(proposal):
            return "a further source"
        return "a further relation" if self.says(proposal) else "a new tie"

    # decisions

    def take(self, number: int = 1) -> None:
        """Take a suggestion: 1 is the claim as it is shown, 2 and 3 the others. Raises RareEarthError if it fails."""
        proposal = self._proposal()
        suggestions = self.suggestions(proposal)
        if number > len(suggestions):
            raise RareEarthError(f"there is no suggestion {number}; expected 1 to {len(suggestions)}")
        claim = suggestions[number - 1]
        if reason := self.refusal(claim):
            raise RareEarthError(f"this cannot be taken: {reason}")
        self._decide(deciding.taken(claim, proposal, self._today, self._who))

    def refuse(self, key: str) -> None:
        """Refuse the claim that is shown, for the reason that a key gives; see :data:`REASONS`."""
        if key not in REASONS:
            raise RareEarthError(f"found '{key}'; expected {', '.join(f'{k} {r}' for k, r in REASONS.items())}")
        proposal = self._proposal()
        said = deciding.said(proposal.claim)
        decision = OnClaim(
            verdict="no", key=proposal.key, claim=said, fields={}, reason=REASONS[key], who=self._who, on=self._today
        )
        self._decide(decision)

    def name(
        self, verdict: NameVerdict, record: str | None = None, kind: str | None = None, called: str | None = None
    ) -> None:
        """Decide on the new name that is shown. Raises RareEarthError for a record or class that is not there."""
        new = self.current
        if not isinstance(new, NewName):
            raise RareEarthError("no new name is shown")
        if verdict == "is" and record not in self.dataset.entities:
            hint = self.dataset.suggest(record or "", self.dataset.entities)
            raise RareEarthError(f"no record '{record}'{hint}")
        classes = self.ontology.classes
        if kind is not None and (kind not in classes or classes[kind].abstract):
            raise RareEarthError(f"'{kind}' is not a class that has records{suggest(kind, classes)}")
        try:
            decision = OnName(
                verdict=verdict, name=new.id, record=record, kind=kind, called=called, who=self._who, on=self._today
            )
        except ValidationError as error:
            fault = str(error.errors(include_url=False)[0]["msg"]).removeprefix("Value error, ")
            raise RareEarthError(f"the name '{characters.shown(called or '')}' cannot be: {fault}") from error
        self._decide(decision)

    def later(self) -> None:
        """Leave the item open and show the next one."""
        if self.current is not None:
            self._past.append((self.position, self.items, None, None))
            self.position += 1

    def back(self) -> None:
        """Go back one step; a decision that was made there is taken back. Raises RareEarthError at the first step."""
        if not self._past:
            raise RareEarthError("this is where the review began; older decisions can be changed in their file")
        self.position, self.items, item, decision = self._past.pop()
        if isinstance(decision, OnClaim) and isinstance(item, Proposal):
            self._keep(OnClaim(verdict="open", key=decision.key, claim=decision.claim, fields={}, on=self._today))
            self._count(decision, -1)
        elif isinstance(decision, OnName) and isinstance(item, NewName):
            self._keep(OnName(verdict="open", name=decision.name, who=self._who, on=self._today))
            self.tally.names -= 1

    def swap(self) -> None:
        """Turn the ends of the claim round."""
        proposal = self._proposal()
        claim = self.claim(proposal)
        self._drafts[proposal.key] = claim.model_copy(update={"subject": claim.object, "object": claim.subject})

    def edit(self, name: str, value: str) -> None:
        """Change a field of the claim (``relation``, ``when``, ``share`` …); an empty value takes it away.

        Raises RareEarthError if the field is not one, or the value cannot be.
        """
        proposal = self._proposal()
        claim = self.claim(proposal)
        given = claim.model_dump(exclude={"qualifiers"}) | dict(claim.qualifiers)
        given = {key: part for key, part in given.items() if part is not None} | ({name: value} if value else {})
        if not value:
            given.pop(name, None)
        ends = tuple(str(given.pop(end, "")) for end in ("subject", "relation", "object"))
        given.pop("source", None)
        try:
            changed = Claim.model_validate(datasets.claim_values(claim.source, ends, given, self.ontology))
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            raise RareEarthError(
                f"{name}: found '{characters.shown(value)}'; {str(fault['msg']).removeprefix('Value error, ')}"
            ) from error
        self._drafts[proposal.key] = changed

    def more(self) -> None:
        """Show all claims from now on."""
        self._more = True
        self.items = [*self.items[: self.position], *(i for i in self._open() if i not in self.items[: self.position])]

    def _proposal(self) -> Proposal:
        if not isinstance(self.current, Proposal):
            raise RareEarthError("no claim is shown")
        return self.current

    def _decide(self, decision: OnClaim | OnName) -> None:
        item, items = self.current, self.items
        self._keep(decision)
        self._past.append((self.position, items, item, decision))
        self.position += 1
        if isinstance(decision, OnName):
            self.tally.names += 1
            self._drop(decision)
        else:
            self._count(decision, 1)

    def _drop(self, decision: OnName) -> None:
        """What is no name ties nothing: its claims are not shown."""
        if decision.verdict == "no name":
            rest = self.items[self.position :]
            kept = [
                i for i in rest if not isinstance(i, Proposal) or decision.name not in (i.claim.subject, i.claim.object)
            ]
            self.items = [*self.items[: self.position], *kept]

    def _keep(self, decision: Decision) -> None:
        self._write(decision)
        self.decided.add(decision)

    def _count(self, decision: OnClaim, number: int) -> None:
        if decision.verdict == "take":
            self.tally.taken += number
            self.tally.changed += number * (decision.proposed is not None)
        elif decision.reason:
            self.tally.refused[decision.reason] += number


def _apart(one: Claim, other: Claim) -> bool:
    """Whether two claims are of different times, as far as they say."""
    times = [(c.when or c.since or (c.inferred.when if c.inferred else None)) for c in (one, other)]
    return None not in times and times[0] != times[1]


def open_count(proposals: Proposals, decided: Decisions) -> tuple[int, int, int]:
    """How many proposals are open, taken and refused."""
    found: Sequence[OnClaim | None] = [decided.of(proposal) for proposal in proposals.proposals]
    taken = sum(d is not None and d.verdict == "take" for d in found)
    refused = sum(d is not None and d.verdict == "no" for d in found)
    return len(found) - taken - refused, taken, refused
