"""``costlaw lifecycle``: training, retraining and running, which matters, and a cheaper way."""

from __future__ import annotations

from typing import Any

import click

from costlaw.cli.options import check_figure, draw, figure_option, show


@click.command("lifecycle", short_help="Training against running, and strategies that cost less.")
@click.argument("subject", metavar='SYSTEM|AMOUNT|RUN.json|"N parameters"')
@click.option("--uses", required=True, metavar="N", help="Uses in all (2e12) or 10 million/day.")
@click.option("--years", default="3", show_default=True, metavar="T", help="Service life.")
@click.option("--retrain", default=None, metavar="T", help="Time between trainings: 6 months.")
@click.option("--per-use", default=None, metavar="FLOP",
              help="Operations of one use; 2 per parameter if not given.")  # fmt: skip
@click.option("--retraining-share", type=float, default=1.0, show_default=True, metavar="X",
              help="Compute of a retraining over the first training.")  # fmt: skip
@click.option("--strategy", "names", multiple=True, metavar="NAME",
              help="Compare this strategy; all for every one of the table.")  # fmt: skip
@click.option("--strategies", "table", default=None, metavar="FILE",
              help="Table of strategies: a CSV, or lab for those the lab measured.")  # fmt: skip
@click.option("--equal-error", type=float, default=None, metavar="K",
              help="Charge strategies for their error at this cost exponent.")  # fmt: skip
@click.option("--map", "as_map", is_flag=True, help="Over all demands: training or running?")
@click.option("--currency", default="usd", show_default=True, metavar="NAME",
              help="flop, device_hours, usd, energy_kwh or co2e_kg.")  # fmt: skip
@click.option("--chip", default=None, metavar="NAME", help="Chip to price on: H100 (default).")
@click.option("--region", default=None, metavar="PLACE", help="Grid: FR, US-CA, gcp/europe-west9.")
@click.option("--site", default=None, metavar="PRESET", help="today, article-2021, authors-2022.")
@click.option("--utilization", type=float, default=None, metavar="U", help="Of training.")
@click.option("--serving-chip", default=None, metavar="NAME", help="Run it on another chip.")
@click.option("--serving-utilization", type=float, default=None, metavar="U", help="Of running.")
@click.option("--programme", type=float, default=None, metavar="X",
              help="Whole programme over its final run; 1 to leave it out.")  # fmt: skip
@figure_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON (versioned schema).")
def command(subject: str, as_json: bool, **options: Any) -> None:
    """Say what a network costs over its life, and whether there is a cheaper way.

    \b
    costlaw lifecycle GPT-3 --uses "10 billion/day" --years 2
    costlaw lifecycle GPT-3 --uses 1e12 --strategy all
    costlaw lifecycle GPT-3 --uses 1e12 --map --figure map.svg
    costlaw lifecycle "13 billion parameters" --uses "2 trillion"
    """
    from costlaw.lifecycle import compare_strategies, dominance_map, lifecycle_of, serving
    from costlaw.verbs import sizing_of, workload_of

    check_figure(options["figure"])
    stated = {k: options[k] for k in ("uses", "years", "retrain", "per_use", "retraining_share")}
    workload = workload_of(subject, **stated)
    site = _site(options)
    runs_at = serving(_served(options, site), options["serving_utilization"])
    strategies = _strategies(options)
    life = lifecycle_of(workload, site=site, serving_site=runs_at)
    result: Any = life
    if strategies:
        result = compare_strategies(
            workload, strategies, site=site, serving_site=runs_at, currency=options["currency"]
        )
    elif options["as_map"]:
        result = dominance_map(life, options["currency"])
    elif sized := sizing_of(subject, uses=options["uses"], years=options["years"]):
        result = sized
    _draw(result, options["figure"])
    show(result, as_json=as_json)
    if result is life or strategies or options["as_map"]:  # a size has no price: no notes of one
        _say(result, life, site)


def _say(result: Any, life: Any, site: Any) -> None:
    """Print on stderr what was taken for granted."""
    notes = [note for one in getattr(result, "others", (life,)) for note in one.notes]
    for note in dict.fromkeys((*notes, *site.caveats)):
        click.echo(f"note: {note}", err=True)


def _site(options: dict[str, Any]) -> Any:
    from costlaw.costs import Choice, preset, site_for
    from costlaw.exceptions import OptionError
    from costlaw.hardware import likely_chip

    wanted = {key: options[key] for key in ("region", "utilization", "programme")}
    if options["site"]:
        if options["chip"] or any(value is not None for value in wanted.values()):
            raise OptionError("--site is a whole site: leave out --chip, --region and the rest.")
        return preset(options["site"])
    chip, note = likely_chip(options["chip"] or "H100 SXM")
    if note:
        click.echo(f"note: {note}", err=True)
    return site_for(chip, Choice(**wanted))


def _served(options: dict[str, Any], site: Any) -> Any:
    """Return where it runs before its utilization is known: on the same chip, or another."""
    if not options["serving_chip"]:
        return site
    from costlaw.costs import Choice, site_for
    from costlaw.hardware import likely_chip

    chip, note = likely_chip(options["serving_chip"])
    if note:
        click.echo(f"note: {note}", err=True)
    return site_for(chip, Choice(region=options["region"]))


def _strategies(options: dict[str, Any]) -> list[Any]:
    """Return the strategies asked for, charged for their error if that was asked."""
    from costlaw.cli.options import strategies_known
    from costlaw.lifecycle import at_equal_error, strategy_of

    if not options["names"] and not options["table"] and options["equal_error"] is None:
        return []
    known = strategies_known(options["table"])
    names = options["names"] or ("all",)
    chosen = list(known) if "all" in names else [strategy_of(name, known) for name in names]
    exponent = options["equal_error"]
    return chosen if exponent is None else [at_equal_error(item, exponent) for item in chosen]


def _draw(result: Any, path: str | None) -> None:
    if not path:
        return
    from costlaw.exceptions import OptionError
    from costlaw.lifecycle import DominanceMap, StrategyComparison

    if isinstance(result, DominanceMap):
        from costlaw.figures import dominance_figure

        draw(result, path, figure=dominance_figure)
    elif isinstance(result, StrategyComparison):
        from costlaw.figures import break_even_figure

        draw(result, path, figure=break_even_figure)
    else:
        raise OptionError("--figure draws a map (--map) or a comparison (--strategy): name one.")
