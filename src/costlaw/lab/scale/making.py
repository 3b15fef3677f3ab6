"""``scale``: run a data × size sweep of a task and read the laws off it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from costlaw.exceptions import EvidenceError, OptionError
from costlaw.lab.scale.cells import FEWEST_SIDES, cells_of
from costlaw.lab.scale.held_out import fit_joint, hold_out
from costlaw.lab.scale.result import ScaleResult
from costlaw.lab.scale.windows import local_exponents
from costlaw.lab.sweeps.budget import Budget
from costlaw.lab.sweeps.result import SweepResult
from costlaw.lab.sweeps.running import run_sweep
from costlaw.lab.sweeps.sweep import Limits, Sweep
from costlaw.lab.tasks import Task, find_task
from costlaw.lab.trial import Setting


def scale_sweep(
    task: str,
    *,
    sizes: Sequence[int] | None = None,
    examples: Sequence[int] | None = None,
    seeds: int = 1,
    settings: Mapping[str, Setting] | None = None,
    budget: Budget | None = None,
    limits: Limits | None = None,
) -> Sweep:
    """Return the sweep behind ``scale``: every size with every number of examples.

    Parameters
    ----------
    task : str
        Name, or a user's own as ``module:Class`` or ``file.py:Class``.
    sizes, examples : sequence of int, optional
        The grid; the task's own if left out, which has 48 cells.
    seeds : int
        Repetitions of each cell.
    settings : mapping, optional
        Settings of every trial.
    budget, limits : Budget, Limits, optional
        Caps.

    Raises
    ------
    OptionError
        If the task states no grid and none is given, or the grid is too small.
    """
    found = find_task(task)
    chosen_sizes = tuple(sizes or found.scale_sizes)
    chosen = tuple(examples or found.scale_examples)
    if not chosen:
        raise OptionError(
            f"task {found.name}: it states no numbers of examples; expected --examples N,N,…"
        )
    for name, values in (("sizes", chosen_sizes), ("examples", chosen)):
        if len(values) < FEWEST_SIDES:
            raise OptionError(
                f"{len(values)} {name}; expected at least {FEWEST_SIDES}, to fit a law and to "
                "hold the largest out."
            )
    if seeds < 1:
        raise OptionError(f"seeds = {seeds}; expected at least 1.")
    return Sweep(
        name=f"scale-{found.name}", task=task, sizes=chosen_sizes, examples=chosen,
        seeds=tuple(range(seeds)), settings=settings or {}, budget=budget or Budget(),
        limits=limits or Limits(),
    )  # fmt: skip


def scale(task: str, *, folder: Path | str | None = None, **options: Any) -> ScaleResult:
    """Train a grid of sizes and examples, fit the joint law, predict the held-out largest cell.

    Parameters
    ----------
    task : str
        Name of a task.
    folder : path, optional
        Folder of the sweep; ``costlaw-lab/scale-TASK`` if left out. What is there is not run again.
    **options
        Of :func:`scale_sweep` (``sizes``, ``examples``, ``seeds``, ``settings``, ``budget``,
        ``limits``) and of :func:`costlaw.lab.sweeps.run_sweep` (``runner``, ``workers``, ``say``).

    Returns
    -------
    ScaleResult

    Raises
    ------
    EvidenceError
        If too few trials finished for a joint law or the largest cell did not.

    Source
    ------
    Hoffmann et al. 2022, arXiv 2203.15556, approach 3; Rosenfeld et al. 2020 for the joint form.

    Examples
    --------
    >>> import tempfile
    >>> shown = scale("teacher-student", folder=tempfile.mkdtemp(), sizes=[4, 8, 16, 32],
    ...               examples=[125, 500, 2000, 8000], workers=1)
    >>> len(shown.cells), shown.held_out.cells
    (16, 9)
    """
    running = {k: options.pop(k) for k in ("runner", "workers", "say", "again") if k in options}
    sweep = scale_sweep(task, **options)
    return read_scale(run_sweep(sweep, folder, **running))


def read_scale(result: SweepResult) -> ScaleResult:
    """Read the laws off a sweep of sizes and examples.

    Raises
    ------
    EvidenceError
        If it has several strategies, or too few finished cells.
    """
    sweep = result.state.sweep
    if len(sweep.strategies) > 1:
        raise EvidenceError(
            f"{result.folder}: {len(sweep.strategies)} strategies; a joint law is of one."
        )
    task: Task = find_task(sweep.task)
    cells = cells_of(result)
    joint = fit_joint(cells)
    # one seed: what the law leaves over is noise and misfit together, so it is not too narrow
    noise = joint.residual_sd if cells.spread is None else cells.spread / float(
        cells.seeds.mean()
    ) ** 0.5  # fmt: skip
    return ScaleResult(
        task=task.name, title=task.title or task.name, error_meaning=task.error_meaning,
        size_meaning=task.size_meaning, is_fraction=task.error_unit == "fraction", sweep=result,
        cells=cells, joint=joint, held_out=hold_out(cells),
        locals=local_exponents(cells, noise=noise), noise=noise,
        noise_from="residuals" if cells.spread is None else "seeds",
    )  # fmt: skip
