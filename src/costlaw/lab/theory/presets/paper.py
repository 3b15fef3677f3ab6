"""The paper's own simulation: 1,000 variables of which ten matter, 1,000 simulations a case.

Oracle (the right ten), expert (nine right, one wrong), flexible (all, least squares) and
regularised (all, lasso). The paper reads off that flexible needs 1,500 examples to match the oracle
at 15, and the lasso 175. Metric: mean over simulations of log10 mean squared excess prediction.
Least squares is drawn from its exact distribution; real fits stand beside it. The paper's noise,
effects and penalty are not known: unit effects, noise sd 1 and three penalty rules are our choice.
"""

from __future__ import annotations

import time

import numpy as np

from costlaw.lab.theory.design import Array, Sample, draw
from costlaw.lab.theory.lasso import lasso, lasso_cross_validated, universal_penalty
from costlaw.lab.theory.least_squares import Fitted, draw_excess, least_squares
from costlaw.lab.theory.result import Answer, Curve, Experiment
from costlaw.lab.theory.simulate import exact_least_squares, on_columns, simulate
from costlaw.lab.theory.slopes import crossing, mean_with_interval

POOL, RELEVANT, MISSED = 1000, 10, 1
NOISE = RELEVANT**-0.5  # unit effects and noise sd 1, with the signal scaled to variance 1
ORACLE_AT = 15  # examples, as the paper reads it off
FEW = (12, 15, 20, 30, 50, 100, 200, 400, 1000)
MANY = (1100, 1200, 1300, 1400, 1500, 1600, 1700, 1800, 2000, 3000, 6000, 12000)
LASSO_SIZES = (60, 80, 100, 120, 150, 200, 300)
LASSO_SEEDS, FITTED_SEEDS = 10, 3
SHARES = (0.4, 0.55, 0.7, 0.85, 1.0)  # of the universal penalty
NOTES = (
    "the paper's 175 for the lasso does not reproduce; its noise and penalty are not known",
    "1,500 lies between two readings of the curves: equal mean logarithm, equal mean square",
    "the penalty brings the data near the oracle's (7 times), the operations not (see there): all "
    "1,000 variables are still read",
    f"lasso: {LASSO_SEEDS} seeds; best penalty is chosen on the truth, so it flatters the lasso",
)


def _universal(sample: Sample) -> Fitted:
    pool, n = sample.variables.shape
    return lasso(sample.variables, sample.outcome, universal_penalty(n, pool, NOISE))


def _best(sample: Sample) -> Fitted:
    pool, n = sample.variables.shape
    tried = [
        lasso(sample.variables, sample.outcome, share * universal_penalty(n, pool, NOISE))
        for share in SHARES
    ]
    best = min(tried, key=lambda fitted: sample.excess(fitted.effects))
    return Fitted(effects=best.effects, flop=sum(fitted.flop for fitted in tried))


def _lasso_curves(first_seed: int) -> tuple[Curve, ...]:
    top = LASSO_SIZES[-1]
    return simulate(
        {
            "penalised": ("lasso, penalty of the theory", _universal, top),
            "cross-validated": ("lasso, 5 folds", lasso_cross_validated, top),
            "best penalty": ("lasso, penalty chosen on the truth", _best, top),
        },
        LASSO_SIZES,
        lambda n, seed: draw(n, POOL, RELEVANT, seed=seed, noise=NOISE),
        seeds=range(first_seed, first_seed + LASSO_SEEDS),
    )


def _matches(curve: Curve, level: Array) -> tuple[float, float, float]:
    """Return the examples at which a curve's mean logarithm equals the oracle's at 15."""
    flat = np.broadcast_to(level, (len(curve.examples), level.size))
    return crossing(curve.examples, curve.error, flat)


def _mean_square_match(curve: Curve, level: Array) -> float:
    falling, target = (curve.error**2).mean(axis=1), (level**2).mean()
    return float(np.interp(-np.log(target), -np.log(falling), curve.examples))


