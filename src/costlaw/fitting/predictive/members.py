"""The members of the pool: five laws, each fitted with its own memory of the past.

Each member is one law fitted to ln error by penalised least squares in which a run counts
e^(u/h), u = ln(x / last x): a law that is wrong over five decades is still right over the last
one. Weak normal beliefs about the coordinates keep curves with few runs from absurd answers. The
result is shifted to the last runs, unless the curve is a best-so-far record (whose last value is
low by construction). The laws are those of Hestness et al. 2017 (power law with irreducible
error), Alabdulmohsin et al. 2022 (M3), Caballero et al. 2023 (one smooth break), the Hill curve
and the Gompertz law; the beliefs are weak and were set by hand before any hidden run was looked at.

All members count the same: weights learned on some collections of curves forecast other
collections worse than equal ones (docs/benchmarks.md), as is common in combining forecasts (Smith
& Wallis 2009).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from costlaw.fitting.kernel.fit import Prior, fit_batch
from costlaw.fitting.predictive.curve import Array, Curve
from costlaw.laws import law

ADAPTIVE = 0.0  # memory chosen so that about 12 runs count
ALL = 1e6  # memory so long that every run counts the same
ANCHOR_MEMORY = 0.1  # in ln x: the shift uses the last tenth of an e-fold
NOISE_GUESS = 0.01  # sd of ln error in the first round, before the residuals are known
SMALLEST_VARIANCE = 1e-12
FIRST_STEPS, LAST_STEPS, KEPT = 40, 60, 3
TOLERANCE = 1e-7  # relative decrease of the objective


@dataclass(frozen=True, kw_only=True)
class Member:
    """One law with one memory.

    Parameters
    ----------
    law : str
        Name of the law.
    memory : float
        h in ln x: a run counts e^(u/h); 0 means adaptive.
    stiffness : float
        Strength of the beliefs about the coordinates, 1 = as stated.
    """

    law: str
    memory: float
    stiffness: float = 1.0

    @property
    def name(self) -> str:
        """The member in words."""
        memory = {ADAPTIVE: "adaptive memory", ALL: "all runs alike"}.get(
            self.memory, f"memory {self.memory:g}"
        )
        return f"{self.law}, {memory}"


MEMBERS = (
    Member(law="power-irreducible", memory=0.4),
    Member(law="power-irreducible", memory=0.7),
    Member(law="power-irreducible", memory=ALL),
    Member(law="power-shifted", memory=0.4),
    Member(law="power-shifted", memory=1.5),
    Member(law="broken-power-1", memory=1.5),
    Member(law="broken-power-1", memory=ADAPTIVE, stiffness=2.0),
    Member(law="broken-power-1", memory=ALL),
    Member(law="hill", memory=0.7),
    Member(law="gompertz", memory=0.4),
    Member(law="gompertz", memory=0.7),
)

# mean and sd of the beliefs about each coordinate after the level; L = ln range of x (>= .5)
# power-irreducible (a, ln c); power-shifted (ln g, ln c); hill (a, d, ln c); gompertz (ln s, ln c);
# broken-power-1 (a, s0, s1, d, ln F): see costlaw.laws for the coordinates.
LEVEL_SD = 30.0  # the level is left free


def beliefs(name: str, span: Array) -> tuple[Array, Array]:
    """Return mean and sd (B, p - 1) of the coordinates after the level, for ln ranges (B,)."""
    one = np.ones_like(span)
    tables = {
        "power-irreducible": ([0 * one, np.log(0.4) * one], [3 * one, 1.2 * one]),
        "power-shifted": ([-one, np.log(0.4) * one], [3 * one, 1.2 * one]),
        "broken-power-1": (
            [-one, 0.2 * one, 0.4 * one, -0.5 * span, np.log(0.6) * one],
            [2.5 * one, 0.6 * one, 0.6 * one, 0.5 * span, one],
        ),
        "hill": ([-one, -0.8 * span, np.log(0.5) * one], [3 * one, 0.5 * span, one]),
        "gompertz": ([np.log(0.2) * one, np.log(0.3) * one], [1.5 * one, one]),
    }
    mean, sd = tables[name]
    return np.stack(mean, axis=-1), np.stack(sd, axis=-1)


def first_guesses(name: str, span: Array, slope: Array) -> Array:
    """Return starts (S, B, p - 1) of the coordinates after the level."""
    one = np.ones_like(span)
    if name in {"power-irreducible", "power-shifted"}:
        pairs = itertools.product((-3.0, 0.0, 2.0), (0.15, 0.5, 1.2))
        rows: list[tuple[Array, ...]] = [(a * one, np.log(c) * one) for a, c in pairs]
    elif name == "hill":
        triples = itertools.product((-3.0, 0.0), (0.3, 0.8), (-0.9, -0.5))
        rows = [(a * one, d * span, np.log(c) * one) for a, c, d in triples]
    elif name == "gompertz":
        pairs = itertools.product((0.3, 1.0), (0.05, 0.3, 1.0))
        rows = [(np.log(np.maximum(a * slope, 1e-3)), np.log(c) * one) for a, c in pairs]
    else:
        bends = ((0.1 * slope + 0.01, 1.3 * slope), (1.5 * slope, 0.7 * slope))
        choices = itertools.product((-0.75, -0.4, -0.1), bends, (0.25, 0.9), (-4.0, 0.0))
        rows = [(a * one, s[0], s[1], d * span, np.log(w) * one) for d, s, w, a in choices]
    return np.array([np.stack(row, axis=-1) for row in rows])


@dataclass(frozen=True, kw_only=True, eq=False)
class Heads:
    """Many curves in one padded batch, each seen from its last run.

    Parameters
    ----------
    u, z : ndarray of shape (B, n)
        ln(x / last x) and ln error; padding repeats the last run.
    known : ndarray of shape (B, n)
        1 where there is a run.
    record : ndarray of shape (B,)
        Whether the curve is a best-so-far record.
    """

    u: Array
    z: Array
    known: Array
    record: np.ndarray

    @property
    def count(self) -> Array:
        """Number of runs (B,)."""
        return self.known.sum(axis=1)

    @property
    def span(self) -> Array:
        """ln range of x (B,), at least 0.5."""
        return np.maximum(-self.u[:, 0], 0.5)

    def slope(self) -> Array:
        """Least-squares slope, turned positive, over the last half of ln x (B,)."""
        late = self.known * (self.u >= self.u[:, :1] / 2)
        total = late.sum(axis=1)
        u = self.u - ((self.u * late).sum(axis=1) / total)[:, None]
        z = self.z - ((self.z * late).sum(axis=1) / total)[:, None]
        fall = -(u * z * late).sum(axis=1) / np.maximum((u * u * late).sum(axis=1), 1e-9)
        return np.clip(fall, 0.01, 3.0)


def pad(curves: Sequence[Curve]) -> Heads:
    """Return curves as one padded batch."""
    size = max(curve.size for curve in curves)

    def filled(values: Sequence[Array], fill: str) -> Array:
        mode = {"edge": "edge", "zero": "constant"}[fill]
        return np.stack([np.pad(v, (0, size - v.size), mode=mode) for v in values])  # type: ignore[call-overload]

    return Heads(
        u=filled([curve.u for curve in curves], "edge"),
        z=filled([curve.z for curve in curves], "edge"),
        known=filled([np.ones(curve.size) for curve in curves], "zero"),
        record=np.array([curve.is_record for curve in curves]),
    )


def recency(heads: Heads, memory: float) -> Array:
    """Return how much each run counts (B, n): e^(u/h), 0 for padding."""
    if memory != ADAPTIVE:
        return np.exp(heads.u / memory) * heads.known
    wanted = np.minimum(12.0, 0.9 * heads.count)
    h = np.full(len(heads.u), 0.5)
    for _ in range(60):
        short = ((np.exp(heads.u / h[:, None]) * heads.known).sum(axis=1) < wanted) & (h < 50)
        if not short.any():
            break
        h[short] *= 1.15
    return np.exp(heads.u / h[:, None]) * heads.known


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """The members' fits to B curves.

    Parameters
    ----------
    members : tuple of Member
        M members.
    q : tuple of ndarray of shape (B, p)
        Working coordinates of each member, u = 0 at the last run.
    shift : ndarray of shape (M, B)
        What was added to each member so that it meets the last runs.
    residuals : ndarray of shape (M, B, n)
        Observed less fitted ln error before the shift.
    """

    members: tuple[Member, ...]
    q: tuple[Array, ...]
    shift: Array
    residuals: Array

    def forecasts(self, place: int, u: Array) -> Array:
        """Return ln error (M, m) of every member for curve ``place`` at u (m,)."""
        rows = [
            law(member.law).log_error(q[place], u[None])
            for member, q in zip(self.members, self.q, strict=True)
        ]
        return np.stack(rows) + self.shift[:, place, None]


def fit_members(curves: Sequence[Curve], members: tuple[Member, ...] = MEMBERS) -> Fitted:
    """Fit every member to every curve.

    Parameters
    ----------
    curves : sequence of Curve
        B curves.
    members : tuple of Member
        What to fit.

    Returns
    -------
    Fitted
        Coordinates, shifts and residuals.
    """
    heads = pad(curves)
    near = np.exp(heads.u / ANCHOR_MEMORY) * heads.known
    q_all, shifts, residuals = [], [], []
    for member in members:
        q = _fit(member, heads)
        away = heads.z - law(member.law).log_error(q, heads.u[None])
        shift = (near * away).sum(axis=1) / near.sum(axis=1)
        q_all.append(q)
        shifts.append(np.where(heads.record, 0.0, shift))
        residuals.append(away)
    return Fitted(
        members=members, q=tuple(q_all), shift=np.stack(shifts), residuals=np.stack(residuals)
    )


def _fit(member: Member, heads: Heads) -> Array:
    form, weights = law(member.law), recency(heads, member.memory)
    mean, sd = beliefs(member.law, heads.span)
    last = heads.z[:, -1:]
    mean = np.concatenate([last, mean], axis=1)
    sd = np.concatenate([np.full_like(last, LEVEL_SD), sd], axis=1)
    guesses = first_guesses(member.law, heads.span, heads.slope())
    level = np.broadcast_to(last, (*guesses.shape[:-1], 1))
    starts = np.concatenate([level, guesses], axis=-1)
    variance = np.full(len(last), NOISE_GUESS**2)
    origin = (np.zeros((1, len(last))), np.zeros(len(last)))
    for steps in (FIRST_STEPS, LAST_STEPS):
        precision = member.stiffness * variance[:, None] / sd**2
        fit = fit_batch(
            form, np.exp(heads.u)[None], np.exp(heads.z), weights=weights, starts=starts,
            prior=Prior(mean=mean, precision=precision), origin=origin, keep=KEPT,
            max_steps=steps, bounded=False, tolerance=TOLERANCE,
        )  # fmt: skip
        best, starts = fit.q[:, 0], np.moveaxis(fit.q, 1, 0)
        away = (heads.z - form.log_error(best, heads.u[None])) * heads.known
        variance = noise_variance(away, weights, best.shape[-1])
    return best


def noise_variance(away: Array, weights: Array, coordinates: int) -> Array:
    """Return the variance (B,) that the beliefs are weighed against.

    Weighted residual variance, corrected for the coordinates fitted and enlarged by the lag-one
    autocorrelation, so that beliefs still act on smooth curves, whose residuals are systematic.
    """
    count = (weights > 0).sum(axis=1)
    square = (weights * away**2).sum(axis=1) / weights.sum(axis=1)
    total = np.maximum((away**2).sum(axis=1), 1e-300)
    along = (away[:, 1:] * away[:, :-1]).sum(axis=1) / total
    along = np.clip(np.where(count < 5, 0.0, along), 0.0, 0.95)
    enlarged = square * count / np.maximum(count - coordinates, 1) * (1 + along) / (1 - along)
    return np.maximum(enlarged, SMALLEST_VARIANCE)
