"""A task: one class with ``train`` and ``evaluate``; what came out of a trial is an ``Outcome``.

The contract that lets a trial be killed at any time: ``train`` keeps checkpoints in the folder it
is given and goes on from what it finds there, so that the result is the same bit for bit at the
same number of threads as if nothing had happened. See ``lab.checkpoints`` for how to write one that
is never half there. A task knows nothing of sweeps, ledgers, runners or meters.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Self

from costlaw.exceptions import DataError
from costlaw.lab.trial import Trial


class Stopped(Exception):
    """Training was asked to stop; its checkpoint is on disk and it can go on later."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one trained network is, and what it took.

    Parameters
    ----------
    error : float
        Error on held-out examples, in the task's unit (a fraction by default).
    loss : float
        Held-out value of the training objective [nats, or as the task says].
    parameters : float
        Weights of the network, zeros left out if they need not be stored [count].
    examples : float
        Distinct training examples [count].
    epochs : float
        Passes over them.
    training_flop : float
        Operations of training, search and pruning included [FLOP].
    flop_per_pass : float
        Operations of one forward pass of one example [FLOP].
    time_per_use_s : float or None
        Measured time of one use [s], where it was measured.
    extra : mapping of str to float
        Whatever else was measured; the unit is in the name.
    """

    error: float
    loss: float
    parameters: float
    examples: float
    epochs: float
    training_flop: float
    flop_per_pass: float
    time_per_use_s: float | None = None
    extra: Mapping[str, float] = field(default_factory=dict)

    @property
    def problem(self) -> str | None:
        """Why this outcome cannot be a run, or None: a value that is not a number, or below 0."""
        for name in ("error", "loss", "parameters", "examples", "epochs", "training_flop",
                     "flop_per_pass"):  # fmt: skip
            value = getattr(self, name)
            if not isinstance(value, int | float) or not math.isfinite(value):
                return f"{name} = {value}: not a finite number"
            if value < 0 and name != "loss":
                return f"{name} = {value}: below zero"
        return None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values (a value that is not finite stays what it is)."""
        record = {item.name: getattr(self, item.name) for item in fields(self)}
        return record | {"extra": dict(self.extra)}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return the outcome that ``to_dict`` wrote."""
        known = {item.name for item in fields(cls)}
        if unknown := sorted(set(record) - known):
            raise DataError(f"outcome: unknown field {unknown[0]}; expected {sorted(known)}.")
        return cls(**record)


class Task(ABC):
    """What a network is trained on.

    A subclass states ``name`` and ``version`` and has ``train`` and ``evaluate``; the rest has
    defaults. ``version`` changes whenever the same trial would give another result.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    title: ClassVar[str] = ""
    error_meaning: ClassVar[str] = "error"
    error_unit: ClassVar[str] = "fraction"
    size_meaning: ClassVar[str] = "units a layer"
    strategies: ClassVar[tuple[str, ...]] = ("dense",)
    scale_sizes: ClassVar[tuple[int, ...]] = (8, 16, 32, 64, 128, 256)
    scale_examples: ClassVar[tuple[int, ...]] = ()

    def check(self, trial: Trial) -> None:  # noqa: B027 - a task without limits checks nothing
        """Refuse a trial that cannot be run, before anything is trained.

        Raises
        ------
        OptionError
            If the size, the examples, the strategy or a setting is not one that the task has.
        MissingExtra
            If what the task needs is not installed.
        """

    @abstractmethod
    def train(self, trial: Trial, *, folder: Path, stop: Callable[[], bool]) -> Any:
        """Return the trained network.

        Parameters
        ----------
        trial : Trial
            What to train.
        folder : Path
            A folder of this trial alone, which may hold an earlier attempt's checkpoints.
        stop : callable
            True once training should end; asked at every step or so, it costs a microsecond.

        Raises
        ------
        Stopped
            After ``stop()`` was true and the checkpoint is on disk.
        """

    @abstractmethod
    def evaluate(self, trained: Any, trial: Trial) -> Outcome:
        """Return error and resources of what ``train`` returned."""
