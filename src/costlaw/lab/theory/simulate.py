"""Repeat an estimator over sizes and seeds, and keep errors and operation counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from costlaw.lab.theory.design import NOISE, Array, Sample
from costlaw.lab.theory.least_squares import Fitted, draw_excess, least_squares, least_squares_flop
from costlaw.lab.theory.result import Curve

Estimator = Callable[[Sample], Fitted]
Draw = Callable[[int, int], Sample]  # (examples, seed)


def on_columns(chosen: Sequence[int]) -> Estimator:
    """Return least squares on some of the variables: an oracle or an expert.

    Examples
    --------
    >>> from costlaw.lab.theory.design import draw
    >>> sample = draw(5000, 20, 10, seed=0)
    >>> bool(sample.excess(on_columns(range(10))(sample).effects) < 0.1)
    True
    """
    rows = np.asarray(chosen)

    def estimate(sample: Sample) -> Fitted:
        part = least_squares(sample.variables[rows], sample.outcome)
        effects = np.zeros(len(sample.truth))
        effects[rows] = part.effects
        return Fitted(effects=effects, flop=part.flop)

    return estimate


def simulate(
    estimators: dict[str, tuple[str, Estimator, int]],
    sizes: Sequence[int],
    draw: Draw,
    *,
    seeds: range,
) -> tuple[Curve, ...]:
    """Run estimators on the same samples.

    Parameters
    ----------
    estimators : dict of str to (title, estimator, largest size)
        Each runs at the sizes up to its own largest.
    sizes : sequence of int
        Examples [count], rising.
    draw : callable
        (examples, seed) to a Sample.
    seeds : range
        Repetitions.

    Returns
    -------
    tuple of Curve

    Examples
    --------
    >>> from costlaw.lab.theory.design import draw
    >>> curves = simulate({"oracle": ("oracle", on_columns(range(5)), 99)}, [20, 40],
    ...                   lambda n, seed: draw(n, 10, 5, seed=seed), seeds=range(3))
    >>> curves[0].error.shape
    (2, 3)
    """
    found: dict[str, list[list[tuple[float, float]]]] = {name: [] for name in estimators}
    pools = []
    for n in sizes:
        cells: dict[str, list[tuple[float, float]]] = {name: [] for name in estimators}
        for seed in seeds:
            sample = draw(n, seed)
            for name, (_, estimator, largest) in estimators.items():
                if n <= largest:
                    fitted = estimator(sample)
                    cells[name].append((sample.excess(fitted.effects), fitted.flop))
        pools.append(len(sample.truth))
        for name, values in cells.items():
            if values:
                found[name].append(values)
    return tuple(_curve(name, estimators[name][0], found[name], (sizes, pools)) for name in found)


def _curve(name: str, title: str, cells: list[list[tuple[float, float]]], *grid: tuple) -> Curve:
    sizes, pools = grid[0]
    values = np.array(cells)  # (m, seeds, 2)
    m = len(values)
    return Curve(
        name=name,
        title=title,
        examples=np.array(sizes[:m], dtype=float),
        variables=np.array(pools[:m], dtype=float),
        error=values[..., 0],
        flop=values[..., 1],
    )


def exact_least_squares(
    name: str,
    title: str,
    sizes: ArrayLike,
    *,
    variables: int,
    seeds: range,
    missing: float = 0.0,
    noise: float = NOISE,
) -> Curve:
    """Return the curve of least squares out of its exact distribution (n > p + 1).

    Parameters
    ----------
    name, title : str
        Of the curve.
    sizes : ndarray of shape (m,)
        Examples [count].
    variables : int
        Variables fitted [count].
    seeds : range
        Repetitions.
    missing : float
        Variance of the effects that are left out.
    noise : float
        Sd of the noise; the signal has variance 1.

    Returns
    -------
    Curve

    Examples
    --------
    >>> sizes = [1500, 3000]
    >>> curve = exact_least_squares("flexible", "all", sizes, variables=1000, seeds=range(50))
    >>> bool(curve.error[1].mean() < curve.error[0].mean())
    True
    """
    examples = np.asarray(sizes, dtype=int)
    error = np.stack([
        draw_excess(int(n), variables, count=len(seeds), seed=seeds.start, missing=missing,
                    noise=noise)
        for n in examples
    ])  # fmt: skip
    flop: Array = np.broadcast_to(least_squares_flop(examples, variables)[:, None], error.shape)
    return Curve(name=name, title=title, examples=examples.astype(float),
                 variables=np.full(len(examples), float(variables)), error=error, flop=flop,
                 how="exact")  # fmt: skip
