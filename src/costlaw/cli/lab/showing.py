"""What the studies of the lab have in common at the command line. No arithmetic here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from costlaw.cli.options import draw, figure_option, show

F = TypeVar("F", bound=Callable[..., Any])


def study_options(command: F) -> F:
    """Add the options that every study has."""
    for decorate in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON (versioned schema)."),
        click.option("--points", is_flag=True, help="Print all points as CSV."),
        click.option("--first-seed", default=0, show_default=True, help="Seeds run from here on."),
        click.option("--seeds", default=3, show_default=True, help="Repetitions."),
        figure_option,
    ):
        command = decorate(command)
    return command


def report(text: str) -> None:
    """Say on stderr what is being done."""
    click.echo(text, err=True)


def show_study(found: Any, *, figure: str | None, points: bool, as_json: bool) -> None:
    """Draw a study if a picture was asked for, and print its card, points or JSON."""
    if figure:
        from costlaw.figures.study import study_figure

        draw(found, figure, figure=study_figure)
    if points:
        click.echo(found.points().write_csv(), nl=False)
        return
    show(found, as_json=as_json)
