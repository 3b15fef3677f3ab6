"""``costlaw meter -- command``: meter a command; recover and merge. No arithmetic here."""

from __future__ import annotations

import json
import shlex
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a subcommand, or say how a command is metered."""
        if args and args[0] not in self.commands:
            known = ", ".join(sorted(self.commands))
            raise click.UsageError(
                f'no subcommand "{args[0]}" (known: {known}). To meter a command, write -- before '
                f"it: costlaw meter -- {shlex.join(args)}",
                ctx,
            )
        return super().resolve_command(ctx, args)


def priced(command: Any) -> Any:
    """Add the options that say where a run is paid for."""
    for option in reversed((
        click.option("--chip", metavar="NAME", help="Device that is rented, such as H100; GPUs "
                     "that are read need not be named."),
        click.option("--chips", type=float, default=1.0, metavar="N", help="How many of it."),
        click.option("--price", "--price-usd-per-hour", "usd_per_hour", type=float, metavar="USD",
                     help="Known price of one device, USD an hour."),
        click.option("--region", metavar="PLACE", help="Grid: FR, US-CA, gcp/europe-west9; the "
                     "world's spread if not given."),
        click.option("--pue", type=float, metavar="X", help="Facility energy over machine energy."),
    )):  # fmt: skip
        command = option(command)
    return command


@click.group("meter", cls=MeterGroup, invoke_without_command=True)
@click.option("--name", help="Name of the run; the script's if absent.")
@click.option("--dir", "folder", default=FOLDER, show_default=True, help="Where readings go.")
@click.option("--interval", default=1.0, show_default=True, help="Seconds between samples.")
@priced
@click.option("--prometheus", "port", type=int, metavar="PORT", help="Serve the readings on this "
              "machine.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="No live line and no card at the end.")
@click.pass_context
def command(ctx: click.Context, *, name: str | None, folder: str, **options: Any) -> None:
    """Meter a command: its time, its energy, what that costs.

    \b
    costlaw meter -- python train.py
    costlaw meter --chip H100 --region FR -- torchrun train.py

    Its children are included; its exit code and signals are passed through. Readings are
    appended to a file at every sample; ``costlaw meter recover`` reads them back after a crash.
    """
    words = ctx.meta["costlaw.words"]
    if not words:
        if ctx.invoked_subcommand is None:
            click.echo(ctx.get_help())
        return
    from costlaw.metering.launching import die_as, launch

    launched = launch(
        words,
        name=name or _name_of(words),
        folder=folder,
        interval_s=options["interval"],
        live=False if options["quiet"] else None,
        started=_server(options["port"]),
        **_settings(options),
    )
    if not options["quiet"]:
        click.echo(str(launched.metered), err=True)
        click.echo(_bill(launched.metered, options), err=True)
    die_as(launched.code)


def _name_of(words: list[str]) -> str:
    """Return what a command is called: of an interpreter, its script or module.

    Examples
    --------
    >>> _name_of(["python3", "-u", "path/train.py", "--size", "8"]), _name_of(["./run.sh"])
    ('train.py', 'run.sh')
    """
    first = words[0].rsplit("/", 1)[-1]
    if not first.startswith("python"):
        return first
    rest = iter(words[1:])
    for word in rest:
        if word == "-m":
            return next(rest, first)
        if word == "-c":
            break
        if not word.startswith("-"):
            return word.rsplit("/", 1)[-1]
    return first


def _settings(options: dict[str, Any]) -> dict[str, Any]:
    """Return what the meter is told: a chip, a PUE, and the price of all devices together."""
    known = {key: options[key] for key in ("pue", "region") if options[key]}
    if options["chip"]:
        known |= {"chip": options["chip"], "chip_count": options["chips"]}
    if any(options[key] is not None for key in ("chip", "usd_per_hour", "region", "pue")):
        from costlaw.cards import tariff

        rate = tariff(**_tariff_options(options))  # refuses what does not exist before the start
        if rate.usd_per_hour is not None:
            known["price_usd_per_hour"] = rate.usd_per_hour.value
            known["price_origin"] = "own" if options["usd_per_hour"] is not None else "observed"
    return known


def _tariff_options(options: dict[str, Any]) -> dict[str, Any]:
    kept = {key: options[key] for key in ("chip", "region", "usd_per_hour", "pue")}
    return {**kept, "count": options["chips"]}


def _bill(metered: Any, options: dict[str, Any]) -> Any:
    from costlaw.cards import bill_of_metered, tariff_of

    return bill_of_metered(metered, tariff_of(metered, **_as_told(metered, options)))


def _as_told(metered: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Return the tariff's options; what is not given now was perhaps told when the run began."""
    known, kept = _tariff_options(options), metered.settings
    for key in ("region", "pue"):
        known[key] = kept.get(key) if known[key] is None else known[key]
    if known["chip"] is not None:
        return known
    if kept.get("chip"):
        known |= {"chip": kept["chip"], "count": float(kept.get("chip_count") or 1)}
    if known["usd_per_hour"] is None and kept.get("price_origin", "own") == "own":
        whole = kept.get("price_usd_per_hour")  # of all devices together, as the live line takes it
        known["usd_per_hour"] = whole and float(whole) / known["count"]
    return known


