"""Local exponents: how many times the compute (or examples, or size) an error k-fold lower takes.

One number for a whole range hides that it drifts. Along the compute frontier, along the examples
of the largest network and along the sizes at the most examples, the exponent is read in windows of
a few cells. Its interval draws every cell's error again by its noise and finds the frontier anew,
so that being picked for a lucky error is part of the width.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costlaw.lab.scale.cells import Array, Cells, Mask, frontier_mask

LEVEL = 0.9
REPLICATES = 1000
WINDOWS, FEWEST = 3, 3  # windows of a range at most; cells in a window at least
SURE = 0.95  # share of replicates that must agree before a drift is named


@dataclass(frozen=True, kw_only=True)
class Window:
    """The exponent in one window.

    Parameters
    ----------
    axis : str
        ``compute``, ``examples`` or ``parameters``.
    start, stop : float
        The window [FLOP or count].
    cells : int
        Cells in it [count].
    exponent, low, high : float
        Cost exponent: the resource grows as this power of 1/error; high is inf where the error may
        stand still.
    """

    axis: str
    start: float
    stop: float
    cells: int
    exponent: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Local:
    """The exponents along one axis, over the whole range and in windows.

    Parameters
    ----------
    axis : str
        ``compute``, ``examples`` or ``parameters``.
    whole : Window
        Over the whole range.
    windows : tuple of Window
        From low to high.
    rises : float
        Share of replicates in which the last window's exponent is above the first one's.
    """

    axis: str
    whole: Window
    windows: tuple[Window, ...]
    rises: float

    @property
    def drift(self) -> str:
        """What the windows say, in words."""
        if len(self.windows) < 2:
            return "too few cells for windows"
        ends = f"from {_shown(self.windows[0].exponent)} to {_shown(self.windows[-1].exponent)}"
        if self.rises >= SURE:
            return f"drifts up, {ends}"
        if self.rises <= 1 - SURE:
            return f"drifts down, {ends}"
        return f"no drift told apart from noise ({ends})"


def _shown(value: float) -> str:
    return "never" if not np.isfinite(value) else f"{value:.2g}"


def cost_exponents(x: Array, z: Array) -> Array:
    """Return -1 / slope of ln error on ln resource; inf where the error does not fall.

    Parameters
    ----------
    x : ndarray of shape (m,)
        ln resource.
    z : ndarray of shape (r, m)
        ln error.
    """
    away = x - x.mean()
    slope = z @ away / (away @ away)
    with np.errstate(divide="ignore"):
        return np.where(slope < 0, -1.0 / slope, np.inf)


def _parts(count: int) -> list[slice]:
    """Return windows over ``count`` cells in order; neighbours share a cell."""
    many = min(WINDOWS, (count - 1) // (FEWEST - 1))
    if many < 2:
        return []
    edges = np.linspace(0, count - 1, many + 1).round().astype(int)
    return [slice(edges[i], edges[i + 1] + 1) for i in range(many)]


def local(
    axis: str, resource: Array, error: Array, *, noise: float, frontier: bool = False,
    seed: int = 0,
) -> Local | None:  # fmt: skip
    """Return the exponents along one axis, or None with fewer than three cells.

    Parameters
    ----------
    axis : str
        Its name.
    resource, error : ndarray of shape (m,)
        The cells.
    noise : float
        Sd of one cell's ln error.
    frontier : bool
        Read along the cells that are not beaten, found anew in each replicate.
    seed : int
        Seed of the replicates.
    """
    order = np.argsort(resource, kind="stable")
    x, z = np.log(resource[order]), np.log(error[order])
    chosen = np.flatnonzero(_choose(frontier)(resource[order], error[order]))
    if len(chosen) < FEWEST:
        return None
    random = np.random.default_rng(seed)
    drawn = z + noise * random.standard_normal((REPLICATES, len(z)))
    spans = [(x[chosen[0]], x[chosen[-1]])]
    spans += [(x[chosen[part]][0], x[chosen[part]][-1]) for part in _parts(len(chosen))]
    values = np.array([_in_spans(x, z, spans, choose=_choose(frontier), inside=chosen)])[0]
    replicates = np.array([_in_spans(x, one, spans, choose=_choose(frontier)) for one in drawn])
    made = []
    for i, (start, stop) in enumerate(spans):
        known = replicates[:, i][~np.isnan(replicates[:, i])]
        low, high = np.quantile(known, (0.5 - LEVEL / 2, 0.5 + LEVEL / 2), method="nearest")
        inside = (x[chosen] >= start - 1e-9) & (x[chosen] <= stop + 1e-9)
        made.append(Window(axis=axis, start=float(np.exp(start)), stop=float(np.exp(stop)),
                           cells=int(inside.sum()), exponent=float(values[i]), low=float(low),
                           high=float(high)))  # fmt: skip
    pairs = replicates[:, [1, -1]] if len(spans) > 1 else np.zeros((1, 2))
    pairs = pairs[~np.isnan(pairs).any(axis=1)]
    rises = float((pairs[:, 1] > pairs[:, 0]).mean()) if len(pairs) else float("nan")
    return Local(axis=axis, whole=made[0], windows=tuple(made[1:]), rises=rises)


Choice = Callable[[Array, Array], Mask]


def _choose(frontier: bool) -> Choice:
    def every(compute: Array, error: Array) -> Mask:
        return np.ones(len(error), dtype=bool)

    return frontier_mask if frontier else every


def _in_spans(
    x: Array, z: Array, spans: list[tuple[float, float]], *, choose: Choice,
    inside: NDArray[np.int_] | None = None,
) -> list[float]:  # fmt: skip
    """Return the cost exponent in each span, nan where fewer than two cells are there."""
    chosen = np.flatnonzero(choose(np.exp(x), np.exp(z))) if inside is None else inside
    found = []
    for start, stop in spans:
        here = chosen[(x[chosen] >= start - 1e-9) & (x[chosen] <= stop + 1e-9)]
        if len(here) < 2 or x[here[0]] == x[here[-1]]:
            found.append(float("nan"))
        else:
            found.append(float(cost_exponents(x[here], z[here][None])[0]))
    return found


def local_exponents(cells: Cells, *, noise: float, seed: int = 0) -> tuple[Local, ...]:
    """Return the exponents along the compute frontier, the examples and the sizes."""
    widest = cells.keep(np.asarray(cells.size == cells.size.max()))
    fullest = cells.keep(np.asarray(cells.examples == cells.examples.max()))
    found = (
        local("compute", cells.compute, cells.error, noise=noise, frontier=True, seed=seed),
        local("examples", widest.examples, widest.error, noise=noise, seed=seed),
        local("parameters", fullest.parameters, fullest.error, noise=noise, seed=seed),
    )
    return tuple(one for one in found if one is not None)
