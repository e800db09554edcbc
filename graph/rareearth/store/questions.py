"""The named questions that ship with the ontology: one SPARQL query per file, with its English and parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rareearth import characters, paths
from rareearth.datafolder import is_side_file
from rareearth.errors import DataError, NotFoundError, Problem, suggest

_PARAMETER = re.compile(r"#\s*\?(\w+)\s+(entity|text|number|day):\s*(.+)")


@dataclass(frozen=True)
class Parameter:
    """A variable that may be given a value; ``kind`` is entity, text, number or day."""

    name: str
    kind: str
    meaning: str


@dataclass(frozen=True)
class Question:
    """A named query; ``english`` is its first comment line, ``text`` the SPARQL."""

    name: str
    english: str
    parameters: tuple[Parameter, ...]
    text: str


def read_all(folder: Path | None = None) -> list[Question]:
    """All questions of a folder (the shipped ones), sorted by name."""
    found = sorted((folder or paths.ontology() / "questions").glob("*.rq"))
    return [read(path) for path in found if not is_side_file(path.name)]


def find(name: str, folder: Path | None = None) -> Question:
    """The question with a name. Raises NotFoundError, which suggests close names."""
    folder = folder or paths.ontology() / "questions"
    known = {path.stem: path for path in folder.glob("*.rq")}
    if name not in known:
        raise NotFoundError("question", name, suggest(name, known))
    return read(known[name])


def read(path: Path) -> Question:
    """The question in a file. Raises DataError for a file that cannot be read or does not start with its English."""
    try:
        text = characters.decoded(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError([Problem(path, None, f"cannot be read: {error}")]) from error
    first, *rest = text.splitlines() or [""]
    english = first.removeprefix("#").strip()
    if not first.startswith("#") or not english:
        raise DataError([Problem(path, 1, "does not start with its question; expected a comment line in English")])
    parameters = tuple(Parameter(*match.groups()) for line in rest if (match := _PARAMETER.fullmatch(line.strip())))
    return Question(path.stem, english, parameters, text)
