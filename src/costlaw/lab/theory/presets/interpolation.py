"""Past the point of interpolation: test error across p/n, with its peak and its second descent.

Random features fitted without any penalty. Statistics taught to keep p well below n; at p = n the
fit explodes, and far beyond it the error falls again below the best on the left (Belkin et al.
2019, PNAS 116(32)). The article: "breaking that rule turns out to be the key". The curve with a
tuned ridge penalty beside it shows that the peak is a lack of penalty and no law of nature.
"""

from __future__ import annotations

import time

import numpy as np

from costlaw.lab.theory.features import draw_curved, interpolate, ridge
from costlaw.lab.theory.result import PAPER, Answer, Curve, Experiment
from costlaw.lab.theory.slopes import mean_with_interval
from costlaw.sources import Source

EXAMPLES = 200
NOISE = 0.1  # sd; the signal has variance 1
FEATURES = (
    10,
    20,
    30,
    40,
    50,
    70,
    100,
    140,
    170,
    190,
    200,
    210,
    230,
    280,
    400,
    600,
    1000,
    2000,
    4000,
)
BELKIN = Source(
    title="Reconciling modern machine-learning practice and the classical bias-variance trade-off",
    year=2019,
    url="https://doi.org/10.1073/pnas.1903070116",
    obtained="recalled",
)
NOTES = (
    "the truth is a one-layer network on 5 inputs, noise sd 0.1, signal sd 1",
    "the second descent is as deep as the noise is low: at sd 0.2, p = 20 n only ties",
    "beyond p = n every example is fitted exactly, noise included",
)


def _answers(plain: Curve, tuned: Curve) -> list[Answer]:
    p = plain.variables
    centre = plain.performance
    left = plain.error[p < EXAMPLES]
    best = left[np.argmin(np.log(left).mean(axis=1))]
    peak = plain.error[p == EXAMPLES][0]
    last = plain.error[-1]
    where = float(p[np.argmin(centre)] / EXAMPLES)
    return [
        Answer(quantity="p/n at the peak", estimate=where),
        _ratio("error at p = n over the best on the left", peak, best),
        _ratio("error at p = 20 n over the best on the left", last, best),
        _ratio("the same, tuned ridge over unpenalised", tuned.error[-1], last),
        Answer.of("error at p = 20 n", mean_with_interval(last)),
    ]


def _ratio(quantity: str, above: np.ndarray, below: np.ndarray) -> Answer:
    middle, low, high = mean_with_interval(np.log(above / below))
    three = (float(np.exp(middle)), float(np.exp(low)), float(np.exp(high)))
    return Answer.of(quantity, three)


def interpolation(seeds: int, first_seed: int) -> Experiment:
    """Run the sweep over p/n; about a CPU second a seed.

    Examples
    --------
    >>> interpolation(2, 0).answer("p/n at the peak").estimate
    1.0
    """
    began = time.process_time()
    shape = (len(FEATURES), seeds)
    error, flop = np.zeros(shape), np.zeros(shape)
    over = [p for p in FEATURES if p >= EXAMPLES]
    tuned_error, tuned_flop = np.zeros((len(over), seeds)), np.zeros((len(over), seeds))
    for i, p in enumerate(FEATURES):
        for j in range(seeds):
            sample = draw_curved(EXAMPLES, p, noise=NOISE, seed=first_seed + j)
            fitted = interpolate(sample)
            error[i, j], flop[i, j] = sample.excess(fitted.effects), fitted.flop
            if p in over:
                tuned = ridge(sample)
                at = over.index(p), j
                tuned_error[at], tuned_flop[at] = sample.excess(tuned.effects), tuned.flop
    plain = Curve(name="unpenalised", title="least squares, least norm past p = n",
                  examples=np.full(len(FEATURES), float(EXAMPLES)),
                  variables=np.array(FEATURES, dtype=float), error=error, flop=flop)  # fmt: skip
    beside = Curve(name="tuned ridge", title="ridge chosen by leave-one-out",
                   examples=np.full(len(over), float(EXAMPLES)),
                   variables=np.array(over, dtype=float), error=tuned_error,
                   flop=tuned_flop)  # fmt: skip
    return Experiment(
        preset="interpolation",
        title=f"Test error across p/n at n = {EXAMPLES}: the peak at p = n and the second descent",
        curves=(plain, beside),
        answers=tuple(_answers(plain, beside)),
        notes=NOTES,
        first_seed=first_seed,
        seeds=seeds,
        cpu_s=time.process_time() - began,
        sources=(PAPER, BELKIN),
    )
