"""``costlaw audit``: every claim of the article held against data, and when targets are expected.

Prints what ``costlaw.audit`` answers; no arithmetic.
"""

from __future__ import annotations

import json

import click


@click.command(name="audit", help="Hold every claim of the article and its paper against data.")
@click.argument("claim", required=False)
@click.option("--over-time", "benchmark", metavar="BENCHMARK",
              help="Instead: the year a target error is expected on a benchmark.")  # fmt: skip
@click.option("--error", default="5%", show_default=True, help="Target error with --over-time.")
@click.option("--edition", default="corrected", show_default=True, help="Edition of the corpus.")
@click.option("--level", default=0.9, show_default=True, help="Level of the interval.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    *,
    claim: str | None,
    benchmark: str | None,
    error: str,
    edition: str,
    level: float,
    as_json: bool,
) -> None:
    """Print the audit, one claim of it, or the year of a target."""
    if benchmark is not None:
        from costlaw.audit import over_time
        from costlaw.units import parse_error

        found = over_time(benchmark, parse_error(error), edition=edition, level=level)
        click.echo(json.dumps(found.to_dict(), indent=2) if as_json else str(found))
        return
    from costlaw.audit import audit

    result = audit()
    chosen = [result.claim(claim)] if claim else list(result)
    if as_json:
        record = result.to_dict()
        record["claims"] = [item.to_dict() for item in chosen]
        click.echo(json.dumps(record, indent=2))
        return
    for item in chosen:
        stated = "" if item.stated is None else f"stated {item.stated:.6g} {item.unit}; "
        ours = ", ".join(f"{value:.4g} ({name})" for name, value in item.ours.items())
        click.echo(f"{item.name}: {item.verdict}")
        click.echo(f"    {item.text} [{item.where}]")
        click.echo(f"    {stated}ours: {ours or 'none'}")
        if item.note:
            click.echo(f"    {item.note}")
    if not claim:
        click.echo(repr(result), err=True)
