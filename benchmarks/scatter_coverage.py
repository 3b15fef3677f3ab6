"""Do the 90 % intervals of a scatter fit cover 90 %? Real designs, simulated results.

The compute values, years and lineages of ImageNet (v1, n = 13; v2 hardware burden, n = 36; v2
network operations, n = 77) are kept; results are drawn around the line fitted to them, independent
or sharing part of their variance inside a lineage. Coverage is printed beside the median width and
the share of unbounded intervals, for where the line and where a next result reaches 5 %, and for
the slope; at a fixed year also for the halving time.

Run: python -m benchmarks.scatter_coverage [--estimand fixed-year] [--draws 2500] [--json]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.special import ndtri

from costlaw.exceptions import EvidenceError
from costlaw.fitting.scatter import fit_scatter
from costlaw.fitting.scatter.estimands.frontier import QUANTILE
from costlaw.fitting.scatter.estimands.line import Line
from costlaw.fitting.scatter.estimands.stochastic_frontier import fit_frontier
from costlaw.fitting.scatter.evidence import Evidence
from costlaw.fitting.scatter.fit import Fit, fit_evidence
from costlaw.literature import published_runs

DESIGNS = (("v1", "hardware-burden"), ("v2", "hardware-burden"), ("v2", "network-operations"))
LIKENESSES = (0.0, 0.25, 0.5)
TARGET = -np.log10(0.05)
SIMULATED = ("error-on-compute", "fixed-year", "frontier", "stochastic-frontier")


class Truth:
    """What is drawn: a line, what lies above and below it, and how a lineage shares that."""

    def __init__(self, fit: Fit, likeness: float) -> None:
        line, found = fit.line, fit.evidence
        self.evidence, self.estimand, self.likeness = found, fit.estimand, likeness
        self.slope, self.year = line.slope, 0.0
        self.noise, self.inefficiency = line.scatter, 0.0
        self.mean = line.response_at(found.x)  # of results, but for a stochastic frontier
        self.above = 0.0  # of the line asked for over the mean
        if fit.estimand == "fixed-year":
            self.year = line.coefficients["year"]
            self.mean = self.mean + self.year * (found.year - found.year.max())
            self.months = line.progress.halving_months
        if fit.estimand == "frontier":  # its quantile above a law of the same slope
            plain = fit_evidence(found, law="power", estimand="error-on-compute")
            self.mean, self.slope, self.noise = (
                plain.response_at(found.x), plain.slope, plain.scatter
            )  # fmt: skip
            self.above = self.noise * float(ndtri(1.0 - QUANTILE))
        if fit.estimand == "stochastic-frontier":
            self.noise, self.inefficiency = _two_scatters(found)
        rests = self.mean - self.slope * found.x - self.year * (found.year - found.year.max())
        self.level = float(rests[0])

    def draw(self, random: np.random.Generator) -> Evidence:
        noise = self.noise * self._shared(random)
        lost = self.inefficiency * np.abs(self._shared(random)) if self.inefficiency else 0.0
        response = self.mean + noise - lost
        old = self.evidence
        return Evidence(
            x=old.x, response=response, error=10.0**-response, year=old.year, groups=old.groups,
            cluster_kind=old.cluster_kind, names=old.names, left_out=0,
        )  # fmt: skip

    def _shared(self, random: np.random.Generator) -> np.ndarray:
        groups = np.unique(self.evidence.groups, return_inverse=True)[1]
        common, own = random.normal(size=groups.max() + 1)[groups], random.normal(size=groups.size)
        return np.sqrt(self.likeness) * common + np.sqrt(1 - self.likeness) * own

    def asked(self, random: np.random.Generator) -> dict[str, float]:
        """Return the true value of everything that an interval is given for."""
        deviation = self.noise * random.normal() - self.inefficiency * abs(random.normal())
        out = {
            "line": (TARGET - self.level - self.above) / self.slope,
            "next result": (TARGET - self.level - deviation) / self.slope,
            "slope": self.slope,
        }
        return out | ({"halving months": self.months} if self.year else {})


def _two_scatters(found: Evidence) -> tuple[float, float]:
    """Return the standard deviations of noise and of inefficiency of a stochastic frontier."""
    design = np.column_stack([np.ones(found.x.size), found.x - found.x.mean()])
    scale = float(found.response.std())
    sigma, ratio = np.exp(fit_frontier(design, found.response / scale)[2:])
    return scale * sigma / np.hypot(1, ratio), scale * sigma * ratio / np.hypot(1, ratio)


def intervals(line: Line) -> dict[str, tuple[float, float]]:
    """Return the 90 % interval of everything that is asked."""
    out = {
        "line": line.where(TARGET, next_result=False).interval(0.9),
        "next result": line.where(TARGET, next_result=True).interval(0.9),
        "slope": line.slope_interval(0.9),
    }
    progress = getattr(line, "progress", None)
    return out | ({"halving months": progress.interval_months(0.9)} if progress else {})


def coverage(truth: Truth, *, draws: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield coverage, width and share of unbounded intervals of each quantity."""
    random = np.random.default_rng(seed)
    hits: dict[str, list[bool]] = {}
    widths: dict[str, list[float]] = {}
    for _ in range(draws):
        line = fit_evidence(truth.draw(random), law="power", estimand=truth.estimand)
        found, values = intervals(line), truth.asked(random)
        for key, (low, high) in found.items():
            hits.setdefault(key, []).append(low <= values[key] <= high)
            widths.setdefault(key, []).append(high - low)
    for key, seen in widths.items():
        middle, covers = float(np.median(seen)), float(np.mean(hits[key]))
        yield {
            "asked": key, "coverage_90": covers,
            "standard_error": float(np.sqrt(covers * (1 - covers) / draws)),
            "median_width": middle if np.isfinite(middle) else None,
            "unbounded": float(np.mean(np.isinf(seen))),
        }  # fmt: skip


def measure(estimand: str, *, draws: int, seed: int) -> Iterator[dict[str, Any]]:
    for edition, counted in DESIGNS:
        runs = published_runs("imagenet", edition=edition, measure=counted)
        try:
            fit = fit_scatter(runs, edition=edition, estimand=estimand)
        except EvidenceError:
            continue  # the estimand refuses so few results
        for likeness in LIKENESSES:
            for row in coverage(Truth(fit, likeness), draws=draws, seed=seed):
                yield {
                    "estimand": estimand, "edition": edition, "measure": counted, "n": fit.n,
                    "clusters": fit.evidence.clusters, "likeness": likeness, **row,
                }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--estimand", choices=SIMULATED, default="error-on-compute")
    parser.add_argument("--draws", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if not chosen.json:
        print(f"{chosen.estimand}, {chosen.draws} draws a cell, nominal 90 %")
        print("| n | clusters | shared | asked | covers | median width | no upper end |")
        print("|---|---|---|---|---|---|---|")
    for row in measure(chosen.estimand, draws=chosen.draws, seed=chosen.seed):
        if chosen.json:
            print(json.dumps(row), flush=True)
            continue
        width = "none" if row["median_width"] is None else f"{row['median_width']:.3g}"
        print(
            f"| {row['n']} | {row['clusters']} | {row['likeness']:g} | {row['asked']} | "
            f"{row['coverage_90']:.3f} ({row['standard_error']:.3f}) | {width} | "
            f"{row['unbounded']:.0%} |", flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
