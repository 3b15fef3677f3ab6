"""Teacher and student: a network learns from a network, so the truth is known. NumPy only.

The teacher is a fixed wide one-layer network of rectified units on 8 normal inputs, scaled to mean
0 and variance 1; the student has ``size`` units and sees ``examples`` noisy examples. Its error is
the root mean squared excess prediction, sqrt(E (student - teacher)^2), as in ``lab.theory``: a
student that knows nothing has error 1, and the irreducible error is exactly 0. Cheap enough that
the tests of ledger and runners need nothing else (Saad & Solla 1995 for the setting).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import OptionError
from costlaw.lab.checkpoints import Checkpoints
from costlaw.lab.tasks.task import Outcome, Stopped, Task
from costlaw.lab.trial import Trial

Array = NDArray[np.float64]
INPUTS, TEACHER_UNITS, HELD_OUT = 8, 64, 4000
MOST_UNITS, MOST_EXAMPLES = 4096, 1_000_000
SETTINGS = {"epochs": 20, "batch": 32, "rate": 0.01, "noise": 0.3, "least_steps": 300}
TRUTH_SEED = 20071  # one teacher for all trials
SAVE_EVERY = 200  # steps; a killed trial loses at most so many


def _teacher(inputs: Array) -> Array:
    random = np.random.default_rng(TRUTH_SEED)
    inner = random.standard_normal((INPUTS + 1, TEACHER_UNITS))
    outer = random.standard_normal(TEACHER_UNITS)

    def raw(x: Array) -> Array:
        return np.maximum(_padded(x) @ inner, 0.0) @ outer

    scale = raw(random.standard_normal((20_000, INPUTS)))
    return (raw(inputs) - scale.mean()) / scale.std()


def _padded(inputs: Array) -> Array:
    return np.concatenate([inputs, np.ones((len(inputs), 1))], axis=1)


@dataclass
class _Student:
    """Weights of the student and the two moments of Adam (Kingma & Ba 2015)."""

    inner: Array
    outer: Array
    moments: list[Array]

    @classmethod
    def fresh(cls, units: int, seed: int) -> _Student:
        random = np.random.default_rng([seed, units])
        inner = random.standard_normal((INPUTS + 1, units)) * np.sqrt(2.0 / (INPUTS + 1))
        outer = random.standard_normal(units + 1) / np.sqrt(units)
        outer[-1] = 0.0
        weights = (inner, inner, outer, outer)
        return cls(inner=inner, outer=outer, moments=[np.zeros_like(part) for part in weights])

    def predict(self, padded: Array) -> tuple[Array, Array]:
        hidden = np.maximum(padded @ self.inner, 0.0)
        return hidden @ self.outer[:-1] + self.outer[-1], hidden

    def step(self, padded: Array, outcome: Array, *, rate: float, number: int) -> None:
        predicted, hidden = self.predict(padded)
        away = (predicted - outcome) / len(outcome)
        slope_outer = np.append(away @ hidden, away.sum())
        slope_inner = padded.T @ ((away[:, None] * self.outer[:-1]) * (hidden > 0))
        for place, (weights, slope) in enumerate(
            ((self.inner, slope_inner), (self.outer, slope_outer))
        ):
            first, second = self.moments[2 * place : 2 * place + 2]
            first += 0.1 * (slope - first)
            second += 0.001 * (slope**2 - second)
            ahead = first / (1 - 0.9**number)
            weights -= rate * ahead / (np.sqrt(second / (1 - 0.999**number)) + 1e-8)

    def arrays(self) -> dict[str, Array]:
        named = {f"moment{i}": part for i, part in enumerate(self.moments)}
        return named | {"inner": self.inner, "outer": self.outer}


def _settings(trial: Trial) -> dict[str, Any]:
    return SETTINGS | dict(trial.settings)


def _steps(trial: Trial) -> int:
    """Return training steps: the epochs asked for, and no fewer than the least."""
    chosen = _settings(trial)
    batch = min(int(chosen["batch"]), trial.examples)
    return max(int(chosen["epochs"]) * -(-trial.examples // batch), int(chosen["least_steps"]))


class TeacherStudent(Task):
    """A student network learns from a teacher network.

    Examples
    --------
    >>> import tempfile
    >>> task, trial = TeacherStudent(), Trial(task="teacher-student", size=4, examples=100)
    >>> student = task.train(trial, folder=Path(tempfile.mkdtemp()), stop=lambda: False)
    >>> 0 < task.evaluate(student, trial).error < 1
    True
    """

    name: ClassVar[str] = "teacher-student"
    version: ClassVar[str] = "1"
    title: ClassVar[str] = "a student network learns from a teacher network"
    error_meaning: ClassVar[str] = "RMSE of the excess prediction, over the truth's sd"
    error_unit: ClassVar[str] = "sd of the truth"
    size_meaning: ClassVar[str] = "units of the student"
    scale_sizes: ClassVar[tuple[int, ...]] = (4, 8, 16, 32, 64, 128)
    scale_examples: ClassVar[tuple[int, ...]] = (125, 250, 500, 1000, 2000, 4000, 8000, 16000)

    def check(self, trial: Trial) -> None:
        """Refuse another strategy than dense, unknown settings, and sizes out of range."""
        if trial.strategy != "dense":
            raise OptionError(
                f'{trial}: strategy "{trial.strategy}"; teacher-student knows only dense.'
            )
        if trial.size > MOST_UNITS or trial.examples > MOST_EXAMPLES:
            raise OptionError(
                f"{trial}: expected at most {MOST_UNITS} units and {MOST_EXAMPLES} examples."
            )
        for name, value in trial.settings.items():
            if name not in SETTINGS:
                raise OptionError(f"{trial}: unknown setting; expected {', '.join(SETTINGS)}.")
            if not isinstance(value, int | float) or value < 0 or (value == 0 and name != "noise"):
                raise OptionError(f"{trial}: {name} = {value}; expected a number above zero.")

    def train(self, trial: Trial, *, folder: Path, stop: Callable[[], bool]) -> _Student:
        """Train the student; goes on from a checkpoint bit for bit."""
        chosen, steps = _settings(trial), _steps(trial)
        random = np.random.default_rng([trial.seed, trial.examples])
        inputs = random.standard_normal((trial.examples, INPUTS))
        outcome = _teacher(inputs) + chosen["noise"] * random.standard_normal(trial.examples)
        padded, batch = _padded(inputs), min(int(chosen["batch"]), trial.examples)
        an_epoch = -(-trial.examples // batch)
        student, kept = _Student.fresh(trial.size, trial.seed), Checkpoints(folder)
        begin = 0
        if (found := kept.latest_arrays()) is not None:
            begin, arrays = found
            moments = [arrays[f"moment{i}"] for i in range(4)]
            student = _Student(inner=arrays["inner"], outer=arrays["outer"], moments=moments)
        order = np.arange(0)
        for step in range(begin, steps):
            if stop():
                kept.save_arrays(step, student.arrays())
                raise Stopped
            if step > begin and step % SAVE_EVERY == 0:
                kept.save_arrays(step, student.arrays())
            if not order.size or step % an_epoch == 0:
                shuffled = np.random.default_rng([trial.seed, step // an_epoch])
                order = shuffled.permutation(trial.examples)
            which = order[(step % an_epoch) * batch : (step % an_epoch + 1) * batch]
            rate = chosen["rate"] * 0.5 * (1 + np.cos(np.pi * step / steps))
            student.step(padded[which], outcome[which], rate=rate, number=step + 1)
        return student

    def evaluate(self, trained: _Student, trial: Trial) -> Outcome:
        """Return the excess error on 4,000 fresh examples, the same for every trial."""
        inputs = np.random.default_rng(TRUTH_SEED + 1).standard_normal((HELD_OUT, INPUTS))
        predicted, _ = trained.predict(_padded(inputs))
        excess = float(np.sqrt(((predicted - _teacher(inputs)) ** 2).mean()))
        chosen, steps = _settings(trial), _steps(trial)
        batch = min(int(chosen["batch"]), trial.examples)
        passes = steps * trial.examples / -(-trial.examples // batch)
        a_pass = 2.0 * trial.size * (INPUTS + 1) + 2.0 * trial.size
        backward = 2.0 * a_pass - 2.0 * trial.size * (INPUTS + 1)  # no slope of the inputs
        return Outcome(
            error=excess,
            loss=0.5 * (excess**2 + float(chosen["noise"]) ** 2),
            parameters=float(trial.size * (INPUTS + 2) + 1),
            examples=float(trial.examples),
            epochs=passes / trial.examples,
            training_flop=passes * (a_pass + backward),
            flop_per_pass=a_pass,
        )
