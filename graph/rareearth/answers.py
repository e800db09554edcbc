"""The answer to a query in Python: rows of plain values, and tables of pandas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from rareearth.errors import MissingExtraError, QueryError
from rareearth.store import sparql

if TYPE_CHECKING:
    import pandas as pd

_LONG = 2**63  # what whole numbers of pandas are smaller than
Row: TypeAlias = dict[str, sparql.Cell]


@dataclass(frozen=True, repr=False)
class Answer(Sequence[Row]):
    """The answer to a query: a sequence of rows, each a dictionary by column.

    IRIs are written ``prefix:name``, numbers are numbers, and unbound variables are None. A SELECT has the columns of
    its variables, a CONSTRUCT or DESCRIBE has ``subject``, ``predicate`` and ``object``. An ASK has no rows: ``truth``
    is its answer, and None for the others. The answer as a condition is that truth, or whether there are rows.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    truth: bool | None = None

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]: ...

    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        what = f"{len(self.rows)} rows of {', '.join(self.columns)}" if self.truth is None else str(self.truth).lower()
        return f"<rareearth.Answer: {what}>"

    def __bool__(self) -> bool:
        return bool(self.rows) if self.truth is None else self.truth

    def frame(self) -> pd.DataFrame:
        """The rows as a pandas DataFrame, in which whole numbers stay whole where some are missing (``Int64``).

        Raises QueryError for an ASK, MissingExtraError without pandas.
        """
        if self.truth is not None:
            raise QueryError("an ASK has no rows; use its truth")
        return frame([list(row.values()) for row in self.rows], self.columns)


def of_result(result: sparql.Result) -> Answer:
    """The result of a query as an answer, read to its end. Raises QueryError if the engine fails."""
    if isinstance(result, sparql.Rows):
        return Answer(tuple(result.columns), tuple(result.plain()))
    if isinstance(result, sparql.Truth):
        return Answer((), (), bool(result))
    columns = ("subject", "predicate", "object")
    triples = sorted(set(result), key=str)
    return Answer(
        columns,
        tuple(
            dict(zip(columns, (sparql.cell(t.subject), sparql.cell(t.predicate), sparql.cell(t.object)), strict=True))
            for t in triples
        ),
    )


def frame(rows: Sequence[Sequence[object]], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a DataFrame: whole numbers and truth values stay what they are where some are missing.

    Raises MissingExtraError without pandas.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtraError(error.name, "notebook") from error
    made = pd.DataFrame([list(row) for row in rows], columns=list(columns))
    for number in range(len(columns)):
        values: list[Any] = [row[number] for row in rows]
        types = {type(value) for value in values if value is not None}
        if None not in values or len(types) != 1:
            continue
        if types == {bool}:
            made.isetitem(number, pd.array(values, dtype="boolean"))
        elif types == {int}:
            fit = all(value is None or -_LONG <= value < _LONG for value in values)
            made.isetitem(number, pd.array(values, dtype="Int64") if fit else pd.Series(values, dtype=object).array)
    return made
