"""Strategies: ways to spend less, each a handful of ratios to a baseline, measured or stated.

One idea: pruning, quantization, distillation, a smaller network trained longer or other hardware
are the same thing to a bill: factors on training, on one use, and on the error. A factor that
nobody measured is absent, never 1. Tables come from this room, from the lab, or from a user; all
share one schema (``data/codebook.csv``). This module prices nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

from costlaw.estimates import Estimate
from costlaw.exceptions import ColumnError, DataError, UnknownName
from costlaw.lifecycle.tables import Row, cited, rows, source
from costlaw.sources import Obtained, Source

FAMILIES = ("none", "pruning", "quantization", "low-rank", "distillation", "early-exit", "smaller",
            "smaller-and-longer", "larger-and-shorter", "search", "transfer", "other-hardware",
            "sparse-training", "other")  # fmt: skip
RATIOS = ("error_ratio", "training_flop_ratio", "retraining_flop_ratio", "flop_per_use_ratio",
          "time_per_use_ratio", "energy_per_use_ratio", "size_ratio")  # fmt: skip
REQUIRED = ("strategy", "family", "title", "error_ratio", "training_flop_ratio",
            "flop_per_use_ratio", "kind", "source")  # fmt: skip
KINDS = {"measured": "measured", "stated": "read", "derived": "derived"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Strategy:
    """A way to spend less, as ratios to a baseline (all dimensionless).

    Parameters
    ----------
    name, family, title : str
        Short name, kind, and one line for people.
    error : Estimate
        Error over that of the baseline.
    training, retraining : Estimate
        All compute to get the network, first and on new data, over the baseline's training.
    flop_per_use : Estimate
        Operations of one use over the baseline's.
    time_per_use, energy_per_use, size : Estimate or None
        Measured time, energy and stored bytes over the baseline's; None where nobody measured.
    kind, baseline, setting, note : str
        How the ratios are known, against what, where, and what to know.
    sources : tuple of Source
        Where they come from.

    Examples
    --------
    >>> strategy_of("distilled-half").flop_per_use.value
    0.5
    """

    name: str
    family: str
    title: str
    error: Estimate
    training: Estimate
    retraining: Estimate
    flop_per_use: Estimate
    time_per_use: Estimate | None = None
    energy_per_use: Estimate | None = None
    size: Estimate | None = None
    kind: str = "measured"
    baseline: str = ""
    setting: str = ""
    note: str = ""
    sources: tuple[Source, ...] = ()

    @property
    def changes_error(self) -> bool:
        """Whether the error is not the baseline's (beyond rounding)."""
        low, high = self.error.interval(0.9)
        return not low <= 1.0 <= high and abs(self.error.value - 1.0) > 1e-3

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        ratios = {"error": self.error, "training": self.training, "retraining": self.retraining,
                  "flop_per_use": self.flop_per_use, "time_per_use": self.time_per_use,
                  "energy_per_use": self.energy_per_use, "size": self.size}  # fmt: skip
        return {
            "name": self.name, "family": self.family, "title": self.title, "kind": self.kind,
            "baseline": self.baseline, "setting": self.setting, "note": self.note,
            "ratios": {key: r.to_dict(level) if r else None for key, r in ratios.items()},
            "sources": [item.to_dict() for item in self.sources],
        }  # fmt: skip

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.title} (training ×{self.training.value:.3g}, operations a use"
            f" ×{self.flop_per_use.value:.3g}, error ×{self.error.value:.3g}; {self.kind})"
        )


def _one() -> Estimate:
    return Estimate.exact(1.0, "")


BASELINE = Strategy(
    name="baseline", family="none", title="as it is", error=_one(), training=_one(),
    retraining=_one(), flop_per_use=_one(), time_per_use=_one(), energy_per_use=_one(),
    size=_one(), kind="stated", note="nothing changed: every ratio is 1 by definition",
)  # fmt: skip


@cache
def default_strategies() -> tuple[Strategy, ...]:
    """Return the strategies that ship with this room, each with its source.

    Examples
    --------
    >>> {item.family for item in default_strategies()} >= {"pruning", "quantization"}
    True
    """
    return _strategies(rows("strategies.csv"), "strategies.csv", beside={})


def strategy_of(name: str, known: Iterable[Strategy] | None = None) -> Strategy:
    """Return a strategy by its name, or the only one of a family.

    Raises
    ------
    UnknownName
        If there is none of that name.

    Examples
    --------
    >>> strategy_of("quantization").name
    'int8'
    """
    listed = (BASELINE, *(default_strategies() if known is None else known))
    for item in listed:
        if item.name == name:
            return item
    family = [item for item in listed if item.family == name and item.name != "baseline"]
    if len(family) == 1:
        return family[0]
    raise UnknownName("strategy", name, [item.name for item in listed])


