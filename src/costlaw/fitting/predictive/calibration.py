"""What was learned from the library: pool weights, scale constants, shape of the misses.

``learn_weights`` stacks the members (Wolpert 1992; Breiman 1996: weights >= 0 that sum to 1) by
the mean RMSLE of the cases, each relative to how hard the case looked. ``learn_width`` learns the
scale with each collection left out in turn and pools what was missed, so the shape carries the
difference between collections and not only that within them. The shipped constants are in
``data/calibration.json``, written by ``scripts/calibrate_predictive.py``; none is typed by hand.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from scipy.optimize import minimize

from costlaw.fitting.predictive.cases import Case, balanced
from costlaw.fitting.predictive.curve import Array
from costlaw.fitting.predictive.look import COMPONENTS, TINY
from costlaw.fitting.predictive.members import MEMBERS
from costlaw.fitting.predictive.width import Shape, fit_scale, make_shape


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibration:
    """Everything that a forecast needs beside the curve itself.

    Parameters
    ----------
    weights : ndarray of shape (M + 1,)
        Pool weights of the members and of "no further fall".
    constants : ndarray of shape (K,)
        Constants of the scale.
    shape : Shape
        Distribution of miss over scale.
    """

    weights: Array
    constants: Array
    shape: Shape

    def scale(self, components: Array) -> Array:
        """Return the scale (m,) of the miss in ln error for ingredients (m, K)."""
        return components @ self.constants

    def to_dict(self) -> dict[str, Any]:
        """Return the constants as plain JSON values."""
        names = [member.name for member in MEMBERS] + ["no further fall"]
        return {
            "weights": dict(zip(names, self.weights.tolist(), strict=True)),
            "constants": dict(zip(COMPONENTS, self.constants.tolist(), strict=True)),
            "probabilities": self.shape.probabilities.tolist(),
            "misses": self.shape.misses.tolist(),
        }

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Calibration:
        """Return the constants that ``to_dict`` wrote."""
        return cls(
            weights=np.array(list(record["weights"].values())),
            constants=np.array(list(record["constants"].values())),
            shape=Shape(
                probabilities=np.array(record["probabilities"]), misses=np.array(record["misses"])
            ),
        )


@cache
def shipped() -> dict[str, Any]:
    """Return the shipped calibration file as plain values."""
    text = (resources.files("costlaw.fitting") / "data" / "calibration.json").read_text()
    record: dict[str, Any] = json.loads(text)
    return record


@cache
def shipped_calibration() -> Calibration:
    """Return the shipped constants."""
    return Calibration.from_dict(shipped()["calibration"])


def learn_weights(cases: Sequence[Case]) -> Array:
    """Return the pool weights (M + 1,) that do best on some cases.

    The objective is the weighted mean over cases of RMSLE over hardness, where hardness is the
    RMS miss of the plain mean of the members plus their spread: a case that nobody could forecast
    does not decide.
    """
    rows = [case.look.forecasts(case.u) for case in cases]
    misses = [row - case.z for row, case in zip(rows, cases, strict=True)]
    sizes = np.array([case.u.size for case in cases])
    stacked, which = np.concatenate(misses, axis=1).T, np.repeat(np.arange(len(cases)), sizes)
    plain = [np.sqrt(np.mean(row[:-1].mean(axis=0) ** 2)) for row in misses]
    spread = [row[:-1].std(axis=0).mean() for row in rows]
    share = balanced(cases) / (np.array(plain) + 0.3 * np.array(spread) + 2 * TINY)

    def objective(place: Array) -> tuple[float, Array]:
        weights = np.exp(place - place.max())
        weights /= weights.sum()
        away = stacked @ weights
        root = np.sqrt(np.bincount(which, away**2) / sizes + 1e-8)
        slope = stacked.T @ ((share / root / sizes)[which] * away)
        return float(share @ root), weights * (slope - weights @ slope)

    start = np.zeros(stacked.shape[1])
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    weights = np.exp(found.x - found.x.max())
    weights = np.where(weights / weights.sum() < 1e-3, 0.0, weights)
    return np.asarray(weights / weights.sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class Misses:
    """The misses of many cases at given pool weights, ready to learn a width from.

    Parameters
    ----------
    components : ndarray of shape (n, K)
        Ingredients of the scale at each hidden run.
    misses : ndarray of shape (n,)
        Truth less forecast [ln error].
    case : ndarray of shape (n,)
        Which case each belongs to.
    collections : ndarray of shape (C,)
        Collection of each case.
    """

    components: Array
    misses: Array
    case: np.ndarray
    collections: np.ndarray

    def take(self, keep: np.ndarray) -> Misses:
        """Return the cases (C,) for which ``keep`` is true."""
        runs = keep[self.case]
        number = np.cumsum(keep) - 1
        return Misses(
            components=self.components[runs], misses=self.misses[runs],
            case=number[self.case[runs]], collections=self.collections[keep],
        )  # fmt: skip

    @property
    def weights(self) -> Array:
        """How much each miss counts (n,): cases alike within a collection, see ``balanced``."""
        count = np.bincount(self.case)
        names, place, many = np.unique(self.collections, return_inverse=True, return_counts=True)
        del names
        return (many[place] ** -0.5 / count)[self.case]


def collect(cases: Sequence[Case], weights: Array) -> Misses:
    """Return the misses of cases at pool weights (M + 1,)."""
    return Misses(
        components=np.concatenate([case.look.components(weights, case.u) for case in cases]),
        misses=np.concatenate([case.z - case.look.center(weights, case.u) for case in cases]),
        case=np.repeat(np.arange(len(cases)), [case.u.size for case in cases]),
        collections=np.array([case.reference.collection for case in cases]),
    )


def learn_width(misses: Misses) -> tuple[Array, Shape]:
    """Return the constants (K,) of the scale and the shape of what it missed out of collection."""
    whole = fit_scale(misses.components, misses.misses, misses.weights)
    over = np.empty_like(misses.misses)
    for name in np.unique(misses.collections):
        inside = (misses.collections == name)[misses.case]
        rest = misses.take(misses.collections != name)
        found = fit_scale(rest.components, rest.misses, rest.weights, start=whole)
        scale = misses.components[inside] @ np.exp(found[:-2])
        over[inside] = misses.misses[inside] / scale
    return np.exp(whole[:-2]), make_shape(over, misses.weights)
