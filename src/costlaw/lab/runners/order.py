"""An order to run one attempt of a trial, and the report of how it ended.

Both are plain values that travel as JSON to another process or machine. How an attempt can end:
``finished``; ``raised``, ``not finite``, ``disk full``, ``hung``, ``no node``: the trial failed and
the rest goes on; ``lost``: its worker died, it is tried again, but not for ever; ``node lost``: its
whole node died, which is not its doing; ``stopped``: asked to, its checkpoint is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Self

from costlaw.lab.sweeps.budget import Spent

Status = Literal[
    "finished",
    "raised",
    "not finite",
    "disk full",
    "hung",
    "no node",
    "lost",
    "node lost",
    "stopped",
]
FAILED = frozenset({"raised", "not finite", "disk full", "hung", "no node"})
OUTCOME_FILE, METER_FOLDER, LOCK_FILE = "outcome.json", "meter", "trial.lock"
BEGUN_FILE = "begun.json"


@dataclass(frozen=True, kw_only=True)
class Order:
    """One attempt to run.

    Parameters
    ----------
    key : str
        The trial's key.
    trial : mapping
        The trial, as ``Trial.to_dict`` gives it.
    task : str
        Reference of the task that any process can find.
    folder : str
        The trial's own folder, on a file system that all nodes see.
    attempt : int
        1 for the first.
    stop_file : str
        While this file exists, training is asked to stop.
    threads : int
        Threads of numerical libraries.
    needs : mapping of str to float
        Resources: ``cpus``, ``gpus``, or a node's own label.
    """

    key: str
    trial: Mapping[str, Any]
    task: str
    folder: str
    attempt: int
    stop_file: str
    threads: int = 1
    needs: Mapping[str, float] = field(default_factory=dict)

    @property
    def place(self) -> Path:
        """The trial's folder."""
        return Path(self.folder)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {item.name: getattr(self, item.name) for item in fields(self)} | {
            "trial": dict(self.trial), "needs": dict(self.needs)
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return the order that ``to_dict`` wrote."""
        return cls(**record)


@dataclass(frozen=True, kw_only=True)
class Report:
    """How one attempt ended.

    Parameters
    ----------
    key : str
        The trial's key.
    attempt : int
        Which attempt.
    status : str
        How it ended.
    spent : Spent or None
        What it used; None where the runner cannot know (its process was killed).
    outcome : mapping or None
        The outcome, of a finished one.
    message : str
        Why it ended otherwise, in one line.
    where : str
        Host and process.
    ran_s : float or None
        How long it ran, as its runner saw it; for attempts that cannot say themselves [s].
    """

    key: str
    attempt: int
    status: Status
    spent: Spent | None = None
    outcome: Mapping[str, Any] | None = None
    message: str = ""
    where: str = ""
    ran_s: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        record: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        record["spent"] = None if self.spent is None else self.spent.to_dict()
        return {name: value for name, value in record.items() if value not in (None, "")}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return the report that ``to_dict`` wrote."""
        spent = record.get("spent")
        return cls(**{**record, "spent": None if spent is None else Spent.from_dict(spent)})
