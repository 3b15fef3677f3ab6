"""``costlaw meter -- command``: meter a command; recover and merge. No arithmetic here."""

from __future__ import annotations

import json
from typing import Any

import click

from costlaw.metering.records.journal import FOLDER


class MeterGroup(click.Group):
    """A group whose arguments after ``--`` are a command to run."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Split the command to run from our own options."""
        own, words = args, []
        if "--" in args:
            place = args.index("--")
            own, words = args[:place], args[place + 1 :]
            if not words:
                raise click.UsageError("nothing after --: expected a command to run.", ctx)
        ctx.meta["costlaw.words"] = words
        return super().parse_args(ctx, own)


@click.group("meter", cls=MeterGroup, invoke_without_command=True)
@click.option("--name", help="Name of the run; the command's first word if absent.")
@click.option("--dir", "folder", default=FOLDER, show_default=True, help="Where readings go.")
@click.option("--interval", default=1.0, show_default=True, help="Seconds between samples.")
@click.option("--pue", type=float, help="Facility energy over machine energy.")
@click.option("--price-usd-per-hour", type=float, help="For the cost so far in the live line.")
@click.option("--quiet", is_flag=True, help="No live line and no card at the end.")
@click.pass_context
def command(ctx: click.Context, *, name: str | None, folder: str, **options: Any) -> None:
    """Meter a command, or read back what was metered.

    \b
    costlaw meter -- python train.py
    costlaw meter --name b3 --pue 1.1 -- python train.py
    costlaw meter recover

    Its children are included; its exit code and signals are passed through. Readings are
    appended to a file at every sample; ``costlaw meter recover`` reads them back after a crash.
    """
    words = ctx.meta["costlaw.words"]
    if not words:
        if ctx.invoked_subcommand is None:
            click.echo(ctx.get_help())
        return
    from costlaw.metering.launching import die_as, launch

    known = {key: options[key] for key in ("pue", "price_usd_per_hour") if options[key]}
    launched = launch(
        words,
        name=name or words[0],
        folder=folder,
        interval_s=options["interval"],
        live=False if options["quiet"] else None,
        **known,
    )
    if not options["quiet"]:
        click.echo(str(launched.metered), err=True)
    die_as(launched.code)


@command.command("recover")
@click.option("--dir", "folder", default=FOLDER, show_default=True, help="Folder of the readings.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable, on standard output.")
def recover_command(folder: str, as_json: bool) -> None:
    """Read back what runs used, killed ones included.

    \b
    costlaw meter recover
    costlaw meter recover --dir readings --json
    """
    from costlaw.metering.records.recovery import recover

    found = recover(folder)
    if as_json:
        record = {"schema": "costlaw-recovered/1", "runs": [item.to_dict() for item in found]}
        click.echo(json.dumps(record, indent=2))
        return
    click.echo("\n\n".join(str(item) for item in found))


@command.command("merge")
@click.option("--dir", "folder", default=FOLDER, show_default=True, help="Folder of the readings.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable, on standard output.")
def merge_command(folder: str, as_json: bool) -> None:
    """Add up the processes of a job: a node's energy once, nodes summed.

    \b
    costlaw meter merge
    costlaw meter merge --dir readings --json
    """
    from costlaw.metering.records.merging import merge

    total = merge(folder)
    click.echo(json.dumps(total.to_dict(), indent=2) if as_json else str(total))
