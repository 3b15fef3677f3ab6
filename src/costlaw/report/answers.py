"""The first page of a memo: question, answer, and what it rests on.

Sentences are chosen by the state of the evidence, never by hand; every number is the forecast's.
"""

from __future__ import annotations

import math

from costlaw.estimates import Estimate
from costlaw.exceptions import EvidenceError
from costlaw.forecasting import Forecast, at_error
from costlaw.report.blocks import Block, Bullets, Moving, Paragraph, Picture, Section, Table
from costlaw.units import format_chance, format_percent, format_quantity, format_range

NAMES = {
    "device_hours": "device time",
    "usd": "money",
    "energy_kwh": "energy",
    "co2e_kg": "carbon, running",
    "embodied_co2e_kg": "carbon, making the devices",
    "water_litre": "water",
}
STOPS = 40  # of the handle in a page, about
PAST_CHECKED = 2.0  # dex past what was checked, or past the answer, that the handle goes
_STANDS = {
    "inside the evidence": "The answer lies among runs that were made: it is read off, not "
    "extrapolated.",
    "within back-tested reach": "The answer lies past the largest run, but not further than "
    "forecasts from these data were checked against hidden runs.",
    "beyond back-tested reach": "The answer lies further past the largest run than any forecast "
    "could be checked. Treat it as an order of magnitude under the stated law, not as a plan.",
}


def flop_of(log10: float | None) -> float:
    """Return an amount of compute from its logarithm; none, and what no float holds, is unbounded.

    Examples
    --------
    >>> flop_of(21.0), flop_of(None), flop_of(400.0)
    (1e+21, inf, inf)
    """
    return 10.0**log10 if log10 is not None and log10 < 308 else math.inf


def ends(quantity: Estimate, level: float) -> str:
    """Return an interval as text."""
    low, high = quantity.interval(level)
    return format_range(low, high, quantity.unit)


def shown(quantity: Estimate) -> str:
    """Return an estimate as text."""
    return format_quantity(quantity.value, quantity.unit)


def _place(forecast: Forecast) -> str:
    """Return on which benchmark, or that the runs are one's own."""
    if forecast.benchmark.name == "own runs":
        return "like your own runs"
    return f"on {forecast.benchmark.title}"


def question(forecast: Forecast) -> Section:
    """Return what was asked."""
    site = forecast.site
    return Section(
        title="Question",
        blocks=(
            Paragraph(
                text=f"What does it take to train a network with an error of "
                f"{forecast.shown_error} {_place(forecast)}, and what does it cost at "
                f"the site “{site.name}” ({site.title})?"
            ),
        ),
    )


def answer(forecast: Forecast) -> Section:
    """Return the answer with its intervals and how far to trust it."""
    money = forecast.cost.usd
    head = (
        f"{shown(forecast.compute)} (90 %: {ends(forecast.compute, 0.9)}), which is {shown(money)} "
        f"(90 %: {ends(money, 0.9)}) in dollars of {forecast.cost.usd_year}."
    )
    blocks: list[Block] = [
        Paragraph(text=head, strong=True),
        Paragraph(text=_STANDS[forecast.evidence]),
        _bill(forecast),
        Bullets(items=tuple(_readings(forecast))),
    ]
    return Section(title="Answer", blocks=tuple(blocks))


def _bill(forecast: Forecast) -> Table:
    quantities = {"compute": forecast.compute}
    quantities |= {NAMES.get(k, k): v for k, v in forecast.cost.quantities.items()}
    following = {"compute": forecast.compute_next}
    following |= {NAMES.get(k, k): v for k, v in forecast.cost_next.quantities.items()}
    quantities["money, whole programme"] = forecast.cost.programme_usd
    following["money, whole programme"] = forecast.cost_next.programme_usd
    rows = tuple(
        (name, shown(part), ends(part, 0.5), ends(part, 0.9), ends(following[name], 0.9))
        for name, part in quantities.items()
    )
    return Table(
        head=("quantity", "estimate", "50 %", "90 %", "90 %, a next result"),
        rows=rows,
        caption="Where the law passes the target; in the last column where a single new result "
        "would, which adds the scatter of results. The whole programme adds searches, failures "
        f"and seeds (× {forecast.site.programme.value:.2g}, 90 %: "
        f"{forecast.site.programme.interval(0.9)[0]:.2g} to "
        f"{forecast.site.programme.interval(0.9)[1]:.2g}).",
    )


def _readings(forecast: Forecast) -> list[str]:
    low, high = forecast.recipe_range
    never = forecast.answer.p_unreachable
    told = format_chance(never)
    lines = [f"Confidence that the law never gets there: {told}."]
    if math.isfinite(low):
        lines.append(
            "Over the laws and estimands below (What to argue about) the point answer runs from "
            f"{format_range(flop_of(low), flop_of(high), 'FLOP')}: what is asked of the "
            "data matters as much as the data."
        )
    gap = forecast.headroom
    if gap is not None and forecast.answer.reach_dex > 0 and gap.ratio > 1:
        lines.append(
            f"Theory's fourth power from today's best run ({gap.best_run}) would need "
            f"{format_quantity(gap.theory_flop, 'FLOP')}, a factor of {gap.ratio:.2g} less: "
            "that much is left for better methods before theory objects."
        )
    return [*lines, *forecast.benchmark.caveats]


