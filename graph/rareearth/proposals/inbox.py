"""The inbox: what was proposed for an article, as values and as the files ``inbox/ID.yaml`` and ``inbox/ID.txt``.

These files are the program's: each run makes them anew, and they may be deleted. What a person decides is kept apart.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, NoReturn, TypeVar

from pydantic import BeforeValidator, ValidationError

from rareearth import characters, dataset, formatter, saving, yamlfile
from rareearth.errors import DataError, Problem
from rareearth.models import Claim, Edtf, Frozen, Id, Language, Line, SourceKind, TextHash, Url
from rareearth.ontology import Ontology
from rareearth.yamlfile import List, Map, Node, Text

How = Literal["name", "short form", "new", "reference"]
_M = TypeVar("_M", bound=Frozen)
SHOWN = 12  # proposals per 100 words that a person is shown first
KEY_LENGTH = 12  # hexadecimal digits of the key of a proposal
_MENTION = re.compile(r"(\S+) ([0-9]+)-([0-9]+) (.+)")
_SUGGESTION = re.compile(r"(\S+)( turned)? ([0-9.]+)")


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _suggestion(value: object) -> object:
    if isinstance(value, str) and (match := _SUGGESTION.fullmatch(value)):
        return {"relation": match[1], "turned": bool(match[2]), "score": match[3]}
    return value


_Ids = Annotated[tuple[Id, ...], BeforeValidator(_list)]
_Notes = Annotated[tuple[Line, ...], BeforeValidator(_list)]
_HEAD_LENGTH = 300  # bytes of a file that have its first two lines
_MADE = re.compile(rb"#[^\n]*\nmade: (\S+)\n")
_HEAD = "# Made by `rareearth propose`, anew each time. What you decide is kept in another file."


class Article(Frozen):
    """A text and what is known of where it stands. Only ``id``, ``language`` and ``text`` are always known.

    ``text`` is what was taken as the article: spans count its characters, and its line ends are single line feeds.
    """

    id: Id
    title: Line | None = None
    publisher: Line | None = None
    url: Url | None = None
    published: Edtf | None = None
    language: Language
    kind: SourceKind | None = None
    text: str

    @property
    def hash(self) -> TextHash:
        """The SHA-256 of the text and its number of characters."""
        return TextHash(sha256=hashlib.sha256(self.text.encode()).hexdigest(), chars=len(self.text))

    @property
    def words(self) -> int:
        """How many words the text has; 1.7 characters of Chinese count as one."""
        han = sum("\u3400" <= character <= "\u9fff" for character in self.text)
        return len(self.text.split()) if han * 3 < len(self.text) else round(han / 1.7)


class Mention(Frozen):
    """A place of a text, characters ``start`` up to ``end``, that names an entity or refers to it.

    ``entity`` is the id of a record or of a new name. ``how`` says what stands there: a ``name`` of the record, a
    ``short form`` of a name that stands elsewhere in the text, a ``new`` name, or a ``reference`` such as "the firm".
    """

    entity: Id
    start: int
    end: int
    how: How


class NewName(Frozen):
    """A name of which there is no record: the record that it would become, and records with names ``near`` to it."""

    id: Id
    kind: str
    name: Line
    zh: Line | None = None
    near: _Ids = ()


class Suggestion(Frozen):
    """A relation that a proposal may have, with its ends ``turned`` round or not; ``score`` is from 0 to 1."""

    relation: str
    turned: bool = False
    score: float


class Proposal(Frozen):
    """A claim that the text may make, as it would be written into the data folder.

    ``claim.at`` has the sentence. ``score`` (0 to 1) is how likely the claim is, compared with others of the text.
    ``others`` are further relations for the same ends, the likeliest first. ``by`` are those that propose it: ``rules``
    or the name of a model. ``warnings`` tell a person what to look at.
    """

    claim: Claim
    score: float
    others: Annotated[tuple[Annotated[Suggestion, BeforeValidator(_suggestion)], ...], BeforeValidator(_list)] = ()
    by: _Notes = ("rules",)
    warnings: _Notes = ()

    @property
    def key(self) -> str:
        """What it is called in decisions: a digest of the sentence's fingerprint, subject, relation and object.

        It has no offsets, scores or versions, so that a decision holds when the article is proposed again.
        """
        return key(self.claim)

    def turned(self, suggestion: Suggestion) -> Claim:
        """The claim with another suggested relation."""
        one, other = self.claim.subject, self.claim.object
        ends = (other, one) if suggestion.turned else (one, other)
        return self.claim.model_copy(update={"subject": ends[0], "relation": suggestion.relation, "object": ends[1]})


class Refusal(Frozen):
    """A claim that was proposed and did not pass the checks: what it was, in a line, and why."""

    claim: Line
    reason: Line
    by: Line = "rules"


@dataclass(frozen=True)
class Proposals:
    """All that was proposed for one article, the likeliest first.

    ``made`` is a digest of what it was made from: the program, the data, the file of the article and the options.
    """

    article: Article
    mentions: tuple[Mention, ...] = ()
    new: tuple[NewName, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = field(default=())
    made: str = ""


def key(claim: Claim) -> str:
    """The key of a proposal of this claim; see :attr:`Proposal.key`."""
    said = [claim.at[0].fingerprint if claim.at else "", claim.subject, claim.relation, claim.object]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:KEY_LENGTH]


def save(folder: Path, proposals: Proposals, ontology: Ontology) -> Path:
    """Write ``ID.yaml`` and ``ID.txt`` into an inbox, which is made if needed; returns the path of the first.

    Raises FormatError if they cannot be written; the old files are then unharmed.
    """
    return put(folder, proposals.article.id, *written(proposals, ontology))


def written(proposals: Proposals, ontology: Ontology) -> tuple[bytes, bytes]:
    """The contents of ``ID.yaml`` and ``ID.txt``."""
    return ("\n".join(_lines(proposals, ontology)) + "\n").encode(), proposals.article.text.encode()


def put(folder: Path, id_: str, yaml: bytes, text: bytes) -> Path:
    """Write the contents that :func:`written` gives; otherwise as :func:`save`."""
    with saving.explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{id_}.yaml"
    saving.save_all({path.with_suffix(".txt"): text, path: yaml})
    return path


def made(folder: Path) -> dict[str, Path]:
    """The files of an inbox by what they were made from (:attr:`Proposals.made`), of those that have their texts."""
    found = {}
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        with contextlib.suppress(OSError), path.open("rb") as file:
            match = _MADE.match(file.read(_HEAD_LENGTH))
            if match and path.with_suffix(".txt").is_file():
                found[match[1].decode()] = path
    return found


def read(path: Path, ontology: Ontology) -> Proposals:
    """Read ``ID.yaml`` and the text next to it. Raises DataError (file and line) for what is not as it was written."""
    return _Reader(path, ontology).proposals()


def _lines(proposals: Proposals, ontology: Ontology) -> Iterator[str]:
    yield _HEAD
    if proposals.made:
        yield f"made: {proposals.made}"
    head = proposals.article.model_dump(mode="json", exclude={"id", "text"}, exclude_none=True)
    yield "article:"
    yield from (f"  {name}: {formatter.inline(value)}" for name, value in head.items())
    yield f"  text: {formatter.inline(_plain(proposals.article.hash))}"
    if proposals.notes:
        yield f"notes: {formatter.inline(list(proposals.notes))}"
    if proposals.new:
        yield "new:"
        for name in proposals.new:
            yield f"  {name.id}: {formatter.inline(_plain(name, 'id'))}"
    if proposals.mentions:
        yield "mentions:"
        for mention in proposals.mentions:
            yield f"  - {mention.entity} {mention.start}-{mention.end} {mention.how}"
    if proposals.proposals:
        yield "proposals:"
        for proposal in proposals.proposals:
            yield from _proposal_lines(proposal, ontology)
    if proposals.refused:
        yield "refused:"
        yield from (f"  - {formatter.inline(_plain(refusal))}" for refusal in proposals.refused)


def _proposal_lines(proposal: Proposal, ontology: Ontology) -> Iterator[str]:
    yield f"  - score: {proposal.score:.3f}"
    yield f"    by: {formatter.inline(proposal.by)}"
    if proposal.others:
        others = [f"{o.relation}{' turned' if o.turned else ''} {o.score:.3f}" for o in proposal.others]
        yield f"    others: {formatter.inline(others)}"
    if proposal.warnings:
        yield f"    warnings: {formatter.inline(proposal.warnings)}"
    yield "    claim:"
    yield from formatter.claim_lines(proposal.claim, ontology, 6)


def _plain(model: Frozen, *without: str) -> dict[str, object]:
    return model.model_dump(mode="json", exclude=set(without), exclude_defaults=True, exclude_none=True)


class _Reader:
    """One reading of one file."""

    def __init__(self, path: Path, ontology: Ontology) -> None:
        self.path = path
        self.ontology = ontology
        self.id = path.name.removesuffix(".yaml")

    def proposals(self) -> Proposals:
        parts = yamlfile.read(self.path)
        text = self.path.with_suffix(".txt")
        try:
            article = text.read_bytes().decode()
        except (OSError, ValueError) as error:
            raise DataError([Problem(text, None, f"cannot be read ({error}); propose the article again")]) from error
        if not isinstance(parts, Map):
            self._refuse(1, "a list or a text")
        head = dict(self._map(parts, "article"))
        hash_ = self._model(TextHash, head.pop(Text("text"), Map()))
        found = Proposals(
            article=self._model(Article, Map({**head, Text("id"): Text(self.id), Text("text"): Text(article)})),
            new=tuple(self._new(id_, fields) for id_, fields in self._map(parts, "new").items()),
            mentions=tuple(map(self._mention, self._list(parts, "mentions"))),
            proposals=tuple(map(self._proposal, self._list(parts, "proposals"))),
            refused=tuple(self._model(Refusal, item) for item in self._list(parts, "refused")),
            notes=tuple(map(str, self._list(parts, "notes"))),
            made=str(parts.get(Text("made"), "")),
        )
        if found.article.hash != hash_:
            raise DataError([Problem(text, None, "is not the text that was read; propose the article again")])
        return found

    def _new(self, id_: Text, fields: Node) -> NewName:
        if not isinstance(fields, Map):
            self._refuse(id_.line, f"'{id_}' without fields")
        return self._model(NewName, Map({**fields, Text("id"): id_}))

    def _mention(self, item: Node) -> Mention:
        match = _MENTION.fullmatch(item) if isinstance(item, Text) else None
        if match is None:
            self._refuse(item.line, "something else than ENTITY START-END HOW")
        return self._validated(
            Mention, {"entity": match[1], "start": int(match[2]), "end": int(match[3]), "how": match[4]}, item.line
        )

    def _proposal(self, item: Node) -> Proposal:
        if not isinstance(item, Map):
            self._refuse(item.line, "a proposal without fields")
        fields: dict[str, object] = {str(name): value for name, value in item.items()}
        claims = fields.pop("claim", None)
        claim = claims[0] if isinstance(claims, List) and len(claims) == 1 else None
        if claim is None or isinstance(claim, List):
            self._refuse(item.line, "a proposal without one claim")
        sentence, about = (claim, Map()) if isinstance(claim, Text) else next(iter(claim.items()))
        ends = sentence.split(maxsplit=2)
        if len(ends) != 3 or not isinstance(about, Map):
            self._refuse(sentence.line, f"'{sentence}'")
        values = dataset.claim_values(self.id, ends, {str(name): value for name, value in about.items()}, self.ontology)
        fields["claim"] = self._validated(Claim, values, sentence.line)
        return self._validated(Proposal, fields, item.line)

    def _map(self, parts: Map, name: str) -> Map:
        part = parts.get(Text(name), Map())
        if not isinstance(part, Map):
            self._refuse(part.line, f"no fields in '{name}'")
        return part

    def _list(self, parts: Map, name: str) -> List:
        part = parts.get(Text(name), List())
        return part if isinstance(part, List) else List([part])

    def _model(self, model: type[_M], node: Node) -> _M:
        if not isinstance(node, Map):
            self._refuse(getattr(node, "line", 1), f"no {model.__name__}")
        line = getattr(node, "line", None) or min((key.line for key in node if hasattr(key, "line")), default=1)
        return self._validated(model, {str(name): value for name, value in node.items()}, line)

    def _validated(self, model: type[_M], values: dict[str, object], line: int) -> _M:
        try:
            return model.model_validate(values)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            place = ".".join(map(str, fault["loc"]))
            self._refuse(line, f"{place} '{characters.shown(str(fault['input']))}'")

    def _refuse(self, line: int, found: str) -> NoReturn:
        message = f"found {found}; expected what was proposed: propose the article again"
        raise DataError([Problem(self.path, line, message)])
