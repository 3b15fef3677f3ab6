"""How a fall slows: what the library says of the next factor of the resource, for every curve.

Over many published curves the next fall of ln error is a similar share of the last one (about
three quarters over the next factor of two, half over the next factor of sixteen), whatever the
benchmark, the resource or the network. So the pool's forecast is shrunk towards

    ln error = level - gain * recent fall * ln(1 + bend * u) / bend,   u = ln(x / last x),

up to sixteen times the last run, the more, the less the members agree and the noisier they are
(empirical Bayes, Efron & Morris 1975): share = s^2 / (s^2 + v f^2), with s the members'
disagreement and the noise, f the fall forecast by the rule, and v the variance between curves.
``gain``, ``bend`` and ``v`` are learned on the library; the curve asked about, and its hidden
runs, are not in it. It fits no law.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

Array = NDArray[np.float64]

VARIANCES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)  # between curves, of the share of the last fall
SOFT = "soft_l1"  # one curve that stops dead does not set the rule


@dataclass(frozen=True, kw_only=True, eq=False)
class Outlook:
    """What a curve's members say, and what the rule needs to know of the curve.

    Parameters
    ----------
    u : ndarray of shape (m,)
        ln(x / last shown x).
    members : ndarray of shape (m,)
        Mean of the members' ln error.
    level, recent : float
        Fitted ln error at the last shown run, and its recent fall per ln x.
    doubt, unit : float
        Disagreement and noise [ln error], and the u that it was taken at.
    far, members_far : float
        The u up to which the rule was learned, and the members' mean ln error there.
    """

    u: Array
    members: Array
    level: float
    recent: float
    doubt: float
    unit: float
    far: float
    members_far: float


@dataclass(frozen=True, kw_only=True)
class Slowing:
    """The rule's three constants.

    Parameters
    ----------
    gain : float
        Fall per ln x just past the last run, over the recent fall per ln x.
    bend : float
        How fast that share shrinks, per ln x.
    variance : float
        Variance between curves of the fall over what the rule says.
    """

    gain: float
    bend: float
    variance: float

    def fall(self, u: Array) -> Array:
        """Return the fall (m,) at u (m,) >= 0 for a recent fall of 1 per ln x."""
        return np.asarray(self.gain * np.log1p(self.bend * np.maximum(u, 0.0)) / self.bend)

    def share(self, one: Outlook) -> float:
        """Return how much the rule counts beside the members, 0 to 1."""
        fall = one.recent * float(self.fall(np.array([one.unit]))[0])
        return float(one.doubt**2 / (one.doubt**2 + self.variance * fall**2))

    def center(self, one: Outlook) -> Array:
        """Return the pooled ln error (m,).

        Inside the runs the members alone; up to ``far`` members and rule; from there on the members
        go on alone, from where the pool got to.
        """
        near = np.clip(one.u, 0.0, one.far)
        members = np.where(one.u > one.far, one.members_far, one.members)
        rule = one.level - one.recent * self.fall(near)
        lean = np.where(one.u > 0, self.share(one) * (rule - members), 0.0)
        return np.asarray(one.members + lean)


def learn_slowing(outlooks: Sequence[Outlook], truths: Sequence[Array], weights: Array) -> Slowing:
    """Return the rule that forecasts some hidden runs best, in weighted mean RMSLE.

    Parameters
    ----------
    outlooks : sequence of Outlook
        One a case.
    truths : sequence of ndarray of shape (m,)
        ln error of the hidden runs.
    weights : ndarray of shape (C,)
        How much each case counts.
    """
    tried = [_at_variance(outlooks, truths, weights, variance=v) for v in VARIANCES]
    scores = [
        weights @ [np.sqrt(np.mean((rule.center(one) - z) ** 2))
                   for one, z in zip(outlooks, truths, strict=True)]
        for rule in tried
    ]  # fmt: skip
    return tried[int(np.argmin(scores))]


def _at_variance(
    outlooks: Sequence[Outlook], truths: Sequence[Array], weights: Array, *, variance: float
) -> Slowing:
    u = np.array([one.u[-1] for one in outlooks])
    fall = np.array([one.level - z[-1] for one, z in zip(outlooks, truths, strict=True)])
    recent = np.array([one.recent for one in outlooks])
    doubt = np.array([one.doubt / one.unit for one in outlooks])
    share = np.sqrt(weights / weights.mean() / ((doubt * u) ** 2 + variance * (recent * u) ** 2))

    def away(place: Array) -> Array:
        gain, bend = np.exp(place)
        rule = Slowing(gain=float(gain), bend=float(bend), variance=variance)
        return np.asarray((fall - recent * rule.fall(u)) * share)

    gain, bend = np.exp(least_squares(away, [-0.2, -0.5], loss=SOFT).x)
    return Slowing(gain=float(gain), bend=float(bend), variance=variance)
