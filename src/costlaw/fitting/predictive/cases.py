"""Cases to learn and to check on: a curve with its largest runs hidden, and those runs.

For every reference curve the largest runs are hidden at about 2, 4, 8 and 16 times reach; the
benchmark's curves also have their official hidden part. A case never shows a hidden run to the
fit. This module scores nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from costlaw.fitting.predictive.curve import Array, Curve, thin
from costlaw.fitting.predictive.library import Reference
from costlaw.fitting.predictive.look import SLACK, Look, look_at

HIDDEN = (1.9, 3.8, 7.6, 15.2)  # factors hidden; a little under 2, 4, 8, 16 so that doublings count
MOST_TARGETS = 8  # hidden runs scored in one case, at equal steps of ln x


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """One head of one reference curve and the runs hidden from it.

    Parameters
    ----------
    reference : Reference
        The curve.
    look : Look
        What may be known.
    u, z : ndarray of shape (m,)
        ln(x / last shown x) and ln error of the hidden runs, in rising order of x.
    hidden : float
        Factor hidden; 0 for the benchmark's official split.
    """

    reference: Reference
    look: Look
    u: Array
    z: Array
    hidden: float

    @property
    def official(self) -> bool:
        """Whether this is the benchmark's own split."""
        return self.hidden == 0.0


def make_cases(references: Iterable[Reference], hidden: Sequence[float] = HIDDEN) -> list[Case]:
    """Return all cases of some curves, fitted and back-tested.

    Parameters
    ----------
    references : iterable of Reference
        The curves.
    hidden : sequence of float
        Factors to hide, beside the official split of curves that have one.
    """
    plans: list[tuple[Reference, int, float, Array, Array]] = []
    for one in references:
        if one.hidden_x.size and one.curve.can_be_head(one.curve.size):
            order = np.argsort(one.hidden_x, kind="stable")
            plans.append((one, one.curve.size, 0.0, one.hidden_x[order], one.hidden_error[order]))
        plans.extend(_inner(one, hidden))
    looks = look_at([plan[0].curve for plan in plans], [plan[1] for plan in plans])
    return [
        Case(reference=one, look=look, hidden=factor,
             u=np.log(x / look.curve.x[-1]), z=np.log(error))
        for (one, _, factor, x, error), look in zip(plans, looks, strict=True)
    ]  # fmt: skip


def _inner(
    one: Reference, hidden: Sequence[float]
) -> list[tuple[Reference, int, float, Array, Array]]:
    curve, seen, plans = one.curve, set(), []
    for factor in hidden:
        size = int((curve.x <= curve.x[-1] / factor * SLACK).sum())
        if size in seen or size == curve.size or not curve.can_be_head(size):
            continue
        seen.add(size)
        tail = Curve(x=curve.x[size:], error=curve.error[size:])
        keep = thin(tail.x, MOST_TARGETS)
        plans.append((one, size, factor, tail.x[keep], tail.error[keep]))
    return plans


def balanced(cases: Sequence[Case]) -> Array:
    """Return the weight of each case: collections count by the root of their number of cases."""
    names = [case.reference.collection for case in cases]
    count = {name: names.count(name) for name in set(names)}
    weight = np.array([count[name] ** -0.5 for name in names])
    return weight / weight.sum()


def without(cases: Sequence[Case], shares: Callable[[Reference], bool]) -> list[Case]:
    """Return the cases of the curves that ``shares`` is false for."""
    return [case for case in cases if not shares(case.reference)]
