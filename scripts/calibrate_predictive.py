"""Learn the constants of the predictive distribution and write them down.

    python scripts/calibrate_predictive.py

It writes src/costlaw/fitting/data/calibration.json.

Three things are learned, all on the shipped reference library, all deterministic (about two CPU
minutes): the rule of slowing, on cases that use no official hidden part of the benchmark; the width
and its shape, on all cases, each collection's draws taken with that collection left out; the
territory of the library. The power of the widening rule is the slope of the misses on the distance,
with each collection left out, and at least 1.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from costlaw.fitting.predictive.calibration import (
    Calibration,
    Misses,
    collect,
    draws_left_out,
    learn_rule,
)
from costlaw.fitting.predictive.cases import Case, make_cases
from costlaw.fitting.predictive.library import library_digest, references
from costlaw.fitting.predictive.support import Territory, describe, learn_territory
from costlaw.fitting.predictive.width import fit_width, make_shape

TARGET = Path("src/costlaw/fitting/data/calibration.json")
POINTS = 600  # cases kept as points of the territory, evenly through each collection
FLAGGED = 0.85  # coverage asked of the 90 % interval of a flagged curve: it is not calibrated
LEAST_POWER = 1.0  # prudence, stated and not learned: twice as far away, twice as wide
POWERS = np.linspace(0.0, 2.0, 41)


def territory(cases: list[Case], power: float) -> Territory:
    """Return the territory of evenly thinned cases."""
    keep = np.unique(np.linspace(0, len(cases) - 1, POINTS).astype(int))
    some = [cases[place] for place in keep]
    return learn_territory(
        np.array([describe(case.look) for case in some]),
        tuple(case.reference.collection for case in some),
        tuple(frozenset((case.reference.network, case.reference.data_set)) for case in some),
        power=power,
    )


def widening_power(cases: list[Case], misses: Misses, draws: np.ndarray) -> float:
    """Return the power of distance at which far cases of left-out collections cover 85 %."""
    ends = np.cumsum(np.bincount(misses.case)) - 1
    distance, over, width = [], [], []
    for name in np.unique(misses.collections):
        inside = misses.collections == name
        runs = inside[misses.case]
        shape = make_shape(draws[~runs], misses.weights[~runs])
        place = territory([case for case, out in zip(cases, inside, strict=True) if not out], 1.0)
        last = draws[ends[inside]]
        over.extend(last / shape.quantile(np.where(last > 0, 0.95, 0.05)))
        for case in np.flatnonzero(inside):
            distance.append(place.locate(describe(cases[case].look)).distance)
            width.append(np.count_nonzero(inside) ** -0.5)
    far = np.array(distance) > 1
    print(f"cases of left-out collections beyond the edge: {far.sum()} of {far.size}")
    if far.sum() < 20:
        return 1.0
    excess, ratio = np.array(over)[far], np.array(distance)[far]
    share = np.array(width)[far] / np.sum(np.array(width)[far])
    covered = np.array([share @ (excess <= ratio**power) for power in POWERS])
    print("coverage of those by power:", dict(zip(POWERS[::5], covered[::5].round(3), strict=True)))
    enough = np.flatnonzero(covered >= FLAGGED)
    return float(POWERS[enough[0]] if enough.size else POWERS[-1])


def main() -> None:
    cases = make_cases(references())
    slowing = learn_rule([case for case in cases if not case.official])
    misses = collect(cases, slowing)
    width = fit_width(misses.clues, misses.misses, misses.weights)
    draws = draws_left_out(misses, width)
    shape = make_shape(draws, misses.weights)
    learned = Calibration(slowing=slowing, width=width, shape=shape)
    power = max(LEAST_POWER, widening_power(cases, misses, draws))
    record = {
        "schema": "costlaw.predictive-calibration/2",
        "made_by": "scripts/calibrate_predictive.py",
        "library_digest": library_digest(),
        "cases": len(cases),
        "calibration": learned.to_dict(),
        "territory": territory(cases, power).to_dict(),
    }
    TARGET.write_text(json.dumps(_rounded(record), indent=1) + "\n")
    print(f"{len(cases)} cases; {slowing}; {width}; {power=}")


def _rounded(value: object) -> object:
    """Round floats to 8 digits: beyond that the platform's arithmetic decides."""
    if isinstance(value, float):
        return float(f"{value:.8g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
