"""Everything that can go wrong and that the user can correct, as one tree.

::

    RareEarthError
    ├── DataError                faults in the data or the ontology, each with file and line
    ├── DateError                a text that is not a date, or not one of the expected kind
    ├── NotFoundError            no entity, question, source, view … has that name
    │   └── AmbiguousError       several entities have that name
    ├── QueryError               a query that is refused, is not SPARQL, or has another form than expected
    │   ├── NotAcceptableError   the result cannot be written in the format asked for
    │   └── TooLargeError        the result is larger than allowed
    ├── StoreError               the store cannot be written, or another build is running
    │   ├── NoBuildError         there is no build, or it is damaged
    │   └── RemoteError          a store at an address that gives no answer, or none that can be used
    ├── ArticleError             a file or text that cannot be read as an article
    ├── FormatError              a file that cannot be written: its extension, its folder, or a text in it
    │   └── PageError            a page whose JavaScript has not been bundled
    ├── ShapesError              a file of SHACL shapes that cannot be used
    ├── EndpointError            a language model that gives no answer, or none that can be used
    ├── MissingExtraError        an optional library is not installed
    ├── MessageError             a message between the server and its workers that is not valid
    └── RequestError             a request to the server that gets no answer; ``status`` is that of HTTP
        ├── BadRequestError      it does not follow the protocol
        └── RefusedError         it cannot be answered now, or not at all
            └── EndedError       the worker processes have ended

The text of each is one line (a DataError has one for each fault) that can be shown to the user as it is: file and line
where there is a file, what was found, what was expected, what to do. It names no command and no option of the command
line; :mod:`rareearth.cli` adds those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rareearth import characters, paths

_MAX_WORD = 500  # characters of a word that is compared with others
_MAX_LISTED = 8  # things that an ambiguous name may mean, in a message


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in one file; ``line`` counts from 1 and is None where the fault is of the file as a whole."""

    file: Path
    line: int | None
    message: str

    def __str__(self) -> str:
        where = paths.display(self.file) + (f":{self.line}" if self.line else "")
        return characters.visible(f"{where}: " + self.message.replace("\n", "\\n"))


class RareEarthError(Exception):
    """The root of the tree: anything that the user can correct."""


class DataError(RareEarthError):
    """Faults in the data or the ontology; ``problems`` has all of them, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems), key=lambda p: (p.file, p.line or 0, p.message))
        super().__init__("\n".join(map(str, self.problems)))


class DateError(RareEarthError, ValueError):
    """A text that is not a date of EDTF, or not of the kind expected."""


class NotFoundError(RareEarthError):
    """No thing of a ``kind`` ("entity", "question", "source" …) has a ``name``; ``ids`` are those that may be meant.

    >>> str(NotFoundError("question", "leader", suggest("leader", ["leaders", "owners"])))
    "no question named 'leader'; did you mean leaders?"
    """

    def __init__(self, kind: str, name: str, hint: str = "", ids: Sequence[str] = ()) -> None:
        self.kind, self.name, self.ids = kind, name, tuple(ids)
        super().__init__(f"no {kind} named '{characters.shown(name)}'{hint}")


class AmbiguousError(NotFoundError):
    """Several things of a ``kind`` have a ``name``; ``ids`` are theirs, ``differences`` say what tells them apart.

    >>> str(AmbiguousError("entity", "MS", ["ann-lee", "ore-works"], ["Person", "Company"]))
    "'MS' may be ann-lee (Person) or ore-works (Company); use the id of one of them"
    """

    def __init__(self, kind: str, name: str, ids: Sequence[str], differences: Sequence[str] = ()) -> None:
        super().__init__(kind, name, ids=ids)
        known = [f"{id_} ({what})" for id_, what in zip(ids, differences, strict=False)] + [*ids[len(differences) :]]
        if len(known) > _MAX_LISTED:
            known[_MAX_LISTED:] = [f"{len(known) - _MAX_LISTED:,} others"]
        self.args = (f"'{characters.shown(name)}' may be {_either(known)}; use the id of one of them",)


class QueryError(RareEarthError):
    """A query that is refused, is not SPARQL 1.1, or has another form than expected."""


class NotAcceptableError(QueryError):
    """A result that cannot be written in the format asked for."""


class TooLargeError(QueryError):
    """A result with more bytes or rows than allowed."""


class StoreError(RareEarthError):
    """A store that cannot be written, or that another process is building."""


class NoBuildError(StoreError):
    """A build that is missing, unreadable, or not what its manifest says.

    ``folder`` and ``data`` are those of the build to make, where they are known.
    """

    def __init__(self, message: str, folder: Path | None = None, data: Path | None = None) -> None:
        super().__init__(message)
        self.folder, self.data = folder, data


class RemoteError(StoreError):
    """A store at an address that gives no answer, or none that can be used."""


class ArticleError(RareEarthError):
    """A file or text that cannot be read as an article."""


class FormatError(RareEarthError):
    """A file that cannot be written: its extension, its folder, or a text that the format cannot hold."""


class PageError(FormatError):
    """A page that cannot be made, because its JavaScript has not been bundled."""


class ShapesError(RareEarthError):
    """A file of shapes that cannot be read, or has a constraint that is not supported."""


class EndpointError(RareEarthError):
    """A language model behind an address that gives no answer, or none that can be used."""


class MissingExtraError(RareEarthError):
    """An optional ``library`` that is not installed; the ``extra`` of the package brings it."""

    def __init__(self, library: str | None, extra: str) -> None:
        self.library, self.extra = library, extra
        super().__init__(f"{library} is not installed; pip install 'rareearth[{extra}]'")


class MessageError(RareEarthError):
    """Bytes that are not a message, or a message of an unknown type or with wrong fields."""


class RequestError(RareEarthError):
    """A request that gets no answer: the ``status`` of HTTP, and the seconds after which to ``retry``, if any.

    ``close`` are the IRIs of things that may be meant.
    """

    def __init__(self, status: int, message: str, retry: int | None = None, close: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.retry = retry
        self.close = tuple(close)


class BadRequestError(RequestError):
    """A request that does not follow the protocol."""


class RefusedError(RequestError):
    """A request that cannot be answered now, or not at all."""


class EndedError(RefusedError):
    """The worker processes have ended; others may answer."""

    def __init__(self) -> None:
        super().__init__(503, "the workers have ended; try again soon", retry=1)


def suggest(word: str, known: Iterable[str], *, key: Callable[[str], str] | None = None) -> str:
    """The known words closest to a word, at most two, as :func:`did_you_mean` says them.

    With a ``key``, it is what is compared of each, and capitals and signs make no difference.

    >>> suggest("leeds", ["leads", "owns"])
    '; did you mean leads?'
    """
    from rapidfuzz import fuzz, process, utils

    if len(word) > _MAX_WORD:
        return ""
    compared = key and (lambda text: utils.default_process(key(text)))
    found = process.extract(word, sorted(known), scorer=fuzz.ratio, processor=compared, limit=2, score_cutoff=70)
    return did_you_mean([close for close, _, _ in found])


def did_you_mean(close: Sequence[str]) -> str:
    """'; did you mean A, B or C?' to be appended to a message; '' where nothing is close.

    >>> did_you_mean(["Ganzhou", "Guangzhou"])
    '; did you mean Ganzhou or Guangzhou?'
    """
    return f"; did you mean {_either(close)}?" if close else ""


def _either(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
