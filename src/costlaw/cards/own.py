"""Our own best estimate beside a published figure, from the same chips and the same hours.

One idea: a golden figure says what its source assumed; next to it stands what the chips, hours and
date of the system come to by ``costs``: rent of its time, power and grid with their intervals. It
replaces no published figure and is silent where a figure is no cost (a ratio of two estimates).
"""

from __future__ import annotations

from dataclasses import dataclass

from costlaw.cards.card import bill_of_hours
from costlaw.cards.published import Published
from costlaw.cards.subject import TIME_FACTOR, subject_of
from costlaw.cards.tables import Row, own_row, rows, source
from costlaw.costs import Choice, Cost, price, site_for
from costlaw.costs.builder import run_format
from costlaw.estimates import Estimate
from costlaw.exceptions import CostlawError, DataError
from costlaw.hardware import Chip, likely_chip
from costlaw.units import HOURS_PER_YEAR, KG_PER_POUND

_UNITS = {"MWh": ("kWh", 1e-3), "lb CO2e": ("kg CO2e", 1 / KG_PER_POUND),
          "t CO2e": ("kg CO2e", 1e-3)}  # fmt: skip
_RECIPE_AMOUNT = "10^28 FLOP"


@dataclass(frozen=True, kw_only=True)
class Own:
    """Our own estimate of a published quantity, in the figure's unit, and how it was made."""

    value: Estimate
    how: str


def own_estimate(figure: Published) -> Own | None:
    """Return our own best estimate of what a figure states.

    Parameters
    ----------
    figure : Published
        A row of ``published_figures()``.

    Returns
    -------
    Own or None
        None where the figure is no cost, or nothing is known that it could rest on.

    Examples
    --------
    >>> from costlaw.cards.published import figure
    >>> found = own_estimate(figure("patterson-gpt3-mwh"))
    >>> low, high = found.value.interval(0.9)
    >>> low < 1287 < high, found.value.unit
    (True, 'MWh')
    """
    if figure.system == _RECIPE_AMOUNT:
        return _of_amount(figure)
    row = own_row(figure.recipe)
    makers = {"usd": _bill, "energy_kwh": _bill, "co2e_kg": _bill, "burden": _burden,
              "device_years": _years, "compute": _compute, "utilization": _used,
              "ratio": _growth}  # fmt: skip
    maker = makers.get(figure.quantity)
    return maker(figure, row) if maker else None


def _held(row: Row) -> tuple[Chip, Estimate]:
    device, _ = likely_chip(row["chip"], row["date"])
    hours = Estimate.spread(
        f"duration:{row['match']}", median=float(row["count"]) * float(row["hours"]),
        factor=TIME_FACTOR, unit="device-hour", sources=(source(row["source_id"]),),
    )  # fmt: skip
    return device, hours


def _at(row: Row, commitment: str) -> Cost:
    device, hours = _held(row)
    choice = Choice(date=row["date"], region=row["region"], commitment=commitment,
                    number_format=run_format(device))  # fmt: skip
    return bill_of_hours(hours, site_for(device, choice))


def _bill(figure: Published, row: Row | None) -> Own | None:
    if row is None:
        return None
    for commitment, words in (("on-demand", "rented"), ("own", "owned")):
        try:
            bill = _at(row, commitment)
        except (DataError, CostlawError):
            continue
        value = _in_unit(bill.quantities[figure.quantity], figure.unit)
        tariff = f", {words}" if figure.quantity == "usd" else ""
        place = "" if figure.quantity == "usd" else f", {row['region']}"
        return Own(value=value, how=f"{row['count']} × {row['chip']} for"
                   f" {float(row['hours']):,.6g} h{tariff}{place}")  # fmt: skip
    return None


def _in_unit(value: Estimate, unit: str) -> Estimate:
    if unit in _UNITS:
        return value.convert(_UNITS[unit][1], unit)
    return value


def _burden(figure: Published, row: Row | None) -> Own | None:
    if row is None:
        return None
    device, hours = _held(row)
    return Own(value=(hours * (device.peak() * 3600.0)).convert(1.0, "FLOP"),
               how="chips × peak rate × time, good to 10 %")  # fmt: skip


def _years(figure: Published, row: Row | None) -> Own | None:
    if row is None:
        return None
    _, hours = _held(row)
    return Own(value=hours.convert(1 / HOURS_PER_YEAR, figure.unit), how="chips × time as stated")


def _compute(figure: Published, _row_: Row | None) -> Own | None:
    try:
        about = subject_of(figure.system)
    except CostlawError:
        return None
    return Own(value=about.compute, how=about.compute_how)


def _used(figure: Published, row: Row | None) -> Own | None:
    done, held = _compute(figure, row), _burden(figure, row)
    if done is None or held is None:
        return None
    return Own(value=done.value / held.value, how="operations over burden")


def _growth(figure: Published, row: Row | None) -> Own | None:
    """Return growth of burden between the article's pair; other ratios are no cost."""
    if figure.recipe != "nasnet-growth" or row is None:
        return None
    before, after = _burden(figure, own_row("alexnet-burden")), _burden(figure, row)
    assert before and after
    return Own(value=after.value / before.value, how="both times good to 10 %")


def _of_amount(figure: Published) -> Own | None:
    """Return today's price of 10^28 FLOP: H100, rented, United States."""
    bill = price(1e28, site_for("H100 SXM", Choice(region="US")))
    how = "H100 rented on demand, United States, today"
    if figure.quantity == "months_of_new_york":
        month = next(float(row["amount"]) for row in rows("equivalents.csv")
                     if "New York City" in row["one"] and row["quantity"] == "co2e_kg")  # fmt: skip
        return Own(value=bill.co2e_kg.convert(1 / month, figure.unit), how=how)
    return Own(value=_in_unit(bill.quantities[figure.quantity], figure.unit), how=how)
