"""What a ledger means: its events folded into the state of every trial.

The same fold serves the driver, ``status`` and the table of results, so they cannot disagree. It
reads no clock and no folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from costlaw.exceptions import DataError
from costlaw.lab.runners.order import FAILED, Report
from costlaw.lab.sweeps.budget import Spent
from costlaw.lab.sweeps.description import sweep_of
from costlaw.lab.sweeps.sweep import Sweep
from costlaw.lab.tasks import Outcome
from costlaw.lab.trial import Trial

Status = Literal["waiting", "running", "finished", "failed"]


@dataclass
class TrialState:
    """One trial as the ledger knows it.

    Parameters
    ----------
    trial : Trial
        What it is.
    status : str
        ``waiting``, ``running`` (begun, no end written), ``finished`` or ``failed``.
    attempts, lost : int
        Attempts begun, and attempts whose worker or node died [count].
    began : float
        When the last attempt began [s since 1970].
    spent, last_spent : Spent
        Of all attempts, and of the one that finished.
    outcome : Outcome or None
        Of a finished one.
    reason, message, where : str
        How the last attempt ended, why, and where it ran.
    """

    trial: Trial
    status: Status = "waiting"
    attempts: int = 0
    lost: int = 0
    began: float = 0.0
    spent: Spent = field(default_factory=Spent)
    last_spent: Spent = field(default_factory=Spent)
    outcome: Outcome | None = None
    reason: str = ""
    message: str = ""
    where: str = ""

    def begin(self, attempt: int, t: float) -> None:
        """Note that an attempt began."""
        self.status, self.attempts, self.began = "running", max(attempt, self.attempts), t

    def end(self, report: Report) -> None:
        """Note how an attempt ended; what finished once stays finished."""
        self.spent += report.spent or Spent()
        if self.status == "finished":
            return
        self.reason, self.message, self.where = report.status, report.message, report.where
        if report.status == "finished" and report.outcome is not None:
            self.status, self.outcome = "finished", Outcome.from_dict(report.outcome)
            self.last_spent = report.spent or Spent()
        elif report.status in FAILED:
            self.status = "failed"
        else:
            self.lost += report.status == "lost"
            self.status = "waiting"


@dataclass
class State:
    """All trials of a sweep, and what was done about them.

    Parameters
    ----------
    sweep : Sweep
        The latest description.
    trials : dict of str to TrialState
        By key; trials of an earlier description are kept.
    wanted : list of str
        Keys of the latest description, in the order in which they are run.
    drivers : int
        How often a driver worked on it [count].
    stopped : str
        Why the last driver stopped before the end; empty if it did not.
    spent, kept : Spent
        What all attempts used, done again and failed ones too; what the finished ones used.
    """

    sweep: Sweep
    trials: dict[str, TrialState] = field(default_factory=dict)
    wanted: list[str] = field(default_factory=list)
    drivers: int = 0
    stopped: str = ""
    spent: Spent = field(default_factory=Spent)
    kept: Spent = field(default_factory=Spent)

    @classmethod
    def of(cls, events: Iterable[dict[str, Any]], *, origin: str = "ledger") -> State:
        """Fold events.

        Raises
        ------
        DataError
            If no event says what the sweep is.
        """
        state: State | None = None
        for event in events:
            if event["kind"] == "sweep":
                sweep = sweep_of(event["sweep"], origin=origin)
                if state is None:
                    state = cls(sweep=sweep)
                state._describe(sweep, event["trials"])
            elif state is not None:
                state._feed(event)
        if state is None:
            raise DataError(f"{origin}: no whole line says what the sweep is; run it again.")
        return state

    def _describe(self, sweep: Sweep, trials: list[dict[str, Any]]) -> None:
        self.sweep = sweep
        made = [Trial.from_dict(record) for record in trials]
        self.wanted = [trial.key for trial in made]
        for trial in made:
            self.trials.setdefault(trial.key, TrialState(trial=trial))

    def _feed(self, event: dict[str, Any]) -> None:
        kind, key = event["kind"], event.get("key")
        if kind == "driver":
            self.drivers += 1
            self.stopped = ""
        elif kind == "stopped":
            self.stopped = event["reason"]
        elif kind == "begun" and key in self.trials:
            self.trials[key].begin(event["attempt"], event["t"])
        elif kind == "ended" and key in self.trials:
            record = {k: v for k, v in event.items() if k not in {"kind", "t"}}
            self.end(Report.from_dict(record))
        elif kind == "again" and key in self.trials and self.trials[key].status == "failed":
            self.trials[key].status, self.trials[key].lost = "waiting", 0

    def of_status(self, *wanted: Status) -> list[TrialState]:
        """Return the trials of the latest description with one of these states, in order."""
        return [self.trials[key] for key in self.wanted if self.trials[key].status in wanted]

    def end(self, report: Report) -> None:
        """Note how an attempt of one of the trials ended."""
        one = self.trials[report.key]
        kept = one.last_spent
        one.end(report)
        self.spent += report.spent or Spent()
        if one.last_spent is not kept:
            self.kept += one.last_spent

    @property
    def wasted(self) -> Spent:
        """What was spent that is not in a finished trial's last attempt."""
        every = self.spent
        return Spent(**{k: v - getattr(self.kept, k) for k, v in every.to_dict().items()})
