"""The cells of a scale sweep: error, size and compute for every network size and examples.

Seeds of a cell are averaged in ln error; their spread, pooled over cells, is what one cell is
uncertain by. Nothing is fitted here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import EvidenceError
from costlaw.lab.sweeps.result import SweepResult

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
FEWEST_SIDES = 3  # sizes, and numbers of examples, for a joint law and something to hold out


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """Cells with at least one finished trial.

    Parameters
    ----------
    size, parameters, examples : ndarray of shape (m,)
        Size as the task counts it, weights, examples [count].
    error : ndarray of shape (m,)
        Geometric mean over seeds.
    compute : ndarray of shape (m,)
        Operations of training one network [FLOP].
    seeds : ndarray of shape (m,)
        Finished seeds [count].
    spread : float or None
        Sd of ln error between seeds of one cell; None where no cell has two.
    """

    size: Array
    parameters: Array
    examples: Array
    error: Array
    compute: Array
    seeds: Array
    spread: float | None

    def __len__(self) -> int:
        return len(self.error)

    def keep(self, mask: Mask) -> Cells:
        """Return the cells where ``mask`` is true."""
        names = ("size", "parameters", "examples", "error", "compute", "seeds")
        return Cells(**{name: getattr(self, name)[mask] for name in names}, spread=self.spread)

    @property
    def largest(self) -> Mask:
        """Where the cell of the largest network and the most examples is."""
        return np.asarray((self.size == self.size.max()) & (self.examples == self.examples.max()))

    @property
    def inside(self) -> Mask:
        """Where network and examples are both below the largest: what a held-out cell may see."""
        return np.asarray((self.size < self.size.max()) & (self.examples < self.examples.max()))

    @property
    def frontier(self) -> Mask:
        """Where no cheaper or equal cell has a lower or equal error."""
        return frontier_mask(self.compute, self.error)


def frontier_mask(compute: Array, error: Array) -> Mask:
    """Return which cells are not beaten on both compute and error.

    Examples
    --------
    >>> frontier_mask(np.array([1.0, 2.0, 3.0]), np.array([0.3, 0.4, 0.2])).tolist()
    [True, False, True]
    """
    order = np.lexsort((error, compute))
    best = np.minimum.accumulate(error[order])
    earlier = np.concatenate([[np.inf], best[:-1]])
    mask = np.zeros(len(error), dtype=bool)
    mask[order] = error[order] < earlier
    return mask


def cells_of(result: SweepResult) -> Cells:
    """Return the cells of a sweep.

    Raises
    ------
    EvidenceError
        If fewer than three sizes or three numbers of examples are finished, or an error is 0.
    """
    groups: dict[tuple[int, int], list[tuple[float, float, float]]] = {}
    for one in result.finished:
        assert one.outcome is not None
        found = groups.setdefault((one.trial.size, one.trial.examples), [])
        found.append((one.outcome.error, one.outcome.parameters, one.outcome.training_flop))
    sides = [len({key[i] for key in groups}) for i in range(2)]
    if min(sides, default=0) < FEWEST_SIDES:
        raise EvidenceError(
            f"{result.folder}: {sides[0]} sizes and {sides[1]} numbers of examples are finished; "
            f"expected at least {FEWEST_SIDES} of each for a joint law."
        )
    table = {key: np.array(rows) for key, rows in sorted(groups.items())}
    if any((rows[:, 0] <= 0).any() for rows in table.values()):
        raise EvidenceError(f"{result.folder}: a cell has error 0; a law needs errors above zero.")
    logs = [np.log(rows[:, 0]) for rows in table.values()]
    several = [part for part in logs if len(part) > 1]
    spread = None
    if several:
        freedom = sum(len(part) - 1 for part in several)
        spread = float(np.sqrt(sum(((p - p.mean()) ** 2).sum() for p in several) / freedom))
    return Cells(
        size=np.array([key[0] for key in table], dtype=float),
        examples=np.array([key[1] for key in table], dtype=float),
        parameters=np.array([rows[:, 1].mean() for rows in table.values()]),
        compute=np.array([rows[:, 2].mean() for rows in table.values()]),
        error=np.array([np.exp(part.mean()) for part in logs]),
        seeds=np.array([float(len(part)) for part in logs]),
        spread=spread,
    )
