"""Which problems cannot be fitted at all, found before a fit tries: too few runs, one compute.

A fit of such a problem would end somewhere and print a number; here it gets a verdict instead. The
first columns settle nearly every problem, so the check costs little beside a fit.
"""

from __future__ import annotations

import numpy as np

from costlaw.fitting.kernel import verdict
from costlaw.fitting.kernel.problem import Problems
from costlaw.laws.law import Array, Law

HEAD = 16  # columns looked at first
MIX = 0.6180339887498949  # any irrational number: two different mixtures get different keys


def unfit_codes(law: Law, problems: Problems, *, has_prior: bool) -> verdict.Codes:
    """Return why each problem cannot be fitted (B,); 0 where it can.

    Parameters
    ----------
    law : Law
        The law.
    problems : Problems
        B problems.
    has_prior : bool
        Whether beliefs may stand in for runs that are missing.
    """
    count = len(problems.weights)
    codes = _look(law, _part(problems, np.arange(count), HEAD), has_prior=has_prior)
    again = np.flatnonzero(codes)
    if again.size and problems.runs > HEAD:
        whole = _part(problems, again, problems.runs)
        codes[again] = _look(law, whole, has_prior=has_prior)
    return codes


def _part(problems: Problems, which: np.ndarray, columns: int) -> tuple[Array, Array]:
    """Return inputs (d, B, n) and error (B, n) of some problems and columns; NaN: no run."""
    some = problems.take(which)
    here = some.weights[:, :columns] > 0
    u = np.where(here, some.u[..., :columns], np.nan)
    return u, np.where(here, some.z[..., :columns], np.nan)


def _look(law: Law, part: tuple[Array, Array], *, has_prior: bool) -> verdict.Codes:
    u, z = part
    size = len(law.coordinates)
    codes = np.zeros(len(z), dtype=np.int8)
    codes[_different(z) < 2] = verdict.CONSTANT_ERROR
    key = sum(values * MIX**index for index, values in enumerate(u))
    distinct = _different(np.asarray(key))
    if size > 1:
        for values in u:
            codes[_different(values) < 2] = verdict.ONE_INPUT_VALUE
    if not has_prior:
        codes[distinct < size] = verdict.TOO_FEW_RUNS
    codes[(distinct < 2) & np.isfinite(z).sum(axis=1).astype(bool) & (size > 1)] = (
        verdict.ONE_INPUT_VALUE
    )
    return codes


def _different(values: Array) -> Array:
    """Return how many different values each row has, NaN left out."""
    ordered = np.sort(values, axis=1)
    with np.errstate(invalid="ignore"):
        steps = (np.diff(ordered, axis=1) > 0).sum(axis=1)
    return np.asarray(steps + np.isfinite(ordered[:, 0]))
