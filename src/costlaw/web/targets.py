"""Every stop of the target handle, answered beforehand.

One idea: the page computes nothing, so all that a moved target changes (texts of the card, rows of
the picture) is sent once, for every stop; moving the handle then shows what is already there.
"""

from __future__ import annotations

from typing import Any

from costlaw.exceptions import CostlawError
from costlaw.figures import error_steps, target_rows
from costlaw.forecasting import Forecast, at_error
from costlaw.web.api.queries import PictureQuery
from costlaw.web.card_rows import moving_texts
from costlaw.web.desk import Desk
from costlaw.web.refusals import refusal_of

LOWEST = 5.0  # the handle goes down to a fifth of the lowest error so far


def stops(forecast: Forecast) -> list[float]:
    """Return the errors at which the handle stops, highest first; the target is one of them."""
    errors, target = forecast.fit.evidence.error, forecast.target_error
    best = forecast.benchmark.best_error
    if forecast.benchmark.is_fraction:
        low = min(float(errors.min()) / LOWEST, target)
    else:  # a loss has an irreducible part: ask no further than 15 % below the best
        low = min(0.85 * float(errors.min()), target)
    high = max(float(errors.max()), target)
    found = {error for error in error_steps(low, high) if error > best} | {target}
    return sorted(found, reverse=True)


def targets(desk: Desk, query: PictureQuery) -> dict[str, Any]:
    """Return every stop with its texts and the rows of the picture drawn for this view."""
    drawn = desk.forecast(query.view())
    records = []
    for error in stops(drawn):
        record: dict[str, Any] = {"error": error, "typed": typed(drawn, error)}
        try:
            moved = at_error(drawn, error)
        except CostlawError as refusal:
            record["refused"] = refusal_of(refusal).message
        else:
            record["texts"] = moving_texts(moved)
            record["tables"] = target_rows(drawn, moved, width=query.width, theme=query.theme)
        records.append(record)
    return {"schema": "costlaw.targets/1", "data_digest": drawn.fit.digest,
            "drawn_for": drawn.target_error, "targets": records}  # fmt: skip


def typed(forecast: Forecast, error: float) -> str:
    """Return an error as a person would type it."""
    return f"{100 * error:.6g}%" if forecast.benchmark.is_fraction else f"{error:.6g}"
