"""Which additional run would shrink the interval most: its expected width after each candidate.

The draws of the law say how the error at a candidate and the error asked about move together, and
how strongly. A run at the candidate, with the scatter that the runs have, leaves the part of the
asked error's variance that it cannot explain (the Bayes linear update; Goldstein and Wooff 2007),
and adds one degree of freedom. So a candidate's worth is computed from this fit, not from a rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from costlaw.fitting.own.draws import Draws
from costlaw.laws.law import Array

FACTORS = (0.01, 0.03, 0.1, 0.3, 1.0, 2.0, 4.0, 8.0)  # of the largest run
TAIL = 0.01  # share of the draws at each end that is pulled in before variances are taken


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One possible run.

    Parameters
    ----------
    inputs : dict of str to float
        Its setting, by column.
    half_width : float
        Expected half-width of the 90 % interval of ln error at the place asked about.
    """

    inputs: dict[str, float]
    half_width: float


@dataclass(frozen=True, kw_only=True)
class NextRun:
    """What one more run would be worth.

    Parameters
    ----------
    asked : dict of str to float
        The place whose error is asked about, by column.
    now : float
        Half-width of the 90 % interval of ln error there, today.
    candidates : tuple of Candidate
        Best first.
    """

    asked: dict[str, float]
    now: float
    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate | None:
        """The candidate after which the interval is narrowest; None if none can be computed."""
        return self.candidates[0] if self.candidates else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "asked": self.asked, "half_width_now": self.now,
            "candidates": [
                {"inputs": one.inputs, "expected_half_width": one.half_width}
                for one in self.candidates
            ],
        }  # fmt: skip


def expected_half_width(
    asked: Array, at_candidate: Array, *, scatter: float, freedom: int
) -> tuple[float, float]:
    """Return the half-width of ln error now, and the one expected after a run at a candidate.

    Parameters
    ----------
    asked, at_candidate : ndarray of shape (R,)
        ln error of each draw at the place asked about and at the candidate.
    scatter : float
        Standard deviation of a run around the law [ln error].
    freedom : int
        Degrees of freedom of the fit.
    """
    low, high = np.quantile(asked, [0.05, 0.95])
    now = float(high - low) / 2
    ends = [np.quantile(values, [TAIL, 1 - TAIL]) for values in (asked, at_candidate)]
    t, m = np.clip(asked, *ends[0]), np.clip(at_candidate, *ends[1])
    covariance = np.cov(t, m)
    explained = covariance[0, 1] ** 2 / (covariance[1, 1] + scatter**2)
    left = max(1.0 - explained / max(covariance[0, 0], 1e-300), 0.0)
    narrower = float(stdtrit(freedom + 1, 0.95) / stdtrit(freedom, 0.95))
    return now, float(now * np.sqrt(left) * narrower)


def rank_candidates(
    draws: Draws, asked: Array, candidates: Array, *, scatter: float, columns: tuple[str, ...]
) -> NextRun:
    """Return the candidates by the expected half-width after each.

    Parameters
    ----------
    draws : Draws
        Draws of the law.
    asked : ndarray of shape (d,)
        ln inputs (plain ones plainly) of the place asked about.
    candidates : ndarray of shape (d, m)
        ln inputs of the candidates.
    scatter : float
        Standard deviation of a run around the law [ln error].
    columns : tuple of str
        Column behind each input.
    """
    law = draws.fit.law
    freedom = max(int((draws.fit.problems.weights[0] > 0).sum()) - draws.q.shape[1], 1)
    together = draws.log_error(np.column_stack([asked, candidates]))
    keep = np.isfinite(together).all(axis=1)
    place = _named(law.inputs, law.plain_inputs, asked, columns=columns)
    if not draws.enough or keep.sum() < 20:
        return NextRun(asked=place, now=float("nan"), candidates=())
    together = together[keep]
    rows = []
    for index in range(candidates.shape[1]):
        now, after = expected_half_width(
            together[:, 0], together[:, index + 1], scatter=scatter, freedom=freedom
        )
        inputs = _named(law.inputs, law.plain_inputs, candidates[:, index], columns=columns)
        rows.append(Candidate(inputs=inputs, half_width=after))
    rows.sort(key=lambda one: one.half_width)
    return NextRun(asked=place, now=now, candidates=tuple(rows))


def _named(
    inputs: tuple[str, ...], plain: frozenset[str], values: Array, *, columns: tuple[str, ...]
) -> dict[str, float]:
    return {
        column: float(value if name in plain else np.exp(value))
        for name, column, value in zip(inputs, columns, values, strict=True)
    }
