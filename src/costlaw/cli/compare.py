"""``costlaw compare``: every law side by side on one's own runs."""

from __future__ import annotations

from typing import Any

import click

from costlaw.cli.options import (
    evidence_options,
    ran_on_option,
    reading,
    show,
    store_options,
    store_reading,
)
from costlaw.exceptions import OptionError


@click.command("compare", short_help="Set every law side by side on your own runs.")
@click.argument("source", metavar="FILE|STORE|BENCHMARK")
@click.option("--error", default=None, metavar="E", help="Target error to ask each law for: 5%.")
@click.option(
    "--along",
    default=None,
    metavar="COLUMN",
    help="Resource: compute_flop (default), examples, parameters.",
)
@click.option("--laws", default="", metavar="A,B,…", help="Only these laws; all if left out.")
@store_options
@evidence_options
@ran_on_option
def command(source: str, error: str | None, along: str | None, **options: Any) -> None:
    """Set every law side by side on your own runs.

    \b
    costlaw compare runs.csv
    costlaw compare runs.csv --error 3%
    costlaw compare runs.csv --along examples --laws power,power-irreducible --json
    """
    from costlaw.own_runs import compare

    if options["law"]:
        raise OptionError("--law belongs to fit and forecast; name several with --laws A,B.")
    names = [name.strip() for name in options["laws"].split(",") if name.strip()]
    result = compare(
        source, error, laws=names, along=along, **reading(options), **store_reading(options)
    )
    show(result, as_json=options["as_json"])
    for note in (*result.runs.benchmark.caveats, *result.runs.notes):
        click.echo(f"note: {note}", err=True)
