"""Does the pool hold where runs are far apart? The reference library, thinned.

Run: python -m benchmarks.wide_spacing [--json]

People train few networks, each several times as large as the one before; the library's curves are
denser. Every curve is thinned to runs at least ``spacing`` dex apart, its last one to four runs are
hidden, and the last is forecast by the pool and by a least-squares power law with irreducible error
(scipy, nine starts).
The pool's few constants were learned on these curves, so this checks spacing, not transfer.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections import Counter

import numpy as np
from scipy.optimize import least_squares

from costlaw.fitting.predictive.library import references
from costlaw.fitting.predictive.predict import predict_curve

SPACINGS = (0.3, 0.4, 0.5, 0.6)  # dex
HIDDEN = (1, 2, 3, 4)  # runs
FEWEST = 5  # runs shown
FEWEST_CURVES = 25  # of a line of the table
MOST = 25  # curves of one collection


def thinned(x: np.ndarray, spacing: float) -> list[int]:
    """Return the runs kept, counted back from the largest."""
    kept = [len(x) - 1]
    for at in range(len(x) - 2, -1, -1):
        if np.log10(x[kept[-1]] / x[at]) >= spacing:
            kept.append(at)
    return kept[::-1]


def irreducible(x: np.ndarray, y: np.ndarray, at: float) -> float:
    """Return the error at an amount by least squares on ln error."""
    u, z = np.log(x / x[-1]), np.log(y)

    def curve(p: np.ndarray, u: np.ndarray) -> np.ndarray:
        share = 1 / (1 + np.exp(-p[1]))
        return p[0] + np.log(share + (1 - share) * np.exp(-np.exp(p[2]) * u))

    starts = [(z[-1], np.log(w / (1 - w)), np.log(c)) for w in (0.02, 0.3, 0.7)
              for c in (0.1, 0.3, 0.8)]  # fmt: skip
    ends = ([-50, -12, -5], [50, 8, 2])
    best = min((least_squares(lambda p: curve(p, u) - z, s, bounds=ends) for s in starts),
               key=lambda found: found.cost)  # fmt: skip
    return float(np.exp(curve(best.x, np.log(np.array([at / x[-1]]))))[0])


def cases(spacing: float, hide: int) -> list[dict[str, float]]:
    found, seen = [], Counter()
    for one in references():
        x, y = one.full.x, one.full.error
        kept = thinned(x, spacing)
        shown, hidden = kept[:-hide], kept[-1]
        if len(shown) < FEWEST or seen[one.collection] >= MOST or y[shown[-1]] >= y[shown[0]]:
            continue
        seen[one.collection] += 1
        pool = predict_curve(x[shown], y[shown])
        at = np.array([x[hidden]])
        low, high = (float(end[0]) for end in pool.interval(at, 0.9))
        found.append({
            "pool": float(np.log(pool.median(at)[0] / y[hidden])),
            "law": float(np.log(irreducible(x[shown], y[shown], x[hidden]) / y[hidden])),
            "inside": float(low <= y[hidden] <= high),
            "half_width": float(np.log(high / low) / 2),
            "reach": float(np.log10(x[hidden] / x[shown[-1]])),
            "late": float(np.log10(pool.input_for(float(y[hidden])) / x[hidden])),
        })  # fmt: skip
    return found


def measure() -> list[dict[str, float]]:
    table = []
    for spacing, hide in itertools.product(SPACINGS, HIDDEN):
        rows = cases(spacing, hide)
        if len(rows) < FEWEST_CURVES:
            continue
        column = {name: np.array([row[name] for row in rows]) for name in rows[0]}
        table.append({
            "spacing_dex": spacing, "hidden": hide, "curves": len(rows),
            "reach_dex": float(np.median(column["reach"])),
            "median_late_dex": float(np.median(column["late"])),
            "pool_bias": float(column["pool"].mean()),
            "pool_mean_abs": float(np.abs(column["pool"]).mean()),
            "law_bias": float(column["law"].mean()),
            "law_mean_abs": float(np.abs(column["law"]).mean()),
            "coverage_90": float(column["inside"].mean()),
            "median_half_width": float(np.median(column["half_width"])),
        })  # fmt: skip
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    table = measure()
    if parser.parse_args().json:
        print(json.dumps(table, indent=2))
        return
    heads = ("spacing, dex", "hidden", "reach, dex", "curves",
             "pool: mean absolute ln error (bias)", "law with irreducible error", "90 % covers",
             "half-width", "compute for the hidden error, dex late")  # fmt: skip
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
    for row in table:
        cells = (
            f"{row['spacing_dex']}", f"{row['hidden']}", f"{row['reach_dex']:.2f}",
            f"{row['curves']}", f"{row['pool_mean_abs']:.3f} ({row['pool_bias']:+.3f})",
            f"{row['law_mean_abs']:.3f} ({row['law_bias']:+.3f})", f"{row['coverage_90']:.0%}",
            f"{row['median_half_width']:.3f}", f"{row['median_late_dex']:+.2f}",
        )  # fmt: skip
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
