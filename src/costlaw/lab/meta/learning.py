"""Both questions of meta-learning put together: how many domains, and from how many tasks on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from costlaw.exceptions import OptionError
from costlaw.lab.extras import one_thread
from costlaw.lab.findings import OURS, Findings
from costlaw.lab.meta.domains import domains
from costlaw.lab.meta.ways import Plan, ways
from costlaw.lab.tasks.problems import find_problem
from costlaw.sources import Source

COUNTS = (1, 2, 4, 8, 16, 32)
FINN = Source(
    title="Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks",
    year=2017,
    url="https://arxiv.org/abs/1703.03400",
    obtained="recalled",
)


def meta_learning(
    task: str = "fashion-mnist",
    *,
    counts: Sequence[int] = COUNTS,
    plan: Plan | None = None,
    seeds: int = 3,
    first_seed: int = 0,
    said: Callable[[str], None] = lambda text: None,
) -> Findings:
    """Measure one network for many poses against separate ones.

    Parameters
    ----------
    task : str
        ``fashion-mnist`` or ``mnist``.
    counts : sequence of int
        Poses to learn from, ascending [count].
    plan : Plan, optional
        Sizes and amounts.
    seeds, first_seed : int
        Repetitions [count].
    said : callable
        Told what is being done.

    Raises
    ------
    OptionError
        If there are fewer than two counts or seeds, or the task has no pictures.
    """
    if len(set(counts)) < 2 or seeds < 2 or min(counts) < 1:
        raise OptionError(f"counts {tuple(counts)}, {seeds} seeds: expected at least two of each.")
    began, chosen = time.process_time(), plan or Plan()
    problem = find_problem(task)
    if problem.picture is None:
        raise OptionError(f'task "{task}": meta-learning over poses needs pictures.')
    which, ordered = range(first_seed, first_seed + seeds), sorted(set(counts))
    with one_thread("meta-learning"):
        few, panels = domains(problem, counts=ordered, each=chosen.each, size=chosen.size,
                              epochs=chosen.epochs, seeds=which, said=said)  # fmt: skip
        many, more = ways(problem, chosen, seeds=which, said=said)
    return Findings(
        study="meta", title=f"One network for many poses, or one for each? {task}",
        answers=(*few[:3], *many[:3], *few[3:], *many[3:]), panels=(*panels, *more),
        notes=(
            f"a task: clothing at one pose, {chosen.few} labelled pictures; no break-even is given "
            "where the error is higher than the separate networks'",
            "labels are not priced, nor is the time of a use",
        ),
        seeds=seeds, first_seed=first_seed, cpu_s=time.process_time() - began,
        settings={"task": task, "counts": ordered, **chosen.__dict__},
        sources=(*problem.sources, FINN, OURS),
    )  # fmt: skip
