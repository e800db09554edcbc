"""Records and claims as they are read: models, where each was found, and every fault, whatever file it came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from pydantic import ValidationError

from rareearth import paths
from rareearth.bulk import reading as bulk
from rareearth.errors import Problem, suggest
from rareearth.models import Claim, Conflict, Entity, Judgement, Source
from rareearth.ontology import Ontology
from rareearth.yamlfile import List, Map, Node

Kept: TypeAlias = Entity | Source | Claim | Judgement | Conflict
_MODELS: dict[str, type[Kept]] = {
    "entity": Entity, "source": Source, "claim": Claim, "judgement": Judgement, "conflict": Conflict
}  # fmt: skip
_KINDS = {
    "entities": "entity", "sources": "source", "claims": "claim", "identities": "judgement", "conflicts": "conflict"
}  # fmt: skip


class Where(NamedTuple):
    """The file and the line (from 1) of a record or a claim; of data in bulk, the row."""

    file: Path
    line: int


class Entry(NamedTuple):
    """A record or a claim as it was read: its kind, its line, what messages call it, and its values."""

    kind: str
    line: int
    what: str
    values: dict[str, Any]


class Records:
    """What was read of one or more folders, by whoever reads its files.

    ``entries`` are those of the last file.
    """

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.problems: list[Problem] = []
        self.where: dict[str, Where] = {}
        self.entities: dict[str, Entity] = {}
        self.sources: dict[str, Source] = {}
        self.claims: list[Claim] = []
        self.judgements: list[Judgement] = []
        self.conflicts: dict[str, Conflict] = {}
        self.entries: list[Entry] = []

    def read_rows(self, path: Path, table: str) -> None:
        """Read data in bulk: what a row has is checked as if it were written in YAML."""
        kind = _KINDS[table]
        for row in bulk.rows(path, table):
            if isinstance(row, Problem):
                self.problems.append(row)
            elif made := self._made(kind, path, *row):
                what = f"the claim {made.id}" if kind == "claim" else f"the id '{made.id}'{self._differing(kind, made)}"
                self._keep(kind, made, path, row.number, what)

    def take(self, path: Path, entry: Entry, node: Node | None = None) -> None:
        """Take a record or a claim that was read, from the ``node`` that has its fields."""
        extra = tuple(self.ontology.qualifiers) if entry.kind == "claim" else ()
        made = self.model(path, entry.line, _MODELS[entry.kind], entry.values, Map() if node is None else node, extra)
        if made is not None:
            self.entries.append(entry)
            self._keep(entry.kind, made, path, entry.line, entry.what)

    def _made(self, kind: str, path: Path, number: int, values: dict[str, Any]) -> Kept | None:
        """A row as a model; None, with a fault, if it is none."""
        id_ = None
        match kind:
            case "entity" if "kind" in values and not self.is_class(path, number, values["kind"]):
                return None
            case "source":
                values["names"], values["refers"] = (tuple(values.get(n, {}).items()) for n in ("names", "refers"))
            case "claim":
                given, id_ = values.pop("qualifiers", {}), values.pop("id", None)
                if unknown := next((name for name in given if name not in self.ontology.qualifiers), None):
                    hint, known = (
                        suggest(unknown, self.ontology.qualifiers),
                        ", ".join(sorted(self.ontology.qualifiers)),
                    )
                    self.fault(path, number, f"unknown qualifier '{unknown}'{hint}; expected one of {known}")
                    return None
                values["qualifiers"] = tuple(sorted(given.items()))
        made = self.model(path, number, _MODELS[kind], values, Map())
        if made is not None and id_ not in (None, made.id):
            expected = f"expected {made.id}, or none: it follows from what is claimed"
            self.fault(path, number, f"id: found '{id_}'; {expected}")
            return None
        return made

    def _differing(self, kind: str, made: Kept) -> str:
        """In what a record differs from another one of its id, in words."""
        known: dict[str, dict[str, Any]] = {
            "entity": self.entities, "source": self.sources, "conflict": self.conflicts
        }  # fmt: skip
        other = known.get(kind, {}).get(made.id)
        differ = [name for name in type(made).model_fields if other and getattr(made, name) != getattr(other, name)]
        return f" (here with another {', '.join(differ)})" if differ else ""

    def _keep(self, kind: str, made: Kept, path: Path, line: int, what: str) -> None:
        """Keep what was read, unless there is one of its id: two of them are a fault, whether or not they agree."""
        if self._is_new(f"{kind}/{made.id}", path, line, what):
            match made:
                case Entity():
                    self.entities[made.id] = made
                case Source():
                    self.sources[made.id] = made
                case Conflict():
                    self.conflicts[made.id] = made
                case Claim():
                    self.claims.append(made)
                case Judgement():
                    self.judgements.append(made)

    def is_class(self, path: Path, line: int, kind: str) -> bool:
        """Whether records can be of a class; a fault if not."""
        known = self.ontology.classes.get(kind)
        if known is not None and not known.abstract:
            return True
        what = "is not a class" if known is None else "is an abstract class, which has no records of its own"
        hint = suggest(kind, (c.name for c in self.ontology.classes.values() if not c.abstract))
        self.fault(path, line, f"'{kind}' {what}{hint}; see {paths.display(self.ontology.path)}")
        return False

    def _is_new(self, name: str, path: Path, line: int, what: str) -> bool:
        """Keep where something is, unless it is already somewhere; that is a fault, which says ``what`` it is."""
        if (first := self.where.get(name)) is not None:
            several = name.startswith("claim/")
            advice = "keep one (a claim may have several spans)" if several else "keep one, or give it another id"
            self.fault(path, line, f"{what} is already at {paths.display(first.file)}:{first.line}; {advice}")
            return False
        self.where[name] = Where(path, line)
        return True

    def model(
        self, path: Path, line: int, model: type[Kept], values: dict[Any, Any], node: Node, extra: tuple[str, ...] = ()
    ) -> Kept | None:
        """The values as a model; None if they are none of it, with a fault for each that is wrong, at its line."""
        try:
            return model.model_validate({str(k): v for k, v in values.items()})
        except ValidationError as error:
            hidden = {"id", "kind", "source", "subject", "relation", "object", "qualifiers", "left", "verdict", "right"}
            hidden -= {"kind"} if model is not Entity else set()
            known = [f.removesuffix("_") for f in model.model_fields if f not in hidden]
            for fault in error.errors(include_url=False):
                place = tuple(str(part) for part in fault["loc"])
                self.fault(path, line_of(node, place, line), _message(dict(fault), place, (*known, *extra)))
            return None

    def fault(self, path: Path, line: int | None, message: str) -> None:
        """Add a fault."""
        self.problems.append(Problem(path, line, message))


def line_of(node: Node, place: tuple[str, ...], default: int) -> int:
    """The line of the deepest part of a location that the node has."""
    line = default
    for part in place:
        if isinstance(node, Map):
            key = next((k for k in node if k == part), None)
            if key is None:
                break
            line, node = key.line, node[key]
        elif isinstance(node, List) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
            line = node.line
    return line


def _message(fault: dict[str, Any], place: tuple[str, ...], known: tuple[str, ...]) -> str:
    """A fault that pydantic found, as one of ours."""
    name = ".".join(part for part in place if not part.isdigit())
    match fault["type"]:
        case "extra_forbidden":
            return f"unknown field '{name}'{suggest(name, known)}; expected one of {', '.join(known)}"
        case "missing":
            return f"lacks the field '{name}'"
        case "literal_error":
            return f"{name}: found '{fault['input']}'; expected {fault['ctx']['expected'].replace(chr(39), '')}"
        case "value_error":
            return f"{name}: {fault['ctx']['error']}" if name else str(fault["ctx"]["error"])
    found = fault["input"] if isinstance(fault["input"], str) else type(fault["input"]).__name__.lower()
    return f"{name}: found '{found}'; {fault['msg'][0].lower()}{fault['msg'][1:]}"
