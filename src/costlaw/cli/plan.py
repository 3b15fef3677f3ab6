"""``costlaw plan``: what to do with a target error or a budget, choice by choice."""

from __future__ import annotations

from typing import Any

import click

from costlaw.cli.options import (
    evidence_options,
    place_options,
    placed,
    reading,
    show,
    source_argument,
    store_options,
    store_reading,
)


@click.command("plan", short_help="A target error or a budget as a ranked table of choices.")
@source_argument
@click.option("--error", default=None, metavar="E", help="Target error: 5% or 0.05.")
@click.option("--budget", default=None, metavar="USD", help="For the final run: $2 million.")
@click.option("--deadline", default=None, metavar="DATE", help="Done by: 2027-06-30.")
@click.option("--chance", type=float, default=0.8, show_default=True, metavar="P",
              help="Chance of reaching the target that is enough.")  # fmt: skip
@click.option("--at", "places", multiple=True, metavar="SITE",
              help="Compare this site; all of the table if not given.")  # fmt: skip
@click.option("--strategy", "strategies", multiple=True, metavar="NAME",
              help="Compare this strategy; by default all of the table; none.")  # fmt: skip
@click.option("--strategies", "table", default=None, metavar="FILE",
              help="Table of strategies: a CSV, or lab for those the lab measured.")  # fmt: skip
@click.option("--per-use", default=None, metavar="FLOP", help="Operations of one use.")
@click.option("--uses", default=None, metavar="N", help="Adds running: 1e12 or 10 million/day.")
@click.option("--years", type=float, default=3.0, show_default=True, metavar="T",
              help="Service life.")  # fmt: skip
@click.option("--width", type=float, default=10.0, show_default=True, metavar="X",
              help="The ladder stops where the 90 % interval of the compute spans ×X.")  # fmt: skip
@click.option("--table", "as_table", is_flag=True, help="Print every choice as CSV.")
@place_options
@store_options
@evidence_options
def command(source: str, **options: Any) -> None:
    """Say what each choice costs, what the next point costs, and what to do.

    \b
    costlaw plan imagenet --error 8% --budget '$100,000'
    costlaw plan imagenet --error 5% --budget '$1 million' --deadline 2030-01-01
    costlaw plan imagenet --budget '$1 million' --strategy all
    costlaw plan runs.csv --error 3% --budget 500 --json
    """
    from costlaw.planning import wish_of
    from costlaw.verbs import plan

    asked = ("budget", "deadline", "chance", "width", "uses", "per_use", "years")
    wish = wish_of(**{name: options[name] for name in asked})
    result = plan(
        source, options["error"], wish=wish, **placed(options), sites=_sites(options["places"]),
        strategies=_strategies(options["strategies"], options["table"]), law=options["law"],
        estimand=options["estimand"], **reading(options), **store_reading(options),
    )  # fmt: skip
    if options["as_table"] and not options["as_json"]:
        click.echo(result.table().write_csv(), nl=False)
    else:
        show(result, as_json=options["as_json"])
    for note in (*result.notes, *result.forecast.notes):
        click.echo(f"note: {note}", err=True)


def _sites(names: tuple[str, ...]) -> list[Any]:
    from costlaw.planning import site_of

    return [site_of(name) for name in names]


def _strategies(names: tuple[str, ...], table: str | None) -> list[Any] | None:
    from costlaw.cli.options import strategies_known
    from costlaw.lifecycle import strategy_of

    if "none" in names:
        return []
    if not names and table is None:
        return None
    known = strategies_known(table)
    return list(known) if not names or "all" in names else [strategy_of(n, known) for n in names]
