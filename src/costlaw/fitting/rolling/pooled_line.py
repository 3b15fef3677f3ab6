"""A line in log10 compute and year whose coefficients borrow from other benchmarks.

Response = level + slope × log10 compute + pace × year + drift + scatter, normal. Slope, pace and ln
scatter of a benchmark are draws from normal distributions over benchmarks (a hierarchical linear
model, Gelman & Hill 2007, ch. 12-13). Those distributions are learned from *other* benchmarks by
their exact marginal likelihood: points of a Sobol sequence over a wide hyperprior, weighted, so
that their uncertainty stays in the forecast. The pace is what a fixed amount of compute gains per
year: without it, forecasts of later results are too pessimistic.

Results are not independent (``vintage``): those of one paper or lineage share part of the scatter,
and all of a year share a drift, a random walk round the steady pace (Harvey 1989, ch. 2), so that
a pace is known as well as there are years and not as there are rows, and a forecast widens with
the years ahead. It reads no files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr, ndtri
from scipy.stats import qmc

from costlaw.fitting.rolling.vintage import SHAPES, Vintage
from costlaw.fitting.scatter.evidence import Evidence

Array = NDArray[np.float64]

SCATTERS = np.exp(np.linspace(np.log(0.004), np.log(0.8), 36))  # sd of results round the line [dex]
LEVEL_SD = 1.0  # dex: the level is left free
POINTS = 1024  # of the Sobol sequence; a power of 2
STAGES = 3  # the sequence is laid afresh where the weight was, this often
KEPT = 256  # points kept, drawn by their weight: the heaviest alone would be a biased few
COMPONENTS = 2000  # of the mixture that a forecast is
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
    some = [Vintage.of(one) for one in others if len(one) >= 3]
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
            weight = weight + logsumexp(_meet(one, points).log_evidence, axis=(1, 2))
        weight = weight - logsumexp(weight)
        share = np.exp(weight)
        mean = share @ place
        sd = np.minimum(1.3 * np.sqrt(share @ (place - mean) ** 2) + 1e-3, HYPER_SD)
    # Mixed first: every fourth point of a Sobol sequence lies in one quarter of the space.
    mixed = np.random.default_rng(seed).permutation(POINTS)
    drawn = mixed[_drawn(share[mixed], KEPT)[0]]
    return Kin(points=points[drawn], log_weight=np.full(KEPT, -np.log(KEPT)))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Met:
    """Results met by hyper points (h): log evidence at each shape (c) and scatter (s).

    ``inner`` (1, c, 1, 3, 3), ``pull`` (h, c, 1, 3) and ``precision`` (h, 1, 1, 3) are what the
    coefficients follow from: posterior = (inner / scatter² + precision)⁻¹ pull / scatter².
    """

    log_evidence: Array
    prior_mean: Array
    inner: Array
    pull: Array
    precision: Array


def _meet(seen: Vintage, points: Array) -> _Met:
    zero = np.zeros(len(points))
    prior_mean = np.column_stack([zero, points[:, 0], points[:, 2]])
    precision = 1 / np.column_stack([zero + LEVEL_SD, points[:, 1], points[:, 3]]) ** 2
    left = np.column_stack([-prior_mean, zero + 1.0])  # response less its prior mean
    pull = np.einsum("cij,hj->hci", seen.products[:, :3], left)
    total = np.einsum("hi,cij,hj->hc", left, seen.products, left, optimize=True)
    variance = SCATTERS**2
    inner, wide = seen.products[None, :, None, :3, :3], precision[:, None, None]
    volume, shrunk = _solved(
        inner / variance[:, None, None], wide, pull[:, :, None] / variance[:, None]
    )
    square = total[:, :, None] / variance - shrunk
    likelihood = -0.5 * (
        square + volume - np.log(precision).sum(axis=1)[:, None, None] + seen.log_volume[:, None]
    ) - seen.count * (np.log(SCATTERS) + 0.5 * np.log(2 * np.pi))
    step = np.log(SCATTERS[1] / SCATTERS[0])
    belief = -0.5 * ((np.log(SCATTERS) - points[:, 4:5]) / points[:, 5:6]) ** 2
    belief = belief - np.log(points[:, 5:6]) - 0.5 * np.log(2 * np.pi) + np.log(step)
    return _Met(
        log_evidence=likelihood + belief[:, None] - np.log(len(SHAPES)),
        prior_mean=prior_mean, inner=inner, pull=pull[:, :, None], precision=wide,
    )  # fmt: skip


def _solved(inner: Array, precision: Array, pull: Array) -> tuple[Array, Array]:
    """Return ln determinant of (inner + precision), and pull (inner + precision)⁻¹ pull.

    By elimination written out: a million 3 × 3 matrices at once are slow as calls of LAPACK.
    """
    first = inner[..., 0, 0] + precision[..., 0]
    low, last = inner[..., 1, 0] / first, inner[..., 2, 0] / first
    second = inner[..., 1, 1] + precision[..., 1] - low * inner[..., 1, 0]
    cross = inner[..., 2, 1] - last * inner[..., 1, 0]
    third = inner[..., 2, 2] + precision[..., 2] - last * inner[..., 2, 0] - cross**2 / second
    one = pull[..., 0]
    two = pull[..., 1] - low * one
    three = pull[..., 2] - last * one - cross / second * two
    volume = np.log(first * second * third)
    return volume, one**2 / first + two**2 / second + three**2 / third


@dataclass(frozen=True, kw_only=True, eq=False)
class PooledLine:
    """The predictive distribution of a next result of one benchmark at any compute and year.

    Parameters
    ----------
    vintage : Vintage
        The results seen.
    coefficients : ndarray of shape (k, 3)
        Level, slope, pace of each component of a mixture.
    covariance : ndarray of shape (k, 3, 3)
        Their covariance.
    scatter, weight : ndarray of shape (k,)
        Scatter [response] and weight of each component.
    shape : ndarray of shape (k,)
        Which of ``SHAPES`` each component has.
    """

    vintage: Vintage
    coefficients: Array
    covariance: Array
    scatter: Array
    weight: Array
    shape: NDArray[np.int64]

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
        vintage = Vintage.of(seen)
        met = _meet(vintage, kin.points)
        weight = kin.log_weight[:, None, None] + met.log_evidence
        point, shape, at = _drawn(np.exp(weight - logsumexp(weight)), COMPONENTS)
        variance = SCATTERS[at, None] ** 2
        matrix = met.inner[0, shape, 0] / variance[:, :, None]
        covariance = np.linalg.inv(matrix + met.precision[point, 0, 0, :, None] * np.eye(3))
        shift = np.einsum("kij,kj->ki", covariance, met.pull[point, shape, 0] / variance)
        return cls(
            vintage=vintage, coefficients=met.prior_mean[point] + shift, covariance=covariance,
            scatter=SCATTERS[at], weight=np.full(COMPONENTS, 1 / COMPONENTS), shape=shape,
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
        """Return mean and standard deviation (k, m) of each component."""
        center, sd = (np.empty((self.weight.size, x.size)) for _ in range(2))
        for one in np.unique(self.shape):
            mine = self.shape == one
            known, design, own = self.vintage.ahead(int(one), x, year)
            center[mine] = known + self.coefficients[mine] @ design.T
            line = np.einsum("mi,kij,mj->km", design, self.covariance[mine], design)
            sd[mine] = np.sqrt(line + own * self.scatter[mine, None] ** 2)
        return center, sd

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


def _drawn(share: Array, count: int) -> tuple[NDArray[np.int64], ...]:
    """Return the places of an even sample of a mixture's components, one array an axis.

    Systematic: each component is taken as often as its share says, rounded up or down.
    """
    ends = np.cumsum(share.ravel())
    marks = (np.arange(count) + 0.5) / count * ends[-1]
    return tuple(np.unravel_index(np.searchsorted(ends, marks), share.shape))
