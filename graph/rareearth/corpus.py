"""The user's own copies of article texts: which file is the text of which source, and the sentences at its spans."""

from __future__ import annotations

import hashlib
import weakref
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rareearth import characters, paths
from rareearth.datafolder import is_side_file
from rareearth.errors import RareEarthError
from rareearth.sentences import Span, find
from rareearth.store import claims

if TYPE_CHECKING:
    from rareearth.store.backend import Backend


_kept: weakref.WeakKeyDictionary[Backend, Mapping[tuple[str, int, int], str]] = weakref.WeakKeyDictionary()


class Cited(NamedTuple):
    """A span that some claim cites."""

    source: str
    hash: str
    span: Span
    fingerprint: str


class Checked(NamedTuple):
    """A cited span, where it was found (None if it was not), and the text (None if there is none)."""

    cited: Cited
    found: Span | None
    text: str | None

    @property
    def sentence(self) -> str | None:
        """The text at the span, None where it was not found."""
        return self.text[self.found.start : self.found.end] if self.text is not None and self.found else None


class Texts:
    """A folder of ``*.txt`` files.

    The text of a source is the file named by its id, else the file with its hash, else the file that has most of its
    sentences, so that a copy with other line ends or quotes will do.
    """

    def __init__(self, folder: Path) -> None:
        """Raises RareEarthError when the folder is none."""
        if not folder.is_dir():
            raise RareEarthError(
                f"{paths.display(folder)}: is not a folder; expected one with the texts of articles as *.txt"
            )
        self.folder = folder

    @cached_property
    def _files(self) -> dict[str, tuple[str, str]]:
        """For each file: its text, and the SHA-256 of it. A byte-order mark and the kind of line ends do not count."""
        found = {}
        for path in sorted(self.folder.glob("*.txt")):
            if is_side_file(path.name):
                continue
            try:
                text = characters.decoded(path.read_bytes()).replace("\r\n", "\n")
                found[path.stem] = (text, hashlib.sha256(text.encode()).hexdigest())
            except (OSError, ValueError) as error:
                raise RareEarthError(f"{paths.display(path)}: cannot be read as UTF-8 text ({error})") from error
        return found

    def of(self, source: str, cited: list[Cited]) -> str | None:
        """The text of a source (its id) whose cited spans are given, or None when the folder has none."""
        if source in self._files:
            return self._files[source][0]
        for text, digest in self._files.values():
            if cited and digest == cited[0].hash:
                return text
        matching = {
            name: sum(find(text, c.span, c.fingerprint) is not None for c in cited)
            for name, (text, _) in self._files.items()
        }
        best = max(matching, key=lambda name: matching[name], default=None)
        return self._files[best][0] if best is not None and matching[best] else None


def cited_spans(store: Backend) -> dict[str, list[Cited]]:
    """The spans that the claims of a store cite, by source id, in the order of the text."""
    spans = {
        Cited(claim.source, claim.page.text_hash, Span(span.start, span.end), span.fingerprint)
        for claim in claims.read(store)
        for span in claim.spans
        if claim.page.text_hash
    }
    found: dict[str, list[Cited]] = defaultdict(list)
    for span in sorted(spans):
        found[span.source].append(span)
    return found


def check(store: Backend, texts: Texts) -> Iterator[Checked]:
    """Every cited span, searched for in the available texts."""
    for source, spans in cited_spans(store).items():
        text = texts.of(source, spans)
        for item in spans:
            yield Checked(item, find(text, item.span, item.fingerprint) if text is not None else None, text)


def sentences(store: Backend, texts: Texts) -> dict[tuple[str, int, int], str]:
    """The sentence at each cited span that was found, by the id of the source, and the start and end of the span."""
    found = check(store, texts)
    return {(c.cited.source, *c.cited.span): c.sentence for c in found if c.sentence is not None}


def keep(store: Backend, texts: Texts) -> None:
    """Keep the cited sentences of some texts for a store, for a process that cannot read files later."""
    _kept[store] = sentences(store, texts)


def kept(store: Backend) -> Mapping[tuple[str, int, int], str]:
    """The sentences that were kept for a store, as :func:`sentences` gives them; {} if there are none."""
    return _kept.get(store, {})
