"""``costlaw decompose``: where the growth of compute and the progress at a benchmark came from."""

from __future__ import annotations

from typing import Any

import click

from costlaw.cli.options import EDITION, MEASURE, check_figure, draw, figure_option, show


@click.command("decompose", short_help="Where growth and progress at a benchmark came from.")
@click.argument("source", metavar="BENCHMARK|hardware")
@click.option("--edition", default=None, metavar="NAME", help=EDITION)
@click.option("--measure", default=None, metavar="NAME", help=MEASURE)
@figure_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON (versioned schema).")
def command(
    source: str, edition: str | None, *, measure: str | None, figure: str | None, as_json: bool
) -> None:
    """Take growth (chips × count × time) and progress (compute, algorithms, data) apart.

    \b
    costlaw decompose imagenet
    costlaw decompose imagenet --edition v2 --measure network-operations --json
    costlaw decompose hardware --figure chips.svg
    """
    from costlaw.decomposition import decompose, hardware_trends

    check_figure(figure)
    result: Any
    if source.casefold() == "hardware":
        result = hardware_trends()
        _draw(result, figure)
        show(result, as_json=as_json)
        return
    result = decompose(source, edition or "corrected", measure=measure or "hardware-burden")
    _draw(result, figure)
    show(result, as_json=as_json)
    for share in result.progress.shares if result.progress else ():
        if not share.identified:
            click.echo(f"note: the share of {share.factor} is not identified", err=True)


def _draw(result: Any, path: str | None) -> None:
    if path:
        from costlaw.decomposition import Decomposition
        from costlaw.figures import decomposition_figure, hardware_figure

        is_benchmark = isinstance(result, Decomposition)
        draw(result, path, figure=decomposition_figure if is_benchmark else hardware_figure)
