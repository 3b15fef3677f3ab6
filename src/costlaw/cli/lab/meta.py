"""``costlaw lab meta``: one network for many tasks, or one for each. No arithmetic here."""

from __future__ import annotations

import click

from costlaw.cli.lab.showing import report, show_study, study_options
from costlaw.cli.options import check_figure


@click.command("meta", short_help="One network for many tasks, or one for each?")
@click.argument("task", default="fashion-mnist", metavar="[TASK]")
@click.option("--few", default=100, show_default=True, help="Labelled pictures of a new task.")
@click.option("--each", default=500, show_default=True, help="Pictures at each pose learned.")
@study_options
def command(
    *, task: str, few: int, each: int, seeds: int, first_seed: int, figure: str | None,
    points: bool, as_json: bool,
) -> None:  # fmt: skip
    """Learn pictures at many poses; judge at poses never seen; count what each task costs.

    \b
    costlaw lab meta
    costlaw lab meta --few 30 --figure meta.svg
    """
    from costlaw.lab.meta.learning import meta_learning
    from costlaw.lab.meta.ways import Plan

    check_figure(figure)
    found = meta_learning(task, plan=Plan(few=few, each=each), seeds=seeds,
                          first_seed=first_seed, said=report)  # fmt: skip
    show_study(found, figure=figure, points=points, as_json=as_json)
