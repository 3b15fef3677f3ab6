"""The table of strategies: error, operations, measured time, energy, size, against dense.

Operations saved and time saved are different columns and stay so. No strategy is called better
where its error is not told apart from the dense network's, and none at all by a preset too small
for it. Rows for ``lifecycle`` are ratios to the dense network with 90 % intervals over seeds.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from costlaw.lab.comparing.cell import Cell
from costlaw.lab.comparing.presets import Preset
from costlaw.lab.comparing.ratios import (
    LEVEL,
    Ratio,
    break_even,
    means,
    paired,
    unbeaten,
)
from costlaw.sources import Source
from costlaw.units import format_number, format_percent
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl

OURS = Source(title="Strategies compared on one task", obtained="measured", locator="costlaw.lab")
COUNTERS = {"A", "B"}  # energy read from a counter or a power sensor
RATIOS = {
    "error_ratio": "error",
    "training_flop_ratio": "paid_flop",
    "retraining_flop_ratio": "training_flop",
    "flop_per_use_ratio": "flop_per_use",
    "time_per_use_ratio": "time_per_use_s",
    "energy_per_use_ratio": "energy_per_use_kwh",
    "size_ratio": "size_bytes",
}
MEANS = ("error", "loss", "training_flop", "tuning_flop", "flop_per_use", "time_per_use_s",
         "time_per_use_together_s", "training_energy_kwh", "energy_per_use_kwh", "parameters",
         "size_bytes", "epochs", "training_cpu_s", "tuning_cpu_s")  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class StrategyTable:
    """Strategies on one task, held against plain dense training.

    Parameters
    ----------
    task : str
        Name of the task.
    preset : Preset
        Budget, the same for all.
    cells : tuple of Cell
        One a strategy and seed; dense among them.
    first_seed : int
        Seeds run from here on.
    cpu_s : float
        Processor time that it took here, finished cells found in the folder aside [s].
    test_examples : int
        Examples that all are judged by [count].
    sources : tuple of Source
        Of the data.
    """

    task: str
    preset: Preset
    cells: tuple[Cell, ...]
    first_seed: int
    cpu_s: float
    test_examples: int
    sources: tuple[Source, ...] = ()

    @cached_property
    def by_strategy(self) -> dict[str, list[Cell]]:
        """Cells of each strategy, by seed."""
        found: dict[str, list[Cell]] = {}
        for cell in sorted(self.cells, key=lambda cell: cell.seed):
            found.setdefault(cell.strategy, []).append(cell)
        return {"dense": found.pop("dense"), **found}

    def ratio(self, strategy: str, field: str, *, level: float = LEVEL) -> Ratio | None:
        """Return a field of a strategy over the dense network's, None where it is not known."""
        mine = [getattr(cell, field) for cell in self.by_strategy[strategy]]
        dense = [getattr(cell, field) for cell in self.by_strategy["dense"]]
        if any(value is None for value in (*mine, *dense)):
            return None
        counted = {cell.energy_tier for cell in self.by_strategy[strategy]} <= COUNTERS
        if field == "energy_per_use_kwh" and not counted:
            return None  # load × rated power: its ratio would be that of time, and noise
        return paired(mine, dense, level=level)

    def verdict(self, strategy: str) -> str:
        """Return how its error stands to the dense network's: lower, higher, not told apart."""
        if strategy == "dense":
            return "the baseline"
        if not self.preset.claims:
            return "not judged"
        looks = max(1, len(self.by_strategy) - 1)
        ratio = self.ratio(strategy, "error", level=1 - (1 - LEVEL) / looks)
        if ratio is None or not ratio.leaves_out_one:
            return "not told apart"
        return "lower" if ratio.high < 1 else "higher"

    def uses(self, strategy: str, paid: str, per_use: str) -> float | None:
        """Return the uses from which it costs less than dense in some resource, None if never."""
        rows = [(means(cells, paid), means(cells, per_use))
                for cells in (self.by_strategy[strategy], self.by_strategy["dense"])]  # fmt: skip
        if any(value is None for row in rows for value in row):
            return None
        (mine, use), (dense_paid, dense_use) = ((float(a or 0), float(b or 0)) for a, b in rows)
        if strategy == "dense":
            return None
        return break_even(mine, use, dense=(dense_paid, dense_use))

    def unbeaten(self, cost: str) -> set[str]:
        """Return the strategies that none beats in both mean error and a mean cost."""
        points = {}
        for name, cells in self.by_strategy.items():
            error, spent = means(cells, "error"), means(cells, cost)
            if error is not None and spent is not None:
                points[name] = (error, spent)
        return unbeaten(points)

    def table(self) -> pl.DataFrame:
        """Return one row a strategy: means over seeds, ratios, verdict, break-even, Pareto."""
        import polars as pl

        on_flop, on_time = self.unbeaten("flop_per_use"), self.unbeaten("time_per_use_s")
        rows = []
        for name, cells in self.by_strategy.items():
            row: dict[str, Any] = {"strategy": name, "family": cells[0].family,
                                   "title": cells[0].title, "seeds": len(cells)}  # fmt: skip
            row |= {field: means(cells, field) for field in MEANS}
            row["error_low"], row["error_high"] = self._error_interval(name)
            row["error_against_dense"] = self.verdict(name)
            row["break_even_uses_flop"] = self.uses(name, "paid_flop", "flop_per_use")
            row["break_even_uses_time"] = self.uses(name, "paid_cpu_s", "time_per_use_s")
            row["unbeaten_error_and_flop_per_use"] = name in on_flop
            row["unbeaten_error_and_time_per_use"] = name in on_time
            row["energy_tier"], row["runtime"] = cells[0].energy_tier, cells[0].runtime
            row["settings"] = json.dumps(dict(cells[0].settings), sort_keys=True)
            rows.append(row)
        return pl.DataFrame(rows, infer_schema_length=None)

    def _error_interval(self, name: str) -> tuple[float, float]:
        ones = [1.0] * len(self.by_strategy[name])
        ratio = paired([max(cell.error, 1e-6) for cell in self.by_strategy[name]], ones)
        return ratio.low, ratio.high

    def lifecycle_rows(self) -> pl.DataFrame:
        """Return ratios to the dense network as ``costlaw.lifecycle`` reads them."""
        import polars as pl

        rows = []
        for name, cells in self.by_strategy.items():
            if name == "dense":
                continue
            row: dict[str, Any] = {
                "strategy": name, "family": cells[0].family, "title": cells[0].title,
                "baseline": f"dense network of two hidden layers of {self.preset.size} units, "
                f"{self.preset.epochs:g} epochs, tuned by as many trials",
                "setting": f"{self.task}, {self.preset.examples:,} examples, one processor thread, "
                "one use at a time",
            }  # fmt: skip
            for column, field in RATIOS.items():
                ratio = self.ratio(name, field)
                row[column] = ratio.estimate if ratio else None
                row[f"{column}_low"] = ratio.low if ratio else None
                row[f"{column}_high"] = ratio.high if ratio else None
            row |= {"n": len(cells), "kind": "measured", "source": "costlaw-lab",
                    "note": f"error against dense: {self.verdict(name)}; {cells[0].runtime}",
                    "task": self.task, "preset": self.preset.name, "first_seed": self.first_seed,
                    "version": __version__, "digest": self.digest}  # fmt: skip
            rows.append(row)
        return pl.DataFrame(rows, infer_schema_length=None)

    @property
    def digest(self) -> str:
        """Digest of errors and counted operations (16 hex digits); measured times stay out."""
        text = ";".join(
            f"{c.strategy},{c.seed},{c.error:.6f},{c.paid_flop:.6e},{c.flop_per_use:.6e}"
            for c in sorted(self.cells, key=lambda c: (c.strategy, c.seed))
        )
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": "costlaw.strategies/1",
            "version": __version__,
            "data_digest": self.digest,
            "task": self.task,
            "preset": asdict(self.preset),
            "first_seed": self.first_seed,
            "cpu_s": round(self.cpu_s, 2),
            "test_examples": self.test_examples,
            "level": LEVEL,
            "strategies": self.table().to_dicts(),
            "cells": [asdict(cell) for cell in self.cells],
            "notes": list(self.notes),
            "sources": [source.to_dict() for source in (*self.sources, OURS)],
        }

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be known before quoting the table."""
        preset = self.preset
        words = [
            f"{preset.examples:,} examples, {preset.epochs:g} epochs, {preset.trials} tuning "
            f"trials, {preset.seeds} seeds; all judged by the same {self.test_examples:,} examples",
        ]
        if not preset.claims:
            words.append("too small a budget to say which is best: no winner is claimed")
        return tuple(words)

    def __repr__(self) -> str:
        return (
            f"StrategyTable {self.task}: {len(self.by_strategy)} strategies, {self.preset.seeds} "
            f"seeds, {self.preset.examples:,} examples"
        )

    def __str__(self) -> str:
        """Return the card: dense, then the strategies that cost least to use, at most eight."""
        rows = self.table().to_dicts()
        shown = [rows[0], *sorted(rows[1:], key=lambda row: row["flop_per_use"])[:7]]
        lines = [f"{self.task}: {len(rows)} strategies, cheapest in use first ({self.notes[0]})"]
        for row in shown:
            lines.append(
                f"  {row['strategy']:21} error {format_percent(row['error'], 3)}"
                f" ({row['error_against_dense']}), {format_number(row['flop_per_use'])} FLOP and "
                f"{format_number(1e6 * row['time_per_use_s'])} µs a use, trained for "
                f"{format_number(row['training_flop'] + row['tuning_flop'])} FLOP"
            )
        lines += [f"  note: {note}" for note in self.notes[1:]]
        lines.append("  the whole table: --table; a picture: --figure FILE.svg")
        return "\n".join(lines)


__all__ = ["Cell", "StrategyTable"]
