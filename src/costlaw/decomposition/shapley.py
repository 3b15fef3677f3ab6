"""Progress at a benchmark as shares of compute, algorithms and data.

One idea: progress between two frontier runs is the change of the fitted law's predicted log error,
and a factor's share is its mean contribution over all orders in which the factors could have moved
(Shapley 1953). Algorithms are what calendar time explains at equal compute and data. Compute and
time grew together, so a share is often not identified; its interval, from resampling lineages, says
so. Follows Erdil & Besiroglu (2022) and Ho et al. (2024). It explains no single run.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.decomposition.tables import rows, source
from costlaw.exceptions import EvidenceError
from costlaw.literature import MEASURES, Result, load
from costlaw.sources import Source, merge_sources
from costlaw.units import format_percent

IDENTIFIED_WIDTH = 0.5  # a share whose interval spans more than this is not identified
REPLICATES = 2000
_SPREAD_DEX = 0.2  # data count as varying above this standard deviation of log10 examples
_MINIMUM = 8
Array = NDArray[np.float64]


def shapley(value: Callable[[frozenset[str]], float], players: Sequence[str]) -> dict[str, float]:
    """Return each player's mean contribution over all orders.

    Parameters
    ----------
    value : callable
        Value of a set of players.
    players : sequence of str
        At most a handful: all orders are walked.

    Returns
    -------
    dict of str to float
        Contributions; they add up to ``value(all) - value(none)``.

    Examples
    --------
    >>> shapley(lambda team: float(len(team) > 1), ["a", "b"])
    {'a': 0.5, 'b': 0.5}
    """
    orders = list(itertools.permutations(players))
    totals = dict.fromkeys(players, 0.0)
    for order in orders:
        present: frozenset[str] = frozenset()
        before = value(present)
        for player in order:
            present = present | {player}
            after = value(present)
            totals[player] += after - before
            before = after
    return {player: total / len(orders) for player, total in totals.items()}


@dataclass(frozen=True, kw_only=True)
class Share:
    """One factor's share of the progress, with its interval at ``level``."""

    factor: str
    share: float
    low: float
    high: float
    level: float

    @property
    def identified(self) -> bool:
        """Whether the interval spans at most half of the progress."""
        return self.high - self.low <= IDENTIFIED_WIDTH

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**vars(self), "identified": self.identified}

    def __str__(self) -> str:
        ends = f"90 %: {format_percent(self.low)} to {format_percent(self.high)}"
        verdict = "" if self.identified else ", not identified"
        return f"{self.factor} {format_percent(self.share)} ({ends}{verdict})"


