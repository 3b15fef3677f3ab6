"""k² the data, k⁴ the computation: a pool of p = 2n variables of which ten matter.

The design: p = 2n, s = 10, n from 250 to 4,000, lasso with the penalty 0.8 sd sqrt(2 ln p / n). The
data half (error falls as n^-1/2 up to a logarithm) is measured. The compute half follows: one pass
costs 2np = 4n² operations, so compute goes as the square of the data as long as the number of
passes stands still, which is measured too. Without a penalty the same pool does not improve at all.
"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from costlaw.lab.tasks.teacher_student import TeacherStudent
from costlaw.lab.theory.design import Sample, draw
from costlaw.lab.theory.features import draw_curved, ridge
from costlaw.lab.theory.lasso import lasso, lasso_cross_validated, universal_penalty
from costlaw.lab.theory.least_squares import Fitted, least_squares
from costlaw.lab.theory.result import Answer, Curve, Experiment
from costlaw.lab.theory.simulate import on_columns, simulate
from costlaw.lab.theory.slopes import cost_exponent, crossing, mean_with_interval
from costlaw.lab.trial import Trial

SIZES = (250, 500, 1000, 2000, 4000)
RELEVANT, MISSED = 10, 1
CURVED_SIZES = (125, 250, 500, 1000)
NETWORK_SIZES, NETWORK_UNITS = (250, 500, 1000, 2000, 4000), 32
UNPENALISED_UP_TO, VALIDATED_UP_TO = 1000, 2000  # larger ones cost minutes, same answer
NOTES = (
    "the data exponent is measured; the compute exponent follows: p = 2n, operations counted",
    "the penalty is the theory's and knows the noise sd; the cross-validated line knows nothing, "
    "counts its search, and has the lower error",
    "ln p / n is the rate of the lasso, so its plain exponent lies a little above 2",
    "a curved truth (five inputs, no sparse linear form) is learned more slowly than n^-1/2 "
    "(Stone 1982), so its exponents lie above 2 and 4: k^4 is a floor; the small network learns "
    "another curved truth at fixed size (32 units, eight inputs)",
)


def _tuned(sample: Sample) -> Fitted:
    pool, n = sample.variables.shape
    return lasso(sample.variables, sample.outcome, universal_penalty(n, pool))


def _unpenalised(sample: Sample) -> Fitted:
    return least_squares(sample.variables, sample.outcome)


def _curved(seeds: range) -> Curve:
    error = np.zeros((len(CURVED_SIZES), len(seeds)))
    flop = np.zeros_like(error)
    for i, n in enumerate(CURVED_SIZES):
        for j, seed in enumerate(seeds):
            sample = draw_curved(n, 2 * n, noise=1.0, seed=seed)
            fitted = ridge(sample)
            error[i, j], flop[i, j] = sample.excess(fitted.effects), fitted.flop
    sizes = np.array(CURVED_SIZES, dtype=float)
    return Curve(name="curved truth", title="random features with ridge, p = 2n", examples=sizes,
                 variables=2 * sizes, error=error, flop=flop)  # fmt: skip


def _network(seeds: range) -> Curve:
    """Return a small network on a curved truth, trained by gradient descent, at fixed size."""
    task = TeacherStudent()
    error = np.zeros((len(NETWORK_SIZES), len(seeds)))
    flop = np.zeros_like(error)
    with TemporaryDirectory() as folder:
        for i, n in enumerate(NETWORK_SIZES):
            for j, seed in enumerate(seeds):
                trial = Trial(task=task.name, size=NETWORK_UNITS, examples=n, seed=seed)
                place = Path(folder) / trial.key
                trained = task.train(trial, folder=place, stop=lambda: False)
                outcome = task.evaluate(trained, trial)
                error[i, j], flop[i, j] = outcome.error, outcome.training_flop
    sizes = np.array(NETWORK_SIZES, dtype=float)
    weights = np.full(len(sizes), outcome.parameters)
    return Curve(name="small network", title=f"{NETWORK_UNITS} units on a curved truth",
                 examples=sizes, variables=weights, error=error, flop=flop)  # fmt: skip


def _answers(curves: dict[str, Curve]) -> list[Answer]:
    oracle, expert, tuned = curves["oracle"], curves["expert"], curves["penalised"]
    validated, plain = curves["cross-validated"], curves["unpenalised"]
    curved, network = curves["curved truth"], curves["small network"]
    scaled = tuned.examples / np.log(tuned.variables)
    beaten = crossing(tuned.examples, tuned.error, expert.error)
    worse = plain.error[-1] / plain.error[0]
    stall = float(np.sqrt(MISSED / RELEVANT))
    return [
        _data("data exponent", tuned),
        _compute("compute exponent", tuned),
        _data("oracle's data exponent", oracle),
        _data("cross-validated data exponent", validated),
        Answer.of("expert's error at the largest n", mean_with_interval(expert.error[-1])),
        Answer(quantity="error that the expert stalls at", estimate=stall, how="follows"),
        Answer.of("examples from which the penalised beats the expert", beaten, "examples"),
        Answer.of("unpenalised error, 4 times the data over once", mean_with_interval(worse)),
        _compute("cross-validated compute exponent", validated),
        Answer.of("data exponent, ln p taken out", cost_exponent(scaled, tuned.error)),
        _data("data exponent of a curved truth", curved),
        _compute("compute exponent of a curved truth", curved),
        _data("data exponent of a small network", network),
        Answer(quantity="operations a table cell, last size over first",
               estimate=float(_work(tuned)[-1] / _work(tuned)[0])),
    ]  # fmt: skip


def _data(quantity: str, curve: Curve) -> Answer:
    return Answer.of(quantity, cost_exponent(curve.examples, curve.error))


def _compute(quantity: str, curve: Curve) -> Answer:
    return Answer.of(quantity, cost_exponent(curve.flop, curve.error), how="follows")


def _work(curve: Curve) -> np.ndarray:
    return curve.flop.mean(axis=1) / (curve.examples * curve.variables)


def exponents(seeds: int, first_seed: int) -> Experiment:
    """Run the design and return its exponents; about one and a half CPU seconds a seed.

    Examples
    --------
    >>> exponents.__name__
    'exponents'
    """
    began = time.process_time()
    largest = SIZES[-1]
    which = range(first_seed, first_seed + seeds)
    known = [*range(RELEVANT - MISSED), *range(RELEVANT, RELEVANT + MISSED)]
    curves = simulate(
        {
            "oracle": ("least squares on the right 10", on_columns(range(RELEVANT)), largest),
            "expert": ("least squares on 9 right and 1 wrong", on_columns(known), largest),
            "penalised": ("lasso, p = 2n, oracle-tuned", _tuned, largest),
            "cross-validated": ("lasso, p = 2n, 5 folds", lasso_cross_validated, VALIDATED_UP_TO),
            "unpenalised": ("least norm, p = 2n", _unpenalised, UNPENALISED_UP_TO),
        },
        SIZES,
        lambda n, seed: draw(n, 2 * n, RELEVANT, seed=seed),
        seeds=which,
    )
    curves = (*curves, _curved(which), _network(which))
    return Experiment(
        preset="exponents",
        title="To improve by k: k² the data, k⁴ the computation (p = 2n, 10 variables matter)",
        curves=curves,
        answers=tuple(_answers({curve.name: curve for curve in curves})),
        notes=NOTES,
        first_seed=first_seed,
        seeds=seeds,
        cpu_s=time.process_time() - began,
    )
