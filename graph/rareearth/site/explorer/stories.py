"""Guided stories: YAML files of ``site/stories``, each a few steps of a text and the claims that it is based on.

A claim is named as in the data, by ``subject relation object``; every claim of the store with these three is evidence
of the step. A page has a story only if all that it names is in the store: otherwise it would say what nothing shows.
The stories come in the order of the numbers that their names begin with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from rareearth import layout, yamlfile
from rareearth.errors import DataError, Problem
from rareearth.site.explorer import positions

if TYPE_CHECKING:
    from rareearth.network import Network
    from rareearth.store.claims import Claim

FOLDER = Path(__file__).resolve().parent.parent / "stories"
Triple: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True)
class Step:
    """A step: its title, its text, and the claims (subject, relation, object) that it is based on."""

    title: str
    text: str
    claims: tuple[Triple, ...]


@dataclass(frozen=True)
class Story:
    """A story: its name, its title, a sentence on what it is about, and its steps."""

    name: str
    title: str
    lead: str
    steps: tuple[Step, ...]


def read(folder: Path = FOLDER) -> list[Story]:
    """The stories of a folder. Raises DataError, with file and line, for a file that is no story.

    >>> [story.name for story in read()]
    ['chinas-groups', 'lynas', 'ganzhou']
    """
    return [_story(path) for path in sorted(folder.glob("*.yaml"))]


def missing(story: Story, known: Sequence[Claim]) -> list[Triple]:
    """The claims that a story names and that are not among those known."""
    there = {_triple(claim) for claim in known}
    return [triple for step in story.steps for triple in step.claims if triple not in there]


def parts(known: Sequence[Claim], full: Network) -> list[dict[str, Any]]:
    """The stories for the page: each step with the positions of its claims among those known, and ``at``, places."""
    found = []
    numbers: dict[Triple, list[int]] = defaultdict(list)
    for number, claim in enumerate(known):
        numbers[_triple(claim)].append(number)
    for story in read():
        if missing(story, known):
            continue
        steps: list[dict[str, Any]] = [
            {"title": step.title, "text": step.text, "claims": [numbers[triple] for triple in step.claims]}
            for step in story.steps
        ]
        ids = {known[number].id for step in steps for of_one in step["claims"] for number in of_one}
        at = layout.positions(positions.picture(full, ids))
        found.append({"name": story.name, "title": story.title, "lead": story.lead, "steps": steps, "at": at})
    return found


def _triple(claim: Claim) -> Triple:
    return claim.subject.id, claim.relation.id, claim.object.id


def _story(path: Path) -> Story:
    node = _map(path, yamlfile.read(path), {"title", "lead", "steps"}, 1)
    steps = [_step(path, step) for step in _list(path, node["steps"], "steps")]
    name = path.stem.partition("-")[2]
    return Story(name, str(node["title"]), str(node["lead"]), tuple(steps))


def _step(path: Path, node: yamlfile.Node) -> Step:
    step = _map(path, node, {"title", "text", "claims"}, node.line)
    return Step(
        str(step["title"]), str(step["text"]), tuple(_claim(path, c) for c in _list(path, step["claims"], "claims"))
    )


def _claim(path: Path, node: yamlfile.Node) -> Triple:
    words = str(node).split(" ", 2) if isinstance(node, yamlfile.Text) else []
    if len(words) != 3:
        raise _fault(path, node.line, f"'{node}' is not a claim", "subject relation object")
    return words[0], words[1], words[2]


def _map(path: Path, node: yamlfile.Node, keys: set[str], line: int) -> dict[str, yamlfile.Node]:
    found = {str(key): value for key, value in node.items()} if isinstance(node, yamlfile.Map) else {}
    if set(found) != keys:
        raise _fault(path, line, f"found {', '.join(sorted(found)) or 'no fields'}", ", ".join(sorted(keys)))
    return found


def _list(path: Path, node: yamlfile.Node, name: str) -> list[yamlfile.Node]:
    if not isinstance(node, yamlfile.List) or not node:
        raise _fault(path, node.line, f"{name} is not a list", "a list with an item or more")
    return node


def _fault(path: Path, line: int, found: str, expected: str) -> DataError:
    return DataError([Problem(path, line, f"{found}; expected {expected}")])
