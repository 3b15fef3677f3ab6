"""The points that a law is fitted to: one for each setting, seeds merged, inputs by name.

Repeated seeds of one setting become their geometric mean: they are less noise, not more evidence,
and their spread is kept as the noise of one run. More than 150 settings along one resource are
averaged in bins of the logarithm, each with its count as weight. It chooses no law.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import ColumnError, EvidenceError, OptionError
from costlaw.fitting.joint.conventions import describe, parameters_as, seen_examples
from costlaw.laws import Law
from costlaw.runs import Runs
from costlaw.runs.checkpoints import CURVE, SEPARATE, is_curve
from costlaw.runs.run import RESOURCES

Array = NDArray[np.float64]
UNITS = {"compute_flop": "FLOP", "hardware_burden_flop": "FLOP", "flop_per_pass": "FLOP",
         "examples": "examples", "parameters": "parameters", "duration_s": "s",
         "energy_kwh": "kWh", "cost_usd": "USD", "epochs": "passes", "year": "year",
         "device_hours": "device-hours"}  # fmt: skip
MOST_SETTINGS = 150  # along one resource: more are averaged in bins
MOST_JOINT = 4000  # settings of a joint law


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """The distinct settings of a table, as a law takes them.

    Parameters
    ----------
    columns : tuple of str
        Column behind each input of the law.
    inputs : ndarray of shape (d, n)
        In the columns' units.
    error : ndarray of shape (n,)
        Error of each setting, the geometric mean of its seeds [the benchmark's unit].
    names : tuple of str
        Name of each setting.
    groups : ndarray of shape (n,)
        Cluster of each setting: its paper or lineage, else itself.
    weights : ndarray of shape (n,)
        Settings that each point stands for: 1, or the count of its bin.
    kind : str
        ``separate runs``, ``learning curve`` or ``clusters``.
    runs, merged, binned, left_out : int
        Rows read; rows merged into others as seeds; settings averaged into bins; rows without what
        is needed.
    seed_noise : float or None
        Standard deviation of ln error between seeds; None if nothing was repeated.
    convention : str
        How parameters and compute were counted; empty where the law takes no parameters.
    """

    columns: tuple[str, ...]
    inputs: Array
    error: Array
    names: tuple[str, ...]
    groups: NDArray[np.int64]
    weights: Array
    kind: str
    runs: int
    merged: int
    binned: int
    left_out: int
    seed_noise: float | None
    convention: str

    def __len__(self) -> int:
        return int(self.error.size)

    def keep(self, mask: NDArray[np.bool_]) -> Points:
        """Return the settings where ``mask`` is true."""
        values = dict(vars(self))
        values.update(
            inputs=self.inputs[:, mask], error=self.error[mask], groups=self.groups[mask],
            weights=self.weights[mask],
            names=tuple(np.array(self.names, dtype=object)[mask]),
        )  # fmt: skip
        return Points(**values)

    @property
    def order(self) -> Array:
        """ln of how large each setting is: its first input, or the product of all counts."""
        logs = [np.log(row) for name, row in zip(self.columns, self.inputs, strict=True)
                if name != "year"]  # fmt: skip
        return np.sum(logs, axis=0)

    @property
    def decades(self) -> float:
        """Decades between the smallest and the largest setting."""
        return float(np.ptp(self.order) / np.log(10.0))


def axis_of(runs: Runs, along: str | None = None) -> str:
    """Return the column that a law of one input is fitted along.

    Raises
    ------
    OptionError, ColumnError
        If there is no such resource, or no run states it.
    """
    if along is not None:
        if along not in RESOURCES:
            raise OptionError(f"along = {along}: expected one of {', '.join(RESOURCES)}.")
        if not runs.has(along):
            raise ColumnError(f"{runs.origin}: no run states {along}; name the column: --column.")
        return along
    for column in RESOURCES:
        if runs.has(column):
            return column
    raise ColumnError(f"{runs.origin}: no run states a resource; expected compute or examples.")


def gather_points(
    runs: Runs, law: Law, *, along: str | None = None, convention: str = "stated"
) -> Points:
    """Return the settings of a table as a law takes them.

    Parameters
    ----------
    runs : Runs
        Own runs, told apart already (``runs.checkpoints.separate``), or published results.
    law : Law
        The law that will be fitted.
    along : str, optional
        Column for a law of one input; compute where it is stated, else examples, else parameters.
    convention : str
        How to count parameters: see ``conventions``.

    Raises
    ------
    ColumnError
        If the table lacks an input of the law.
    EvidenceError
        If no run states everything that is needed.
    """
    columns = _columns(runs, law, along)
    rows = [_values(runs, law, column, convention=convention) for column in columns]
    error = runs.numbers("error")
    with np.errstate(invalid="ignore"):
        usable = np.isfinite(error) & (error > 0)
        for values in rows:
            usable &= np.isfinite(values) & (values > 0)
    if not usable.any():
        raise EvidenceError(
            f"{runs.origin}: no run states {' and '.join(columns)} and an error together; the law "
            f'"{law.name}" needs them. Fill the cells, or use another law.'
        )
    kind, groups = _kind(runs, usable)
    names = np.array(runs.texts("name"), dtype=object)[usable]
    merged = _merge(np.stack(rows)[:, usable], np.log(error[usable]), groups, names=names)
    inputs, logs, codes, labels, noise = merged
    distinct = logs.size
    _check_count(runs, distinct, len(columns))
    bins = _bins(inputs[0]) if len(columns) == 1 else np.arange(distinct)
    weights = np.bincount(bins).astype(float)
    first = np.unique(bins, return_index=True)[1]
    binned = np.stack([np.exp(np.bincount(bins, np.log(row)) / weights) for row in inputs])
    alone = weights == 1
    return Points(
        columns=columns, inputs=np.where(alone, inputs[:, first], binned),
        error=np.exp(np.bincount(bins, logs) / weights), weights=weights,
        names=tuple(labels[first]), groups=codes[first], kind=kind, runs=len(runs),
        merged=int(usable.sum()) - distinct, binned=distinct if weights.size < distinct else 0,
        left_out=int((~usable).sum()), seed_noise=noise,
        convention=describe(runs, convention) if "parameters" in law.inputs else "",
    )  # fmt: skip


def _columns(runs: Runs, law: Law, along: str | None) -> tuple[str, ...]:
    if law.inputs == ("compute_flop",):
        return (axis_of(runs, along),)
    if along is not None and law.inputs != (along,):
        raise OptionError(
            f'along = {along}: the law "{law.name}" has inputs of its own: {", ".join(law.inputs)}.'
        )
    if law.inputs[0] == "compute_flop" and not runs.has("compute_flop"):
        return (axis_of(runs), *law.inputs[1:])
    return law.inputs


def _values(runs: Runs, law: Law, column: str, *, convention: str) -> Array:
    """Return one input of the law (n,), NaN where not known."""
    if "parameters" in law.inputs and column == "parameters":
        return parameters_as(runs, convention)
    if column == "epochs" and not runs.has("epochs"):
        return np.ones(len(runs))
    if not runs.has(column):
        raise ColumnError(
            f'{runs.origin}: no run states {column}; the law "{law.name}" needs '
            f'{", ".join(law.inputs)}. Add the column, or name it: --column {column}="…".'
        )
    if column == "examples" and "epochs" not in law.inputs and "parameters" in law.inputs:
        return seen_examples(runs)
    return runs.numbers(column)


def _kind(runs: Runs, usable: NDArray[np.bool_]) -> tuple[str, NDArray[np.int64]]:
    """Return how the rows hang together, and the cluster of each (-1: its own)."""
    own = np.full(int(usable.sum()), -1, dtype=np.int64)
    if is_curve(runs):
        return CURVE, own
    for column in ("paper", "lineage"):
        labels = np.array(runs.texts(column), dtype=object)[usable]
        stated = labels != ""
        if stated.any() and np.unique(labels[stated].astype(str)).size < stated.sum():
            codes = np.unique(labels.astype(str), return_inverse=True)[1].astype(np.int64)
            return "clusters", np.where(stated, codes, -1)
    return SEPARATE, own


def _merge(
    inputs: Array, logs: Array, groups: NDArray[np.int64], *, names: NDArray[np.object_]
) -> tuple[Array, Array, NDArray[np.int64], NDArray[np.object_], float | None]:
    """Merge rows of one setting (and one cluster) into their mean ln error."""
    keys = np.column_stack([inputs.T, groups.astype(float)])
    _, first, place = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    place = place.ravel()
    count = np.bincount(place)
    mean = np.bincount(place, logs) / count
    freedom = logs.size - count.size
    noise = None
    if freedom > 0:
        noise = float(np.sqrt(((logs - mean[place]) ** 2).sum() / freedom))
    codes = groups[first]
    alone = codes < 0
    codes = np.where(alone, codes.max(initial=-1) + 1 + np.cumsum(alone), codes)
    return inputs[:, first], mean, codes, names[first], noise


def _bins(amounts: Array) -> NDArray[np.int64]:
    """Return the bin of each amount (rising from 0): itself, or one of 150 equal steps of ln."""
    order = np.unique(amounts, return_inverse=True)[1]
    if order.max(initial=0) < MOST_SETTINGS:
        return order.astype(np.int64)
    logs = np.log(amounts)
    edges = np.linspace(logs.min(), logs.max(), MOST_SETTINGS + 1)
    inside = np.clip(np.searchsorted(edges, logs, side="right") - 1, 0, MOST_SETTINGS - 1)
    return np.unique(inside, return_inverse=True)[1].astype(np.int64)


def _check_count(runs: Runs, distinct: int, inputs: int) -> None:
    if inputs > 1 and distinct > MOST_JOINT:
        raise EvidenceError(
            f"{runs.origin}: {distinct:,} settings; a joint law is fitted to at most "
            f"{MOST_JOINT:,}. Keep a random sample of the runs."
        )
