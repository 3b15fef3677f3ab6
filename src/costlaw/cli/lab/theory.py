"""``costlaw lab theory``: the article's theory as a simulation. No arithmetic here."""

from __future__ import annotations

import click

from costlaw.cli.options import check_figure, draw, figure_option, show


@click.command("theory")
@click.option("--preset", default="exponents", show_default=True,
              help="exponents, paper, xray or interpolation.")  # fmt: skip
@click.option("--seeds", type=int, help="Repetitions; the preset's own number if absent.")
@click.option("--first-seed", default=0, show_default=True, help="Seeds run from here on.")
@click.option("--points", is_flag=True, help="Print the curves as CSV instead of the card.")
@figure_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON (versioned schema).")
def command(
    *, preset: str, seeds: int | None, first_seed: int, points: bool, figure: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Simulate the article's theory: k² the data, k⁴ the computation.

    \b
    costlaw lab theory
    costlaw lab theory --preset paper --seeds 20 --json
    costlaw lab theory --preset interpolation --figure descent.svg

    Numbers marked [measured] came out of simulations, [exact] out of a distribution known in closed
    form, [follows] out of arithmetic on the others.
    """
    check_figure(figure)
    from costlaw.lab.theory import theory

    result = theory(preset, seeds=seeds, first_seed=first_seed)
    if points:
        click.echo(result.points().write_csv(), nl=False)
    else:
        show(result, as_json=as_json)
    if figure:
        from costlaw.figures import theory_figure

        draw(result, figure, figure=theory_figure)
