"""Every stop of the target handle, answered beforehand.

One idea: the page computes nothing, so all that a moved target changes (texts of the card, rows of
the picture) is sent once, for every stop; moving the handle then shows what is already there.
"""

from __future__ import annotations

from typing import Any

from costlaw.exceptions import CostlawError
from costlaw.figures import target_rows, target_stops
from costlaw.forecasting import Forecast, at_error
from costlaw.web.api.queries import PictureQuery
from costlaw.web.card_rows import moving_texts
from costlaw.web.desk import Desk
from costlaw.web.refusals import refusal_of

CLEARED: dict[str, list[Any]] = {f"answer-{kind}": [] for kind in ("rule", "text", "point")}


def targets(desk: Desk, query: PictureQuery) -> dict[str, Any]:
    """Return every stop with its texts and the rows of the picture drawn for this view."""
    drawn = desk.forecast(query.view())
    records = []
    for error in target_stops(drawn):
        record: dict[str, Any] = {"error": error, "typed": typed(drawn, error)}
        try:
            moved = at_error(drawn, error)
        except CostlawError as refusal:
            record |= {"refused": refusal_of(refusal).message, "tables": CLEARED,
                       "texts": {"shown": record["typed"]}}  # fmt: skip
        else:
            record["texts"] = moving_texts(moved)
            record["tables"] = target_rows(drawn, moved, width=query.width, theme=query.theme)
        records.append(record)
    return {"schema": "costlaw.targets/1", "data_digest": drawn.fit.digest,
            "drawn_for": drawn.target_error, "targets": records}  # fmt: skip


def typed(forecast: Forecast, error: float) -> str:
    """Return an error as a person would type it."""
    return f"{100 * error:.6g}%" if forecast.benchmark.is_fraction else f"{error:.6g}"
