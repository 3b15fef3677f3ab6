"""``costlaw fit``: a law met runs, with its coefficients, interval and verdict."""

from __future__ import annotations

from typing import Any

import click

from costlaw.cli.options import (
    check_figure,
    draw,
    evidence_options,
    figure_option,
    reading,
    show,
    source_argument,
    store_options,
    store_reading,
)


@click.command("fit", short_help="Fit a law to published results or to a file of runs.")
@source_argument
@figure_option
@store_options
@evidence_options
def command(source: str, **options: Any) -> None:
    """Fit a law to published results or to a file of runs.

    \b
    costlaw fit imagenet
    costlaw fit imagenet --edition v2 --measure network-operations
    costlaw fit runs.csv --json
    costlaw fit mlflow.db --metric val_error
    costlaw fit imagenet --figure picture.svg
    """
    from costlaw.verbs import evidence_of, fit

    check_figure(options["figure"])
    runs = evidence_of(source, **reading(options), **store_reading(options))
    result = fit(runs, law=options["law"] or "power", estimand=options["estimand"])
    if options["figure"]:
        from costlaw.figures import fit_figure

        draw(result, options["figure"], figure=fit_figure)
    show(result, as_json=options["as_json"])
    for note in (*runs.benchmark.caveats, *runs.notes):
        click.echo(f"note: {note}", err=True)
