"""What the tasks of classification share: a strategy makes something, the test set judges it.

Functions, not a class above the tasks: a task says which problem it is, these say what is done.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from costlaw.exceptions import OptionError
from costlaw.lab.extras import one_thread
from costlaw.lab.strategies import Made, find_strategy
from costlaw.lab.tasks.task import Outcome
from costlaw.lab.training.problem import Problem
from costlaw.lab.training.use import log_loss, time_per_use
from costlaw.lab.trial import Trial

MOST_UNITS = 4096


def check_classifier(trial: Trial) -> None:
    """Refuse a strategy, size or setting that there is not.

    Raises
    ------
    UnknownName, OptionError, MissingExtra
        See there.
    """
    strategy = find_strategy(trial.strategy)
    strategy.check({k: v for k, v in trial.settings.items() if k != "time_uses"})
    if trial.size > MOST_UNITS:
        raise OptionError(f"{trial}: size = {trial.size}; expected at most {MOST_UNITS} units.")


def train_classifier(
    problem: Problem, trial: Trial, *, folder: Path, stop: Callable[[], bool]
) -> Made:
    """Return what the trial's strategy makes of a problem's examples.

    Raises
    ------
    Stopped
        If asked to stop.
    """
    with one_thread(f'the task "{trial.task}"'):
        from costlaw.lab.training.loop import Trainer

        trainer = Trainer(seed=trial.seed, folder=folder, stop=stop)
        settings = {k: v for k, v in trial.settings.items() if k != "time_uses"}
        own = problem.sample(trial.examples, seed=trial.seed)
        strategy = find_strategy(trial.strategy)
        return strategy.make(own, trial.size, settings=settings, trainer=trainer)


def judge(made: Made, problem: Problem, trial: Trial) -> Outcome:
    """Return error and resources on the problem's test examples."""
    with one_thread(f'the task "{trial.task}"'):
        scores = made.predict(problem.test_inputs)
        timed = bool(trial.settings.get("time_uses", True))
        single = time_per_use(made.predict, problem.test_inputs) if timed else None
    wrong = np.asarray(scores).argmax(axis=1) != problem.test_labels
    return Outcome(
        error=float(wrong.mean()),
        loss=log_loss(scores, problem.test_labels),
        parameters=made.parameters,
        examples=float(trial.examples),
        epochs=made.epochs,
        training_flop=made.training_flop,
        flop_per_pass=made.flop_per_use,
        time_per_use_s=single,
        extra={"size_bytes": made.size_bytes, **made.extra},
    )


def standardised(train: Any, *others: Any) -> list[Any]:
    """Return tables of numbers with the training table's mean taken off and spread 1.

    Examples
    --------
    >>> a, b = standardised(np.array([[0.0], [2.0]]), np.array([[4.0]]))
    >>> a.ravel().tolist(), b.ravel().tolist()
    ([-1.0, 1.0], [3.0])
    """
    middle, spread = train.mean(axis=0), train.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return [((table - middle) / spread).astype(np.float32) for table in (train, *others)]


@lru_cache(maxsize=4)
def kept(maker: Callable[[], Problem]) -> Problem:
    """Return a problem, made once in a process."""
    return maker()