@dataclass(frozen=True, kw_only=True, eq=False)
class Progress:
    """Progress between two frontier runs, by factor.

    Parameters
    ----------
    benchmark, edition, measure : str
        Which results, and how compute was counted.
    n, clusters : int
        Rows, and lineages (or papers) that are resampled as wholes.
    start, end : str
        The two runs, with year and error.
    predicted, observed : float
        Fall of log10 error between them, by the law and as published [dex].
    shares : tuple of Share
        Of the predicted fall; negative where a factor moved the other way.
    correlation : float
        Of year with log compute, over the rows.
    coefficients : dict of str to float
        log10 error per dex of compute, per year, per dex of examples.
    left_out : str
        Why data are not a factor; empty if they are.
    sources : tuple of Source
        Of the rows.
    """

    benchmark: str
    edition: str
    measure: str
    n: int
    clusters: int
    start: str
    end: str
    predicted: float
    observed: float
    shares: tuple[Share, ...]
    correlation: float
    coefficients: dict[str, float]
    left_out: str
    sources: tuple[Source, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values, with what others published."""
        fields = {key: item for key, item in vars(self).items() if key not in {"shares", "sources"}}
        return {
            **fields,
            "shares": [share.to_dict() for share in self.shares],
            "published": [dict(row) for row in rows("published_shares.csv")],
        }


def _examples(result: Result) -> float | None:
    stated = [phase.examples for phase in result.phases if phase.examples]
    return float(sum(stated)) if stated else None


def _evidence(
    kept: list[Result], measure: str, *, ends: tuple[int, int]
) -> tuple[Array, Array, tuple[str, ...], str]:
    """Return moves (n, k), log errors (n,), factor names, and why data are left out."""
    compute = np.log10([result.compute[measure] for result in kept])
    years = np.array([float(result.year or 0) for result in kept])
    sizes = [_examples(result) for result in kept]
    errors = np.log10([result.error for result in kept])
    stated = [size for size in sizes if size]
    if len(stated) < 0.9 * len(kept):
        why = f"examples are stated for {len(stated)} of {len(kept)} results"
    elif float(np.std(np.log10(stated))) < _SPREAD_DEX:
        why = f"the number of examples hardly varies (sd {np.std(np.log10(stated)):.2f} dex)"
    elif sizes[ends[0]] is None or sizes[ends[0]] == sizes[ends[1]]:
        why = "both ends of the frontier state the same number of examples"
    else:
        filled = np.log10([size or float(np.median(stated)) for size in sizes])
        three = np.column_stack([compute, years, filled])
        return three, errors, ("compute", "algorithms", "data"), ""
    return np.column_stack([compute, years]), errors, ("compute", "algorithms"), why


def _slopes(moves: Array, errors: Array, *, weights: Array) -> Array:
    """Return least-squares slopes for each row of weights, shape (replicates, k)."""
    design = np.column_stack([np.ones(len(errors)), moves - moves.mean(axis=0)])
    gram = np.einsum("rn,ni,nj->rij", weights, design, design)
    cross = np.einsum("rn,ni,n->ri", weights, design, errors)
    return np.asarray((np.linalg.pinv(gram) @ cross[:, :, None])[:, 1:, 0])


def _shares(slopes: Array, change: Array, names: tuple[str, ...]) -> Array:
    """Return the Shapley shares for each row of slopes, shape (replicates, k)."""
    found = []
    for row in slopes:
        moved = dict(zip(names, row * change, strict=True))
        parts = shapley(lambda team, moved=moved: -sum(moved[name] for name in team), names)  # type: ignore[misc]
        total = sum(parts.values())
        found.append([parts[name] / total if total else np.nan for name in names])
    return np.array(found)


def progress_of(
    benchmark: str,
    edition: str = "corrected",
    *,
    measure: str = "hardware-burden",
    level: float = 0.9,
    seed: int = 0,
) -> Progress:
    """Return the shares of compute, algorithms and data in the progress of a benchmark.

    Parameters
    ----------
    benchmark : str
        Name or alias of a benchmark.
    edition, measure : str
        Which results and how their compute was counted.
    level : float
        Level of the intervals.
    seed : int
        Seed of the resampling.

    Returns
    -------
    Progress

    Raises
    ------
    EvidenceError
        If fewer than 8 results state compute and year, or the law predicts no progress.

    Examples
    --------
    >>> found = progress_of("imagenet", "v2", measure="network-operations")
    >>> [share.factor for share in found.shares], round(sum(s.share for s in found.shares), 9)
    (['compute', 'algorithms'], 1.0)
    """
    kept = [r for r in load(benchmark, edition) if measure in r.compute and r.year is not None]
    if len(kept) < _MINIMUM:
        raise EvidenceError(
            f"{benchmark}: {len(kept)} results of edition {edition} state {measure} and a year;"
            f" shares of progress need {_MINIMUM}. Measures: {', '.join(MEASURES)}."
        )
    first, last = _frontier_ends(kept)
    moves, errors, names, why = _evidence(kept, measure, ends=(first, last))
    change = moves[last] - moves[first]
    slopes = _slopes(moves, errors, weights=np.ones((1, len(kept))))[0]
    predicted = float(-(slopes @ change))
    if not predicted > 0:
        raise EvidenceError(f"{benchmark}: the fitted law predicts no progress between its ends.")
    clusters = np.unique([r.lineage or r.paper for r in kept], return_inverse=True)[1]
    drawn = _slopes(moves, errors, weights=_cluster_weights(clusters, seed=seed))
    return Progress(
        benchmark=benchmark, edition=edition, measure=measure, n=len(kept),
        clusters=int(clusters.max()) + 1, start=_named(kept[first]), end=_named(kept[last]),
        predicted=predicted, observed=float(errors[first] - errors[last]),
        shares=_with_intervals(names, slopes, drawn, change=change, level=level),
        correlation=float(np.corrcoef(moves[:, 0], moves[:, 1])[0, 1]),
        coefficients=dict(zip(names, map(float, slopes), strict=True)), left_out=why,
        sources=merge_sources(
            tuple({r.source.title: r.source for r in kept}.values()),
            tuple(source(row["source_id"]) for row in rows("published_shares.csv")),
        ),
    )  # fmt: skip


def _with_intervals(
    names: tuple[str, ...], slopes: Array, drawn: Array, *, change: Array, level: float
) -> tuple[Share, ...]:
    """Return the shares of the fit, with percentile intervals from the resampled slopes."""
    point = _shares(slopes[None, :], change, names)[0]
    spread = _shares(drawn, change, names)
    low, high = np.nanquantile(spread, [0.5 - level / 2, 0.5 + level / 2], axis=0)
    return tuple(
        Share(factor=name, share=float(p), low=float(a), high=float(b), level=level)
        for name, p, a, b in zip(names, point, low, high, strict=True)
    )


def _frontier_ends(kept: list[Result]) -> tuple[int, int]:
    """Return the best result of the first year and the best of all."""
    earliest = min(result.year or 9999 for result in kept)
    places = range(len(kept))
    first = min((i for i in places if kept[i].year == earliest), key=lambda i: kept[i].error)
    return first, min(places, key=lambda i: kept[i].error)


def _cluster_weights(clusters: NDArray[np.int64], *, seed: int) -> Array:
    """Return how often each row is drawn when clusters are resampled, shape (REPLICATES, n)."""
    random = np.random.default_rng(seed)
    count = int(clusters.max()) + 1
    drawn = random.multinomial(count, np.full(count, 1.0 / count), size=REPLICATES)
    return drawn[:, clusters].astype(np.float64)


def _named(result: Result) -> str:
    return f"{result.network} ({result.year}, error {format_percent(result.error, 3)})"
