"""New names in an English text: words in capitals, and what their words and a recognizer say of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from rareearth.proposals.rules import recognizer
from rareearth.proposals.text.words import Words
from rareearth.sentences import Span

CAPITAL = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪİĶĻŁŃŅŇŌŐŒŘŚŞŠŢŤŪŮŰŹŻŽ]"
LINKS = r"(?:of the|and the|for the|of|for|and|de|&|du|la|von|van)"  # small words inside names
OPENING = frozenset(
    """a about after all also among an and another any as at before both but by during each even every few five for four
    from had has have he her here his how however i if in instead is it its last let many meanwhile more most much my
    new no none nor not now of on once one only or other our over she should since six so some such than that the their
    then there these they this those three to two under until we what when where whether which while who why with
    without yet you your""".split()
)  # words that are in capitals only because a sentence begins
_WORD = rf"(?:e-)?{CAPITAL}[\w&]*(?:\.[A-Z]\w*)*(?:-(?={CAPITAL}|\d)\w+)*"
_SEQUENCE = re.compile(rf"\b{_WORD}(?: (?:{LINKS} )?{_WORD})*")
_FIRST = re.compile(rf"(?P<word>\w+)\.? (?:{LINKS} )?")
_TITLES = frozenset(["Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Professor", "Sir"])
_TITLE = re.compile(rf"\b(?:{'|'.join(sorted(_TITLES))})\.? $")
_ENDS = re.compile(rf"^{LINKS} | {LINKS}$")
_NEXT_WORD = re.compile(r" ([a-z-]+)")
_LAST_WORD = re.compile(r"([\w-]+) $")
_OTHERS = frozenset("DATE TIME MONEY PERCENT CARDINAL ORDINAL QUANTITY NORP LANGUAGE".split())  # labels of no names
_WHOLE_LABELS = frozenset("GPE LOC FAC ORG EVENT LAW".split())  # labels that are right for names of several words
_CODES = frozenset("AUD BRL CAD CHF CNY DKK EUR GBP HKD INR JPY KRW MYR NOK NZD RMB SEK SGD USD VND ZAR".split())
_NO_NAMES = frozenset("board directors management shareholders reserve chapter annex figure table appendix".split())
_STREET = re.compile(r" (?:Road|Street|Avenue|Lane|Boulevard|Drive|Square|Highway)$")
_TICKER = re.compile(r"[(;,] ?[A-Z]{2,6}[A-Z.:-]{0,8}: ?$")  # before a ticker: "(ASX: "
_LONGEST = 200  # characters of a name
_BEFORE = 40  # characters before a name that are looked at


class Capitals:
    """The words in capitals of a text, and which of them are names. ``plain`` is the text with plain quotes."""

    def __init__(self, text: str, plain: str, spans: Sequence[Span], words: Words) -> None:
        self.text = text
        self.plain = plain
        self.words = words
        self._starts = {span.start for span in spans}
        self._at_works = re.compile(rf"\b(?:{'|'.join(map(re.escape, words.works['en']))}) (?:in|at|near) $")
        self._institutions = {begin.split()[0] for begin in words.starts["en"]}
        self._labels: dict[str, Counter[str]] = defaultdict(Counter)
        self.sequences = list(self._sequences())
        self._recognize()

    def around(self, start: int, end: int) -> tuple[int, int] | None:
        """The sequence in which a stretch of the text stands, if it is longer than that."""
        number = bisect_right(self.sequences, (start, len(self.text))) - 1
        if number < 0:
            return None
        left, right = self.sequences[number]
        return (left, right) if end <= right and (left, right) != (start, end) else None

    def titled(self, start: int) -> re.Match[str] | None:
        """The title (Mr, Dr …) before a place."""
        return _TITLE.search(self.text, max(0, start - 12), start)

    def opens(self, start: int) -> bool:
        """Whether a sentence or a quotation begins at a place."""
        return start in self._starts or self.plain[max(0, start - 1) : start] in ('"', "'")

    def is_nationality(self, text: str) -> bool:
        """Whether the recognizer takes a word for one like "Australian"."""
        return self._labels[text]["NORP"] > 0

    def label(self, text: str) -> str:
        """The label that the recognizer mostly gives to a text; "" if none that is of a name."""
        labels = {label: n for label, n in self._labels[text].items() if label not in _OTHERS}
        return min(labels, key=lambda label: (-labels[label], label), default="")

    def pieces(self, used: Sequence[int]) -> Iterator[tuple[int, int]]:
        """The sequences, cut where known names stand in them (``used``), and at "and" between what are two names."""
        for start, end in self.sequences:
            left = start
            for at in range(start, end + 1):
                if at == end or used[at]:
                    piece = self.text[left:at]
                    if bare := _ENDS.sub("", piece.strip(" &")):
                        begin = left + piece.index(bare)
                        yield from self._halves(begin, begin + len(bare))
                    left = at + 1

    def is_no_name(self, start: int, end: int) -> bool:
        """Whether words in capitals are a currency, a ticker, a street or a common noun that some write so."""
        text = self.text[start:end]
        ticker = text.isupper() and " " not in text and _TICKER.search(self.plain, max(0, start - _BEFORE), start)
        return bool(text in _CODES or text.casefold() in _NO_NAMES or _STREET.search(text) or ticker)

    def by_words(self, start: int, end: int) -> tuple[int, str]:
        """The end of a new name and the class that its words give it, "" where they give none.

        A common noun that follows is a part of the name: "Kitumba deposit".
        """
        words, text = self.words, self.text[start:end]
        if self.titled(start):
            return end, words.labels.get("PERSON", "")
        if kind := self._by_ends(text):
            return end, kind
        following = _NEXT_WORD.match(self.text, end)
        noun = following[1] if following and following[1] in words.endings["en"] else ""
        if (
            following
            and noun in words.called["en"]
            and text.casefold() not in words.endings["en"]
            and not text.isupper()
        ):
            return following.end(1), words.called["en"][noun][0]
        if self._at_works.search(self.text, max(0, start - _BEFORE), start):
            return end, words.labels.get("GPE", "")
        return end, self._by_noun_before(start) if " " in text else ""

    def by_label(self, start: int, end: int) -> str:
        """The class that the recognizer gives a new name, "" where it is none."""
        words, text = self.words, self.text[start:end]
        label = self.label(text)
        if " " in text:
            seen = label or (len(text.split()) == 2 and not self.opens(start))
            return words.labels.get(label if label in _WHOLE_LABELS else "PERSON", "") if seen else ""
        whole = self._labels[text][label] > 1  # it is seen as a name of its own
        common = text.casefold() in {*words.endings["en"], *words.called["en"], *OPENING}
        if not label or common or len(text) < 3 or (self.opens(start) and not whole):
            return ""
        return (label != "PERSON" and self._by_noun_before(start)) or words.labels.get(label, "")

    def _by_ends(self, text: str) -> str:
        """The class that the last or the first words of a name give it."""
        for length in (2, 1):
            ending = " ".join(text.split()[-length:]).casefold()
            if ending != text.casefold() and ending in self.words.endings["en"]:
                return self.words.endings["en"][ending]
        starts = self.words.starts["en"].items()
        return next((kind for begin, kind in starts if text.casefold().startswith(begin + " ")), "")

    def _by_noun_before(self, start: int) -> str:
        """The class of the common noun before a name: "recycler Pellworm"."""
        before = _LAST_WORD.search(self.text, max(0, start - _BEFORE), start)
        return self.words.called["en"].get(before[1].casefold(), ("",))[0] if before else ""

    def _sequences(self) -> Iterator[tuple[int, int]]:
        """Words in capitals that follow each other, without titles and those that only begin a sentence."""
        for match in _SEQUENCE.finditer(self.plain):
            start, end = match.span()
            opens = self.opens(start)
            while first := _FIRST.match(self.plain, start, end):
                word = first["word"]
                if word not in _TITLES and not (word.casefold() in OPENING and (opens or word in ("The", "A", "An"))):
                    break
                start = first.end()
            only = self.plain[start:end].casefold() in OPENING and opens
            if 0 < end - start <= _LONGEST and not only and self.plain[start:end] not in _TITLES:
                yield start, end

    def _recognize(self) -> None:
        """What the recognizer says of the words in capitals: of the same words twice, of a part of them once."""
        lines = [(line.start(), line.end()) for line in re.finditer(r"[^\n]+", self.text)]
        for one in recognizer.english(self.plain, lines):
            named = self.text[one.start : one.end].removeprefix("the ").removeprefix("The ")
            self._labels[named][one.label] += 2
            whole = self.around(one.start, one.end)
            if whole and (longer := self.text[slice(*whole)]) != named:
                self._labels[longer][one.label] += 1

    def _halves(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The names that "and" joins, unless it is inside the name of a body: "Ministry of Industry and Trade"."""
        text, endings = self.text[start:end], self.words.endings["en"]
        for match in re.finditer(r" and ", text):
            one, other = text[: match.start()], text[match.end() :]
            inside = one.split()[0].casefold() in self._institutions or " of " in one
            last, first = other.split()[-1].casefold(), one.split()[-1].casefold()
            shared = " " in other and last in endings and first not in endings
            if not inside and not shared:
                yield start, start + match.start()
                yield from self._halves(start + match.end(), end)
                return
        yield start, end
