"""``costlaw fit``: a law met runs, with its coefficients, interval and verdict."""

from __future__ import annotations

from typing import Any

import click

from costlaw.cli.options import (
    check_figure,
    draw,
    evidence_options,
    figure_option,
    ran_on_option,
    reading,
    show,
    source_argument,
    store_options,
    store_reading,
)


@click.command("fit", short_help="Fit a law to published results or to a file of runs.")
@source_argument
@click.option(
    "--along",
    default=None,
    metavar="COLUMN",
    help="Resource for a law of one input: compute_flop (default), examples, parameters.",
)
@click.option(
    "--parameters-as",
    default="stated",
    metavar="HOW",
    help="Joint laws: stated (default), without-embeddings, "
    "without-embeddings-and-last-layer, counted.",
)
@click.option(
    "--huber",
    default=None,
    type=float,
    metavar="WIDTH",
    help="Huber's loss on ln error of this width, such as 0.001; least squares if not.",
)
@click.option(
    "--checklist",
    is_flag=True,
    help="Print the reporting checklist, filled in as far as the runs say.",
)
@figure_option
@store_options
@evidence_options
@ran_on_option
def command(source: str, **options: Any) -> None:
    """Fit a law to published results or to a file of runs.

    \b
    costlaw fit imagenet
    costlaw fit imagenet --edition v2 --measure network-operations
    costlaw fit runs.csv --json
    costlaw fit runs.csv --law power-irreducible
    costlaw fit runs.csv --law joint --parameters-as without-embeddings
    costlaw fit runs.csv --law joint --checklist
    costlaw fit mlflow.db --metric val_error
    costlaw fit imagenet --figure picture.svg
    """
    from costlaw.intake import evidence_of
    from costlaw.verbs import fit

    check_figure(options["figure"])
    runs = evidence_of(source, **reading(options), **store_reading(options))
    result = fit(
        runs, law=options["law"] or "power", estimand=options["estimand"], along=options["along"],
        parameters_as=options["parameters_as"], huber=options["huber"],
    )  # fmt: skip
    if options["figure"]:
        from costlaw.figures import fit_figure, law_figure
        from costlaw.fitting.own import LawFit

        figure = law_figure if isinstance(result, LawFit) else fit_figure
        draw(result, options["figure"], figure=figure)
    if options["checklist"] and not options["as_json"]:
        click.echo(str(result.checklist))
    else:
        show(result, as_json=options["as_json"])
    told = getattr(result, "runs", runs)
    for note in (*told.benchmark.caveats, *told.notes, *result.notes):
        click.echo(f"note: {note}", err=True)
