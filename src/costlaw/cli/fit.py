"""``costlaw fit``: a law met runs, with its coefficients, interval and verdict."""

from __future__ import annotations

from typing import Any

import click

from costlaw.cli.options import evidence_options, read_columns, show


@click.command("fit", short_help="Fit a law to published results or to a file of runs.")
@click.argument("source", metavar="BENCHMARK|FILE")
@evidence_options
def command(source: str, **options: Any) -> None:
    """Fit a law to published results or to a file of runs.

    \b
    costlaw fit imagenet
    costlaw fit imagenet --edition v2 --measure network-operations
    costlaw fit runs.csv --json
    """
    from costlaw.fitting.scatter import fit_scatter
    from costlaw.intake import compute_column, runs_of

    runs = runs_of(source, edition=options["edition"], measure=options["measure"],
                   columns=read_columns(options["columns"]),
                   error_unit=options["error_unit"])  # fmt: skip
    fit = fit_scatter(runs, column=compute_column(runs), law=options["law"],
                      estimand=options["estimand"], edition=runs.origin)  # fmt: skip
    show(fit, as_json=options["as_json"])
    for note in (*runs.benchmark.caveats, *runs.notes):
        click.echo(f"note: {note}", err=True)
