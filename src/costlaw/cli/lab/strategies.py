"""``costlaw lab strategies``: every way round the cost of a network. No arithmetic here."""

from __future__ import annotations

from pathlib import Path

import click

from costlaw.cli.options import check_figure, draw, figure_option, show


@click.command("strategies", short_help="Hold pruning, quantization, rules and more to one exam.")
@click.argument("task", metavar="TASK")
@click.option(
    "--strategy",
    "names",
    multiple=True,
    metavar="NAME",
    help="One to take (repeat for more); all if absent. dense is always among them.",
)
@click.option("--preset", default="small", show_default=True, help="small, full or tiny.")
@click.option("--seeds", type=int, help="Repetitions; the preset's own number if absent.")
@click.option("--examples", type=int, help="Examples to learn from.")
@click.option("--size", type=int, help="Units of each hidden layer of the dense network.")
@click.option("--epochs", type=float, help="Passes over the examples.")
@click.option("--trials", type=int, help="Tuning trials of each strategy.")
@click.option("--first-seed", default=0, show_default=True, help="Seeds run from here on.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep what is finished here, and go on from it.",
)
@click.option(
    "--lifecycle",
    "ratios",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write ratios to dense as CSV, for costlaw lifecycle.",
)
@click.option("--table", "as_table", is_flag=True, help="Print all columns as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (versioned schema).")
@figure_option
def command(
    *, task: str, names: tuple[str, ...], preset: str, first_seed: int, folder: Path | None,
    ratios: Path | None, as_table: bool, as_json: bool, figure: str | None,
    **changes: float | int | None,
) -> None:  # fmt: skip
    """Compare strategies on one task: same data, epochs, tuning budget and seeds.

    Operations saved and time saved are different columns. Finished parts are kept with --folder.

    \b
    costlaw lab strategies fashion-mnist
    costlaw lab strategies fashion-mnist --preset full --folder strategies/ --figure table.svg
    """
    from costlaw.lab.comparing import compare_strategies

    check_figure(figure)
    result = compare_strategies(
        task, strategies=names or None, preset=preset, first_seed=first_seed, folder=folder,
        said=lambda text: click.echo(text, err=True),
        **{name: value for name, value in changes.items() if value is not None},
    )  # fmt: skip
    if ratios:
        result.lifecycle_rows().write_csv(ratios)
        click.echo(f"ratios written: {ratios}", err=True)
    if figure:
        from costlaw.figures.strategies import strategies_figure

        draw(result, figure, figure=strategies_figure)
    if as_table:
        click.echo(result.table().write_csv(), nl=False)
        return
    show(result, as_json=as_json)
