"""Learn the constants of the predictive distribution and write them down.

    python scripts/calibrate_predictive.py

It writes src/costlaw/fitting/data/calibration.json.

Three things are learned, all on the shipped reference library, all deterministic (about two CPU
minutes): the pool weights, on cases that use no official hidden part of the benchmark; the
constants and the shape of the width, on all cases, each collection's misses taken with that
collection left out; the territory of the library. The power of the widening rule is the slope of
the misses on the distance, with each collection left out, and at least 1.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from costlaw.fitting.predictive.calibration import (
    Calibration,
    collect,
    learn_weights,
    learn_width,
)
from costlaw.fitting.predictive.cases import Case, make_cases
from costlaw.fitting.predictive.library import library_digest, references
from costlaw.fitting.predictive.support import Territory, describe, learn_territory

TARGET = Path("src/costlaw/fitting/data/calibration.json")
POINTS = 600  # cases kept as points of the territory, evenly through each collection
LEAST_POWER = 1.0  # prudence, stated and not learned: twice as far away, twice as wide
POWERS = np.linspace(0.0, 2.0, 41)


def territory(cases: list[Case], weights: np.ndarray, power: float) -> Territory:
    """Return the territory of evenly thinned cases."""
    keep = np.unique(np.linspace(0, len(cases) - 1, POINTS).astype(int))
    some = [cases[place] for place in keep]
    return learn_territory(
        np.array([describe(case.look, weights) for case in some]),
        tuple(case.reference.collection for case in some),
        tuple(frozenset((case.reference.network, case.reference.data_set)) for case in some),
        power=power,
    )


def widening_power(cases: list[Case], weights: np.ndarray) -> float:
    """Return the power of distance at which far cases of left-out collections cover 90 %."""
    misses = collect(cases, weights)
    ends = np.cumsum(np.bincount(misses.case)) - 1
    distance, over, width = [], [], []
    for name in np.unique(misses.collections):
        inside = misses.collections == name
        rest = [case for case, out in zip(cases, inside, strict=True) if not out]
        constants, shape = learn_width(misses.take(~inside))
        place = territory(rest, weights, 1.0)
        for case in np.flatnonzero(inside):
            located = place.locate(describe(cases[case].look, weights))
            miss = misses.misses[ends[case]] / (misses.components[ends[case]] @ constants)
            limit = shape.quantile(0.95 if miss > 0 else 0.05)
            distance.append(located.distance)
            over.append(miss / limit)
            width.append(np.count_nonzero(inside) ** -0.5)
    far = np.array(distance) > 1
    print(f"cases of left-out collections beyond the edge: {far.sum()} of {far.size}")
    if far.sum() < 20:
        return 1.0
    excess, ratio = np.array(over)[far], np.array(distance)[far]
    share = np.array(width)[far] / np.sum(np.array(width)[far])
    covered = np.array([share @ (excess <= ratio**power) for power in POWERS])
    print("coverage of those by power:", dict(zip(POWERS[::5], covered[::5].round(3), strict=True)))
    enough = np.flatnonzero(covered >= 0.9)
    return float(POWERS[enough[0]] if enough.size else POWERS[-1])


def main() -> None:
    cases = make_cases(references())
    weights = learn_weights([case for case in cases if not case.official])
    constants, shape = learn_width(collect(cases, weights))
    learned = Calibration(weights=weights, constants=constants, shape=shape)
    power = max(LEAST_POWER, widening_power(cases, weights))
    record = {
        "schema": "costlaw.predictive-calibration/1",
        "made_by": "scripts/calibrate_predictive.py",
        "library_digest": library_digest(),
        "cases": len(cases),
        "calibration": learned.to_dict(),
        "territory": territory(cases, weights, power).to_dict(),
    }
    TARGET.write_text(json.dumps(_rounded(record), indent=1) + "\n")
    print(
        f"{len(cases)} cases; weights {weights.round(3)}; constants {constants.round(3)}; {power=}"
    )


def _rounded(value: object) -> object:
    """Round floats to 8 digits: beyond that the platform's arithmetic decides."""
    if isinstance(value, float):
        return float(f"{value:.8g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
