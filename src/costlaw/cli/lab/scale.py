"""``costlaw lab scale TASK``: train a grid, read the laws off it. No arithmetic here."""

from __future__ import annotations

from typing import Any

import click

from costlaw.cli.lab.driving import (
    ProgressLine,
    budget_of,
    driving_options,
    leave,
    runner_of,
    settings_of,
    whole_numbers,
)
from costlaw.cli.options import check_figure, draw, figure_option, show


@click.command("scale")
@click.argument("task")
@click.option("--sizes", metavar="N,N,…", help="Network sizes; the task's own if absent.")
@click.option("--examples", metavar="N,N,…", help="Numbers of examples; the task's own if absent.")
@click.option("--seeds", default=1, show_default=True, help="Repetitions of each cell.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE",
              help="A setting of every trial, such as epochs=3.")  # fmt: skip
@click.option("--folder", metavar="DIR", help="Ledger; costlaw-lab/scale-TASK if absent.")
@click.option("--points", is_flag=True, help="Print the cells as CSV instead of the card.")
@figure_option
@driving_options
def command(task: str, *, points: bool, figure: str | None, **options: Any) -> None:
    """Train every size with every number of examples and read the laws off them.

    \b
    costlaw lab scale fashion-mnist --figure scale.svg
    costlaw lab scale teacher-student --seeds 3 --json

    The joint law is fitted; the largest cell is predicted from the smaller ones with an interval;
    exponents are read in windows, because they drift. What is done already is not done again.
    """
    check_figure(figure)
    from costlaw.lab.scale import read_scale, scale_sweep
    from costlaw.lab.sweeps import Budget, run_sweep

    sweep = scale_sweep(
        task, sizes=whole_numbers("sizes", options["sizes"]),
        examples=whole_numbers("examples", options["examples"]), seeds=options["seeds"],
        settings=settings_of(options["settings"]), budget=budget_of(options, Budget()),
    )  # fmt: skip
    runner = runner_of(options, sweep.limits.threads)
    line = ProgressLine(quiet=options["quiet"])
    swept = run_sweep(sweep, options["folder"], runner=runner, say=line)
    line.end()
    result = read_scale(swept)
    if points:
        click.echo(result.points().write_csv(), nl=False)
    else:
        show(result, as_json=options["as_json"])
    if figure:
        from costlaw.figures import scale_figure

        draw(result, figure, figure=scale_figure)
    leave(swept, runner)