def picture(forecast: Forecast) -> Section:
    """Return the article's two panels; a page may move the target in them."""
    from costlaw.figures import forecast_figure, forecast_words

    def draw(*, width: int = 720, theme: str = "light") -> dict[str, object]:
        return forecast_figure(forecast, width=width, theme=theme)

    return Section(
        title="Picture",
        blocks=(
            Picture(
                draw=draw,
                moving=moving(forecast),
                caption="Dots: runs. Line: the law, dashed past the largest run. Bands: 50 % and "
                "90 % for the law, and 90 % for a next result. Grey: no forecast was checked "
                "there. The diamond is the answer, with its 90 % interval.",
                says=forecast_words(forecast),
            ),
        ),
    )


def _farthest(forecast: Forecast) -> float:
    """Return how far past the runs the handle goes [dex]: the frame that holds it stays legible."""
    reach = forecast.backtest.backtested_reach_dex
    checked = reach if math.isfinite(reach) else 0.0
    return max(forecast.answer.reach_dex, checked, 0.0) + PAST_CHECKED


def moving(forecast: Forecast) -> Moving:
    """Return the picture whose target moves, and what every stop of the handle says."""
    from costlaw.figures import live_forecast_figure, target_rows, target_stops

    answered = {}
    for error in target_stops(forecast, most=STOPS):
        try:
            moved = at_error(forecast, error)
        except EvidenceError:  # the handle ends where the evidence refuses
            continue
        if moved.answer.reach_dex <= _farthest(forecast):
            answered[error] = forecast if error == forecast.target_error else moved

    widest = answered[min(answered)]  # its frame holds every other stop

    def draw(*, width: int = 720, theme: str = "light") -> dict[str, object]:
        return live_forecast_figure(widest, width=width, theme=theme)

    def rows(*, width: int, theme: str) -> list[dict[str, object]]:
        return [
            dict(target_rows(widest, moved, width=width, theme=theme))
            for moved in answered.values()
        ]

    return Moving(
        draw=draw, rows=rows, first=list(answered).index(forecast.target_error),
        texts=tuple(_said(moved) for moved in answered.values()),
    )  # fmt: skip


def _said(forecast: Forecast) -> dict[str, str]:
    """Return what the card beside the picture says at one stop."""
    quantities = {"compute": forecast.compute, **forecast.cost.quantities}
    texts = {"shown": forecast.shown_error, "evidence": forecast.evidence}
    for name in ("compute", "usd", "device_hours", "energy_kwh", "co2e_kg"):
        part = quantities[name]
        texts[name] = f"{shown(part)} (90 %: {ends(part, 0.9)})"
    return texts


def ladder(forecast: Forecast) -> Section:
    """Return the price of each step from the best run to the target and one past it."""
    best = float(forecast.fit.evidence.error.min())
    steps = _steps(best, forecast.target_error, forecast.benchmark.best_error)
    rows = tuple(_step(forecast, step) for step in steps)
    return Section(
        title="The price of the next points",
        blocks=(
            Table(
                head=("error", "compute", "90 %", "money", "90 %", "reach"),
                rows=rows,
                caption=f"Same law, same site; the best run so far has {_error(forecast, best)}.",
            ),
        ),
    )


def _steps(best: float, target: float, least: float) -> list[float]:
    """Return five equal steps of log error from the best run to the target, and one beyond.

    Examples
    --------
    >>> [round(step, 3) for step in _steps(0.08, 0.04, 0.0)]
    [0.08, 0.067, 0.057, 0.048, 0.04, 0.034]
    """
    if not 0 < target < best:
        best = target * 1.5
    ratio = (target / best) ** 0.25
    steps = [best * ratio**k for k in range(4)] + [target, target * ratio]
    return [step for step in steps if step > least]


def _error(forecast: Forecast, error: float) -> str:
    return format_percent(error, 3) if forecast.benchmark.is_fraction else f"{error:.4g}"


def _step(forecast: Forecast, step: float) -> tuple[str, ...]:
    error = _error(forecast, step)
    try:
        moved = at_error(forecast, step)
    except EvidenceError as refusal:
        return (error, "no number", "", "", "", str(refusal))
    money = moved.cost.usd
    reach = f"{moved.answer.reach_dex:+.1f} dex, {moved.evidence}"
    return (error, shown(moved.compute), ends(moved.compute, 0.9), shown(money), ends(money, 0.9),
            reach)  # fmt: skip
