"""The points of a scatter: which runs enter, what their coordinates are, which belong together.

Rows without the measure or the error are left out and counted. Clusters are papers where papers
give several rows, else lineages (laboratory or reused training), else repeated seeds of one
setting, else single runs. It fits nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import EvidenceError
from costlaw.laws.law import Law
from costlaw.runs import Runs

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """The usable points of a table of runs.

    Parameters
    ----------
    x : ndarray of shape (n,)
        log10 of the measure of compute [log10 FLOP].
    response : ndarray of shape (n,)
        The law's transform of error: a straight line in ``x``.
    error : ndarray of shape (n,)
        Error, in the benchmark's unit.
    year : ndarray of shape (n,)
        Year of each result, NaN where not stated.
    groups : ndarray of shape (n,)
        Cluster of each row.
    cluster_kind : str
        ``paper``, ``lineage``, ``setting`` (seeds of one setting) or ``run``.
    names : tuple of str
        Name of each run.
    left_out : int
        Rows without the measure or without a usable error.
    """

    x: Array
    response: Array
    error: Array
    year: Array
    groups: NDArray[np.int64]
    cluster_kind: str
    names: tuple[str, ...]
    left_out: int

    def __len__(self) -> int:
        return self.x.size

    def keep(self, mask: NDArray[np.bool_]) -> Evidence:
        """Return the points where ``mask`` is true, in their old clusters."""
        return Evidence(
            x=self.x[mask], response=self.response[mask], error=self.error[mask],
            year=self.year[mask], groups=self.groups[mask], cluster_kind=self.cluster_kind,
            names=tuple(np.array(self.names, dtype=object)[mask]),
            left_out=self.left_out + int(np.sum(~mask)),
        )  # fmt: skip

    @property
    def clusters(self) -> int:
        """Number of clusters."""
        return int(np.unique(self.groups).size)


def gather(runs: Runs, *, x: str, law: Law, need_year: bool = False) -> Evidence:
    """Return the usable points of a table.

    Parameters
    ----------
    runs : Runs
        Published results or a user's own separate runs.
    x : str
        Column of compute, such as ``compute_flop`` [FLOP].
    law : Law
        A law that is a line in log10 compute after its ``response``.
    need_year : bool
        Leave out rows without a year.

    Raises
    ------
    EvidenceError
        If fewer than three distinct amounts of compute, or only one error, are left.
    """
    compute, error, year = runs.numbers(x), runs.numbers("error"), runs.numbers("year")
    with np.errstate(invalid="ignore"):
        usable = np.isfinite(compute) & (compute > 0) & np.isfinite(error) & (error > 0)
    if need_year:
        usable &= np.isfinite(year)
        if not usable.any():
            raise EvidenceError(
                f"{runs.origin}: no run states a year, which the estimand fixed-year needs. Name a "
                "column (--column year=…), or ask for error-on-compute."
            )
    distinct = np.unique(compute[usable]).size
    if distinct < 3:
        raise EvidenceError(
            f"{runs.origin}: {distinct} distinct amounts of compute in {x} among {len(runs)} runs; "
            "a law needs at least 3. Add runs, or name another measure."
        )
    if np.unique(error[usable]).size < 2:
        raise EvidenceError(
            f"{runs.origin}: every run has the same error ({error[usable][0]:g}); "
            "a law of error needs runs that differ."
        )
    groups, kind = _clusters(runs, usable, compute[usable])
    return Evidence(
        x=np.log10(compute[usable]), response=law.response(error[usable]), error=error[usable],
        year=year[usable], groups=groups, cluster_kind=kind,
        names=tuple(np.array(runs.texts("name"), dtype=object)[usable]),
        left_out=int(np.sum(~usable)),
    )  # fmt: skip


def _clusters(
    runs: Runs, usable: NDArray[np.bool_], compute: Array
) -> tuple[NDArray[np.int64], str]:
    """Return cluster codes; a row without paper or lineage is a cluster of its own."""
    for kind in ("paper", "lineage"):
        labels = [
            label or f"row {row}" for row, label in enumerate(runs.texts(kind)) if usable[row]
        ]
        codes = np.unique(np.array(labels, dtype=str), return_inverse=True)[1]
        if np.bincount(codes).max() > 1:
            return codes.astype(np.int64), kind
    if runs.has("seed"):
        return np.unique(compute, return_inverse=True)[1].astype(np.int64), "setting"
    return np.arange(compute.size), "run"
