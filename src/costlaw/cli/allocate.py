"""``costlaw allocate``: the best parameters and examples for a budget, from a joint law."""

from __future__ import annotations

from typing import Any

import click

from costlaw.cli.options import (
    evidence_options,
    reading,
    show,
    site_option,
    store_options,
    store_reading,
)


@click.command("allocate", short_help="Best parameters and examples for a budget.")
@click.argument("source", metavar="FILE|STORE|chinchilla")
@click.option("--compute", default=None, metavar="FLOP", help="Budget in operations: 1e24.")
@click.option("--budget", default=None, metavar="USD", help="Budget in dollars, at the site.")
@click.option(
    "--distinct",
    default=None,
    metavar="COUNT",
    help="Distinct examples that exist; with --law joint-repeated.",
)
@click.option(
    "--parameters-as",
    default="stated",
    metavar="HOW",
    help="stated (default), without-embeddings, without-embeddings-and-last-layer, counted.",
)
@click.option(
    "--huber",
    default=None,
    type=float,
    metavar="WIDTH",
    help="Huber's loss on ln error of this width, such as 0.001.",
)
@site_option
@store_options
@evidence_options
def command(source: str, **options: Any) -> None:
    """Best parameters and examples for a budget, from a joint law of your own runs.

    \b
    costlaw allocate chinchilla --compute 5.76e23 --huber 0.001
    costlaw allocate runs.csv --budget 5000
    costlaw allocate runs.csv --compute 1e21 --law joint-repeated --distinct 1e9
    """
    from costlaw.own_runs import allocate

    result = allocate(
        source, compute=options["compute"], budget=options["budget"], site=options["site"],
        law=options["law"] or "joint", distinct=options["distinct"],
        parameters_as=options["parameters_as"], huber=options["huber"],
        **reading(options), **store_reading(options),
    )  # fmt: skip
    show(result, as_json=options["as_json"])
    for note in (*result.fit.runs.notes, *result.fit.notes):
        click.echo(f"note: {note}", err=True)
