"""Rolling origin: fit to the results up to a year, forecast every later one, score.

Each later result is forecast at its own compute and year; nothing of its benchmark after the
origin is seen, and what is borrowed comes from other benchmarks only. Scored are the 50, 80 and
90 % intervals, the log score (mean log predictive density, Gneiting & Raftery 2007), and the
record-setters among the later results apart. Two simple forecasts stand beside: the least-squares
line of error on compute without a year, and the earlier results without any law.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaln, stdtr, stdtrit

from costlaw.fitting.rolling.pooled_line import Array, PooledLine, learn_kin
from costlaw.fitting.scatter.estimands.least_squares import error_on_compute
from costlaw.fitting.scatter.evidence import Evidence

LEVELS = (0.5, 0.8, 0.9)
FEWEST = 5  # results up to the origin
METHODS = ("pooled", "line", "no law")


@dataclass(frozen=True, kw_only=True, eq=False)
class Origins:
    """Later results and how they were forecast from earlier ones.

    Parameters
    ----------
    benchmark, name : tuple of str
        Of each later result (m,).
    origin, year : ndarray of shape (m,)
        Last year that was seen, and year of the result.
    record : ndarray of shape (m,)
        Whether the result beat every earlier one of its benchmark.
    away : dict of str to ndarray of shape (m,)
        Forecast less observed response, for each method [dex of error for the power law].
    probability : dict of str to ndarray of shape (m,)
        P(response <= observed), for each method.
    log_score : dict of str to ndarray of shape (m,)
        Log predictive density at the observed response.
    half_width : dict of str to ndarray of shape (m,)
        Half of the 90 % interval [response].
    """

    benchmark: tuple[str, ...]
    name: tuple[str, ...]
    origin: Array
    year: Array
    record: np.ndarray
    away: dict[str, Array]
    probability: dict[str, Array]
    log_score: dict[str, Array]
    half_width: dict[str, Array]

    def summary(self, keep: np.ndarray | None = None) -> dict[str, Any]:
        """Return coverage, width, bias and log score of each method over some results (m,)."""
        inside = np.ones(self.year.size, bool) if keep is None else keep
        out: dict[str, Any] = {"results": int(inside.sum()), "origins": self._origins(inside)}
        for method in METHODS if inside.any() else ():
            off = np.abs(self.probability[method][inside] - 0.5)
            out[method] = {
                **{f"covers_{level:.0%}": float(np.mean(off <= level / 2)) for level in LEVELS},
                "median_half_width_90%": float(np.median(self.half_width[method][inside])),
                "bias": float(np.mean(self.away[method][inside])),
                "rms": float(np.sqrt(np.mean(self.away[method][inside] ** 2))),
                "log_score": float(np.mean(self.log_score[method][inside])),
            }
        return out

    def by_benchmark(self) -> dict[str, dict[str, Any]]:
        """Return the summary of each benchmark."""
        names = np.array(self.benchmark)
        return {str(one): self.summary(names == one) for one in dict.fromkeys(self.benchmark)}

    def records(self) -> dict[str, Any]:
        """Return the summary of the record-setters alone."""
        return self.summary(self.record)

    def by_lead(self) -> dict[str, dict[str, Any]]:
        """Return the summary by how many years after the origin a result came."""
        lead = np.ceil(self.year - self.origin).astype(int)
        return {str(one): self.summary(lead == one) for one in np.unique(lead)}

    def _origins(self, inside: np.ndarray) -> int:
        pairs = zip(np.array(self.benchmark)[inside], self.origin[inside], strict=True)
        return len(set(pairs))


def roll(
    evidence: Mapping[str, Evidence], years: Sequence[int], *, hindsight: bool = True, seed: int = 0
) -> Origins:
    """Forecast later results of several benchmarks from each of some years.

    Parameters
    ----------
    evidence : mapping of str to Evidence
        Points of each benchmark, with years.
    years : sequence of int
        Origins: results of that year and earlier are seen.
    hindsight : bool
        Whether the *other* benchmarks may speak with all their years; False: up to the origin.
    seed : int
        Of the numerical integration.

    Returns
    -------
    Origins
        Benchmarks with fewer than 5 results up to an origin are left out there.
    """
    rows: list[dict[str, Any]] = []
    for name, points in evidence.items():
        others = [one for key, one in evidence.items() if key != name]
        kin = learn_kin(others, seed=seed)
        for year in years:
            seen, late = points.keep(points.year < year + 1), points.keep(points.year >= year + 1)
            if len(seen) < FEWEST or not len(late) or np.unique(seen.x).size < 3:
                continue
            if not hindsight:
                kin = learn_kin([one.keep(one.year < year + 1) for one in others], seed=seed)
            scored = {
                "pooled": _pooled(PooledLine.of(seen, kin), late),
                "line": _line(seen, late),
                "no law": _no_law(seen, late),
            }
            rows.append({"benchmark": name, "origin": year, "late": late, "scored": scored,
                         "record": _records(seen, late)})  # fmt: skip
    return _gather(rows)


Scored = tuple[Array, Array, Array, Array]


def _pooled(line: PooledLine, late: Evidence) -> Scored:
    at = (late.x, late.year)
    ends = [line.quantile(p, *at) for p in (0.05, 0.95)]
    return (
        line.response(*at) - late.response, line.probability(late.response, *at),
        line.log_density(late.response, *at), (ends[1] - ends[0]) / 2,
    )  # fmt: skip


def _line(seen: Evidence, late: Evidence) -> Scored:
    groups = seen.groups.astype(np.float64)
    line = error_on_compute(seen.x, seen.response, groups=groups, better=1.0, name="response")
    scale, freedom = line.with_scatter(late.x)
    return _student(line.response_at(late.x), scale, freedom=freedom, observed=late.response)


def _no_law(seen: Evidence, late: Evidence) -> Scored:
    n, same = len(seen), np.ones(len(late))
    scale = float(seen.response.std(ddof=1)) * np.sqrt(1 + 1 / n)
    return _student(
        seen.response.mean() * same, scale * same, freedom=(n - 1.0) * same, observed=late.response
    )


def _student(center: Array, scale: Array, *, freedom: Array, observed: Array) -> Scored:
    z = (observed - center) / scale
    density = (
        gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(freedom * np.pi)
        - (freedom + 1) / 2 * np.log1p(z**2 / freedom) - np.log(scale)
    )  # fmt: skip
    half = scale * stdtrit(freedom, 0.95)
    return center - observed, stdtr(freedom, z), density, half


def _records(seen: Evidence, late: Evidence) -> np.ndarray:
    """Return which later results beat all before them; results of one year in rising error."""
    best, record = float(seen.error.min()), np.zeros(len(late), bool)
    for place in np.lexsort((late.error, late.year)):
        record[place] = late.error[place] < best
        best = min(best, float(late.error[place]))
    return record


def _gather(rows: list[dict[str, Any]]) -> Origins:
    def joined(method: str, part: int) -> Array:
        return np.concatenate([row["scored"][method][part] for row in rows] or [np.zeros(0)])

    def repeated(key: str) -> list[Any]:
        return [row[key] for row in rows for _ in range(len(row["late"]))]

    away, probability, log_score, half = (
        {method: joined(method, part) for method in METHODS} for part in range(4)
    )
    return Origins(
        benchmark=tuple(repeated("benchmark")),
        name=tuple(name for row in rows for name in row["late"].names),
        origin=np.array(repeated("origin"), dtype=float),
        year=np.concatenate([row["late"].year for row in rows] or [np.zeros(0)]),
        record=np.concatenate([row["record"] for row in rows] or [np.zeros(0, bool)]),
        away=away, probability=probability, log_score=log_score, half_width=half,
    )  # fmt: skip
