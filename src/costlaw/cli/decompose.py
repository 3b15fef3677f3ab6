"""``costlaw decompose``: where the growth of compute and the progress at a benchmark came from."""

from __future__ import annotations

from typing import Any

import click

from costlaw.cli.options import EDITION, MEASURE, show


@click.command("decompose", short_help="Where growth and progress at a benchmark came from.")
@click.argument("source", metavar="BENCHMARK|hardware")
@click.option("--edition", default=None, metavar="NAME", help=EDITION)
@click.option("--measure", default=None, metavar="NAME", help=MEASURE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON (versioned schema).")
def command(source: str, edition: str | None, *, measure: str | None, as_json: bool) -> None:
    """Take growth (chips × count × time) and progress (compute, algorithms, data) apart.

    \b
    costlaw decompose imagenet
    costlaw decompose imagenet --edition v2 --measure network-operations --json
    costlaw decompose hardware
    """
    from costlaw.decomposition import decompose, hardware_trends

    result: Any
    if source.casefold() == "hardware":
        result = hardware_trends()
        show(result, as_json=as_json)
        return
    result = decompose(source, edition or "corrected", measure=measure or "hardware-burden")
    show(result, as_json=as_json)
    for share in result.progress.shares if result.progress else ():
        if not share.identified:
            click.echo(f"note: the share of {share.factor} is not identified", err=True)
