"""``costlaw lab run SWEEP.toml``: run a sweep. No arithmetic here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from costlaw.cli.lab.driving import ProgressLine, budget_of, driving_options, leave, runner_of
from costlaw.cli.options import show


@click.command("run")
@click.argument("description", metavar="SWEEP.toml")
@click.option("--folder", metavar="DIR", help="Ledger and checkpoints; costlaw-lab/NAME if absent.")
@click.option("--again", is_flag=True, help="Try failed trials again.")
@driving_options
def command(description: str, *, folder: str | None, again: bool, **options: Any) -> None:
    """Run the trials that a small file describes; what is done already is not done again.

    \b
    costlaw lab run sweep.toml
    costlaw lab run sweep.toml --workers 2 --usd 5

    Killing it at any time loses at most the running step: costlaw lab resume DIR goes on.
    Exit codes: 0 all done, 4 partly done (failed trials, budget spent), 130 interrupted.
    """
    from dataclasses import replace

    from costlaw.lab.sweeps import read_sweep, run_sweep

    sweep = read_sweep(Path(description))
    sweep = replace(sweep, budget=budget_of(options, sweep.budget))
    line = ProgressLine(quiet=options["quiet"])
    runner = runner_of(options, sweep.limits.threads)
    result = run_sweep(sweep, folder, runner=runner, say=line, again=again)
    line.end()
    show(result, as_json=options["as_json"])
    leave(result, runner)
