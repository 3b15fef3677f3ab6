"""What is known about a curve before any hidden run is seen.

A curve's members are fitted, then fitted again with the last runs hidden (the curve's own
back-tests). From these come the pooled forecast, the spread of the members, the error of the own
back-tests and the noise: the ingredients of the width. Hiding one factor of 1.4566 after another
and scoring up to 2.12 times further follows the study of the 92 curves; the pool's weights come
from ``calibration``. Nothing here is calibrated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from costlaw.fitting.predictive.curve import Array, Curve
from costlaw.fitting.predictive.members import MEMBERS, Fitted, fit_members

STEP = 2.12**0.5  # a back-test hides one more factor of this
BACKTESTS = 4
BACKTEST_REACH = 2.12  # and is scored up to this much further
FEWEST_IN_BACKTEST = 4
BATCH = 64  # curves fitted in one padded batch
SLACK = 1.0001  # a run at the cut itself counts as kept
SMALLEST_REACH = 0.05  # in ln x: widths do not shrink below it
COMPONENTS = ("floor", "spread", "back-test", "noise", "upward steps", "no back-test")
TINY = 5e-4  # a floor of the width in ln error: half a thousandth, rounding of printed values


@dataclass(frozen=True, kw_only=True, eq=False)
class Past:
    """One own back-test.

    Parameters
    ----------
    step : int
        How many factors of 1.4566 were hidden.
    errors : ndarray of shape (M + 1,)
        Forecast less truth in ln error of each member and of "no further fall".
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
        """Return ln error (M + 1, m) at u (m,); the last row is "no further fall"."""
        both = self.fitted.forecasts(self.place, np.append(u, 0.0))
        level = np.full((1, np.size(u)), both[:, -1].mean())
        return np.concatenate([both[:, :-1], level])

    def center(self, weights: Array, u: Array) -> Array:
        """Return the pooled ln error (m,) at u (m,) for pool weights (M + 1,)."""
        return weights @ self.forecasts(u)

    def spread(self, weights: Array, u: Array) -> Array:
        """Return the weighted standard deviation (m,) of the members' ln error."""
        rows, share = self.forecasts(u)[:-1], weights[:-1] / weights[:-1].sum()
        return np.sqrt(share @ (rows - share @ rows) ** 2)

    def noise(self, weights: Array) -> float:
        """Return the RMS of the pooled residual over the last third of the runs [ln error]."""
        share = weights[:-1] / weights[:-1].sum()
        size = self.curve.size
        tail = share @ self.fitted.residuals[:, self.place, :size]
        return float(np.sqrt(np.mean(tail[-max(3, math.ceil(size / 3)) :] ** 2)))

    def backtest(self, weights: Array) -> float:
        """Return the RMS error of the own back-tests at about twice the runs [ln error].

        NaN where the curve is too short for any. Back-tests that hide only one factor of 1.4566
        are left out where there are others, because they reach less far.
        """
        far = [past for past in self.past if past.step >= 2] or list(self.past)
        if not far:
            return math.nan
        return float(np.sqrt(np.mean([(weights @ past.errors) ** 2 for past in far])))

    @cached_property
    def recent_fall(self) -> float:
        """How much ln error fell over the last factor of 2.12, whichever way [ln error]."""
        u, z = self.curve.u, self.curve.z
        start = min(int(np.searchsorted(u, -math.log(BACKTEST_REACH))), u.size - 2)
        return abs(z[-1] - z[start]) / -u[start] * math.log(BACKTEST_REACH)

    @cached_property
    def upward(self) -> float:
        """RMS of the upward steps, times their share: 0 for a curve that never rises [ln error]."""
        steps = np.diff(self.curve.z)
        return float((steps > 0).mean() * np.sqrt(np.mean(np.maximum(steps, 0.0) ** 2)))

    def components(self, weights: Array, u: Array) -> Array:
        """Return the ingredients (m, K) of the width at u (m,), each in ln error (COMPONENTS)."""
        reach = np.maximum(u, SMALLEST_REACH) / math.log(BACKTEST_REACH)
        one = np.ones_like(reach)
        error = self.backtest(weights)
        unknown = math.isnan(error)
        return np.stack(
            [
                TINY * one,
                self.spread(weights, u),
                (0.0 if unknown else error) * np.sqrt(reach),
                self.noise(weights) * one,
                self.upward * one,
                (self.recent_fall if unknown else 0.0) * reach,
            ],
            axis=-1,
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
