"""The article's X-ray story: 100 true details, an expert who knows 80 of them, a pool to search.

The expert's system (80 right details and 20 wrong ones) leads while patients are few and stalls at
the missing share. A penalised search of a pool of 1,000 or 10,000 candidate details overtakes it;
the crossing is given in patients, operations and the price of those operations. The penalty is 0.8
sd sqrt(2 ln(p/s) / n): relevant details are a tenth of the small pool, where ln p alone is too
strict. Least squares on the whole pool is drawn from its exact distribution. Labels, which cost far
more, are not priced here.
"""

from __future__ import annotations

import time

import numpy as np

from costlaw.costs import preset as site_preset
from costlaw.costs import price
from costlaw.lab.theory.design import Sample, draw
from costlaw.lab.theory.lasso import lasso, universal_penalty
from costlaw.lab.theory.least_squares import Fitted
from costlaw.lab.theory.result import Answer, Curve, Experiment
from costlaw.lab.theory.simulate import exact_least_squares, on_columns, simulate
from costlaw.lab.theory.slopes import crossing, mean_with_interval

DETAILS, KNOWN = 100, 80
POOLS = (1000, 10000)
SIZES = {1000: (500, 1000, 1500, 2000, 3000, 4000), 10000: (1000, 2000, 3000, 4000, 6000)}
SEEDS_OF_LARGE_POOL = 4  # a pool of 10,000 costs 20 times the small one
FLEXIBLE = (1.02, 1.1, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)  # examples over variables
NOTES = (
    "the penalty knows the noise and the number of true details, as an oracle would",
    "one patient is one example; signal and noise have equal variance; only computing is priced",
)


def _penalised(sample: Sample) -> Fitted:
    pool, n = sample.variables.shape
    return lasso(sample.variables, sample.outcome, universal_penalty(n, pool // DETAILS))


def _measured(pool: int, seeds: range) -> tuple[Curve, ...]:
    wrong = [*range(KNOWN), *range(DETAILS, 2 * DETAILS - KNOWN)]
    curves = simulate(
        {
            f"expert in {pool:,}": ("80 right, 20 wrong", on_columns(wrong), SIZES[pool][-1]),
            f"penalised in {pool:,}": (f"lasso among {pool:,}", _penalised, SIZES[pool][-1]),
        },
        SIZES[pool],
        lambda n, seed: draw(n, pool, DETAILS, seed=seed),
        seeds=seeds,
    )
    return curves


def _flexible(pool: int, seeds: range) -> Curve:
    sizes = np.array([int(pool * share) for share in FLEXIBLE])
    return exact_least_squares(f"flexible in {pool:,}", f"all {pool:,}", sizes, variables=pool,
                               seeds=seeds)  # fmt: skip


def _flop_at(curve: Curve, examples: float) -> float:
    if not np.isfinite(examples):
        return float("inf")
    log_flop = np.log(curve.flop.mean(axis=1))
    return float(np.exp(np.interp(np.log(examples), np.log(curve.examples), log_flop)))


def _crossings(pool: int, curves: dict[str, Curve], stalled: Curve) -> list[Answer]:
    expert, searched = curves[f"expert in {pool:,}"], curves[f"penalised in {pool:,}"]
    flexible = curves[f"flexible in {pool:,}"]
    name = f"penalised in {pool:,} beats the expert"
    met = crossing(searched.examples, searched.error, expert.error)
    seeds = searched.error.shape[1]
    flop = tuple(_flop_at(searched, n) for n in met)
    found = [
        Answer.of(f"{name} from", met, "patients", seeds=seeds),
        Answer(quantity=f"{name}, operations", estimate=flop[0], low=flop[1], high=flop[2],
               unit="FLOP", seeds=seeds),
    ]  # fmt: skip
    if np.isfinite(flop[0]):
        found.append(_dollars(f"{name}, computing", flop[0]))
    late = crossing(flexible.examples, flexible.error, stalled.error)
    found.append(Answer.of(f"flexible in {pool:,} beats the expert from", late, "patients",
                           how="exact"))  # fmt: skip
    return found


def _dollars(quantity: str, flop: float) -> Answer:
    bill = price(flop, site_preset("today")).usd
    low, high = bill.interval(0.9)
    return Answer(quantity=quantity, estimate=bill.value, low=low, high=high, unit="USD",
                  how="follows", level=0.9)  # fmt: skip


def xray(seeds: int, first_seed: int) -> Experiment:
    """Run the story in both pools; about twenty CPU seconds at ten seeds.

    Examples
    --------
    >>> xray.__name__
    'xray'
    """
    began = time.process_time()
    which = range(first_seed, first_seed + seeds)
    few = range(first_seed, first_seed + min(seeds, SEEDS_OF_LARGE_POOL))
    missing = 1 - KNOWN / DETAILS
    found: dict[str, Curve] = {}
    answers: list[Answer] = []
    for pool, own in zip(POOLS, (which, few), strict=True):
        flexible = _flexible(pool, which)
        found |= {curve.name: curve for curve in (*_measured(pool, own), flexible)}
        stalled = exact_least_squares("expert", "80 right, 20 wrong", flexible.examples,
                                      variables=DETAILS, seeds=which, missing=missing)  # fmt: skip
        answers += _crossings(pool, found, stalled)
    last = mean_with_interval(found["expert in 1,000"].error[-1])
    answers += [
        Answer.of("expert's error at 4,000 patients", last),
        Answer(quantity="error that the expert stalls at", estimate=float(np.sqrt(missing)),
               how="follows"),
    ]  # fmt: skip
    return Experiment(
        preset="xray",
        title="100 true details; the expert knows 80: patients needed to overtake the expert",
        curves=tuple(found.values()),
        answers=tuple(answers),
        notes=NOTES,
        first_seed=first_seed,
        seeds=seeds,
        cpu_s=time.process_time() - began,
    )
