"""``costlaw audit``: every claim of the article held against data, and when targets are expected.

Prints what ``costlaw.audit`` answers; no arithmetic.
"""

from __future__ import annotations

import json

import click

from costlaw.cli.options import check_figure, draw, figure_option
from costlaw.exceptions import OptionError


@click.command(name="audit", short_help="Hold every claim of the article against data.")
@click.argument("claim", required=False)
@click.option("--over-time", "benchmark", metavar="BENCHMARK",
              help="Instead: the year a target error is expected on a benchmark.")  # fmt: skip
@click.option("--leave-one-out", "scatter", metavar="BENCHMARK",
              help="Instead: what each result moves when it is left out.")  # fmt: skip
@click.option("--measure", default="hardware-burden", show_default=True,
              help="How compute is counted, with --leave-one-out.")  # fmt: skip
@click.option("--error", default="5%", show_default=True, help="Target error of both.")
@click.option("--edition", default="corrected", show_default=True, help="Edition of the corpus.")
@click.option("--level", default=0.9, show_default=True, help="Level of the interval.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@figure_option
def command(
    *,
    claim: str | None,
    benchmark: str | None,
    scatter: str | None,
    measure: str,
    error: str,
    edition: str,
    level: float,
    as_json: bool,
    figure: str | None,
) -> None:
    """Hold every claim of the article and its paper against data, or one, or the year of a target.

    \b
    costlaw audit
    costlaw audit ninth-power --json
    costlaw audit --over-time imagenet --error 5% --figure expected.svg
    costlaw audit --leave-one-out imagenet
    """
    if figure and not benchmark:
        raise OptionError("--figure draws a year of a target: it goes with --over-time BENCHMARK.")
    check_figure(figure)
    if benchmark or scatter:
        from costlaw.audit import influence, over_time
        from costlaw.units import parse_error

        target = parse_error(error)
        answer = (
            over_time(benchmark, target, edition=edition, level=level)
            if benchmark
            else influence(str(scatter), target, edition=edition, measure=measure)
        )
        if figure:
            from costlaw.figures import over_time_figure

            draw(answer, figure, figure=over_time_figure)
        click.echo(json.dumps(answer.to_dict(), indent=2) if as_json else str(answer))
        return
    _print_claims(claim, as_json)


def _print_claims(claim: str | None, as_json: bool) -> None:
    from costlaw.audit import audit

    result = audit()
    chosen = [result.claim(claim)] if claim else list(result)
    if as_json:
        record = result.to_dict()
        record["claims"] = [item.to_dict() for item in chosen]
        click.echo(json.dumps(record, indent=2))
        return
    for item in chosen:
        stated = (
            "" if item.stated is None else f"stated {item.stated:.6g} {item.unit} ({item.rule}); "
        )
        ours = ", ".join(f"{value:.4g} ({name})" for name, value in item.ours.items())
        click.echo(f"{item.name}: {item.verdict}")
        click.echo(f"    {item.text} [{item.where}]")
        click.echo(f"    {stated}ours: {ours or 'none'}")
        if item.note:
            click.echo(f"    {item.note}")
    if not claim:
        click.echo(result.summary, err=True)
