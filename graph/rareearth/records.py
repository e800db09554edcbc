"""Records and claims as they are read: models, where each was found, and every fault, whatever file it came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from rareearth import paths
from rareearth.bulk import reading as bulk
from rareearth.errors import Problem, suggest
from rareearth.models import Claim, Conflict, Entity, Frozen, Judgement, Source
from rareearth.ontology import Ontology
from rareearth.yamlfile import List, Map, Node

_M = TypeVar("_M", bound=Frozen)
_R = TypeVar("_R", Entity, Source, Conflict)


class Where(NamedTuple):
    """The file and the line (from 1) of a record or a claim; of data in bulk, the row."""

    file: Path
    line: int


class Records:
    """What was read of one or more folders, by whoever reads its files."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.problems: list[Problem] = []
        self.where: dict[str, Where] = {}
        self.entities: dict[str, Entity] = {}
        self.sources: dict[str, Source] = {}
        self.claims: list[Claim] = []
        self.judgements: list[Judgement] = []
        self.conflicts: dict[str, Conflict] = {}

    def read_rows(self, path: Path, table: str) -> None:
        """Read data in bulk: what a row has is checked as if it were written in YAML."""
        for row in bulk.rows(path, table):
            if isinstance(row, Problem):
                self.problems.append(row)
                continue
            number, values = row
            match table:
                case "claims":
                    self._take_claim(path, number, values)
                case "entities":
                    if "kind" not in values or self.is_class(path, number, values["kind"]):
                        self._take(path, number, Entity, values, "entity", self.entities)
                case "sources":
                    values["names"], values["refers"] = (tuple(values.get(n, {}).items()) for n in ("names", "refers"))
                    self._take(path, number, Source, values, "source", self.sources)
                case "conflicts":
                    self._take(path, number, Conflict, values, "conflict", self.conflicts)
                case "identities":
                    judgement = self.model(path, number, Judgement, values, Map())
                    if judgement and self.is_new(f"judgement/{judgement.id}", path, number, f"the id '{judgement.id}'"):
                        self.judgements.append(judgement)

    def _take(
        self, path: Path, number: int, model: type[_R], values: dict[str, Any], kind: str, known: dict[str, _R]
    ) -> None:
        """Take a row as a record with an id. An id given twice is a fault, which says whether the rows disagree."""
        made = self.model(path, number, model, values, Map())
        if made is None:
            return
        other = known.get(made.id)
        differ = [name for name in model.model_fields if other and getattr(made, name) != getattr(other, name)]
        what = f"the id '{made.id}'" + (f" (here with another {', '.join(differ)})" if differ else "")
        if self.is_new(f"{kind}/{made.id}", path, number, what):
            known[made.id] = made

    def _take_claim(self, path: Path, number: int, values: dict[str, Any]) -> None:
        given, id_ = values.pop("qualifiers", {}), values.pop("id", None)
        for name in given:
            if name not in self.ontology.qualifiers:
                hint = suggest(name, self.ontology.qualifiers)
                known = ", ".join(sorted(self.ontology.qualifiers))
                self.fault(path, number, f"unknown qualifier '{name}'{hint}; expected one of {known}")
                return
        claim = self.model(path, number, Claim, {**values, "qualifiers": tuple(sorted(given.items()))}, Map())
        if claim is None:
            return
        if id_ not in (None, claim.id):
            self.fault(
                path, number, f"id: found '{id_}'; expected {claim.id}, or none: it follows from what is claimed"
            )
        elif self.is_new(f"claim/{claim.id}", path, number, f"the claim {claim.id}"):
            self.claims.append(claim)

    def is_class(self, path: Path, line: int, kind: str) -> bool:
        """Whether records can be of a class; a fault if not."""
        known = self.ontology.classes.get(kind)
        if known is not None and not known.abstract:
            return True
        what = "is not a class" if known is None else "is an abstract class, which has no records of its own"
        hint = suggest(kind, (c.name for c in self.ontology.classes.values() if not c.abstract))
        self.fault(path, line, f"'{kind}' {what}{hint}; see {paths.display(self.ontology.path)}")
        return False

    def is_new(self, name: str, path: Path, line: int, what: str) -> bool:
        """Keep where something is, unless it is already somewhere; that is a fault, which says ``what`` it is."""
        if (first := self.where.get(name)) is not None:
            several = name.startswith("claim/")
            advice = "keep one (a claim may have several spans)" if several else "keep one, or give it another id"
            self.fault(path, line, f"{what} is already at {paths.display(first.file)}:{first.line}; {advice}")
            return False
        self.where[name] = Where(path, line)
        return True

    def model(
        self, path: Path, line: int, model: type[_M], values: dict[Any, Any], node: Node, extra: tuple[str, ...] = ()
    ) -> _M | None:
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
