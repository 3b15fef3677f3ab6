"""What a sweep gave: one run a finished trial, ready for ``fit``, and what all trials took.

Everything comes out of the ledger, so it can be asked for at any time, while a driver works too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costlaw.exceptions import CostlawError, EvidenceError
from costlaw.lab.sweeps.ledger import read_ledger
from costlaw.lab.sweeps.progress import Progress, progress, seconds
from costlaw.lab.sweeps.state import State, TrialState
from costlaw.lab.tasks import find_task
from costlaw.runs import Benchmark, Run, Runs
from costlaw.sources import Source
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl

OURS = Source(title="Trained and metered here", obtained="measured", locator="costlaw.lab")
MEASURE = "operations counted by the task"


@dataclass(frozen=True, kw_only=True, eq=False)
class SweepResult:
    """A sweep as its ledger knows it.

    Parameters
    ----------
    folder : Path
        Where it lies.
    state : State
        Every trial.
    notes : tuple of str
        What was passed over while reading.
    """

    folder: Path
    state: State
    notes: tuple[str, ...] = ()

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return progress(self.state)

    @property
    def finished(self) -> list[TrialState]:
        """Finished trials of the latest description, in order."""
        return self.state.of_status("finished")

    @property
    def failed(self) -> list[TrialState]:
        """Failed ones."""
        return self.state.of_status("failed")

    @property
    def is_complete(self) -> bool:
        """Whether every trial is finished."""
        return len(self.finished) == len(self.state.wanted)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the runs come from."""
        return (OURS,)

    def runs(self) -> Runs:
        """Return the finished trials as runs.

        Raises
        ------
        EvidenceError
            If no trial is finished.
        """
        if not self.finished:
            raise EvidenceError(f"{self.folder}: no trial is finished, so there is no run.")
        return Runs.from_records(
            [self._run(one) for one in self.finished],
            benchmark=self._benchmark(), origin=str(self.folder), measure=MEASURE,
            sources=(OURS,),
        )  # fmt: skip

    def _benchmark(self) -> Benchmark:
        try:
            task = find_task(self.state.sweep.task)
        except CostlawError:  # the task is not here any more, its results are
            return Benchmark(name="own runs", title=f"{self.state.sweep.name} (lab)")
        return Benchmark(
            name="own runs", title=task.title or task.name, metric=task.error_meaning,
            error_definition=task.error_meaning, error_unit=task.error_unit,
        )  # fmt: skip

    def _run(self, one: TrialState) -> Run:
        outcome, trial = one.outcome, one.trial
        assert outcome is not None
        used = one.last_spent
        return Run(
            name=f"{trial.strategy} {trial.size} × {trial.examples}", error=outcome.error,
            compute_flop=outcome.training_flop, flop_per_pass=outcome.flop_per_pass,
            parameters=outcome.parameters, examples=outcome.examples, epochs=outcome.epochs,
            duration_s=used.elapsed_s or None, energy_kwh=used.energy_kwh or None,
            cost_usd=self.state.sweep.budget.usd_of(used), lineage=None, seed=str(trial.seed),
        )  # fmt: skip

    def table(self) -> pl.DataFrame:
        """Return one row a trial: what it is, how it ended, its outcome, what it took."""
        import polars as pl

        rows = []
        for key in self.state.wanted:
            one = self.state.trials[key]
            outcome = one.outcome.to_dict() if one.outcome else {}
            extra = outcome.pop("extra", {})
            spent = one.spent.to_dict()
            rows.append(
                {"key": key, "task": one.trial.task, "strategy": one.trial.strategy,
                 "size": one.trial.size, "seed": one.trial.seed, "status": one.status,
                 "error": None, "loss": None, "parameters": None,
                 "examples": float(one.trial.examples), "epochs": None, "training_flop": None,
                 "flop_per_pass": None, "time_per_use_s": None}
                | outcome | {f"extra_{name}": value for name, value in extra.items()}
                | {"elapsed_s": spent["elapsed_s"], "cpu_s": spent["cpu_s"],
                   "energy_kwh": spent["energy_kwh"], "attempts": one.attempts,
                   "why": one.message or None, "where": one.where or None}
            )  # fmt: skip
        return pl.DataFrame(rows, infer_schema_length=None, orient="row")

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": "costlaw.sweep/1",
            "version": __version__,
            "folder": str(self.folder),
            "sweep": self.state.sweep.to_dict(),
            "digest": self.state.sweep.digest,
            "drivers": self.state.drivers,
            "stopped": self.state.stopped or None,
            "progress": self.progress.to_dict(),
            "trials": self.table().to_dicts(),
            "notes": list(self.notes),
            "sources": [source.to_dict() for source in self.sources],
        }

    def __repr__(self) -> str:
        return f"SweepResult({self.state.sweep.name}: {self.progress})"

    def __str__(self) -> str:
        """Return the card: how far, what it took, what failed and why."""
        sweep, now = self.state.sweep, self.progress
        lines = [
            f"{sweep.name}: {sweep.task.rpartition('/')[2]}, {len(sweep.sizes)} sizes × "
            f"{len(sweep.examples)} amounts of examples × {len(sweep.strategies)} strategies × "
            f"{len(sweep.seeds)} seeds",
            f"  trials   {now}",
        ]
        if self.finished:
            best = min(self.finished, key=lambda one: one.outcome.error if one.outcome else 1.0)
            assert best.outcome is not None
            lines.append(f"  lowest   error {best.outcome.error:.4g}: {best.trial}")
        if self.state.stopped and not self.is_complete:
            lines.append(
                f"  stopped  {self.state.stopped}; go on: costlaw lab resume {self.folder}"
            )
        for one in self.failed[:4]:
            lines.append(f"  failed   {one.reason}: {one.message} ({one.trial})")
        if len(self.failed) > 4:
            lines.append(f"  failed   and {len(self.failed) - 4} more; see --json")
        if now.wasted.cpu_s >= 0.1:
            lines.append(
                f"  spent    {seconds(now.wasted.cpu_s)} of CPU on attempts without a result"
            )
        lines += [f"  note     {note}" for note in self.notes]
        return "\n".join(lines[:12])


def sweep_result(folder: Path | str) -> SweepResult:
    """Read what a sweep gave so far.

    Raises
    ------
    DataError
        If the folder holds no sweep.
    """
    place = Path(folder)
    reading = read_ledger(place)
    notes = (reading.note,) if reading.note else ()
    return SweepResult(folder=place, state=State.of(reading.events, origin=str(place)), notes=notes)
