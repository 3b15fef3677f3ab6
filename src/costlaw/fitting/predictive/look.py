"""What is known about a curve before any hidden run is seen.

A curve's members are fitted, then fitted again with the last runs hidden (the curve's own
back-tests). From these come the pooled forecast, the spread of the members, the error of the own
back-tests and the noise: what the width is told. Hiding one factor of 1.4566 after another and
scoring up to 2.12 times further follows the study of the 92 curves. Nothing here is calibrated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from costlaw.fitting.predictive.curve import Array, Curve
from costlaw.fitting.predictive.members import MEMBERS, Fitted, fit_members
from costlaw.fitting.predictive.slowing import Outlook, Slowing
from costlaw.fitting.predictive.width import Clues

STEP = 2.12**0.5  # a back-test hides one more factor of this
BACKTESTS = 4
BACKTEST_REACH = 2.12  # and is scored up to this much further
FEWEST_IN_BACKTEST = 4
BATCH = 64  # curves fitted in one padded batch
SLACK = 1.0001  # a run at the cut itself counts as kept
SMALLEST_REACH = 0.05  # in ln x: widths do not shrink below it
UNIT = math.log(BACKTEST_REACH)  # reach that spread and back-test error are stated at [ln x]
FARTHEST = math.log(16)  # in ln x: the farthest reach that misses were learned at
SMALLEST_FALL = 1e-4  # in ln error: a curve that does not fall is read as falling this much
MANY = 16  # runs from which on their number no longer tells how sure the noise is
TINY = 5e-4  # rounding of printed values [ln error]


@dataclass(frozen=True, kw_only=True, eq=False)
class Past:
    """One own back-test.

    Parameters
    ----------
    step : int
        How many factors of 1.4566 were hidden.
    errors : ndarray of shape (M,)
        Forecast less truth in ln error of each member.
    """

    step: int
    errors: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class Look:
    """One curve, its members' fits and its own back-tests.

    Parameters
    ----------
    curve : Curve
        The runs that may be looked at.
    fitted : Fitted
        Fits of a batch that this curve is in.
    place : int
        Where in the batch.
    past : tuple of Past
        Own back-tests, least hidden first.
    """

    curve: Curve
    fitted: Fitted
    place: int
    past: tuple[Past, ...] = ()

    def forecasts(self, u: Array) -> Array:
        """Return ln error (M, m) of the members at u (m,)."""
        return self.fitted.forecasts(self.place, u)

    def spread(self, u: Array) -> Array:
        """Return the standard deviation (m,) of the members' ln error at u (m,)."""
        return np.asarray(self.forecasts(u).std(axis=0))

    @cached_property
    def level(self) -> float:
        """Mean of the members' ln error at the last run."""
        return float(self.forecasts(np.zeros(1)).mean())

    @cached_property
    def recent(self) -> float:
        """Fitted fall of ln error per ln x over the last factor of 2.12, at least 1e-4 in all."""
        before = float(self.forecasts(np.array([-UNIT])).mean())
        return max(before - self.level, SMALLEST_FALL) / UNIT

    @cached_property
    def residuals(self) -> Array:
        """Observed less fitted ln error (n,), mean of the members before their shift."""
        return np.asarray(self.fitted.residuals[:, self.place, : self.curve.size].mean(axis=0))

    @cached_property
    def noise(self) -> float:
        """RMS of the residuals over the last third of the runs [ln error]."""
        tail = self.residuals[-max(3, math.ceil(self.curve.size / 3)) :]
        return float(np.sqrt(np.mean(tail**2)))

    @cached_property
    def roughness(self) -> float:
        """Noise seen without any law: from second differences over the last half [ln error]."""
        u, z = self.curve.u, self.curve.z
        left, right = u[1:-1] - u[:-2], u[2:] - u[1:-1]
        share = right / (left + right)
        bend = z[1:-1] - share * z[:-2] - (1 - share) * z[2:]
        bend = bend / np.sqrt(1 + share**2 + (1 - share) ** 2)
        return float(np.sqrt(np.mean(bend[-max(3, math.ceil(bend.size / 2)) :] ** 2)))

    @cached_property
    def doubt(self) -> float:
        """Disagreement of the members at 2.12 times the last run, and noise [ln error]."""
        return math.hypot(float(self.spread(np.array([UNIT]))[0]), self.noise)

    @cached_property
    def backtest(self) -> float:
        """RMS error of the own back-tests at about twice the runs [ln error].

        NaN where the curve is too short for any. Back-tests that hide only one factor of 1.4566
        are left out where there are others, because they reach less far.
        """
        far = [past for past in self.past if past.step >= 2] or list(self.past)
        if not far:
            return math.nan
        return float(np.sqrt(np.mean([past.errors.mean() ** 2 for past in far])))

    @cached_property
    def missed(self) -> float:
        """Back-test error; for a curve too short for any, from doubt and recent fall."""
        if not math.isnan(self.backtest):
            return self.backtest
        return self.doubt + 0.3 * self.recent_fall

    @cached_property
    def recent_fall(self) -> float:
        """How much ln error fell over the last factor of 2.12, whichever way [ln error]."""
        u, z = self.curve.u, self.curve.z
        start = min(int(np.searchsorted(u, -UNIT)), u.size - 2)
        return float(abs(z[-1] - z[start]) / -u[start] * UNIT)

    @cached_property
    def upward(self) -> float:
        """RMS of the upward steps, times their share: 0 for a curve that never rises [ln error]."""
        steps = np.diff(self.curve.z)
        return float((steps > 0).mean() * np.sqrt(np.mean(np.maximum(steps, 0.0) ** 2)))

    @property
    def lift(self) -> float:
        """How far the last run lies off the fits, whichever way [ln error]."""
        return float(abs(self.residuals[-1]))

    def outlook(self, u: Array) -> Outlook:
        """Return what the members say at u (m,), for the rule of slowing."""
        return Outlook(
            u=u, members=self.forecasts(u).mean(axis=0), level=self.level, recent=self.recent,
            doubt=self.doubt, unit=UNIT, far=FARTHEST,
            members_far=float(self.forecasts(np.array([FARTHEST])).mean()),
        )  # fmt: skip

    def center(self, slowing: Slowing, u: Array) -> Array:
        """Return the pooled ln error (m,) at u (m,)."""
        return slowing.center(self.outlook(u))

    def clues(self, slowing: Slowing, u: Array) -> Clues:
        """Return what the width is told at u (m,)."""
        near = np.minimum(u, FARTHEST)  # beyond the library's reach nothing was learned
        reach = np.log(np.maximum(near, SMALLEST_REACH) / UNIT)
        one = np.ones_like(reach)
        center = self.center(slowing, u)
        fall = np.maximum(self.level - center, SMALLEST_FALL)
        there = np.maximum(self.level - self.center(slowing, near), SMALLEST_FALL)
        spread, missed = self.spread(near), self.missed
        level = [self.noise, self.roughness, self.lift, missed, self.upward, self.recent]
        few = max(math.log(MANY / self.curve.size), 0.0)
        return Clues(
            center=center,
            fall=fall,
            level=np.stack([*(one * math.log(v + TINY) for v in level), one * few, reach], axis=-1),
            slope=np.stack(
                [
                    reach,
                    np.log((spread + SMALLEST_FALL) / (there + 2 * TINY)),
                    one * math.log((missed + SMALLEST_FALL) / (self.recent * UNIT + 2 * TINY)),
                    one * math.log(self.curve.size),
                ],
                axis=-1,
            ),
        )


