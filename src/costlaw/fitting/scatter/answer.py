"""The inverse answer: what compute for error e, as two named confidence distributions.

*Where the law passes e* is uncertain because the line is; *where a next published result would*
adds the scatter of results. Both come from the fitted line's pivot (Fieller 1954, clustered), keep
what never gets there as P(unreachable), and stand beside the leave-one-out range. Nothing is
priced here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import EvidenceError, UnreachableError
from costlaw.fitting.scatter.distribution import ComputeDistribution
from costlaw.fitting.scatter.estimands.line import Array
from costlaw.fitting.scatter.fit import Fit
from costlaw.fitting.scatter.leave_out import leave_out_range
from costlaw.units import format_chance, format_percent

MOST = 0.5  # P(unreachable) from which there is no number


@dataclass(frozen=True, kw_only=True, eq=False)
class ComputeAnswer:
    """Compute for a target error.

    Parameters
    ----------
    error : float
        Target [the benchmark's unit].
    law, next_result : ComputeDistribution
        Where the law passes the target; where a next published result would [log10 FLOP].
    leave_one_out, leave_one_cluster_out : tuple of float
        Range of the point answer when each run, or each cluster, is left out [log10 FLOP].
    reach_dex : float
        How far past the largest run the point answer lies [dex]; below 0 inside the evidence.
    """

    error: float
    law: ComputeDistribution
    next_result: ComputeDistribution
    leave_one_out: tuple[float, float]
    leave_one_cluster_out: tuple[float, float]
    reach_dex: float

    @property
    def point_log10(self) -> float:
        """Where the law passes the target, at its fitted coefficients [log10 FLOP]."""
        return self.law.point

    @property
    def p_unreachable(self) -> float:
        """Confidence that the law never gets there."""
        return self.law.p_unreachable

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "error": self.error,
            "law": self.law.to_dict(level),
            "next_result": self.next_result.to_dict(level),
            "leave_one_out": [_plain(end) for end in self.leave_one_out],
            "leave_one_cluster_out": [_plain(end) for end in self.leave_one_cluster_out],
            "reach_dex": _plain(self.reach_dex),
            "p_unreachable": self.p_unreachable,
        }


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None


def compute_for_error(fit: Fit, error: float, *, leave_out: bool = True) -> ComputeAnswer:
    """Return the compute at which the fit reaches an error.

    Parameters
    ----------
    fit : Fit
        A law fitted to a scatter of runs.
    error : float
        Target, in the benchmark's unit.
    leave_out : bool
        Also fit without each run and each cluster; the ranges are NaN otherwise.

    Returns
    -------
    ComputeAnswer

    Raises
    ------
    EvidenceError
        If the exponent is not told apart from zero.
    UnreachableError
        If the law does not reach the target with a confidence of at least one half.
    """
    title = fit.benchmark.title
    if fit.verdict != "ok":
        raise EvidenceError(
            f"{title}, {fit.edition}, {fit.measure}: {fit.verdict}. No amount of compute can be "
            "named from this. Try another measure, edition or estimand."
        )
    target = float(fit.transform.response(np.array(error)))
    law = fit.line.where(target, next_result=False)
    if not np.isfinite(law.point) or law.p_unreachable >= MOST:
        shown = format_percent(error) if fit.benchmark.is_fraction else f"{error:g}"
        raise UnreachableError(
            f"{title}, {fit.law} law: an error of {shown} is not reached by any amount of compute "
            f"(confidence {format_chance(max(law.p_unreachable, 0.5))}). Best error so far: "
            f"{float(fit.evidence.error.min()):.4g}. Ask for a larger error, or another law."
        )
    unknown = (np.nan, np.nan)
    singles = np.arange(fit.n)
    return ComputeAnswer(
        error=error,
        law=law,
        next_result=fit.line.where(target, next_result=True),
        leave_one_out=_leave_out(fit, target, singles) if leave_out else unknown,
        leave_one_cluster_out=(
            _leave_out(fit, target, fit.evidence.groups) if leave_out else unknown
        ),
        reach_dex=law.point - float(fit.evidence.x.max()),
    )


def _leave_out(fit: Fit, target: float, groups: NDArray[np.int64]) -> tuple[float, float]:
    """Return the range of the point answer over fits without each group."""
    return leave_out_range(
        fit.evidence, estimand=fit.estimand, better=fit.line.better, target=target, groups=groups
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Bands:
    """Error at amounts of compute, with bands.

    Parameters
    ----------
    compute_flop, error : ndarray of shape (m,)
        Compute [FLOP] and the law's error.
    law, next_result : dict of float to (ndarray, ndarray)
        For each level the lower and upper error (m,), of the law and of a next result.
    """

    compute_flop: Array
    error: Array
    law: dict[float, tuple[Array, Array]]
    next_result: dict[float, tuple[Array, Array]]


def error_at(fit: Fit, compute_flop: Array, *, levels: tuple[float, ...] = (0.5, 0.9)) -> Bands:
    """Return the law and its bands at amounts of compute.

    Parameters
    ----------
    fit : Fit
        A law fitted to a scatter of runs.
    compute_flop : ndarray of shape (m,)
        Where [FLOP].
    levels : tuple of float
        Levels of the bands.

    Returns
    -------
    Bands
    """
    x = np.log10(np.asarray(compute_flop, dtype=float))

    def ends(level: float, next_result: bool) -> tuple[Array, Array]:
        low, high = (
            fit.transform.inverse_response(
                fit.line.band(x, probability=0.5 + side * level / 2, next_result=next_result)
            )
            for side in (-1, 1)
        )
        return np.fmin(low, high), np.fmax(low, high)

    return Bands(
        compute_flop=10.0**x,
        error=fit.predict(10.0**x),
        law={level: ends(level, False) for level in levels},
        next_result={level: ends(level, True) for level in levels},
    )
