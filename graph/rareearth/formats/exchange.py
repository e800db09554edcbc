"""What the formats of other fields take from a store: facts, what they are about, and an account of what is left out.

FollowTheMoney, BODS and Wikidata have no place for opinions, quotations and plans, so these formats hold facts that are
in effect at some time and that no source contradicts: those that a plain query sees. Whatever else there is, is counted
by its reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from rareearth import namespaces
from rareearth.store import claims, named
from rareearth.store.backend import Literal

if TYPE_CHECKING:
    from rareearth.store.backend import Backend
    from rareearth.store.claims import Claim

_PROPERTIES = (
    "rdf:type", "rdfs:label", "skos:altLabel", "ree:acronym", "dcterms:description", "rdfs:seeAlso", "ree:identifier",
    "ree:scheme", "skos:notation", "dcterms:source", "ree:mentions", "ree:observedName", "ree:onlyThere",
)  # fmt: skip
_PARENTS = "SELECT ?class ?above WHERE { ?class rdfs:subClassOf ?above ; ree:colour ?colour }"
TIMES = ("when", "since", "until")  # and a note: what claims have, and lines of a description are named by
NOTE = "note"
_MOST_NAMED = 12  # of the things that are left out for one reason, the kinds that a line names


class Identifier(NamedTuple):
    """An identifier of an entity and the page that gives it."""

    scheme: str
    value: str
    page: str


class Thing(NamedTuple):
    """An entity: its id, the name of its class, and what its record has.

    ``aliases`` have their language, "" where it is unknown. ``observed`` are (id of a source, name): what sources call
    it.
    """

    id: str
    kind: str
    name: str
    zh: str
    aliases: tuple[tuple[str, str], ...]
    acronyms: tuple[str, ...]
    about: str
    identifiers: tuple[Identifier, ...]
    seen: tuple[str, ...]
    observed: tuple[tuple[str, str], ...]

    def identifier(self, scheme: str) -> str:
        """Its first identifier of a scheme; "" if it has none."""
        return next((given.value for given in self.identifiers if given.scheme == scheme), "")


class Account:
    """How many things were written and left out, by what they are and why.

    >>> account = Account()
    >>> account.leave("claim", "an opinion", "assessment")
    >>> account.leave("claim", "an opinion", "recommendation")
    >>> list(account.lines("x.json"))
    ['x.json: left out 2 claims: an opinion (1 assessment, 1 recommendation)']
    """

    def __init__(self) -> None:
        self.written: Counter[str] = Counter()
        self.left: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def leave(self, what: str, why: str, named_: str) -> None:
        """Count something as left out: what it is (claim, entity …), why, and the name of its kind."""
        self.left[what, why][named_] += 1

    @property
    def total(self) -> Counter[str]:
        """How many were left out, by what they are."""
        return Counter({what: 0 for what, _ in self.left}) + sum(
            (Counter({what: kinds.total()}) for (what, _), kinds in self.left.items()), Counter[str]()
        )

    def lines(self, where: str) -> Iterator[str]:
        """The account in lines: what was written, then what was left out, most first."""
        if self.written:
            yield f"{where}: {', '.join(count(number, what) for what, number in self.written.items())}"
        for (what, why), kinds in sorted(self.left.items(), key=lambda item: (-item[1].total(), item[0])):
            most = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
            names = [f"{number:,} {name}" for name, number in most[:_MOST_NAMED]]
            names += [f"{len(most) - _MOST_NAMED:,} other kinds"] if len(most) > _MOST_NAMED else []
            yield f"{where}: left out {count(kinds.total(), what)}: {why} ({', '.join(names)})"


def count(number: int, what: str) -> str:
    """A number of things.

    >>> count(1, "claim"), count(1200, "entity")
    ('1 claim', '1,200 entities')
    """
    several = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number:,} {what if number == 1 else several}"


def things(store: Backend) -> dict[str, Thing]:
    """The entities of a store by id."""
    found = {iri: _grouped(flat) for iri, flat in named.having(store, _PROPERTIES).items()}
    observed: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for iri, mention in found.items():
        if "ree:observedName" in mention and _texts(mention, "ree:onlyThere") == ["false"]:
            source = namespaces.local(iri.partition("#")[0])
            for entity in _texts(mention, "ree:mentions"):
                observed[entity].update((source, name) for name in _texts(mention, "ree:observedName"))
    return {
        id_: _thing(id_, properties, found, observed[iri])
        for iri, properties in sorted(found.items())
        if (id_ := iri.removeprefix(namespaces.ENTITY)) != iri and "#" not in id_ and "rdf:type" in properties
    }


def parents(store: Backend) -> dict[str, list[str]]:
    """The classes directly above each class, by name."""
    found: dict[str, list[str]] = defaultdict(list)
    for class_, above in store.select(_PARENTS):
        found[namespaces.local(class_.value)].append(namespaces.local(above.value))
    return found


def facts(store: Backend, account: Account) -> list[Claim]:
    """The facts that a plain query sees, sorted by id; the account has the other claims, by reason."""
    found = []
    for claim in claims.read(store):
        if claim.kind != "fact":
            account.leave("claim", "no statement of fact", claim.kind)
        elif claim.status != "held":
            account.leave("claim", "a fact that is not, or no longer, so", claim.status)
        elif not claim.plain:
            account.leave("claim", "contradicted by another source", claim.relation.label)
        else:
            found.append(claim)
    return found


def _thing(
    id_: str,
    properties: Mapping[str, list[Literal]],
    found: Mapping[str, Mapping[str, list[Literal]]],
    observed: Iterable[tuple[str, str]],
) -> Thing:
    labels = {label.language: label.value for label in properties.get("rdfs:label", ())}
    given = [found.get(iri, {}) for iri in _texts(properties, "ree:identifier")]
    identifiers = sorted(
        Identifier(*(next(iter(_texts(one, name)), "") for name in ("ree:scheme", "skos:notation", "dcterms:source")))
        for one in given
    )
    return Thing(
        id=id_,
        kind=namespaces.local(_texts(properties, "rdf:type")[0]),
        name=labels.get("en") or id_,
        zh=labels.get("zh", ""),
        aliases=tuple(sorted((a.value, a.language or "") for a in properties.get("skos:altLabel", ()))),
        acronyms=tuple(_texts(properties, "ree:acronym")),
        about=next(iter(_texts(properties, "dcterms:description")), ""),
        identifiers=tuple(identifiers),
        seen=tuple(_texts(properties, "rdfs:seeAlso")),
        observed=tuple(sorted(observed)),
    )


def _grouped(flat: named.Flat) -> dict[str, list[Literal]]:
    found: dict[str, list[Literal]] = defaultdict(list)
    for name, value in named.pairs(flat):
        found[name].append(value)
    return found


def _texts(properties: Mapping[str, list[Literal]], name: str) -> list[str]:
    return sorted(value.value for value in properties.get(name, ()))
