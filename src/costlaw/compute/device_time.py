"""Device time of a table of runs as hardware burden: device-hours × the peak rate of the chip.

For runs that state their GPU hours (or a wall time and a number of chips) and no operations. The
burden says what capacity was held, used or not; it is never put beside counted operations, and the
table's measure says so. It knows no utilization, and assumes no chip that nobody named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from costlaw.compute.burden import burden_of
from costlaw.exceptions import DataError, OptionError, UnknownName
from costlaw.hardware import Chip, likely_chip
from costlaw.runs import Runs
from costlaw.sources import merge_sources
from costlaw.units import format_quantity, format_share, parse_chips

BY_THE_HOUR = "hardware burden by the hour"  # the measure of such a table
HOUR_S = 3600.0
SAME_HOURS = 1.1  # hours of two seeds of one setting are at most so many times apart
SIZES = ("parameters", "examples", "epochs", "flop_per_pass", "chips", "step")  # what a setting is


def burden_by_the_hour(
    runs: Runs,
    *,
    chip: str | None = None,
    chips: float | None = None,
    number_format: Callable[[Chip], str | None] = lambda _chip: None,
) -> Runs:
    """Return the runs with their hardware burden where they state device time and no compute.

    Parameters
    ----------
    runs : Runs
        Any table; returned as it is where it states compute, or no time, or no chip is known.
    chip : str, optional
        Chip of the runs that name none.
    chips : float, optional
        How many of them each run held, where the table states a wall time and no number.
    number_format : callable
        Number format whose dense peak rate counts, for a chip.

    Returns
    -------
    Runs
        With ``hardware_burden_flop`` [FLOP], its measure, and notes on what was assumed.

    Raises
    ------
    DataError
        If a run names a chip that is not in the table of chips.
    OptionError
        If ``chips`` is not above 0.

    Examples
    --------
    >>> rows = [{"name": "a", "error": 0.2, "device_hours": 10.0}]
    >>> held = burden_by_the_hour(Runs.from_records(rows), chip="V100 SXM2 16 GB")
    >>> f"{held.numbers('hardware_burden_flop')[0]:.2g}", held.measure
    ('5.6e+17', 'hardware burden by the hour')
    """
    if chips is not None and not 0 < chips < float("inf"):
        raise OptionError(f"chips = {chips:g}: expected a number of chips above 0.")
    if runs.has("compute_flop") or runs.has("hardware_burden_flop"):
        return runs
    counts, names = zip(*(parse_chips(text) for text in runs.texts("chip")), strict=True)
    names = tuple(name or chip or "" for name in names)
    hours, said = _hours(runs, counts, chips)
    if not any(names) or not np.isfinite(hours).any():
        return runs
    hours, seeds = _of_one_setting(runs, hours, names)
    said += seeds
    rates = {name: _rate(name, runs, number_format) for name in dict.fromkeys(names) if name}
    burden = hours * [rates[name][0] if name else np.nan for name in names]
    missing = int((~np.isfinite(burden)).sum())
    if missing:
        said += (f"{missing} of {len(runs)} runs state no device time or no chip: no burden",)
    chosen = [text for text in dict.fromkeys(note for _, _, _, note in rates.values()) if text]
    series = pl.Series("hardware_burden_flop", burden, nan_to_null=True)
    return replace(
        runs, frame=runs.frame.with_columns(series), measure=BY_THE_HOUR,
        notes=(*runs.notes, *said, _meaning([words for _, words, _, _ in rates.values()]), *chosen),
        sources=merge_sources(runs.sources, tuple(found.source for _, _, found, _ in
                                                  rates.values())),
    )  # fmt: skip


def _meaning(chips: list[str]) -> str:
    return (
        f"compute is the hardware burden, device-hours × peak rate ({'; '.join(chips)}): capacity "
        "held, used or not, and no count of operations. It is priced by the hour, without a "
        "utilization: a larger run, and another chip, are taken to be used as well as these were"
    )


def _hours(
    runs: Runs, counts: tuple[float | None, ...], chips: float | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the device-hours of each run, NaN where not known, and what was assumed for them."""
    if runs.has("device_hours"):
        return runs.numbers("device_hours"), ()
    many = np.array([np.nan if count is None else count for count in counts])
    many = np.where(np.isfinite(many), many, np.nan if chips is None else chips)
    said: tuple[str, ...] = ()
    if not np.isfinite(many).all():
        many = np.where(np.isfinite(many), many, 1.0)
        said = ("no column says how many chips a run held: one each is assumed; --chips N or a "
                "column chips says it",)  # fmt: skip
    return runs.numbers("duration_s") * many / HOUR_S, said


def _of_one_setting(
    runs: Runs, hours: np.ndarray, names: tuple[str, ...]
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return hours in which runs that differ by their seed alone are one setting, and say so.

    A clock never gives two seeds the same hours; taken as they are, each seed would be a setting of
    its own, and the largest run hidden in a back-test would leave its twin in sight.
    """
    sizes = [column for column in SIZES if runs.has(column)]
    if not runs.has("seed") or not sizes:
        return hours, ()
    stated = np.stack([runs.numbers(column) for column in sizes], axis=1)
    groups: dict[tuple[object, ...], list[int]] = {}
    for row, key in enumerate(zip(names, *stated.T, strict=True)):
        if np.isfinite(stated[row]).all() and np.isfinite(hours[row]) and hours[row] > 0:
            groups.setdefault(key, []).append(row)
    held, seeds, shared, widest = hours.copy(), runs.texts("seed"), 0, 1.0
    for rows in groups.values():
        apart = float(hours[rows].max() / hours[rows].min())
        if 1 < apart <= SAME_HOURS and len({seeds[row] for row in rows}) == len(rows):
            held[rows] = np.exp(np.log(hours[rows]).mean())
            shared, widest = shared + len(rows), max(widest, apart)
    if not shared:
        return hours, ()
    return held, (
        f"hours of {shared} runs that differ by their seed alone (up to "
        f"{format_share(widest - 1, 2)} apart) are averaged: seeds are one setting",
    )


def _rate(
    name: str, runs: Runs, number_format: Callable[[Chip], str | None]
) -> tuple[float, str, Chip, str]:
    """Return the burden of a device-hour [FLOP], the chip in words, itself, and what was chosen."""
    try:
        found, note = likely_chip(name)
    except UnknownName as error:
        raise DataError(
            f"{runs.origin}: {error} Write a chip of the table into the cells, or name the right "
            'column: --column chip="…".'
        ) from error
    form = number_format(found)
    peak = format_quantity(found.peak(form), "FLOP/s", 3)
    words = f"{found.name}, dense {form or 'peak'}, {peak}"
    hour = burden_of(found, count=1.0, duration_s=HOUR_S, number_format=form)
    return hour, words, found, note
