"""Sentences, their fingerprints, and finding them again in a text that has changed its clothes."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from rareearth import sentences
from rareearth.sentences import Span


def parts(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences.sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "One mine opened. Two closed! Why? Nobody knows.",
            ["One mine opened.", "Two closed!", "Why?", "Nobody knows."],
        ),
        ("A heading\nIts first line. Its second.\n", ["A heading", "Its first line.", "Its second."]),
        ("Dr. Wu met Mr. J. Lee of Ore Co. Ltd. in the U.S. Then he left.", None),
        ("It cost 3.5 million. Cheap.", ["It cost 3.5 million.", "Cheap."]),
        ("He said “Stop.” She did.", ["He said “Stop.”", "She did."]),
        ("稀土学会访问赣州。代表团七家单位！", ["稀土学会访问赣州。", "代表团七家单位！"]),
        ("  \n\n \t", []),
        ("", []),
        ("no end mark", ["no end mark"]),
    ],
)
def test_sentences(text: str, expected: list[str] | None) -> None:
    found = parts(text)
    assert found == expected if expected is not None else found[0].startswith("Dr. Wu met Mr. J. Lee of Ore Co.")


@given(st.text())
@example("a\u2028b. C\x85d")
def test_sentences_cover_all_that_is_visible_in_order_without_spaces_around_them(text: str) -> None:
    spans = sentences.sentences(text)
    assert all(0 <= s.start < s.end <= len(text) for s in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(text[s.start : s.end] == text[s.start : s.end].strip() for s in spans)
    edges = [0, *(place for s in spans for place in s), len(text)]
    outside = "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
    assert not outside.strip()


SAME = [
    ("the “true” test", 'the "true" test'),
    ("China’s", "China's"),
    ("lab–industry", "lab-industry"),
    ("lab—industry", "lab-industry"),
    ("lab--industry", "lab-industry"),
    ("a\u00a0 b\n\tc", "a b c"),
    ("a visit (opens in a new tab) to", "a visit to"),
    ("a visit (opens in a new\nwindow) to", "a visit to"),
    ("a visit (OPENS IN A\u00a0NEW TAB) to", "a visit to"),
    ("ﬁrst", "first"),
    ("e\u0301lan", "élan"),
    ("\ufeffA mine", "A mine"),
    ("Gan\u00adzhou", "Ganzhou"),
    ("Gan\u200bzhou", "Ganzhou"),
    ("a (opens in (opens in a new tab) a new tab) b", "a b"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_copying_changes_is_folded_away(one: str, other: str) -> None:
    assert sentences.fold(one) == sentences.fold(other)
    assert sentences.fingerprint(one) == sentences.fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Li", "li"), ("7", "seven"), ("a b", "ab"), ("not so", "so"), ("3.5", "35")]
)
def test_what_a_sentence_says_is_not_folded_away(one: str, other: str) -> None:
    assert sentences.fingerprint(one) != sentences.fingerprint(other)


@given(st.one_of(st.text(), st.text("a\u0301()-–—\"“'´ \u00a0\n", max_size=30)))
@example("x (opens in (opens in a new tab) a new tab)")
@example("e(opens in a new tab)\u0301")
@example("(opens  in a new tab)")
@example("´")
def test_folding_twice_is_folding_once(text: str) -> None:
    folded = sentences.fold(text)
    assert sentences.fold(folded) == folded
    assert sentences.fingerprint(folded) == sentences.fingerprint(text)


def seconds(work: Callable[[], object]) -> float:
    """The least CPU time of three calls."""
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize(
    "part", ["Mr. A. ore ", "It is so. ", " ", ".", "。", "(opens in a new ", "x (opens in a new tab) ", "e\u0301"]
)
@pytest.mark.parametrize("work", [sentences.sentences, sentences.fold])
def test_four_times_the_text_takes_four_times_the_time(work: Callable[[str], object], part: str) -> None:
    text = (part * 20_000)[:20_000] + "tab)" * 400
    one, four = seconds(lambda: work(text)), seconds(lambda: work(text * 4))
    assert four < 8 * one + 0.05


@given(st.text())
def test_a_fingerprint_is_eight_hexadecimal_digits(text: str) -> None:
    mark = sentences.fingerprint(text)
    assert len(mark) == 8
    assert set(mark) <= set("0123456789abcdef")


# ---- finding sentences again -----------------------------------------------------------------------------

WORD = st.from_regex(r"[a-z]{3,9}", fullmatch=True)
QUOTED = WORD.map(lambda word: f'"{word}"')
HYPHENED = st.tuples(WORD, WORD).map("-".join)


@st.composite
def article(draw: st.DrawFn) -> str:
    """Paragraphs of numbered sentences, so that no two are alike and each starts with a capital."""
    number = iter(range(1000))

    def sentence() -> str:
        words = draw(st.lists(st.one_of(WORD, QUOTED, HYPHENED, st.just("it's")), min_size=2, max_size=14))
        return f"Mine {next(number)} {' '.join(words)}" + draw(st.sampled_from([".", "!", "?"]))

    paragraphs = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    return "\n".join(" ".join(sentence() for _ in range(count)) for count in paragraphs)


def curled(text: str) -> str:
    """With typographic quotes: opening after a space, else closing."""
    made = []
    for before, sign in zip(" " + text, text, strict=False):
        made.append({"'": "’", '"': "“" if before.isspace() else "”"}.get(sign, sign))
    return "".join(made)


def reflowed(text: str, width: int) -> str:
    """Each paragraph broken into lines at spaces, as mail programs do."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            if line and len(line) + len(word) >= width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        lines.append(line)
    return "\n".join(lines)


CHANGES = {
    "quotes": curled,
    "dashes": lambda text: text.replace("-", "–"),
    "spaces": lambda text: text.replace(" ", "\u00a0"),
    "more spaces": lambda text: text.replace(" ", "  "),
    "line ends": lambda text: text.replace("\n", "\r\n"),
    "empty lines": lambda text: text.replace("\n", "\n\n\n"),
    "decomposition": lambda text: unicodedata.normalize("NFD", text),
    "something before it": lambda text: "Skip to content\n\n" + text,
    "reflow": lambda text: reflowed(text, 60),
    "all of it": lambda text: reflowed(curled(text).replace("-", "–"), 72).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("change", CHANGES)
@settings(max_examples=8, phases=[Phase.generate])  # shrinking an article takes minutes
@given(text=article())
def test_every_sentence_is_found_again(change: str, text: str) -> None:
    changed = CHANGES[change](text)
    for span in sentences.sentences(text):
        sentence = text[span.start : span.end]
        found = sentences.find(changed, span, sentences.fingerprint(sentence))
        assert found is not None, sentence
        assert sentences.fold(changed[found.start : found.end]) == sentences.fold(sentence)


@settings(max_examples=8, phases=[Phase.generate])  # shrinking an article takes minutes
@given(article())
def test_a_sentence_that_is_not_there_is_not_found(text: str) -> None:
    assert sentences.find(text, Span(0, 10), sentences.fingerprint("Nobody wrote this sentence.")) is None
    [first, *_] = sentences.sentences(text)
    without = text[first.end :]
    assert sentences.find(without, first, sentences.fingerprint(text[first.start : first.end])) is None


def test_of_two_equal_sentences_the_nearer_one_is_found() -> None:
    text = "It rains. " + "Filler words here. " * 5 + "It rains. Done."
    mark = sentences.fingerprint("It rains.")
    second = text.rindex("It rains.")
    assert sentences.find(text, Span(second - 3, second + 6), mark) == Span(second, second + 9)
    assert sentences.find(text, Span(1, 9), mark) == Span(0, 9)
