"""``costlaw lab shift``: does more compute buy robustness? No arithmetic here."""

from __future__ import annotations

import click

from costlaw.cli.lab.showing import report, show_study, study_options
from costlaw.cli.options import check_figure


@click.command("shift", short_help="Does more compute buy robustness to what was never seen?")
@click.argument("kind", default="pictures", metavar="[pictures|speeches|flights|published]")
@study_options
def command(
    *, kind: str, seeds: int, first_seed: int, figure: str | None, points: bool, as_json: bool
) -> None:
    """Judge networks of growing compute at home and under shift, each with its control.

    \b
    costlaw lab shift pictures     # turned by an angle
    costlaw lab shift speeches     # later years
    costlaw lab shift flights      # the second half of the year
    costlaw lab shift published    # ImageNetV2 and ObjectNet, nothing is trained
    """
    from costlaw.lab.shift import shift

    check_figure(figure)
    found = shift(kind, seeds=seeds, first_seed=first_seed, said=report)
    show_study(found, figure=figure, points=points, as_json=as_json)
