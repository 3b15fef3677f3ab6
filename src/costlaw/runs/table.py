"""Runs: a checked table of runs, and the ways to make one.

One polars frame with canonical columns and canonical units, whatever it was made of: records, a
CSV, any dataframe. Reading files is in ``reading``; recognising columns is in ``columns``; checking
values is in ``checks``. Nothing is fitted here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from costlaw.exceptions import DataError, OptionError
from costlaw.runs.benchmark import Benchmark
from costlaw.runs.checks import check_error, check_numbers
from costlaw.runs.columns import ColumnChoice, choose_columns
from costlaw.runs.run import FIELDS, NUMBER_FIELDS, Run
from costlaw.sources import Source

OWN = Benchmark(name="own runs", title="Own runs")
ERROR_UNITS = ("auto", "fraction", "percent", "accuracy", "accuracy-percent", "loss")


@dataclass(frozen=True, kw_only=True, eq=False)
class Runs:
    """A checked table of runs on one benchmark.

    Parameters
    ----------
    frame : polars.DataFrame
        Canonical columns (the fields of :class:`~costlaw.runs.run.Run`) in their units [FLOP,
        count, s, kWh, USD, year], one row a run.
    benchmark : Benchmark
        What the error is.
    origin : str
        File, table or corpus edition, for messages and cards.
    choices : tuple of ColumnChoice
        Which input column became which column, and why.
    notes : tuple of str
        What was left out or merged while reading, with counts.
    measure : str
        How ``compute_flop`` was counted.
    sources : tuple of Source
        Where the runs come from.

    Source
    ------
    Thompson et al. (2020), arXiv 2007.05558: error and resources of one benchmark.

    Examples
    --------
    >>> runs = Runs.from_records([{"name": "a", "error": 0.2, "compute_flop": 1e18},
    ...                           {"name": "b", "error": 0.1, "compute_flop": 1e20}])
    >>> len(runs), runs.numbers("error").tolist()
    (2, [0.2, 0.1])
    """

    frame: pl.DataFrame
    benchmark: Benchmark = OWN
    origin: str = "table"
    choices: tuple[ColumnChoice, ...] = ()
    notes: tuple[str, ...] = ()
    measure: str = "compute as given"
    sources: tuple[Source, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        missing = {"name", "error"} - set(self.frame.columns)
        if missing:
            raise DataError(
                f"{self.origin}: no column for {' and '.join(sorted(missing))}; "
                "a table of runs needs both."
            )
        check_numbers(self.frame, self.origin)
        check_error(self.frame, self.benchmark, self.origin)

    # -- makers ------------------------------------------------------------------------------------

    @classmethod
    def from_records(
        cls, records: Iterable[Run | Mapping[str, Any]], *, benchmark: Benchmark = OWN,
        origin: str = "records", **more: Any,
    ) -> Self:  # fmt: skip
        """Make a table of :class:`Run` records or mappings with canonical keys.

        Raises
        ------
        DataError
            If there is no record, a key is unknown or a value is impossible.
        """
        rows = [r.to_dict() if isinstance(r, Run) else dict(r) for r in records]
        if not rows:
            raise DataError(f"{origin}: no run at all; expected at least one.")
        unknown = sorted({key for row in rows for key in row} - set(FIELDS) - {"line"})
        if unknown:
            raise DataError(
                f'{origin}: unknown field "{unknown[0]}"; expected {", ".join(FIELDS)}.'
            )
        columns = [key for key in (*FIELDS, "line") if any(key in row for row in rows)]
        types = {key: (pl.Float64 if key in NUMBER_FIELDS else pl.String) for key in FIELDS}
        schema = {key: types.get(key, pl.Int64) for key in columns}
        data = {key: [row.get(key) for row in rows] for key in columns}
        try:
            frame = pl.DataFrame(data, schema=schema)
        except (TypeError, pl.exceptions.PolarsError) as error:
            raise DataError(f"{origin}: a value has the wrong type: {error}") from error
        return cls(frame=frame, benchmark=benchmark, origin=origin, **more)

    @classmethod
    def from_frame(
        cls,
        data: Any,
        *,
        columns: Mapping[str, str] | None = None,
        error_unit: str = "auto",
        benchmark: Benchmark | None = None,
        origin: str = "dataframe",
        unfinished: bool = False,
    ) -> Self:
        """Make a table out of any dataframe that narwhals knows (polars, pandas, pyarrow, …).

        Parameters
        ----------
        data : dataframe
            One row a run.
        columns : mapping of str to str, optional
            Canonical column to header, where recognition is not wanted.
        error_unit : str
            ``auto`` or one of ``fraction``, ``percent``, ``accuracy``, ``accuracy-percent``,
            ``loss``: how to read the error column.
        benchmark : Benchmark, optional
            What the error is; own runs by default.
        origin : str
            Name for messages.
        unfinished : bool
            Also take runs that a column of states says did not come to their end.

        Raises
        ------
        ColumnError
            If a needed column is missing or ambiguous.
        DataError
            If a value is impossible.
        """
        import narwhals as nw

        from costlaw.runs.assembling import assemble
        from costlaw.runs.products import add_products

        try:
            frame = nw.from_native(data, eager_only=True).to_polars()
        except TypeError as error:
            raise DataError(
                f"{origin}: {type(data).__name__} is not a dataframe; expected polars, pandas, "
                "pyarrow or another frame that narwhals knows."
            ) from error
        frame = add_products(frame, columns, origin)
        chosen = choose_columns(frame.columns, named=columns, origin=origin)
        return cls(**assemble(frame, chosen, error_unit=error_unit, benchmark=benchmark,
                              origin=origin, unfinished=unfinished))  # fmt: skip

    # -- reading -----------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self.frame.height

    def __repr__(self) -> str:
        return f"Runs({len(self)} runs on {self.benchmark.title}, from {self.origin})"

    def __iter__(self) -> Iterator[Run]:
        names = [name for name in FIELDS if name in self.frame.columns]
        for row in self.frame.select(names).iter_rows(named=True):
            yield Run(**row)

    def has(self, column: str) -> bool:
        """Return whether any run states this column."""
        return column in self.frame.columns and self.frame[column].null_count() < len(self)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return one column as numbers, NaN where absent.

        Returns
        -------
        ndarray of shape (n,)
            In the column's canonical unit.
        """
        if column not in NUMBER_FIELDS:
            raise OptionError(f'"{column}" is not a column of numbers: {", ".join(NUMBER_FIELDS)}.')
        if column not in self.frame.columns:
            return np.full(len(self), np.nan)
        return self.frame[column].cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(float)

    def texts(self, column: str) -> list[str]:
        """Return one column as text, empty where absent."""
        if column not in self.frame.columns:
            return [""] * len(self)
        return [value or "" for value in self.frame[column].cast(pl.String)]

    def keep(self, mask: Sequence[bool] | NDArray[np.bool_]) -> Runs:
        """Return the runs where ``mask`` is true."""
        return Runs(frame=self.frame.filter(pl.Series(np.asarray(mask, dtype=bool))),
                    benchmark=self.benchmark, origin=self.origin, choices=self.choices,
                    notes=self.notes, measure=self.measure, sources=self.sources)  # fmt: skip

    @property
    def digest(self) -> str:
        """Digest of the table's content: the same data give the same digest (16 hex digits)."""
        names = sorted(name for name in FIELDS if name in self.frame.columns)
        text = self.frame.select(names).write_csv(float_precision=12)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
