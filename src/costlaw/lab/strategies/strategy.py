"""A strategy: one way to spend less on a network that does a task; and what it makes.

Every strategy takes the same problem, the same size and the same number of epochs, and answers with
something that predicts, what it cost to get, and what a use of it costs. Operations are counted as
in ``metering.flop``: matrix products only, one multiply-add is two. Weights that are zero are not
counted in the operations of a use; whether a processor saves time by that is measured, not assumed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import OptionError
from costlaw.lab.training.problem import Problem

if TYPE_CHECKING:
    from costlaw.lab.training.loop import Trainer

Floats = NDArray[np.float32]
Settings = Mapping[str, Any]
RATES = (5e-4, 1e-3, 2e-3, 3e-3, 5e-3, 1e-2, 2e-2, 3e-2)  # where nothing else is tuned


@dataclass(frozen=True, kw_only=True, eq=False)
class Made:
    """What a strategy made, ready for use.

    Parameters
    ----------
    predict : callable
        Inputs (n, d) float32 to scores (n, classes); what is timed.
    training_flop : float
        Operations of getting it: its own training, and a teacher or a search it needs [FLOP].
    flop_per_use : float
        Operations of one use, zeros left out [FLOP].
    parameters : float
        Numbers that must be stored, zeros left out [count].
    size_bytes : float
        What they take, with the positions of the ones that are not zero [byte].
    epochs : float
        Passes over the examples, those of a teacher or a search included.
    runtime : str
        What ``predict`` runs on, such as ``onnxruntime float32``.
    network : object or None
        The PyTorch network behind it, where there is one.
    extra : mapping
        Whatever else was measured.
    """

    predict: Callable[[Floats], Floats]
    training_flop: float
    flop_per_use: float
    parameters: float
    size_bytes: float
    epochs: float
    runtime: str
    network: Any = None
    extra: Mapping[str, float] = field(default_factory=dict)


class Strategy(ABC):
    """One way to get a network for a task.

    A subclass states ``name``, ``family`` (as ``lifecycle`` groups them), ``title`` and ``choices``
    (what is tuned, with the values to try) and has ``make``.
    """

    name: ClassVar[str]
    family: ClassVar[str]
    title: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ("torch", "onnxruntime", "onnx")
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {"learning_rate": RATES}

    def refuse(self, problem: Problem) -> str | None:
        """Return why the strategy does not go with a problem, or None."""
        return None

    @abstractmethod
    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Return what the strategy makes.

        Parameters
        ----------
        problem : Problem
            What to learn.
        size : int
            Units of each of two hidden layers of the dense network it is held against [count].
        settings : mapping
            ``epochs`` and the strategy's own choices.
        trainer : Trainer
            Trains, counts, and keeps checkpoints.

        Raises
        ------
        Stopped
            If the trainer is asked to stop.
        """

    def check(self, settings: Settings) -> None:
        """Refuse settings that are not this strategy's.

        Raises
        ------
        OptionError
            If one is unknown.
        """
        known = {"epochs", "batch", "least_steps", "weight_decay", "learning_rate", *self.choices}
        for name in settings:
            if name not in known:
                raise OptionError(
                    f'strategy "{self.name}": unknown setting "{name}"; expected '
                    f"{', '.join(sorted(known))}."
                )
