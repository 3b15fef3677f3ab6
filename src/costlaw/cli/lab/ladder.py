"""``costlaw lab ladder``: the article's history of networks as one chart. No arithmetic here."""

from __future__ import annotations

import click

from costlaw.cli.lab.showing import report, show_study, study_options
from costlaw.cli.options import check_figure


@click.command("ladder", short_help="Perceptron, multilayer, convolutional, transformer.")
@click.argument("task", default="fashion-mnist", metavar="[TASK]")
@click.option("--examples", default=10_000, show_default=True, help="Pictures to learn from.")
@click.option("--epochs", default=3.0, show_default=True, help="Passes of every rung.")
@study_options
def command(
    *, task: str, examples: int, epochs: float, seeds: int, first_seed: int,
    figure: str | None, points: bool, as_json: bool,
) -> None:  # fmt: skip
    """Climb Rosenblatt's ladder at equal passes and at equal operations.

    \b
    costlaw lab ladder
    costlaw lab ladder mnist --examples 20000 --figure ladder.svg
    """
    from costlaw.lab.ladder import ladder

    check_figure(figure)
    found = ladder(task, examples=examples, epochs=epochs, seeds=seeds, first_seed=first_seed,
                   said=report)  # fmt: skip
    show_study(found, figure=figure, points=points, as_json=as_json)
