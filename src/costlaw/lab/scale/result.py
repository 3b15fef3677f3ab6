"""What a scale sweep says: the joint law, the held-out cell, the exponents and how they drift.

One record for the card, the table, the JSON and the figure, so they cannot disagree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from costlaw.lab.scale.cells import Cells
from costlaw.lab.scale.held_out import LEVEL, HeldOut, JointFit
from costlaw.lab.scale.windows import Local, Window
from costlaw.lab.sweeps.progress import seconds
from costlaw.lab.sweeps.result import OURS, SweepResult
from costlaw.laws import law
from costlaw.sources import Source, merge_sources
from costlaw.units import format_number, format_percent, format_share
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl

NAMES = {"compute": "compute frontier", "examples": "largest network",
         "parameters": "most examples"}  # fmt: skip
SYMBOLS = {"irreducible_error": "E", "parameters_exponent": "alpha", "examples_exponent": "beta"}


@dataclass(frozen=True, kw_only=True, eq=False)
class ScaleResult:
    """A data × size sweep and what was read off it.

    Parameters
    ----------
    task, title, error_meaning, size_meaning : str
        What was trained, and what its error and size are.
    is_fraction : bool
        Whether the error is a fraction.
    sweep : SweepResult
        The trials.
    cells : Cells
        One a size and number of examples.
    joint : JointFit
        The joint law on all cells.
    held_out : HeldOut
        The largest cell, predicted from the smaller ones.
    locals : tuple of Local
        Exponents along compute, examples, parameters.
    noise : float
        Sd of one cell's ln error that the intervals used.
    noise_from : str
        ``seeds`` or ``residuals``.
    """

    task: str
    title: str
    error_meaning: str
    size_meaning: str
    is_fraction: bool
    sweep: SweepResult
    cells: Cells
    joint: JointFit
    held_out: HeldOut
    locals: tuple[Local, ...]
    noise: float
    noise_from: str

    def local(self, axis: str) -> Local:
        """Return the exponents along one axis (KeyError if it has too few cells)."""
        return {one.axis: one for one in self.locals}[axis]

    def error_text(self, error: float) -> str:
        """Return an error as a person says it."""
        return format_percent(error, 3) if self.is_fraction else format_number(error, 3)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the numbers come from: our own trials, and the law's papers."""
        return merge_sources((OURS,), law("joint").sources)

    def table(self) -> pl.DataFrame:
        """Return quantity, estimate, low, high, level, unit."""
        import polars as pl

        joint, held = self.joint, self.held_out
        rows: list[tuple[Any, ...]] = [
            (f"joint law, {name}", value, joint.low[name], joint.high[name], LEVEL,
             law("joint").coefficients[i].unit)
            for i, (name, value) in enumerate(joint.coefficients.items())
        ]  # fmt: skip
        rows.append(("residual sd of ln error", joint.residual_sd, None, None, None, "1"))
        rows.append(("held-out cell, predicted", held.predicted, held.low, held.high, LEVEL,
                     "error"))  # fmt: skip
        rows.append(("held-out cell, actual", held.actual, None, None, None, "error"))
        rows.append(("held-out cell, actual inside the interval", float(held.is_inside), None, None,
                     None, "yes = 1"))  # fmt: skip
        for one in self.locals:
            for window in (one.whole, *one.windows):
                rows.append((_quantity(window), window.exponent, window.low, window.high, LEVEL,
                             "1"))  # fmt: skip
        names = ["quantity", "estimate", "low", "high", "level", "unit"]
        types = dict.fromkeys(names, pl.Float64) | {"quantity": pl.String, "unit": pl.String}
        return pl.DataFrame(rows, schema={name: types[name] for name in names}, orient="row")

    def points(self) -> pl.DataFrame:
        """Return the cells: one row a size and number of examples."""
        import polars as pl

        cells = self.cells
        return pl.DataFrame({
            "size": cells.size, "parameters": cells.parameters, "examples": cells.examples,
            "error": cells.error, "compute_flop": cells.compute, "seeds": cells.seeds,
            "law": self.joint.predict(cells.parameters, cells.examples),
            "frontier": cells.frontier, "held_out": cells.largest,
        })  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; an exponent without an end is null."""
        spent = self.sweep.state.spent
        return {
            "schema": "costlaw.scale/1",
            "version": __version__,
            "task": self.task,
            "title": self.title,
            "error_meaning": self.error_meaning,
            "digest": self.sweep.state.sweep.digest,
            "seeds": list(self.sweep.state.sweep.seeds),
            "folder": str(self.sweep.folder),
            "law": law("joint").formula,
            "noise": {"sd_ln_error": self.noise, "from": self.noise_from},
            "spent": spent.to_dict(),
            "held_out": {**vars(self.held_out), "is_inside": self.held_out.is_inside,
                         "missed_sd": _plain(self.held_out.missed_sd)},
            "exponents": [
                {"axis": one.axis, "drift": one.drift, "rises": _plain(one.rises),
                 "whole": _row(one.whole), "windows": [_row(w) for w in one.windows]}
                for one in self.locals
            ],
            "table": [{k: _plain(v) for k, v in row.items()} for row in self.table().to_dicts()],
            "cells": self.points().to_dicts(),
            "sources": [source.to_dict() for source in self.sources],
        }  # fmt: skip

    def __repr__(self) -> str:
        held = self.held_out
        return (
            f"ScaleResult({self.task}: {len(self.cells)} cells; largest predicted "
            f"{self.error_text(held.predicted)}, actual {self.error_text(held.actual)})"
        )

    def __str__(self) -> str:
        """Return the card."""
        joint, held = self.joint, self.held_out
        shown = ", ".join(
            f"{SYMBOLS[name]} {_with(joint, name)}"
            for name in joint.coefficients
            if name in SYMBOLS
        )
        verdict = "inside" if held.is_inside else "OUTSIDE"
        spent = self.sweep.state.spent
        lines = [
            f"{self.title}: {len(self.cells)} cells, size × examples ({self.size_meaning})",
            f"  spent      {seconds(spent.cpu_s)} of CPU, {format_number(1000 * spent.energy_kwh)} "
            f"Wh; error: {self.error_meaning}",
            f"  joint law  {law('joint').formula}",
            f"             {shown}; residuals {format_share(joint.residual_sd, 1)}",
            f"  held out   size {held.size:g}, {held.examples:g} examples: predicted "
            f"{self.error_text(held.predicted)} ({format_share(LEVEL)}: "
            f"{self.error_text(held.low)} to "
            f"{self.error_text(held.high)}) from {held.cells} smaller cells,",
            f"             actual {self.error_text(held.actual)}, {verdict} the interval; miss "
            f"{100 * held.miss:+.1f} %, reach {held.reach_dex:.1f} dex",
        ]
        for one in self.locals:
            lines.append(
                f"  {one.axis:10} k^{_number(one.whole.exponent)} ({format_share(LEVEL)}: "
                f"{_number(one.whole.low)} to {_number(one.whole.high)}) along the "
                f"{NAMES[one.axis]}; {one.drift}"
            )
        lines.append(f"  windows    {self._windows()}")
        return "\n".join(lines)

    def _windows(self) -> str:
        try:
            windows = self.local("compute").windows
        except KeyError:
            return "too few cells on the frontier"
        if not windows:
            return "too few cells on the frontier"
        return "; ".join(
            f"{format_number(w.start)} to {format_number(w.stop)} FLOP k^{_number(w.exponent)} "
            f"({_number(w.low)} to {_number(w.high)})"
            for w in windows
        )


def _quantity(window: Window) -> str:
    span = f"{format_number(window.start)} to {format_number(window.stop)}"
    return f"cost exponent in {window.axis}, {NAMES[window.axis]}, {span}"


def _number(value: float) -> str:
    return f"{value:.2g}" if math.isfinite(value) else "never"


def _with(joint: JointFit, name: str) -> str:
    low, high = joint.low[name], joint.high[name]
    if name == "irreducible_error" and joint.coefficients[name] == 0:
        return "0" if high == 0 else f"0 (to {high:.2g})"
    return f"{joint.coefficients[name]:.2g} ({low:.2g} to {high:.2g})"


def _row(window: Window) -> dict[str, Any]:
    return {name: _plain(value) for name, value in vars(window).items()}


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
