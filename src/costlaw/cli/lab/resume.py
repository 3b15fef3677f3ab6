"""``costlaw lab resume DIR``: go on with a sweep, whatever ended it. No arithmetic here."""

from __future__ import annotations

from typing import Any

import click

from costlaw.cli.lab.driving import ProgressLine, budget_of, driving_options, leave, runner_of
from costlaw.cli.options import show


@click.command("resume")
@click.argument("folder", metavar="DIR")
@click.option("--again", is_flag=True, help="Try failed trials again.")
@driving_options
def command(folder: str, *, again: bool, **options: Any) -> None:
    """Go on with a sweep from its ledger: after an interruption, a crash, a lost cluster.

    \b
    costlaw lab resume costlaw-lab/digits

    Caps given here take the place of the description's; what was spent before counts.
    """
    from costlaw.lab.sweeps import resume_sweep, sweep_result

    sweep = sweep_result(folder).state.sweep
    budget = budget_of(options, sweep.budget)
    line = ProgressLine(quiet=options["quiet"])
    runner = runner_of(options, sweep.limits.threads)
    result = resume_sweep(folder, runner=runner, budget=budget, say=line, again=again)
    line.end()
    show(result, as_json=options["as_json"])
    leave(result, runner)
