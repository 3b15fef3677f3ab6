"""Fit the published results up to 2016 ... 2021 and forecast every later one.

    python -m benchmarks.rolling_origin [--json] [--edition corrected] [--measure hardware-burden]
                                        [--count-reused]

For each benchmark of the corpus: coverage of the 50, 80 and 90 % intervals of a later result at
its own compute and year, median half-width [dex of error], bias, log score; pooled, by benchmark,
by lead and for record-setters; beside the plain line of error on compute and "no law". The
distribution over benchmarks is learned on the *other* benchmarks; "as it was" lets these speak
only up to the origin, too. ``--count-reused`` adds to results that start from a trained network the
burden of that network's training, where the corpus knows that they leave it out.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from typing import Any

import numpy as np

from costlaw.exceptions import EvidenceError
from costlaw.fitting.rolling import PooledLine, learn_kin, roll
from costlaw.fitting.rolling.origins import FEWEST, _records
from costlaw.fitting.rolling.vintage import SHAPES
from costlaw.fitting.scatter.evidence import Evidence, gather
from costlaw.laws import law
from costlaw.literature import load, published_runs
from costlaw.literature.benchmarks import benchmarks

YEARS = (2016, 2017, 2018, 2019, 2020, 2021)


def corpus(edition: str, measure: str, *, reused: bool = False) -> dict[str, Evidence]:
    out = {}
    for name in benchmarks():
        try:
            runs = published_runs(name, edition=edition, measure=measure)
            points = gather(runs, x="compute_flop", law=law("power"), need_year=True)
            out[name] = _with_reused(points, name, edition=edition) if reused else points
        except EvidenceError:
            continue  # this benchmark has too few results with that measure
    return out


def _with_reused(points: Evidence, name: str, *, edition: str) -> Evidence:
    """Return the results with the training of the networks that they start from added."""
    more = {
        result.network: sum(one.hardware_burden_flop for one in result.reuses)
        for result in load(name, edition)
    }
    added = np.array([more[network] for network in points.names])
    return replace(points, x=np.log10(10.0**points.x + added))


def records_if_right(points: dict[str, Evidence], *, seed: int, draws: int = 100) -> float:
    """Return how many record-setters the 90 % intervals would hold if the forecasts were right.

    Later results are drawn from the forecasts themselves, each of a cluster of its own; a record is
    picked for being better than expected, so fewer than 90 % of them lie inside.
    """
    random, inside = np.random.default_rng(seed), []
    for name, whole in points.items():
        kin = learn_kin([one for key, one in points.items() if key != name], seed=seed)
        for year in YEARS:
            seen, late = whole.keep(whole.year < year + 1), whole.keep(whole.year >= year + 1)
            if len(seen) < FEWEST or not len(late) or np.unique(seen.x).size < 3:
                continue
            line = PooledLine.of(seen, kin)
            for _ in range(draws):
                response = _drawn(line, late, random)
                drawn = replace(late, response=response, error=10.0**-response)
                away = np.abs(line.probability(response, late.x, late.year) - 0.5)
                inside.extend(away[_records(seen, drawn)] <= 0.45)
    return float(np.mean(inside))


def _drawn(line: PooledLine, late: Evidence, random: np.random.Generator) -> np.ndarray:
    """Return later results (m,) drawn together from one component of a forecast."""
    k = int(random.choice(line.weight.size, p=line.weight))
    shape, vintage = int(line.shape[k]), line.vintage
    known, design, _ = vintage.ahead(shape, late.x, late.year)
    since, before = late.year - vintage.year.min(), vintage.year - vintage.year.min()
    squared = float(SHAPES[shape, 1]) ** 2
    shared = squared * np.minimum.outer(since, before)
    own = np.eye(since.size) + squared * np.minimum.outer(since, since)
    own = own - shared @ vintage.inverse[shape] @ shared.T
    line_at = random.multivariate_normal(line.coefficients[k], line.covariance[k])
    noise = np.linalg.cholesky(own) @ random.normal(size=since.size)
    return known + design @ line_at + line.scatter[k] * noise


def measure_all(edition: str, measure: str, *, seed: int, reused: bool = False) -> dict[str, Any]:
    begin = time.process_time()
    points = corpus(edition, measure, reused=reused)
    found = roll(points, YEARS, seed=seed)
    strict = roll(points, YEARS, hindsight=False, seed=seed)
    return {
        "edition": edition, "measure": measure,
        "coverage_90": found.summary()["pooled"]["covers_90%"],
        "log_score": found.summary()["pooled"]["log_score"],
        "pooled": found.summary(), "by_benchmark": found.by_benchmark(),
        "by_lead": found.by_lead(), "records": found.records(),
        "records_if_right_90": records_if_right(points, seed=seed),
        "as_it_was": strict.summary(), "as_it_was_by_benchmark": strict.by_benchmark(),
        "cpu_s": round(time.process_time() - begin, 1),
    }  # fmt: skip


def print_table(name: str, groups: dict[str, Any]) -> None:
    print(f"\n| {name} | later results | origins | method | 50 % | 80 % | 90 % | half-width | bias "
          "| log score |\n|---|---|---|---|---|---|---|---|---|---|")  # fmt: skip
    for group, one in groups.items():
        for method in ("pooled", "line", "no law"):
            if method not in one:
                continue
            row = one[method]
            shares = " | ".join(f"{row[f'covers_{level}%']:.0%}" for level in (50, 80, 90))
            print(
                f"| {group} | {one['results']} | {one['origins']} | {method} | {shares} | "
                f"{row['median_half_width_90%']:.3f} | {row['bias']:+.3f} | "
                f"{row['log_score']:.2f} |"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--edition", default="corrected")
    parser.add_argument("--measure", default="hardware-burden")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count-reused", action="store_true")
    given = parser.parse_args()
    if given.count_reused and given.measure not in ("hardware-burden", "consolidated"):
        parser.error("--count-reused: known as a hardware burden only; expected that measure.")
    out = measure_all(given.edition, given.measure, seed=given.seed, reused=given.count_reused)
    if given.json:
        print(json.dumps(out, indent=1))
        return
    print(f"{out['edition']}, {out['measure']}, {out['cpu_s']} CPU s")
    whole = {"all": out["pooled"], "records": out["records"], "as it was": out["as_it_was"]}
    print_table("which", whole)
    share = out["records_if_right_90"]
    print(f"\nof records drawn from the forecasts themselves 90 % intervals hold {share:.0%}")
    print_table("benchmark", out["by_benchmark"])
    print_table("years ahead", out["by_lead"])


if __name__ == "__main__":
    main()
