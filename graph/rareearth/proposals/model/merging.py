"""The same proposal of several readers is counted once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rareearth.models import Claim
from rareearth.ontology import Ontology
from rareearth.proposals.inbox import Proposal, Proposals, Suggestion

_OTHERS = 3  # further suggestions of a proposal


def merge(first: Proposals, second: Proposals, ontology: Ontology) -> Proposals:
    """The proposals of both, the likeliest first; mentions and new names are those of the second.

    A claim of both is one proposal, ``by`` both, as the second has it. Of the same two things in the same sentence,
    what the second says comes first, and the relation of the first is one of its ``others``.
    """
    left = list(first.proposals)
    merged: list[Proposal] = []
    for given in _once(second.proposals, ontology):
        proposal = given
        same = next((one for one in left if _is_same(one.claim, given.claim, ontology)), None)
        if same:
            left.remove(same)
            proposal = _both(same, given)
        for other in [one for one in left if _is_rival(one.claim, given.claim)]:
            if any(_is_same(other.claim, one.claim, ontology) for one in second.proposals):
                continue
            left.remove(other)
            proposal = _with_other(proposal, other)
        merged.append(proposal)
    found = sorted([*left, *merged], key=lambda p: (-p.score, p.claim.at[0].start, p.key))
    refused = tuple(dict.fromkeys([*first.refused, *second.refused]))
    return dataclasses.replace(second, proposals=tuple(found), refused=refused)


def _once(proposals: Sequence[Proposal], ontology: Ontology) -> list[Proposal]:
    """Proposals of one reader without those that it makes twice, as of a sentence that two parts of the text have."""
    kept: list[Proposal] = []
    for proposal in proposals:
        same = next((n for n, one in enumerate(kept) if _is_same(one.claim, proposal.claim, ontology)), None)
        if same is None:
            kept.append(proposal)
        else:
            kept[same] = _both(proposal, kept[same])
    return kept


def _both(one: Proposal, other: Proposal) -> Proposal:
    """Two proposals of the same claim as one, with the details of the other and the sentences of both."""
    at = tuple(dict.fromkeys([*one.claim.at, *other.claim.at]))
    by = tuple(dict.fromkeys([*one.by, *other.by]))
    score = one.score if one.by == other.by else 1 - (1 - one.score) * (1 - other.score)
    return other.model_copy(
        update={
            "claim": other.claim.model_copy(update={"at": at}),
            "score": round(score, 3),
            "others": one.others or other.others,
            "by": by,
            "warnings": tuple(dict.fromkeys([*other.warnings, *one.warnings])),
        }
    )


def _with_other(proposal: Proposal, other: Proposal) -> Proposal:
    """A proposal with the relation of another one for the same two things, and what that one suggests."""
    turned = proposal.claim.subject != other.claim.subject
    given = [
        Suggestion(relation=other.claim.relation, turned=turned, score=other.score),
        *(one.model_copy(update={"turned": one.turned != turned}) for one in other.others),
    ]
    known = {proposal.claim.relation, *(one.relation for one in proposal.others)}
    others = [*proposal.others, *(one for one in given if one.relation not in known)]
    return proposal.model_copy(update={"others": tuple(others[:_OTHERS]), "score": max(proposal.score, other.score)})


def _is_same(one: Claim, other: Claim, ontology: Ontology) -> bool:
    """Whether two claims say the same in a sentence that both cite."""
    ends = (one.subject, one.object) == (other.subject, other.object)
    turned = ontology.relations[one.relation].symmetric and (one.subject, one.object) == (other.object, other.subject)
    return one.relation == other.relation and (ends or turned) and _meet(one, other)


def _is_rival(one: Claim, other: Claim) -> bool:
    """Whether two claims are of the same two things in the same sentence, with another relation or turned round."""
    return {one.subject, one.object} == {other.subject, other.object} and _meet(one, other)


def _meet(one: Claim, other: Claim) -> bool:
    return not set(one.at).isdisjoint(other.at)
