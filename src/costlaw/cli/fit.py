"""``costlaw fit``: a law met runs, with its coefficients, interval and verdict."""

from __future__ import annotations

from typing import Any

import click

from costlaw.cli.options import evidence_options, reading, show


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
    from costlaw.verbs import evidence_of, fit

    runs = evidence_of(source, **reading(options))
    result = fit(runs, law=options["law"] or "power", estimand=options["estimand"])
    show(result, as_json=options["as_json"])
    for note in (*runs.benchmark.caveats, *runs.notes):
        click.echo(f"note: {note}", err=True)
