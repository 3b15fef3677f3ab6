"""A line in log10 compute and year whose coefficients borrow from other benchmarks.

Response = level + slope × log10 compute + pace × year + scatter, normal. Slope, pace and ln
scatter of a benchmark are draws from normal distributions over benchmarks (a hierarchical linear
model, Gelman & Hill 2007, ch. 12-13). Those distributions are learned from *other* benchmarks by
their exact marginal likelihood: points of a Sobol sequence over a wide hyperprior, weighted, so
that their uncertainty stays in the forecast. The pace is what a fixed amount of compute gains per
year: without it, forecasts of later results are too pessimistic. It reads no files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr, ndtri
from scipy.stats import qmc

from costlaw.fitting.scatter.evidence import Evidence

Array = NDArray[np.float64]

SCATTERS = np.exp(np.linspace(np.log(0.004), np.log(0.8), 36))  # sd of results round the line [dex]
LEVEL_SD = 1.0  # dex: the level is left free
POINTS = 1024  # of the Sobol sequence; a power of 2
STAGES = 3  # the sequence is laid afresh where the weight was, this often
KEPT = 128  # heaviest points kept
# Hyperprior, mean and sd: slope mean, ln slope sd, pace mean [dex a year], ln pace sd,
# mean ln scatter, ln sd of ln scatter. Two sd of the slope mean cover no law at all to an error
# that falls with the square of a tenth root; two sd of the pace cover 20 % better or worse a year.
HYPER_MEAN = np.array([0.1, np.log(0.05), 0.0, np.log(0.02), np.log(0.06), np.log(0.7)])
HYPER_SD = np.array([0.1, 1.0, 0.05, 1.0, 1.0, 0.7])


@dataclass(frozen=True, kw_only=True, eq=False)
class Kin:
    """What other benchmarks say about a benchmark's slope, pace and scatter.

    Parameters
    ----------
    points : ndarray of shape (h, 6)
        Slope mean and sd, pace mean and sd, mean and sd of ln scatter [dex].
    log_weight : ndarray of shape (h,)
        Natural logarithm of the weight of each point; they sum to 1.
    """

    points: Array
    log_weight: Array

    @property
    def mean(self) -> Array:
        """Weighted mean of the points (6,)."""
        return np.asarray(np.exp(self.log_weight) @ self.points)


def learn_kin(others: Sequence[Evidence], *, seed: int = 0) -> Kin:
    """Return what benchmarks say about one that is not among them.

    Parameters
    ----------
    others : sequence of Evidence
        Points of other benchmarks; those with fewer than 3 results say nothing.
    seed : int
        Of the scrambling of the Sobol sequence.

    Returns
    -------
    Kin
        The hyperprior itself if there are no others.
    """
    some = [one for one in others if len(one) >= 3]
    mean, sd = HYPER_MEAN, HYPER_SD
    for stage in range(STAGES):
        cube = qmc.Sobol(6, seed=seed + stage).random(POINTS)
        normal = ndtri(np.clip(cube, 1e-9, 1 - 1e-9))
        place = mean + sd * normal
        points = np.column_stack(
            [place[:, 0], np.exp(place[:, 1]), place[:, 2], np.exp(place[:, 3]),
             place[:, 4], np.exp(place[:, 5])]
        )  # fmt: skip
        prior = -0.5 * (((place - HYPER_MEAN) / HYPER_SD) ** 2).sum(axis=1)
        laid = -0.5 * (normal**2).sum(axis=1) - np.log(sd).sum()
        weight = prior - laid
        for one in some:
            weight = weight + logsumexp(_meet(one, points).log_evidence, axis=1)
        weight = weight - logsumexp(weight)
        share = np.exp(weight)
        mean = share @ place
        sd = np.minimum(1.3 * np.sqrt(share @ (place - mean) ** 2) + 1e-3, HYPER_SD)
    best = np.argsort(-weight, kind="stable")[:KEPT]
    return Kin(points=points[best], log_weight=weight[best] - logsumexp(weight[best]))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Met:
    """Posterior at each hyper point (h) and scatter (s): evidence, coefficients, covariance."""

    log_evidence: Array
    coefficients: Array
    covariance: Array


def _meet(seen: Evidence, points: Array) -> _Met:
    design = np.column_stack(
        [np.ones(len(seen)), seen.x - seen.x.mean(), seen.year - seen.year.mean()]
    )
    zero = np.zeros(len(points))
    prior_mean = np.column_stack([zero + seen.response.mean(), points[:, 0], points[:, 2]])
    precision = 1 / np.column_stack([zero + LEVEL_SD, points[:, 1], points[:, 3]]) ** 2
    away = seen.response - prior_mean @ design.T
    pull = away @ design
    variance = SCATTERS**2
    matrix = (design.T @ design)[None, None] / variance[:, None, None] + (
        precision[:, None, :, None] * np.eye(3)
    )
    covariance = np.linalg.inv(matrix)
    shift = np.einsum("hsij,hj->hsi", covariance, pull) / variance[:, None]
    square = (away**2).sum(axis=1)[:, None] / variance
    square = square - np.einsum("hsi,hi->hs", shift, pull) / variance
    likelihood = -0.5 * (
        square + np.linalg.slogdet(matrix)[1] - np.log(precision).sum(axis=1)[:, None]
    ) - len(seen) * (np.log(SCATTERS) + 0.5 * np.log(2 * np.pi))
    step = np.log(SCATTERS[1] / SCATTERS[0])
    belief = -0.5 * ((np.log(SCATTERS) - points[:, 4:5]) / points[:, 5:6]) ** 2
    belief = belief - np.log(points[:, 5:6]) - 0.5 * np.log(2 * np.pi) + np.log(step)
    return _Met(
        log_evidence=likelihood + belief,
        coefficients=prior_mean[:, None] + shift,
        covariance=covariance,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class PooledLine:
    """The predictive distribution of a next result of one benchmark at any compute and year.

    Parameters
    ----------
    middle : tuple of float
        Mean log10 compute and mean year of the results seen.
    coefficients : ndarray of shape (k, 3)
        Level, slope, pace of each component of a mixture.
    covariance : ndarray of shape (k, 3, 3)
        Their covariance.
    scatter, weight : ndarray of shape (k,)
        Scatter [response] and weight of each component.
    """

    middle: tuple[float, float]
    coefficients: Array
    covariance: Array
    scatter: Array
    weight: Array

    @classmethod
    def of(cls, seen: Evidence, kin: Kin) -> PooledLine:
        """Return the line of some results given what other benchmarks say.

        Parameters
        ----------
        seen : Evidence
            Results to learn from, with years; at least one.
        kin : Kin
            From ``learn_kin`` of other benchmarks.
        """
        met = _meet(seen, kin.points)
        weight = kin.log_weight[:, None] + met.log_evidence
        share = np.exp(weight - logsumexp(weight)).ravel()
        keep = share > 1e-6
        scatter = np.broadcast_to(SCATTERS, weight.shape).ravel()
        return cls(
            middle=(float(seen.x.mean()), float(seen.year.mean())),
            coefficients=met.coefficients.reshape(-1, 3)[keep],
            covariance=met.covariance.reshape(-1, 3, 3)[keep],
            scatter=scatter[keep], weight=share[keep] / share[keep].sum(),
        )  # fmt: skip

    @property
    def slope(self) -> float:
        """Posterior mean slope: dex of error per dex of compute."""
        return float(self.weight @ self.coefficients[:, 1])

    @property
    def pace(self) -> float:
        """Posterior mean pace: dex of error a year at fixed compute."""
        return float(self.weight @ self.coefficients[:, 2])

    def _parts(self, x: Array, year: Array) -> tuple[Array, Array]:
        design = np.column_stack([np.ones(x.size), x - self.middle[0], year - self.middle[1]])
        center = self.coefficients @ design.T
        line = np.einsum("mi,kij,mj->km", design, self.covariance, design)
        return center, np.sqrt(line + self.scatter[:, None] ** 2)

    def response(self, x: Array, year: Array) -> Array:
        """Return the mean response (m,) at log10 compute and year (m,)."""
        return np.asarray(self.weight @ self._parts(x, year)[0])

    def probability(self, response: Array, x: Array, year: Array) -> Array:
        """Return P(response of a next result <= ``response``) (m,)."""
        center, sd = self._parts(x, year)
        return np.asarray(self.weight @ ndtr((response - center) / sd))

    def log_density(self, response: Array, x: Array, year: Array) -> Array:
        """Return the log density (m,) of a next result's response [1/response]."""
        center, sd = self._parts(x, year)
        each = -0.5 * ((response - center) / sd) ** 2 - np.log(sd) - 0.5 * np.log(2 * np.pi)
        return np.asarray(logsumexp(each + np.log(self.weight)[:, None], axis=0))

    def quantile(self, probability: float, x: Array, year: Array) -> Array:
        """Return the response (m,) not exceeded with a probability, by bisection."""
        center, sd = self._parts(x, year)
        low, high = (center - 9 * sd).min(axis=0), (center + 9 * sd).max(axis=0)
        for _ in range(60):
            middle = (low + high) / 2
            under = self.weight @ ndtr((middle - center) / sd) < probability
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        return np.asarray((low + high) / 2)
