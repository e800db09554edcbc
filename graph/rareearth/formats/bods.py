"""Beneficial Ownership Data Standard 0.4: statements on persons, entities and who has which interest in whom.

A tie of two things by one interest is a record; each claim of it is a statement with its own source. Its date is the
day by which the page was published for certain; the oldest is first, so that the last one is what was said last. What
BODS has no field for (which relation it is, a time that is no day, a note) is a line ``label: value`` of the details of
the interest, so that it can be read back.

Owners who hold something jointly are members of an arrangement that has the interest, and a circle of owners is one
of relationships, as in the examples of the standard (https://standard.openownership.org/en/0.4.0/).
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from rareearth import edtf, namespaces
from rareearth.formats import exchange, mappings
from rareearth.formats.exchange import NOTE, TIMES, Account, Thing
from rareearth.ontology import ROLE
from rareearth.quantities import Range
from rareearth.saving import save

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

EXTENSION = ".bods.json"
VERSION = "0.4"
ENTITY, TIE = "rareearth-", "rareearth-tie-"  # of the ids of records
SHARE = "share"
_NO_DAY = "1970-01-01"  # of data without any date, as BODS asks for one
Statement: TypeAlias = dict[str, Any]


def write(path: Path, store: Backend, note: Callable[[str], None]) -> list[Path]:
    """Write the statements as one list, and return the path in a list."""
    made, account = statements(store)
    for line in account.lines(path.name):
        note(line)
    body = ",\n".join(json.dumps(one, ensure_ascii=False) for one in made)
    return [save(path, f"[\n{body}\n]\n".encode() if made else b"[]\n")]


def statements(store: Backend) -> tuple[list[Statement], Account]:
    """The statements (persons and entities first, then relationships), and what was left out."""
    return _Writer(store).all()


class _Writer:
    def __init__(self, store: Backend) -> None:
        self._terms = mappings.bods()
        self._parents = exchange.parents(store)
        self._things = exchange.things(store)
        self._held: dict[str, set[str]] = defaultdict(set)  # the types of the interests of those who have any
        self.account = Account()
        self._facts = exchange.facts(store, self.account)
        self._day = _newest(self._facts)

    def all(self) -> tuple[list[Statement], Account]:
        claims = [claim for claim in self._facts if claim.relation.id not in self._terms.fields and self._fits(claim)]
        for claim in (claim for claim in claims if claim.relation.id not in self._terms.only):
            self._held[self._ends(claim)[1]].add(self._interest(claim))
        kept = [c for c in claims if c.relation.id not in self._terms.only or self._is_joint(c)]
        records: dict[str, list[Claim]] = defaultdict(list)
        for claim in kept:
            records[self._record(claim)].append(claim)
        used = sorted({end for claim in kept for end in self._ends(claim)})
        made = [self._entity(self._things[id_]) for id_ in used]
        self._fill({one["recordId"]: one for one in made})
        for record, said in sorted(records.items()):
            made += self._relationships(record, sorted(said, key=lambda c: (self._by_day(c), c.id)))
        kinds: dict[str, int] = defaultdict(int)
        for one in made:
            kinds[one["recordType"]] += 1
        for kind in ("person", "entity", "relationship"):
            self.account.written[f"{kind} statement"] = kinds[kind]
        return made, self.account

    def _by_day(self, claim: Claim) -> str:
        """The day by which the page of a claim is known to have been published."""
        page = claim.page.published
        last = edtf.parse(page).last if page else None
        return min(last.isoformat(), self._day) if last else self._day

    def _type(self, id_: str) -> str:
        thing = self._things.get(id_)
        kinds = mappings.upwards(thing.kind, self._parents) if thing else ()
        return self._terms.types.get(mappings.nearest(kinds, self._terms.types), "")

    def _fits(self, claim: Claim) -> bool:
        """Whether a claim states an interest of something in something else; the account has why not."""
        relation, role = claim.relation.id, claim.qualifier(ROLE)
        needed = self._terms.roles.get(relation)
        is_mapped = relation in self._terms.interests and relation in self._terms.party
        if not is_mapped or (needed and (role is None or role.text != needed)):
            self.account.leave("claim", "no interest of an owner or officer", claim.relation.label)
            return False
        subject, party = self._ends(claim)
        types = self._type(subject), self._type(party)
        if not all(types) or types[0] == mappings.PERSON:
            why = "an end is neither a person nor an entity that can be owned"
            self.account.leave("claim", why, claim.relation.label)
            return False
        return True

    def _is_joint(self, claim: Claim) -> bool:
        """Whether a membership is one in an arrangement that has an interest; the account has the others."""
        subject = self._ends(claim)[0]
        if self._type(subject) == self._terms.only[claim.relation.id] and subject in self._held:
            return True
        self.account.leave("claim", "no interest of an owner or officer", claim.relation.label)
        return False

    def _ends(self, claim: Claim) -> tuple[str, str]:
        """The ids of what is owned or run, and of who has the interest."""
        ends = claim.object.id, claim.subject.id
        return ends if self._terms.party[claim.relation.id] == "subject" else (ends[1], ends[0])

    def _interest(self, claim: Claim) -> str:
        """The type of an interest; that of the members of an arrangement is the one that it has, if it is one."""
        held = self._held[self._ends(claim)[0]] if claim.relation.id in self._terms.only else set()
        if len(held) == 1:
            return next(iter(held))
        role = claim.qualifier(ROLE)
        own = self._terms.interests[claim.relation.id]
        return self._terms.interests.get(role.text, own) if role and claim.gives else own

    def _record(self, claim: Claim) -> str:
        parts = "\n".join((*self._ends(claim), claim.relation.id, self._interest(claim)))
        return TIE + hashlib.sha256(parts.encode()).hexdigest()[:16]

    def _entity(self, thing: Thing) -> Statement:
        kind = self._type(thing.id)
        details: Statement = {"isComponent": False}
        names = [thing.zh, *(name for name, _ in thing.aliases), *thing.acronyms]
        if kind == mappings.PERSON:
            details["personType"] = "knownPerson"
            known = [{"type": "alternative", "fullName": name} for name in dict.fromkeys(filter(None, names))]
            details["names"] = [{"type": "legal", "fullName": thing.name}, *known]
        else:
            details["entityType"] = {"type": kind}
            details["name"] = thing.name
            if others := list(dict.fromkeys(filter(None, names))):
                details["alternateNames"] = others
            if kind == "state":
                details["jurisdiction"] = {"name": thing.name}
        given = [
            {"id": one.value, **self._terms.schemes[one.scheme], **({"uri": one.page} if one.page else {})}
            for one in thing.identifiers
            if one.scheme in self._terms.schemes
        ]
        if given:
            details["identifiers"] = given
        record_type = mappings.PERSON if kind == mappings.PERSON else "entity"
        record = ENTITY + thing.id
        return self._statement(record, record_type, record, "new", details, thing.id)

    def _fill(self, made: dict[str, Statement]) -> None:
        """Give entities the fields that claims have, where all claims say the same day."""
        said: dict[tuple[str, str], list[Claim]] = defaultdict(list)
        for claim in self._facts:
            if field := self._terms.fields.get(claim.relation.id):
                said[ENTITY + claim.subject.id, field].append(claim)
        for (record, field), claims in said.items():
            values = {claim.object.text for claim in claims}
            entity = made.get(record, {"recordType": ""})
            if entity["recordType"] == "entity" and len(values) == 1 and edtf.precision(min(values)) == "day":
                entity["recordDetails"][field] = min(values)
                continue
            why = "a value that is no day, or no entity of the file" if len(values) == 1 else "several values"
            for claim in claims:
                self.account.leave("claim", why, claim.relation.label)

    def _relationships(self, record: str, claims: list[Claim]) -> Iterator[Statement]:
        for number, claim in enumerate(claims):
            subject, party = (ENTITY + end for end in self._ends(claim))
            details = {
                "isComponent": False, "componentRecords": [], "subject": subject, "interestedParty": party,
                "interests": [self._as_interest(claim)],
            }  # fmt: skip
            status = "updated" if number else "new"
            made = self._statement(record, "relationship", subject, status, details, claim.id)
            page = claim.page
            source: Statement = {"type": ["thirdParty"], "description": page.title, "url": page.url}
            made["statementDate"] = self._by_day(claim)
            if page.published and page.published != made["statementDate"]:
                source["description"] += f" ({page.published})"
            if page.publisher:
                source["assertedBy"] = [{"name": page.publisher}]
            if reading := next(iter(claim.readings), None):
                source["retrievedAt"] = f"{reading.on}T00:00:00Z"
            made["source"] = source
            made["annotations"] = [{
                "statementPointerTarget": "/", "motivation": "linking", "url": claim.iri,
                "description": "The claim of which this is a statement, with its evidence.",
            }]  # fmt: skip
            yield made

    def _as_interest(self, claim: Claim) -> Statement:
        made: Statement = {"type": self._interest(claim), "directOrIndirect": "unknown"}
        if part := claim.share:
            made["share"] = share_fields(part)
        lines = [claim.relation.label]
        for name, text, field in zip(
            TIMES, (claim.when, claim.since, claim.until), ("", "startDate", "endDate"), strict=True
        ):
            if text and field and edtf.precision(text) == "day":
                made[field] = text
            elif text:
                lines.append(f"{name}: {text}")
        lines += [
            f"{q.label}: {q.value.label}" for q in claim.qualifiers if q.name != SHARE or not (part and part.exact)
        ]
        lines += [f"{NOTE}: {claim.note}"] if claim.note else []
        made["details"] = "\n".join(lines)
        return made

    def _statement(self, record: str, type_: str, about: str, status: str, details: Statement, key: str) -> Statement:
        return {
            "statementId": _uuid(f"{record}\n{key}"),
            "declarationSubject": about,
            "statementDate": self._day,
            "publicationDetails": {
                "publicationDate": self._day,
                "bodsVersion": VERSION,
                "license": namespaces.LICENSE_DATA,
                "publisher": {"name": namespaces.CREATOR, "url": namespaces.DATASET},
            },
            "recordId": record,
            "recordType": type_,
            "recordStatus": status,
            "recordDetails": details,
        }


def share_fields(part: Range) -> dict[str, int | float]:
    """A share as BODS writes it.

    >>> from decimal import Decimal
    >>> share_fields(Range(Decimal(25), Decimal(50), above=True))
    {'exclusiveMinimum': 25, 'maximum': 50}
    """
    if part.exact:
        return {"exact": _number(part.low)}
    low = "exclusiveMinimum" if part.above else "minimum"
    high = "exclusiveMaximum" if part.below else "maximum"
    return {low: _number(part.low), high: _number(part.high)}


def _newest(claims: list[Claim]) -> str:
    """The newest day on which a page was published or read for certain: the state of the data, whatever the clock."""
    pages = {claim.page.published for claim in claims if claim.page.published}
    days = {first.isoformat() for first, _ in map(edtf.parse, pages) if first}
    return max(days | {reading.on for claim in claims for reading in claim.readings}, default=_NO_DAY)


def _uuid(key: str) -> str:
    """An id of the length that BODS asks for, the same for the same key."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)
