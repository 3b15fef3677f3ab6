"""What was learned from the library: the rule of slowing, the width, the shape of the misses.

``learn_rule`` learns how falls slow. ``learn_width`` learns the coefficients of the width, again
with each collection left out in turn, and pools what was missed, so the shape carries the
difference between collections and not only that within them. The shipped constants are in
``data/calibration.json``, written by ``scripts/calibrate_predictive.py``; none is typed by hand.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from costlaw.fitting.predictive.cases import MOST_TARGETS, Case, balanced
from costlaw.fitting.predictive.curve import Array
from costlaw.fitting.predictive.slowing import Slowing, learn_slowing
from costlaw.fitting.predictive.width import (
    LEVEL_CLUES,
    SLOPE_CLUES,
    Clues,
    Shape,
    Width,
    fit_width,
    make_shape,
    solve,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibration:
    """Everything that a forecast needs beside the curve itself.

    Parameters
    ----------
    slowing : Slowing
        How falls slow.
    width : Width
        Coefficients of the two scales.
    shape : Shape
        Distribution of the draws.
    """

    slowing: Slowing
    width: Width
    shape: Shape

    def to_dict(self) -> dict[str, Any]:
        """Return the constants as plain JSON values."""
        return {
            "slowing": asdict(self.slowing),
            "level": dict(zip(("one", *LEVEL_CLUES), self.width.level.tolist(), strict=True)),
            "slope": dict(zip(("one", *SLOPE_CLUES), self.width.slope.tolist(), strict=True)),
            "probabilities": self.shape.probabilities.tolist(),
            "misses": self.shape.misses.tolist(),
        }

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Calibration:
        """Return the constants that ``to_dict`` wrote."""
        return cls(
            slowing=Slowing(**record["slowing"]),
            width=Width(
                level=np.array(list(record["level"].values())),
                slope=np.array(list(record["slope"].values())),
            ),
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


def learn_rule(cases: Sequence[Case]) -> Slowing:
    """Return the rule of slowing that does best on some cases, collections balanced."""
    outlooks = [case.look.outlook(case.u) for case in cases]
    return learn_slowing(outlooks, [case.z for case in cases], balanced(cases))


@dataclass(frozen=True, kw_only=True, eq=False)
class Misses:
    """The misses of many cases, ready to learn a width from.

    Parameters
    ----------
    clues : Clues
        What is known at each hidden run (n).
    misses : ndarray of shape (n,)
        Truth less center [ln error].
    case : ndarray of shape (n,)
        Which case each belongs to.
    collections : ndarray of shape (C,)
        Collection of each case.
    """

    clues: Clues
    misses: Array
    case: np.ndarray
    collections: np.ndarray

    def take(self, keep: np.ndarray) -> Misses:
        """Return the cases (C,) for which ``keep`` is true."""
        runs = keep[self.case]
        number = np.cumsum(keep) - 1
        return Misses(
            clues=self.clues.take(runs), misses=self.misses[runs],
            case=number[self.case[runs]], collections=self.collections[keep],
        )  # fmt: skip

    @property
    def weights(self) -> Array:
        """How much each miss counts (n,): cases alike within a collection, see ``balanced``."""
        count = np.bincount(self.case)
        _, place, many = np.unique(self.collections, return_inverse=True, return_counts=True)
        return np.asarray((many[place] ** -0.5 / count)[self.case])


def collect(cases: Sequence[Case], slowing: Slowing) -> Misses:
    """Return the misses of cases, at most 8 hidden runs of each, the farthest among them."""
    picks = [np.unique(np.linspace(0, case.u.size - 1, min(MOST_TARGETS, case.u.size)).round())
             .astype(int) for case in cases]  # fmt: skip
    clues = [case.look.clues(slowing, case.u[pick])
             for case, pick in zip(cases, picks, strict=True)]  # fmt: skip
    truths = [case.z[pick] for case, pick in zip(cases, picks, strict=True)]
    return Misses(
        clues=Clues(
            center=np.concatenate([one.center for one in clues]),
            fall=np.concatenate([one.fall for one in clues]),
            level=np.concatenate([one.level for one in clues]),
            slope=np.concatenate([one.slope for one in clues]),
        ),
        misses=np.concatenate([z - one.center for z, one in zip(truths, clues, strict=True)]),
        case=np.repeat(np.arange(len(cases)), [pick.size for pick in picks]),
        collections=np.array([case.reference.collection for case in cases]),
    )


def learn_width(misses: Misses, *, start: Width | None = None) -> tuple[Width, Shape]:
    """Return the width and the shape of what it missed out of collection.

    Parameters
    ----------
    misses : Misses
        To learn from.
    start : Width, optional
        Where to start from, such as the width of more cases.
    """
    whole = fit_width(misses.clues, misses.misses, misses.weights, start=start)
    return whole, make_shape(draws_left_out(misses, whole), misses.weights)


def draws_left_out(misses: Misses, whole: Width) -> Array:
    """Return the draw q (n,) of each miss, by a width that its collection did not enter.

    Parameters
    ----------
    misses : Misses
        Of several collections; of one alone, its own width is used.
    whole : Width
        The width of all, to start from.
    """
    draws = np.empty_like(misses.misses)
    names = np.unique(misses.collections)
    for name in names:
        inside = (misses.collections == name)[misses.case]
        width = whole
        if names.size > 1:
            rest = misses.take(misses.collections != name)
            width = fit_width(rest.clues, rest.misses, rest.weights, start=whole)
        clues = misses.clues.take(inside)
        level, slope = width.scales(clues)
        draws[inside] = solve(misses.misses[inside], (level, clues.fall, slope))
    return draws
