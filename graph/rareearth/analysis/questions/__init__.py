"""The questions: each is a module with what :class:`Question` lists, and a frozen dataclass ``Result``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, TypeVar

from rareearth.analysis.finding import Finding

if TYPE_CHECKING:
    from rareearth.analysis.finding import Support, Table, Verdict
    from rareearth.analysis.sample import Sample
    from rareearth.store.backend import Backend


class Answered(Protocol):
    """What every result has: the verdict, and the claims that it is based on."""

    @property
    def verdict(self) -> Verdict: ...  # noqa: D102 - see the class
    @property
    def support(self) -> Support: ...  # noqa: D102 - see the class


R = TypeVar("R", bound=Answered)


class Question(Protocol[R]):
    """A module that answers a question: it measures a sample, and says the result in words and tables.

    ``METHOD`` names the methods and cites works by the keys of :mod:`references`.
    """

    QUESTION: str
    METHOD: tuple[str, ...]

    def measure(self, store: Backend, sample: Sample, seed: int, /) -> R:
        """The result on a sample; random numbers are those of the seed."""

    def claim(self, result: R, /) -> str:
        """The statement that the verdict is about, "" if none is tested."""

    def answer(self, result: R, /) -> str:
        """The result in one or two sentences."""

    def limits(self, result: R, /) -> Iterator[str]:
        """What cannot be concluded, and by which rule."""

    def tables(self, result: R, /) -> tuple[Table, ...]:
        """The result as tables."""


def answer(name: str, question: Question[R], store: Backend, sample: Sample, seed: int) -> Finding[R]:
    """The finding of a question on a sample of a store."""
    result = question.measure(store, sample, seed)
    return Finding(
        name=name,
        question=question.QUESTION,
        claim=question.claim(result),
        verdict=result.verdict,
        answer=question.answer(result),
        result=result,
        tables=question.tables(result),
        support=result.support,
        limits=tuple(question.limits(result)),
        method=question.METHOD,
    )
