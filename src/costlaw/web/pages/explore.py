"""Explore: a target error in compute, money, time, energy and carbon, with how far to trust it.

One idea: the article's two panels and the cost card beside them, moved by one handle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from costlaw.exceptions import CostlawError
from costlaw.figures import target_stops
from costlaw.fitting.own import LawFit
from costlaw.fitting.scatter import Fit
from costlaw.forecasting import Forecast
from costlaw.literature import load
from costlaw.report import flop_of
from costlaw.runs import Runs
from costlaw.units import format_quantity, format_range
from costlaw.web import card_rows
from costlaw.web.desk import Desk
from costlaw.web.pages.choices import canonical, controls
from costlaw.web.pages.copying import takeaway, without_version
from costlaw.web.pages.layout import render, view_of
from costlaw.web.refusals import Refusal, refusal_of
from costlaw.web.targets import typed
from costlaw.web.views import View

router = APIRouter(include_in_schema=False)
MOST_LISTED = 400


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a view comes to: a forecast, or at least a fit or the runs, and why not more."""

    runs: Runs | None = None
    fit: Fit | LawFit | None = None
    forecast: Forecast | None = None
    refusal: Refusal | None = None


@router.get("/")
@router.get("/explore")
async def explore(request: Request) -> Response:
    """Show a view."""
    desk: Desk = request.app.state.desk
    view, refusal = view_of(request)
    view = replace(view, source=canonical(view.source))
    shown = Shown(refusal=refusal)
    if refusal is None:
        try:
            shown = await desk.ask(lambda: look(desk, view), own=view.is_file)
        except CostlawError as error:
            shown = Shown(refusal=refusal_of(error))
    status = 200 if shown.refusal is None else shown.refusal.status
    return render(request, "explore.html", title=_title(view, shown), status=status,
                  **context(desk, view, shown))  # fmt: skip


def look(desk: Desk, view: View) -> Shown:
    """Return as much of a view as the evidence carries."""
    runs, fitted = None, None
    try:
        runs = desk.runs(view)
        forecast = desk.forecast(view)
    except CostlawError as error:
        refusal = refusal_of(error)
        if runs is not None:
            try:
                fitted = desk.fit(replace(view, law="" if view.law == "pool" else view.law))
            except CostlawError:
                fitted = None
        return Shown(runs=runs, fit=fitted, refusal=refusal)
    return Shown(runs=runs, forecast=forecast)


def context(desk: Desk, view: View, shown: Shown) -> dict[str, Any]:
    """Return what the template shows."""
    answer = shown.forecast
    name = desk.files.held(view.file_key).name if view.is_file and shown.runs else view.source
    found: dict[str, Any] = {
        "view": view, "controls": controls(desk, view), "refusal": shown.refusal,
        "refused_field": shown.refusal.field if shown.refusal else "", "forecast": answer,
        "benchmark": shown.runs.benchmark if shown.runs else None, "name": name,
        "picture": without_version(view.query()), "fit": shown.fit,
        "rows": listed(shown.runs, view) if shown.runs else [],
        "n": len(shown.runs) if shown.runs else 0, "notes": _notes(shown),
    }  # fmt: skip
    if answer is not None:
        stops = [typed(answer, error) for error in target_stops(answer)]
        found |= {
            "bill": card_rows.bill_parts(answer), "reach": card_rows.reach_parts(answer),
            "evidence": card_rows.evidence_parts(answer), "badge": card_rows.badge(answer),
            "stops": stops, "ends": [end.replace("%", " %") for end in (stops[0], stops[-1])],
            "at": typed(answer, answer.target_error),
            "take": takeaway(view, answer, name=name),
            "sources": answer.sources,
            "recipes": [_recipe(recipe) for recipe in answer.recipes],
        }  # fmt: skip
    return found


def listed(runs: Runs, view: View) -> list[dict[str, str]]:
    """Return the runs as rows of text, lowest error first, with the address of their paper."""
    links = {}
    if not view.is_file:
        links = {(one.network, one.error): one.url
                 for one in load(view.source, view.edition or "corrected")}  # fmt: skip
    rows = []
    for run in sorted(runs, key=lambda run: run.error)[:MOST_LISTED]:
        compute = run.compute_flop or run.hardware_burden_flop
        shown = f"{100 * run.error:.3g} %" if runs.benchmark.is_fraction else f"{run.error:.4g}"
        rows.append({
            "name": run.name, "error": shown,
            "compute": format_quantity(compute, "FLOP") if compute else "not stated",
            "year": f"{run.year:.0f}" if run.year else "", "paper": run.paper or "",
            "address": links.get((run.name, run.error), ""),
        })  # fmt: skip
    return rows


def _recipe(recipe: Any) -> dict[str, str]:
    if recipe.log10_flop is None:
        return {"name": f"{recipe.law}, {recipe.estimand}", "flop": "refused",
                "interval": recipe.refused}  # fmt: skip
    point, low, high = (flop_of(log10) for log10 in (recipe.log10_flop, recipe.low, recipe.high))
    return {"name": f"{recipe.law}, {recipe.estimand}", "flop": format_quantity(point, "FLOP"),
            "interval": format_range(low, high, "FLOP")}  # fmt: skip


def _notes(shown: Shown) -> list[str]:
    if shown.forecast is not None:
        return list(dict.fromkeys([*shown.forecast.notes, *shown.forecast.site.caveats]))
    if shown.runs is not None:
        return [*shown.runs.benchmark.caveats, *shown.runs.notes]
    return []


def _title(view: View, shown: Shown) -> str:
    if shown.forecast is not None:
        return f"{shown.forecast.shown_error} error on {shown.forecast.benchmark.title}"
    return f"Explore {view.source}" if not view.is_file else "Explore your runs"
