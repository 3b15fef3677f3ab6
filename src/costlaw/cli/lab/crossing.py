"""``costlaw lab crossing``: counts against a network by data size. No arithmetic here."""

from __future__ import annotations

import click

from costlaw.cli.lab.showing import report, show_study, study_options
from costlaw.cli.options import check_figure


@click.command("crossing", short_help="Counting against a network, from 10^4 to 10^7 bytes.")
@click.option("--sizes", default="1e4,1e5,1e6", show_default=True, metavar="N,N,…",
              help="Bytes to learn from; 1e7 takes minutes.")  # fmt: skip
@click.option("--width", default=64, show_default=True, help="Numbers a byte is held in.")
@study_options
def command(
    *, sizes: str, width: int, seeds: int, first_seed: int, figure: str | None, points: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Find out who leads where: contexts counted, or a network trained.

    \b
    costlaw lab crossing
    costlaw lab crossing --sizes 1e4,1e5,1e6,1e7 --seeds 2 --figure crossing.svg
    """
    from costlaw.lab.crossing import crossing

    check_figure(figure)
    found = crossing(sizes=_numbers(sizes), width=width, seeds=seeds, first_seed=first_seed,
                     said=report)  # fmt: skip
    show_study(found, figure=figure, points=points, as_json=as_json)


def _numbers(text: str) -> list[int]:
    try:
        return [round(float(part)) for part in text.split(",")]
    except (ValueError, OverflowError) as problem:
        raise click.UsageError(f"--sizes {text}: expected numbers such as 1e4,1e5.") from problem
