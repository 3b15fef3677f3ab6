"""Tuning with the same number of trials for every strategy, on held-out examples, all paid for.

Settings are drawn without repeats from the grid of a strategy's choices (random search; Bergstra
and Bengio 2012). Among those within one standard error of the lowest validation error the one that
is cheapest in use is taken: a strategy that makes networks smaller would otherwise always be tuned
to do nothing. Strategies without that many choices try all they have.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from costlaw.lab.strategies.choosing import cheapest_of_the_best
from costlaw.lab.strategies.strategy import Made, Settings, Strategy

if TYPE_CHECKING:
    from costlaw.lab.training.loop import Trainer
    from costlaw.lab.training.problem import Problem

TUNING_SEED = 1_000_003  # apart from the seeds of the repetitions


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """What tuning chose and what it took.

    Parameters
    ----------
    settings : mapping
        The choice.
    flop : float
        Operations of all trials [FLOP].
    cpu_s : float
        Processor time of all trials [s].
    trials : int
        Settings tried [count].
    """

    settings: Settings
    flop: float
    cpu_s: float
    trials: int


def candidates(strategy: Strategy, trials: int) -> list[dict[str, Any]]:
    """Return the settings to try: all, or ``trials`` of them drawn by a fixed seed."""
    names = list(strategy.choices)
    grid = [dict(zip(names, values, strict=True))
            for values in itertools.product(*strategy.choices.values())]  # fmt: skip
    if strategy.name == "searched":  # its search is its tuning
        return [{"search_trials": trials}]
    order = np.random.default_rng(TUNING_SEED).permutation(len(grid))
    return [grid[i] for i in order[:trials]]


def tune(
    strategy: Strategy,
    problem: Problem,
    size: int,
    *,
    base: Settings,
    trials: int,
    trainer_of: Callable[[int], Trainer],
    timed: Callable[[Callable[[], Made]], tuple[Made, float]],
) -> Tuned:
    """Return the settings chosen for a strategy.

    Parameters
    ----------
    strategy, problem, size
        What is tuned on what.
    base : mapping
        Settings that are not tuned, such as ``epochs``.
    trials : int
        Settings to try at most [count].
    trainer_of : callable
        Number of the trial to a fresh trainer.
    timed : callable
        Runs a function and returns its result and processor time [s].
    """
    tried = candidates(strategy, trials)
    if len(tried) == 1:
        return Tuned(settings={**base, **tried[0]}, flop=0.0, cpu_s=0.0, trials=0)
    tuning = problem.held_out(seed=TUNING_SEED)
    made, flop, cpu_s = [], 0.0, 0.0
    for number, choice in enumerate(tried):
        trainer, plan = trainer_of(number), {**base, **choice}
        one, took = timed(
            lambda plan=plan, trainer=trainer: strategy.make(  # type: ignore[misc]
                tuning, size, settings=plan, trainer=trainer
            )
        )
        wrong = (one.predict(tuning.test_inputs).argmax(axis=1) != tuning.test_labels).mean()
        made.append((float(wrong), one.flop_per_use, one.size_bytes))
        flop, cpu_s = flop + one.training_flop, cpu_s + took
    table = np.array(made)
    best = cheapest_of_the_best(table[:, 0], table[:, 1:], len(tuning.test_labels))
    return Tuned(settings={**base, **tried[best]}, flop=flop, cpu_s=cpu_s, trials=len(tried))
