"""``costlaw cost``: what a system, an amount of compute or a run cost then and costs today."""

from __future__ import annotations

from typing import Any

import click

from costlaw.cli.options import check_figure, draw, figure_option, log_back, log_options, show

_PLACE = ("chip", "location", "kind", "region", "utilization", "pue", "usd_per_hour", "vendor",
          "provider", "date", "number_format")  # fmt: skip


@click.command("cost", short_help="What a system, an amount or a run cost then and costs today.")
@click.argument("subject", metavar="SYSTEM|AMOUNT|RUN.json")
@click.option("--vs", "other", default=None, metavar="B", help="Put a second one beside it.")
@click.option("--chip", default=None, metavar="NAME", help="Chip to price on: H100 (default).")
@click.option("--region", default=None, metavar="PLACE", help="Grid: FR, US-CA, gcp/europe-west9.")
@click.option(
    "--site",
    default=None,
    metavar="PRESET",
    help="A whole site: today, article-2021, authors-2022.",
)
@click.option("--readings", is_flag=True, help="Price the compute by every published habit.")
@click.option("--number-format", default=None, metavar="NAME", help="fp32, bf16, fp8, …")
@click.option("--utilization", type=float, default=None, metavar="U", help="Share of the peak.")
@click.option("--pue", type=float, default=None, metavar="X", help="Facility energy over IT.")
@click.option(
    "--price", "usd_per_hour", type=float, default=None, metavar="USD", help="USD per device-hour."
)
@click.option(
    "--commitment",
    default="on-demand",
    show_default=True,
    metavar="NAME",
    help="on-demand, 1-year, 3-year or own.",
)
@click.option("--vendor", default=None, metavar="NAME", help="Only this vendor's rents.")
@click.option("--location", default=None, metavar="TEXT", help="Only rents of such regions.")
@click.option("--kind", default=None, metavar="KIND", help="language or other (utilization).")
@click.option(
    "--accounting",
    default="location-average",
    show_default=True,
    metavar="NAME",
    help="How carbon is attributed; market-based and marginal are refused.",
)
@click.option("--history", is_flag=True, help="Print every observed price of a chip: cost H100.")
@click.option("--provider", default=None, metavar="NAME", help="Whose data centre (PUE).")
@click.option("--date", default=None, metavar="DATE", help="When it is paid: 2023 or 2023-06-01.")
@click.option(
    "--programme",
    type=float,
    default=None,
    metavar="X",
    help="Whole programme over its final run; 1 to leave it out.",
)
@click.option("--usd-year", type=int, default=None, metavar="YEAR", help="Dollars of which year.")
@figure_option
@click.option("--model-card", is_flag=True, help="Print the emissions block of a model card.")
@log_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON (versioned schema).")  # fmt: skip
def command(subject: str, other: str | None, as_json: bool, **options: Any) -> None:
    """Say what a system, an amount of compute or a run cost then and costs today.

    \b
    costlaw cost AlexNet
    costlaw cost "1e28 FLOP" --chip H100 --region FR
    costlaw cost "8xH100-hours" --date 2024
    costlaw cost AlexNet --vs NASNet-A --json
    costlaw cost "1e28 FLOP" --readings
    costlaw cost run.json --model-card
    costlaw cost "V100 SXM2 16 GB" --history --usd-year 2024
    """
    from costlaw.cards import side_by_side
    from costlaw.exceptions import OptionError

    if options.pop("history"):
        _show_history(subject, options, as_json)
        return
    figure = options.pop("figure")
    check_figure(figure)
    if figure and not other:
        raise OptionError("--figure draws the growth between two systems: add --vs B.")
    if options.pop("readings"):
        if other:
            raise OptionError("--readings prices one amount: leave out --vs.")
        _show_readings(subject, options["chip"], as_json)
        return
    model_card, log_to, log_run = (options.pop(key) for key in ("model_card", "log_to", "log_run"))
    card = _card(subject, options)
    if model_card:
        from costlaw.cards.model_card import emissions_block

        click.echo(emissions_block(card), nl=False)
        log_back(card, log_to, log_run)
        return
    result = side_by_side(card, _card(other, options)) if other else card
    _draw(result, figure)
    show(result, as_json=as_json)
    log_back(result, log_to, log_run)
    notes = card.notes if not other else (*card.notes, *result.after.notes)
    for note in dict.fromkeys(notes):
        click.echo(f"note: {note}", err=True)


def _draw(pair: Any, path: str | None) -> None:
    from costlaw.exceptions import EvidenceError
    from costlaw.figures import growth_figure

    if not path:
        return
    if pair.growth is None:
        raise EvidenceError(f"nothing to draw: {pair.missing}.")
    draw(pair.growth, path, figure=growth_figure)


def _card(subject: str, options: dict[str, Any]) -> Any:
    from costlaw.cards import cost
    from costlaw.costs import Choice, preset

    wanted = dict(options)
    chip, name, year = (wanted.pop(key) for key in ("chip", "site", "usd_year"))
    chosen = name or _configured_site(options)
    site = preset(chosen) if chosen else None
    card = cost(subject, chip=chip, choice=Choice(**wanted), site=site)
    return card.in_year(year) if year else card


def _configured_site(options: dict[str, Any]) -> str | None:
    """Return the configured site where nothing on the line says where it is paid for."""
    from costlaw.cli.configuration import site_setting

    if any(options[key] is not None for key in _PLACE):
        return None
    setting = site_setting()
    return setting.site if setting.is_chosen else None


def _show_readings(subject: str, chip: str | None, as_json: bool) -> None:
    from costlaw.cards import band, subject_of
    from costlaw.cards.readings import CORRECTIONS

    show(band(subject_of(subject, chip=chip).compute), as_json=as_json)
    for correction in CORRECTIONS:
        click.echo(f"note: {correction}", err=True)


def _show_history(name: str, options: dict[str, Any], as_json: bool) -> None:
    """Print the observed prices of a chip, oldest first."""
    from costlaw.cli.history import History
    from costlaw.costs import price_history
    from costlaw.hardware import likely_chip

    device, note = likely_chip(name, options["date"])
    kind = None if options["commitment"] == "on-demand" else options["commitment"]
    rows = price_history(
        device, kind={"own": "purchase"}.get(kind or "", kind), vendor=options["vendor"],
        location=options["location"], usd_year=options["usd_year"],
    )  # fmt: skip
    show(History(chip=device.name, rows=rows, usd_year=options["usd_year"]), as_json=as_json)
    if note:
        click.echo(f"note: {note}", err=True)