def _real_over_exact(first_seed: int, level: Array) -> list[Answer]:
    """Hold real fits against the exact distribution: log error, oracle at 15, flexible at 1,500."""
    pick = on_columns(range(RELEVANT))
    small = [draw(ORACLE_AT, RELEVANT, RELEVANT, seed=first_seed + i, noise=NOISE)
             for i in range(level.size)]  # fmt: skip
    oracle = np.log([sample.excess(pick(sample).effects) for sample in small])
    large = [draw(1500, POOL, RELEVANT, seed=first_seed + i, noise=NOISE)
             for i in range(FITTED_SEEDS)]  # fmt: skip
    fitted = [s.excess(least_squares(s.variables, s.outcome).effects) for s in large]
    exact = draw_excess(1500, POOL, count=1000, seed=first_seed, noise=NOISE)
    return [
        Answer.of("real over exact error, oracle at 15",
                  _exp(mean_with_interval(oracle - np.log(level).mean()))),
        Answer.of("real over exact error, flexible at 1,500",
                  _exp(mean_with_interval(np.log(fitted) - np.log(exact).mean())),
                  seeds=FITTED_SEEDS),
    ]  # fmt: skip


def _exp(three: tuple[float, float, float]) -> tuple[float, float, float]:
    return (float(np.exp(three[0])), float(np.exp(three[1])), float(np.exp(three[2])))


def _answers(curves: dict[str, Curve], first_seed: int) -> list[Answer]:
    oracle, expert, flexible = curves["oracle"], curves["expert"], curves["flexible"]
    level = oracle.error[FEW.index(ORACLE_AT)]
    plateau = -2 * np.log10(expert.error[-1])
    late = expert.error[len(FEW) :]
    beside = expert.error[[FEW.index(100)] * len(LASSO_SIZES)]
    unit, few = "examples", LASSO_SEEDS
    matched = {name: _matches(curves[name], level)
               for name in ("penalised", "cross-validated", "best penalty")}  # fmt: skip
    return [
        Answer.of("flexible matches the oracle's 15 at", _matches(flexible, level), unit,
                  how="exact"),
        Answer(quantity="the same, by equal mean square", how="exact", unit=unit,
               estimate=_mean_square_match(flexible, level)),
        Answer.of("lasso, theory's penalty, matches at", matched["penalised"], unit, seeds=few),
        Answer.of("lasso, cross-validated, matches at", matched["cross-validated"], unit,
                  seeds=few),
        Answer.of("lasso, best penalty, matches at", matched["best penalty"], unit, seeds=few),
        Answer.of("expert's plateau, -log10 mean square", mean_with_interval(plateau),
                  how="exact"),
        Answer.of("flexible overtakes the expert at",
                  crossing(flexible.examples, flexible.error, late), unit, how="exact"),
        Answer.of("lasso overtakes the expert (at 100) at",
                  crossing(LASSO_SIZES, curves["penalised"].error, beside), unit,
                  seeds=few),
        Answer(quantity="operations, flexible at 1,500 over oracle at 15", how="follows",
               estimate=float(flexible.flop[MANY.index(1500), 0]
                              / oracle.flop[FEW.index(ORACLE_AT), 0])),
        Answer(quantity="operations, lasso at its match over oracle at 15", how="follows",
               estimate=_flop_at(curves["penalised"], matched["penalised"][0])
               / float(oracle.flop[FEW.index(ORACLE_AT), 0])),
        *_real_over_exact(first_seed, level),
    ]  # fmt: skip


def _flop_at(curve: Curve, examples: float) -> float:
    """Return operations at a number of examples between those simulated [FLOP]."""
    logs = np.log(curve.flop.mean(axis=1))
    return float(np.exp(np.interp(np.log(examples), np.log(curve.examples), logs)))


def paper(seeds: int, first_seed: int) -> Experiment:
    """Run the paper's simulation; a few CPU seconds.

    Examples
    --------
    >>> paper.__name__
    'paper'
    """
    began = time.process_time()
    which = range(first_seed, first_seed + seeds)
    both = (*FEW, *MANY)
    share = MISSED / RELEVANT
    curves = (
        exact_least_squares("oracle", "the right 10", both, variables=RELEVANT, seeds=which,
                            noise=NOISE),
        exact_least_squares("expert", "9 right, 1 wrong", both, variables=RELEVANT, seeds=which,
                            missing=share, noise=NOISE),
        exact_least_squares("flexible", "all 1,000", MANY, variables=POOL, seeds=which,
                            noise=NOISE),
        *_lasso_curves(first_seed),
    )  # fmt: skip
    return Experiment(
        preset="paper",
        title="1,000 variables of which 10 matter: examples needed to match the oracle at 15",
        curves=curves,
        answers=tuple(_answers({curve.name: curve for curve in curves}, first_seed)),
        notes=NOTES,
        first_seed=first_seed,
        seeds=seeds,
        cpu_s=time.process_time() - began,
    )