def backtest_sizes(curve: Curve, size: int) -> list[tuple[int, int]]:
    """Return (step, runs kept) of the own back-tests of the ``size`` smallest amounts."""
    found: dict[int, int] = {}
    for step in range(1, BACKTESTS + 1):
        kept = int((curve.x[:size] <= curve.x[size - 1] / STEP**step * SLACK).sum())
        if kept < size and curve.can_be_head(kept, FEWEST_IN_BACKTEST):
            found.setdefault(kept, step)
    return [(step, kept) for kept, step in found.items()]


def look_at(curves: Sequence[Curve], sizes: Sequence[int] | None = None) -> list[Look]:
    """Fit and back-test curves, or their heads.

    Parameters
    ----------
    curves : sequence of Curve
        One for each answer; the same curve may come several times with other sizes.
    sizes : sequence of int, optional
        How many of each curve's smallest amounts may be looked at; all if left out.

    Returns
    -------
    list of Look
        In the order asked for. Work is shared between heads of one curve.
    """
    wanted = sizes if sizes is not None else [curve.size for curve in curves]
    pasts = [backtest_sizes(c, size) for c, size in zip(curves, wanted, strict=True)]
    needed: dict[tuple[int, int], Curve] = {}
    for curve, size, past in zip(curves, wanted, pasts, strict=True):
        for kept in (size, *(kept for _, kept in past)):
            needed.setdefault((id(curve), kept), curve)
    fits = _fit_all({key: curve.head(key[1]) for key, curve in needed.items()})
    answers = []
    for curve, size, past in zip(curves, wanted, pasts, strict=True):
        tests = tuple(
            _score(curve, size, step=step, head=fits[id(curve), kept]) for step, kept in past
        )
        fitted = fits[id(curve), size]
        answers.append(
            Look(curve=fitted.curve, fitted=fitted.fitted, place=fitted.place, past=tests)
        )
    return answers


def _fit_all(heads: dict[tuple[int, int], Curve]) -> dict[tuple[int, int], Look]:
    keys = sorted(heads, key=lambda key: heads[key].size)
    out: dict[tuple[int, int], Look] = {}
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH]
        fitted = fit_members([heads[key] for key in some], MEMBERS)
        for place, key in enumerate(some):
            out[key] = Look(curve=heads[key], fitted=fitted, place=place)
    return out


def _score(curve: Curve, size: int, *, step: int, head: Look) -> Past:
    """Score a head at the farthest run that is in reach and not hidden."""
    last = head.curve.x[-1]
    inside = np.flatnonzero(curve.x[:size] <= last * BACKTEST_REACH * SLACK)
    target = max(int(inside[-1]), head.curve.size)
    u = np.array([math.log(curve.x[target] / last)])
    return Past(step=step, errors=head.forecasts(u)[:, 0] - curve.z[target])
