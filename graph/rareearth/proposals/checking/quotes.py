"""Finding a quote in an article: as it stands there, or with quotation marks, dashes and spaces folded."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence

from rareearth import sentences, spelling
from rareearth.models import Evidence
from rareearth.proposals.checking.reasons import Reason
from rareearth.sentences import Span

LONGEST = 3  # sentences that a quote may have: in more, any number and any name can be found
_HAN = r"\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
_LOOSE_SPACE = re.compile(rf"(?<=[{_HAN}]) | (?=[{_HAN}])")


class Quotes:
    """Finds quotes in one text. Made once for a text; never changes."""

    def __init__(self, text: str, spans: Sequence[Span] | None = None) -> None:
        self.text = text
        self.spans = list(sentences.sentences(text) if spans is None else spans)
        self._folded, self._starts = _joined([text[span.start : span.end] for span in self.spans])
        self._small = self._folded.lower()

    def find(self, quote: str) -> tuple[Evidence, ...] | Reason:
        """The sentences that a quote is from, or why there are none.

        A quote that stands at several places is refused, unless all of them are in one sentence, or one of them alone
        is whole sentences: a headline is often said again in the text.

        >>> text = "Ore Works “bought” Pit Metals. It paid 5 million."
        >>> Quotes(text).find('Ore Works "bought" Pit')
        (Evidence(start=0, end=30, fingerprint='c7630575'),)
        >>> Quotes(text).find("Ore Works sold Pit")
        <Reason.QUOTE: 'quote is not in the text'>
        """
        plain = _plain(quote)
        if not plain:
            return Reason.QUOTE
        found = {
            (self._folded_number(match.start()), self._folded_number(match.start() + len(plain) - 1))
            for match in re.finditer(rf"(?={re.escape(plain)})", self._folded)
        }
        if len(found) > 1:
            found = {place for place in found if self._between(*place) == plain}
            if len(found) != 1:
                return Reason.PLACES
        if not found:
            return Reason.QUOTE
        ((first, last),) = found
        if last - first >= LONGEST:
            return Reason.LONG
        return tuple(map(self.evidence, self.spans[first : last + 1]))

    def evidence(self, span: Span) -> Evidence:
        """A span of the text with its fingerprint."""
        mark = sentences.fingerprint(self.text[span.start : span.end])
        return Evidence(start=span.start, end=span.end, fingerprint=mark)

    def having(self, name: str) -> set[int]:
        """The numbers of the sentences in which a name stands as whole words, in capitals or not."""
        plain = _plain(name).lower()
        pattern = re.escape(plain) if spelling.is_han(plain) else rf"(?<!\w){re.escape(plain)}(?!\w)"
        found = re.finditer(pattern, self._small) if plain else ()
        return {self._folded_number(match.start()) for match in found}

    def number(self, at: int) -> int:
        """The number of the last sentence that begins at a character of the text or before it."""
        return max(0, bisect.bisect_right(self.spans, (at, len(self.text))) - 1)

    def _between(self, first: int, last: int) -> str:
        """The folded text of some sentences."""
        end = self._starts[last + 1] if last + 1 < len(self._starts) else len(self._folded)
        return self._folded[self._starts[first] : end].rstrip()

    def _folded_number(self, at: int) -> int:
        return bisect.bisect_right(self._starts, at) - 1


def _joined(pieces: Sequence[str]) -> tuple[str, list[int]]:
    """The folded pieces as one text, and where each begins in it."""
    text, starts = "", []
    for piece in pieces:
        plain = _plain(piece)
        joint = " " if text and plain and not _LOOSE_SPACE.search(f"{text[-1]} {plain[0]}") else ""
        starts.append(len(text) + len(joint))
        text += joint + plain
    return text, starts


def _plain(text: str) -> str:
    return _LOOSE_SPACE.sub("", sentences.fold(text))
