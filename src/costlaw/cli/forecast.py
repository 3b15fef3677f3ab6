"""``costlaw forecast``: a target error in compute, device-hours, dollars, energy and CO2e."""

from __future__ import annotations

import sys
from typing import Any

import click

from costlaw.cli.options import (
    check_figure,
    draw,
    evidence_options,
    figure_option,
    log_back,
    log_options,
    place_options,
    placed,
    reading,
    show,
    source_argument,
    store_options,
    store_reading,
)
from costlaw.exceptions import EvidenceError


@click.command("forecast", short_help="What a target error takes: compute, time, money, carbon.")
@source_argument
@click.option("--error", "error", required=True, metavar="E", help="Target error: 5% or 0.05.")
@place_options
@click.option("--budget", default=None, metavar="USD", help="Say what gain fits this budget.")
@figure_option
@log_options
@click.option("--strict", is_flag=True, help="Leave with 3 past the back-tested reach.")
@store_options
@evidence_options
def command(source: str, error: str, **options: Any) -> None:
    """Forecast what a target error takes.

    \b
    costlaw forecast imagenet --error 5%
    costlaw forecast imagenet --error 5% --edition v1 --site article-2021
    costlaw forecast runs.csv --error 3% --json
    costlaw forecast mlruns --error 3% --metric val/error
    costlaw forecast imagenet --error 5% --figure picture.html
    costlaw forecast mlruns --error 3% --log-to mlflow:http://localhost:5000
    """
    from costlaw.units import parse_money
    from costlaw.verbs import forecast

    budget = parse_money(options["budget"]) if options["budget"] is not None else None
    check_figure(options["figure"])
    result = forecast(
        source, error, **placed(options), law=options["law"], estimand=options["estimand"],
        **reading(options), **store_reading(options),
    )  # fmt: skip
    if options["figure"]:
        from costlaw.figures import forecast_figure

        draw(result, options["figure"], figure=forecast_figure)
    show(result, as_json=options["as_json"])
    log_back(result, options["log_to"], options["log_run"])
    _say(result, budget)
    if options["strict"] and result.evidence.startswith("beyond"):
        raise EvidenceError(
            f"--strict: the answer lies {result.answer.reach_dex:.1f} dex past the largest run; "
            f"back-tests held up to {result.backtest.backtested_reach_dex:.1f} dex."
        )


def _say(result: Any, budget: float | None) -> None:
    """Print notes, and the gain a budget needs, on stderr."""
    from costlaw.forecasting import Headroom
    from costlaw.units import format_quantity

    for note in result.notes:
        click.echo(f"note: {note}", err=True)
    if result.benchmark.name == "own runs":
        from costlaw.cards import on_own_machine

        if (own := on_own_machine(result.runs, result.compute)) is not None:
            click.echo(f"note: {own}", err=True)
    if budget is not None:
        need = Headroom.doublings_for(result.cost.usd.value, budget)
        click.echo(
            f"budget: {format_quantity(budget, 'USD')} needs {need:.1f} doublings of hardware, "
            "algorithms or both together",
            err=True,
        )
    sys.stderr.flush()
