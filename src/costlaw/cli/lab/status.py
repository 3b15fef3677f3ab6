"""``costlaw lab status DIR``: how far a sweep is. No arithmetic here."""

from __future__ import annotations

import click

from costlaw.cli.options import show


@click.command("status")
@click.argument("folder", metavar="DIR")
@click.option("--csv", "as_csv", is_flag=True, help="Print the trials as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (versioned schema).")
def command(folder: str, *, as_csv: bool, as_json: bool) -> None:
    """Say how far a sweep is, what it took, what failed and why; also while it runs.

    \b
    costlaw lab status costlaw-lab/digits
    costlaw lab status costlaw-lab/digits --csv
    """
    from costlaw.lab.sweeps import sweep_result

    result = sweep_result(folder)
    if as_csv:
        click.echo(result.table().write_csv(), nl=False)
        return
    show(result, as_json=as_json)
