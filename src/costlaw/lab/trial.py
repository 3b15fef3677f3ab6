"""A trial: one network of one size, trained once on one task, by one strategy, with one seed.

Its key is the digest of what it is, so the same trial has the same key in every sweep and on every
machine; a ledger, a checkpoint folder and a table of results all name it by that. It says what to
do, not where or when; what came out is an ``Outcome``.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from costlaw.exceptions import DataError, OptionError

Setting = str | int | float | bool
FIELDS = ("task", "version", "size", "examples", "strategy", "seed", "settings")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One network to train.

    Parameters
    ----------
    task : str
        Name of the task.
    size : int
        Size of the network, in the task's own measure (such as units a layer) [count].
    examples : int
        Distinct training examples [count].
    strategy : str
        How it is trained or made smaller; ``dense`` is plain training.
    seed : int
        Repetition.
    settings : mapping of str to text, number or bool
        Whatever else the task or strategy takes, such as ``epochs``.
    version : str
        Version of the task, so that a changed task makes new trials; filled in by the sweep.

    Raises
    ------
    OptionError
        If a size or count is not a whole number that it can be, or a setting is not plain.

    Examples
    --------
    >>> trial = Trial(task="teacher-student", size=16, examples=500, seed=1)
    >>> trial.key == Trial.from_dict(trial.to_dict()).key, len(trial.key)
    (True, 16)
    """

    task: str
    size: int
    examples: int
    strategy: str = "dense"
    seed: int = 0
    settings: Mapping[str, Setting] = field(default_factory=dict)
    version: str = ""

    def __post_init__(self) -> None:
        for name, least in (("size", 1), ("examples", 1), ("seed", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise OptionError(
                    f"trial on {self.task}: {name} = {value!r}; expected a whole number of at "
                    f"least {least}."
                )
        plain = {name: _plain(name, value) for name, value in self.settings.items()}
        object.__setattr__(self, "settings", dict(sorted(plain.items())))

    @property
    def key(self) -> str:
        """16 hex digits of the SHA-256 of all fields as canonical JSON."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        extra = "".join(f" {name}={value}" for name, value in self.settings.items())
        return (
            f"{self.task} {self.strategy} size={self.size} examples={self.examples} "
            f"seed={self.seed}{extra}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {name: getattr(self, name) for name in FIELDS[:-1]} | {
            "settings": dict(self.settings)
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return the trial that ``to_dict`` wrote.

        Raises
        ------
        DataError
            If a field is missing or unknown.
        """
        unknown = sorted(set(record) - set(FIELDS))
        missing = sorted({"task", "size", "examples"} - set(record))
        if unknown or missing:
            wrong = f"unknown field {unknown[0]}" if unknown else f"no field {missing[0]}"
            raise DataError(f"trial: {wrong}; expected {', '.join(FIELDS)}.")
        return cls(**record)


def _plain(name: str, value: Any) -> Setting:
    """Return a setting that JSON holds exactly."""
    if isinstance(value, float) and not math.isfinite(value):
        raise OptionError(f"setting {name} = {value}: expected a finite number.")
    if not isinstance(value, str | int | float):
        raise OptionError(
            f"setting {name} is a {type(value).__name__}: expected text, a number, true or false."
        )
    return value