def _server(port: int | None) -> Any:
    """Return what is done with the started meter: serve it, if a port is given."""
    if port is None:
        return None
    from costlaw.exceptions import OptionError
    from costlaw.metering.outputs.prometheus import serve

    def start(meter: Any) -> None:
        try:
            serve(meter, port=port)
        except (OSError, OverflowError) as problem:
            raise OptionError(
                f"--prometheus {port}: the port cannot be opened ({problem}). Name another."
            ) from problem

    return start


@command.command("recover")
@click.option("--dir", "folder", default=FOLDER, show_default=True, help="Folder of the readings.")
@priced
@click.option("--emissions", metavar="FILE.csv", help="Also write them as CodeCarbon does.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable, on standard output.")
def recover_command(folder: str, emissions: str | None, as_json: bool, **options: Any) -> None:
    """Read back what runs used, killed ones included, and what that cost.

    \b
    costlaw meter recover
    costlaw meter recover --dir readings --json
    """
    from costlaw.metering.records.recovery import recover

    found = recover(folder)
    bills = [_bill(span, options) for span in found]
    if emissions:
        from costlaw.metering.outputs.codecarbon_file import write_emissions

        carbon = {id(span): bill.co2e_kg for span, bill in zip(found, bills, strict=True)}
        write_emissions(
            found, emissions, co2e_kg=lambda span: known.value if (known := carbon[id(span)])
            else None,
        )  # fmt: skip
        click.echo(f"{len(found)} rows added to {emissions}", err=True)
    if as_json:
        runs = [span.to_dict() | {"cost": bill.to_dict()}
                for span, bill in zip(found, bills, strict=True)]  # fmt: skip
        click.echo(json.dumps({"schema": "costlaw-recovered/1", "runs": runs}, indent=2))
        return
    pairs = zip(found, bills, strict=True)
    click.echo("\n\n".join(f"{span}\n{bill}" for span, bill in pairs))


@command.command("merge")
@click.option("--dir", "folder", default=FOLDER, show_default=True, help="Folder of the readings.")
@priced
@click.option("--json", "as_json", is_flag=True, help="Machine-readable, on standard output.")
def merge_command(folder: str, as_json: bool, **options: Any) -> None:
    """Add up the processes of a job: a node's energy once, nodes summed.

    \b
    costlaw meter merge
    costlaw meter merge --dir readings --json
    """
    from costlaw.metering.records.merging import merge

    total = merge(folder)
    bill = _bill(total, options)
    if as_json:
        click.echo(json.dumps(total.to_dict() | {"cost": bill.to_dict()}, indent=2))
        return
    click.echo(f"{total}\n{bill}")
