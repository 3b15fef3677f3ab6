"""The lasso on a working set: a penalty that lets a few examples choose among many variables.

Minimises |y - X'b|² / 2n + penalty |b|_1 (Tibshirani 1996). Only variables that break the
optimality condition enter the working set; each round reads the whole table once (2np operations),
and the small problem inside is solved by coordinate descent on its Gram matrix. Operations are
counted as they are done. Works for independent variables of variance 1; it standardises nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from costlaw.exceptions import FitError
from costlaw.lab.theory.design import NOISE, Array, Sample, Variables
from costlaw.lab.theory.least_squares import Fitted

SHARE = 0.8  # of the universal penalty: the multiple used throughout the lab
TOLERANCE = 1e-3  # of the penalty: how far a left-out variable may break the condition
FIRST = 20  # variables let in at first; the set may double each round
ROUNDS, SWEEPS = 60, 2000
FOLDS, STEP, LONGEST = 5, 0.8, 20  # cross-validation: folds, ratio of penalties, path length


def universal_penalty(examples: int, pool: int, noise: float = NOISE) -> float:
    """Return 0.8 * noise sd * sqrt(2 ln p / n): the rate of the theory, with the noise known.

    Source
    ------
    Bickel, Ritov & Tsybakov 2009, Annals of Statistics 37(4), for the rate; the factor is ours.

    Examples
    --------
    >>> round(universal_penalty(1000, 2000), 4)
    0.0986
    """
    return float(SHARE * noise * np.sqrt(2 * np.log(pool) / examples))


@dataclass
class _Work:
    """The working set and what was spent on it."""

    members: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=int))
    effects: Array = field(default_factory=lambda: np.zeros(0))
    flop: float = 0.0
    passes: int = 0

    def spread(self, pool: int) -> Array:
        """Return the effects of the whole pool."""
        full = np.zeros(pool)
        full[self.members] = self.effects
        return full


def _sweeps(gram: Array, right: Array, penalty: float, *, effects: Array) -> int:
    """Solve the small problem in place by coordinate descent; return the sweeps done."""
    slope = right - gram @ effects
    scale = np.diag(gram)
    close = TOLERANCE * penalty
    for sweep in range(1, SWEEPS + 1):
        largest = 0.0
        for j in range(len(right)):
            old = effects[j]
            pulled = slope[j] + scale[j] * old
            new = np.sign(pulled) * max(abs(pulled) - penalty, 0.0) / scale[j]
            if new != old:
                slope -= gram[j] * (new - old)
                effects[j] = new
                largest = max(largest, abs(new - old) * scale[j])
        if largest < close:
            return sweep
    raise FitError(f"the lasso did not settle in {SWEEPS} sweeps: use a larger penalty.")


def _solve(work: _Work, table: Variables, outcome: Array, *, penalty: float) -> None:
    """Grow the working set until no variable outside it breaks the condition."""
    pool, n = table.shape
    for _ in range(ROUNDS):
        inside = table[work.members].astype(np.float64)
        rest = outcome - work.effects @ inside
        slope = np.abs(table @ rest.astype(np.float32)) / n
        work.flop += 2.0 * n * (pool + len(work.members))
        work.passes += 1
        slope[work.members] = 0.0
        broken = np.flatnonzero(slope > penalty * (1 + TOLERANCE))
        if not broken.size:
            return
        most = max(FIRST, len(work.members))
        if broken.size > most:
            broken = broken[np.argpartition(-slope[broken], most)[:most]]
        work.members = np.concatenate([work.members, broken])
        work.effects = np.concatenate([work.effects, np.zeros(broken.size)])
        inside = table[work.members].astype(np.float64)
        gram, right = inside @ inside.T / n, inside @ outcome / n
        done = _sweeps(gram, right, penalty, effects=work.effects)
        size = len(work.members)
        work.flop += 2.0 * n * size * (broken.size + 1) + 2.0 * done * size**2
    raise FitError(f"the lasso's working set still grew after {ROUNDS} rounds.")


def lasso(variables: Variables, outcome: Array, penalty: float) -> Fitted:
    """Fit effects with an absolute-value penalty.

    Parameters
    ----------
    variables : ndarray of shape (p, n), float32
        One row a variable.
    outcome : ndarray of shape (n,)
        What is to be predicted.
    penalty : float
        Weight of the sum of absolute effects, > 0.

    Returns
    -------
    Fitted
        Effects (p,), operations counted, passes over the table.

    Raises
    ------
    FitError
        If the solution does not settle.

    Source
    ------
    Tibshirani 1996; working sets as in Massias, Gramfort & Salmon 2018 (celer), without its duals.

    Examples
    --------
    >>> from costlaw.lab.theory.design import draw
    >>> sample = draw(400, 800, 10, seed=0)
    >>> fitted = lasso(sample.variables, sample.outcome, universal_penalty(400, 800))
    >>> bool((fitted.effects[:10] > 0).all())
    True
    """
    work = _Work()
    _solve(work, variables, outcome, penalty=penalty)
    return Fitted(effects=work.spread(len(variables)), flop=work.flop, passes=work.passes)


def lasso_cross_validated(sample: Sample) -> Fitted:
    """Fit the lasso with the penalty chosen by five-fold cross-validation, knowing nothing.

    Penalties fall by a fifth from the largest useful one until the held-out error has risen twice
    in a row. All fits are counted: the search is part of the price.

    Examples
    --------
    >>> from costlaw.lab.theory.design import draw
    >>> sample = draw(200, 400, 10, seed=0)
    >>> bool(lasso_cross_validated(sample).passes > 30)
    True
    """
    table, outcome = sample.variables, sample.outcome
    n = len(outcome)
    top = float(np.abs(table @ outcome.astype(np.float32)).max() / n)
    edges = np.linspace(0, n, FOLDS + 1).astype(int)
    held = [np.isin(np.arange(n), np.arange(edges[i], edges[i + 1])) for i in range(FOLDS)]
    work = [_Work() for _ in range(FOLDS)]
    parts = [(np.ascontiguousarray(table[:, ~h]), outcome[~h], table[:, h]) for h in held]
    scores: list[float] = []
    for step in range(1, LONGEST + 1):
        squares = 0.0
        for one, hidden, (seen, known, unseen) in zip(work, held, parts, strict=True):
            _solve(one, seen, known, penalty=top * STEP**step)
            guess = one.effects @ unseen[one.members]
            squares += float(((outcome[hidden] - guess) ** 2).sum())
        scores.append(squares / n)
        if step > 2 and scores[-1] > scores[-2] > scores[-3]:
            break
    final = lasso(table, outcome, top * STEP ** (int(np.argmin(scores)) + 1))
    return Fitted(
        effects=final.effects,
        flop=final.flop + sum(one.flop for one in work),
        passes=final.passes + sum(one.passes for one in work),
    )
