"""Do the 90 % intervals of a scatter fit cover 90 %? Real designs, simulated results.

The compute values and lineages of ImageNet (v1, n = 13; v2 hardware burden, n = 36; v2 network
operations, n = 77) are kept; results are drawn around the fitted power law, independent or sharing
half of their variance inside a lineage. Coverage is printed beside the median width and the share
of unbounded intervals, for where the law and where a next result reaches 5 %.

Run: python -m benchmarks.scatter_coverage [--draws 4000] [--seed 7]
"""

from __future__ import annotations

import argparse
import json

import numpy as np

from costlaw.fitting.scatter import fit_scatter
from costlaw.fitting.scatter.estimands.least_squares import error_on_compute
from costlaw.literature import published_runs

DESIGNS = (("v1", "hardware-burden"), ("v2", "hardware-burden"), ("v2", "network-operations"))
TARGET = -np.log10(0.05)


def coverage(edition: str, measure: str, *, likeness: float, draws: int, seed: int) -> dict:
    fit = fit_scatter(published_runs("imagenet", edition=edition, measure=measure), edition=edition)
    x, groups, line = fit.evidence.x, fit.evidence.groups, fit.line
    a, b, s = line.intercept, line.slope, line.scatter
    random = np.random.default_rng(seed)
    hits, widths = {"law": 0, "next_result": 0}, {"law": [], "next_result": []}
    for _ in range(draws):
        shared = random.normal(size=groups.max() + 2)
        noise = np.sqrt(likeness) * shared[groups] + np.sqrt(1 - likeness) * random.normal(
            size=x.size
        )
        again = error_on_compute(x, a + b * x + s * noise, groups=groups, better=1.0, name="")
        truth = {"law": (TARGET - a) / b, "next_result": (TARGET - a - s * random.normal()) / b}
        for kind, value in truth.items():
            low, high = again.where(TARGET, next_result=kind == "next_result").interval(0.9)
            hits[kind] += low <= value <= high
            widths[kind].append(high - low)
    row = {
        "edition": edition,
        "measure": measure,
        "n": int(x.size),
        "likeness": likeness,
        "clusters": int(np.unique(groups).size),
        "cluster_kind": fit.evidence.cluster_kind,
    }
    for kind, seen in widths.items():
        middle = float(np.median(seen))
        row[kind] = {
            "coverage_90": hits[kind] / draws,
            "median_width_dex": middle if np.isfinite(middle) else None,
            "unbounded": float(np.mean(np.isinf(seen))),
        }
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    for edition, measure in DESIGNS:
        for likeness in (0.0, 0.5):
            row = coverage(
                edition, measure, likeness=likeness, draws=chosen.draws, seed=chosen.seed
            )
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
