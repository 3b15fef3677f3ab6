"""A sweep: experiments as data. Sizes × examples × strategies × seeds of a task make its trials.

The description is plain and small; the same description always gives the same trials with the same
keys, in an order from cheap to dear. How it is written in a file is in ``description``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

from costlaw.exceptions import CostlawError, OptionError
from costlaw.lab.sweeps.budget import Budget
from costlaw.lab.tasks import Task, find_task
from costlaw.lab.tasks.catalogue import absolute_reference
from costlaw.lab.trial import Setting, Trial

MOST_TRIALS = 100_000
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one attempt may take, and how often a lost one is tried.

    Parameters
    ----------
    timeout_s : float or None
        An attempt that runs longer is taken for hung and ended [s].
    attempts : int
        How often a trial whose worker or node died is tried in all [count].
    disk_mb : float
        Most that a trial may have in its folder [MB].
    threads : int
        Threads of one trial; results are the same bit for bit at the same number [count].
    """

    timeout_s: float | None = None
    attempts: int = 3
    disk_mb: float = 2000.0
    threads: int = 1

    def __post_init__(self) -> None:
        for name in ("timeout_s", "attempts", "disk_mb", "threads"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise OptionError(f"limits: {name} = {value:g}; expected a number above zero.")


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Trials of one task, described.

    Parameters
    ----------
    name : str
        Name of the sweep, and of its folder.
    task : str
        Name of a task, or a user's own as ``module:Class`` or ``file.py:Class``.
    sizes, examples : sequence of int
        Network sizes and numbers of examples; every pair is a cell [count].
    strategies : sequence of str
        Strategies; every one in every cell.
    seeds : sequence of int
        Repetitions of each.
    settings : mapping
        Settings of every trial, such as ``epochs``.
    budget : Budget
        Caps.
    limits : Limits
        What one attempt may take.
    needs : mapping of str to float
        Resources of one trial on a cluster: ``cpus``, ``gpus``, or a node's own label.
    needs_of : mapping of str to mapping
        The same for single strategies.

    Raises
    ------
    OptionError
        If the grid is empty, has doubles, or the name is not one.

    Examples
    --------
    >>> sweep = Sweep(name="tiny", task="teacher-student", sizes=[4, 8], examples=[100], seeds=[0])
    >>> [str(trial) for trial in sweep.trials()]
    ['teacher-student dense size=4 examples=100 seed=0', \
'teacher-student dense size=8 examples=100 seed=0']
    """

    name: str
    task: str
    sizes: tuple[int, ...]
    examples: tuple[int, ...]
    strategies: tuple[str, ...] = ("dense",)
    seeds: tuple[int, ...] = (0,)
    settings: Mapping[str, Setting] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    limits: Limits = field(default_factory=Limits)
    needs: Mapping[str, float] = field(default_factory=dict)
    needs_of: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise OptionError(
                f'sweep "{self.name}": not a name; expected letters, digits, dots, dashes.'
            )
        for axis in ("sizes", "examples", "strategies", "seeds"):
            values = tuple(getattr(self, axis))
            object.__setattr__(self, axis, values)
            if not values:
                raise OptionError(f"sweep {self.name}: no {axis}; expected at least one.")
            if len(set(values)) < len(values):
                raise OptionError(f"sweep {self.name}: {axis} {list(values)} names one twice.")
        if len(self) > MOST_TRIALS:
            raise OptionError(f"sweep {self.name}: {len(self)} trials; at most {MOST_TRIALS}.")
        unknown = sorted(set(self.needs_of) - set(self.strategies))
        if unknown:
            raise OptionError(
                f"sweep {self.name}: needs of {unknown[0]}, which is not one of its strategies."
            )
        for name, value in (*self.needs.items(), *(i for n in self.needs_of.values()
                                                   for i in n.items())):  # fmt: skip
            if not value >= 0:
                raise OptionError(f"sweep {self.name}: needs {name} = {value}; expected 0 or more.")

    def __len__(self) -> int:
        return len(self.sizes) * len(self.examples) * len(self.strategies) * len(self.seeds)

    def placed(self, folder: Path) -> Sweep:
        """Return the sweep with a task file found from anywhere."""
        return replace(self, task=absolute_reference(self.task, folder))

    def trials(self, task: Task | None = None) -> tuple[Trial, ...]:
        """Return its trials, cheap ones first, each once the task has accepted it.

        Raises
        ------
        UnknownName, DataError, MissingExtra
            If there is no such task, or it cannot be used here.
        OptionError
            If the task refuses trials of the grid; all are looked at, none is run.
        """
        task = task or find_task(self.task)
        made = [
            Trial(task=task.name, version=task.version, size=size, examples=count,
                  strategy=strategy, seed=seed, settings=self.settings)
            for seed, strategy, size, count in product(
                self.seeds, self.strategies, self.sizes, self.examples)
        ]  # fmt: skip
        refused: list[CostlawError] = []
        for trial in made:
            try:
                task.check(trial)
            except OptionError as error:
                refused.append(error)
        if refused:
            raise OptionError(
                f"sweep {self.name}: {len(refused)} of {len(made)} trials cannot be run; the "
                f"first: {refused[0]}"
            )
        return tuple(sorted(made, key=lambda trial: (trial.seed, trial.size * trial.examples)))

    def needs_for(self, trial: Trial) -> dict[str, float]:
        """Return the resources of one trial on a cluster."""
        return {"cpus": 1.0} | dict(self.needs) | dict(self.needs_of.get(trial.strategy, {}))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "name": self.name, "task": self.task, "sizes": list(self.sizes),
            "examples": list(self.examples), "strategies": list(self.strategies),
            "seeds": list(self.seeds), "settings": dict(self.settings),
            "budget": {k: v for k, v in vars(self.budget).items() if v is not None},
            "limits": {k: v for k, v in vars(self.limits).items() if v is not None},
            "needs": dict(self.needs),
            "needs_of": {name: dict(needs) for name, needs in self.needs_of.items()},
        }  # fmt: skip

    @property
    def digest(self) -> str:
        """Digest of what decides the trials; budget and limits may change (16 hex digits)."""
        chosen = {key: value for key, value in self.to_dict().items()
                  if key in {"name", "task", "sizes", "examples", "strategies", "seeds",
                             "settings"}}  # fmt: skip
        text = json.dumps(chosen, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