def read_strategies(table: str | Path | Any) -> tuple[Strategy, ...]:
    """Return the strategies of a table in the schema of ``data/codebook.csv``.

    Parameters
    ----------
    table : str, Path or dataframe
        A CSV file (a ``sources.csv`` beside it is read too), or any dataframe narwhals knows.

    Returns
    -------
    tuple of Strategy

    Raises
    ------
    DataError
        If the file cannot be read, or a value is impossible; names the line.
    ColumnError
        If a required column is missing.
    """
    if not isinstance(table, str | Path):
        import narwhals as nw

        frame = nw.from_native(table, eager_only=True)
        records = [{k: "" if v is None else str(v) for k, v in row.items()}
                   for row in frame.iter_rows(named=True)]  # fmt: skip
        return _strategies(records, "strategies", beside={})
    path = Path(table)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            listed = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: cannot be read ({error}).") from error
    beside: dict[str, Source] = {}
    companion = path.with_name("sources.csv")
    if companion.is_file():
        with companion.open(encoding="utf-8", newline="") as file:
            beside = {row["source_id"]: cited(row) for row in csv.DictReader(file)}
    return _strategies(listed, path.name, beside=beside)


def _strategies(
    listed: Iterable[Row], origin: str, *, beside: dict[str, Source]
) -> tuple[Strategy, ...]:
    found: dict[str, Strategy] = {}
    for line, row in enumerate(listed, start=2):
        missing = [column for column in REQUIRED if column not in row]
        if missing:
            raise ColumnError(f"{origin}: no column {', '.join(missing)}; a strategy needs"
                              f" {', '.join(REQUIRED)}.")  # fmt: skip
        item = _strategy(row, f"{origin}:{line}", beside=beside)
        if item.name in found:
            raise DataError(f'{origin}:{line}: "{item.name}" is listed twice; names are unique.')
        found[item.name] = item
    if not found:
        raise DataError(f"{origin}: no strategies; expected one a row.")
    return tuple(found.values())


def _strategy(row: Row, place: str, *, beside: dict[str, Source]) -> Strategy:
    if row["family"] not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise DataError(f'{place}: family "{row["family"]}": expected one of {known}.')
    if row["kind"] not in KINDS:
        raise DataError(f'{place}: kind "{row["kind"]}": expected {" or ".join(KINDS)}.')
    if not row["strategy"] or not row["source"]:
        raise DataError(f"{place}: strategy and source: expected a name and where it comes from.")
    origin = (_source_of(row, beside),)
    ratios = {name: _ratio(row, name, place=place, origin=origin) for name in RATIOS}
    error, training = ratios["error_ratio"], ratios["training_flop_ratio"]
    use = ratios["flop_per_use_ratio"]
    if error is None or training is None or use is None:
        raise DataError(
            f"{place}: error_ratio, training_flop_ratio and flop_per_use_ratio: expected a number"
            " in each. A strategy without them cannot be priced."
        )
    return Strategy(
        name=row["strategy"], family=row["family"], title=row["title"], error=error,
        training=training, retraining=ratios["retraining_flop_ratio"] or training,
        flop_per_use=use, time_per_use=ratios["time_per_use_ratio"],
        energy_per_use=ratios["energy_per_use_ratio"], size=ratios["size_ratio"],
        kind=row["kind"], baseline=row.get("baseline") or "", setting=row.get("setting") or "",
        note=row.get("note") or "", sources=origin,
    )  # fmt: skip


def _source_of(row: Row, beside: dict[str, Source]) -> Source:
    name = row["source"]
    if name in beside:
        return beside[name]
    if any(item["source_id"] == name for item in rows("sources.csv")):
        return source(name)
    obtained = KINDS[row["kind"]]
    assert obtained in get_args(Obtained)
    return Source(title=name, obtained=obtained)  # type: ignore[arg-type]


def _ratio(row: Row, name: str, *, place: str, origin: tuple[Source, ...]) -> Estimate | None:
    cells = [(row.get(f"{name}{end}") or "").strip() for end in ("", "_low", "_high")]
    if not cells[0]:
        return None
    try:
        value, low, high = (float(cell or "nan") for cell in cells)
    except ValueError as error:
        raise DataError(f"{place}: {name}: {error}; expected a number.") from error
    if not 0 < value < float("inf"):
        raise DataError(f"{place}: {name} = {value:g}: expected a ratio above 0.")
    if not cells[1] and not cells[2]:
        return Estimate.exact(value, "", origin)
    if not 0 < low <= value <= high < float("inf"):
        raise DataError(f"{place}: {name} = {value:g} in [{cells[1]}, {cells[2]}]: expected both"
                        " ends, low ≤ ratio ≤ high.")  # fmt: skip
    if low == high:
        return Estimate.exact(value, "", origin)
    spread = Estimate.between(f"strategy:{row['strategy']}:{name}", low=low, high=high, unit="")
    return Estimate(draws=spread.draws, unit="", point=value, sources=origin)
