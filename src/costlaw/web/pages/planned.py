"""Plan: a target error or a budget as a ranked and priced table of choices, and what to run first.

One idea: every row says what it costs and what it promises; the recommendation, the ladder and the
next point stand around the table in the words of the command line.
"""

from __future__ import annotations

import shlex
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from costlaw.estimates import Estimate
from costlaw.exceptions import CostlawError
from costlaw.forecasting import Forecast
from costlaw.planning import Ladder, Option, Plan, best_of_each_site
from costlaw.units import format_number, format_percent, format_quantity
from costlaw.web import card_rows
from costlaw.web.api.queries import PlanQuery
from costlaw.web.desk import Desk
from costlaw.web.pages.choices import canonical, chances, controls
from costlaw.web.pages.layout import render, view_of
from costlaw.web.plans import answer_plan
from costlaw.web.refusals import Refusal, refusal_of, refusal_of_query

router = APIRouter(include_in_schema=False)
_BLANK = {
    name: f"{field.default:g}" if isinstance(field.default, float) else field.default
    for name, field in PlanQuery.model_fields.items()
}
_FIRST = {
    **_BLANK,
    "error": "8%",
    "budget": "$10 million",
}  # what is shown before anything is asked
_MORE = ("edition", "measure", "law", "estimand", "site", "chip", "region", "at", "strategy",
         "uses", "per_use", "years", "width")  # fmt: skip
_STARTS = (("budget", "budget"), ("deadline", "deadline"), ("date", "deadline"),
           ("chance", "chance"), ("--width", "width"), ("--uses", "uses"), ("--years", "years"),
           ("uses", "uses"), ("a plan needs", "error"))  # fmt: skip


@router.get("/plan")
async def plan(request: Request) -> Response:
    """Show a plan."""
    desk: Desk = request.app.state.desk
    sent = request.query_params
    usual = _BLANK if sent else _FIRST
    typed = {name: sent.get(name, usual[name]).strip()[:300] or _BLANK[name] for name in _BLANK}
    typed["source"] = canonical(typed["source"])
    view, refusal = view_of(request)
    found: Plan | None = None
    if refusal is None:
        try:
            query = PlanQuery(**typed)  # type: ignore[arg-type]  # numbers are read out of text
            found = await desk.ask(lambda: answer_plan(desk, query), own=query.own)
        except ValidationError as error:
            refusal = refusal_of_query(error.errors()[0])
        except CostlawError as error:
            refusal = refusal_of(error)
    field = _field(refusal, typed)
    stated = {name: text for name, text in typed.items() if text != _BLANK[name]}
    return render(
        request, "plan.html", title="Plan", typed=typed, view=view, refusal=refusal,
        refused_field=field, controls=controls(desk, view), chances=chances(typed["chance"]),
        opened=field in _MORE or any(name in stated for name in _MORE[6:]),
        status=200 if refusal is None else refusal.status, query=urlencode(stated),
        **_shown(found), command=_command(desk, stated, typed["source"]),
    )  # fmt: skip


def _field(refusal: Refusal | None, typed: dict[str, str]) -> str:
    """Return the field that caused a refusal: the one whose name or value it repeats."""
    if refusal is None:
        return ""
    for start, field in _STARTS:
        if refusal.message.startswith(start):
            return field
    repeated = [name for name in ("at", "strategy", "uses", "per_use", "budget", "deadline")
                if any(part.strip() and f'"{part.strip()}"' in refusal.message
                       for part in typed[name].split(","))]  # fmt: skip
    return repeated[0] if repeated else refusal.field


def _command(desk: Desk, stated: dict[str, str], source: str) -> str:
    """Return the command that answers the same."""
    name = source
    if source.startswith("file:"):
        try:
            name = desk.files.held(source.removeprefix("file:")).name
        except CostlawError:
            name = "runs.csv"
    words = ["costlaw", "plan", name]
    for key, text in stated.items():
        if key in {"source", "columns"}:
            continue
        many = text.split(",") if key in {"at", "strategy"} else [text]
        for one in many:
            words += [f"--{key.replace('_', '-')}", one.strip()]
    for pair in filter(None, stated.get("columns", "").split(";")):
        words += ["--column", pair]
    return shlex.join(words)


def _shown(found: Plan | None) -> dict[str, Any]:
    if found is None:
        return {"plan": None}
    forecast = found.forecast
    reach = {part.key: part for part in card_rows.reach_parts(forecast)}["reach"]
    return {
        "plan": found, "headline": _headline(found), "badge": card_rows.badge(forecast),
        "reach": reach.value, "fit": f"{forecast.fit.law}, {forecast.fit.quality}",
        "best": [_row(item, found) for item in best_of_each_site(found)],
        "rows": [_row(item, found) for item in found.ranked],
        "rungs": _rungs(found.ladder, forecast) if found.ladder else [],
        "notes": list(dict.fromkeys((*found.notes, *forecast.notes))),
    }  # fmt: skip


def _headline(found: Plan) -> tuple[str, str]:
    """Return the answer in a number, and what stands beside it."""
    best, cheapest = found.advice.best, found.advice.runner_up
    if found.asked_error is None and best is not None and best.error is not None:
        return (f"{_error(best.error.value, found.forecast)} error",
                f"90 %: {_errors(best.error, found.forecast)}, at {best.site}")  # fmt: skip
    shown = best or cheapest
    if shown is None:
        return "No number", "no size reaches the target with this chance"
    where = f"at {shown.site}" if best else f"at {shown.site}: more than was allowed"
    return (format_quantity(shown.usd.value, "USD"),
            f"90 %: {card_rows.interval_words(shown.usd)}, {where}")  # fmt: skip


def _row(item: Option, found: Plan) -> dict[str, Any]:
    cost = item.cost
    row: dict[str, Any] = {
        "site": item.site, "strategy": "" if item.strategy.name == "baseline" else
        item.strategy.name, "is_best": item is found.advice.best,
        "compute": format_quantity(cost.compute.value, "FLOP"), "devices": "", "chance": "",
        "error": "", "error_range": "",
    }  # fmt: skip
    for name, quantity in (("usd", item.usd), ("co2e", cost.co2e_kg), ("time", cost.device_hours)):
        row[name] = format_quantity(quantity.value, quantity.unit)
        row[f"{name}_range"] = card_rows.interval_words(quantity)
    if item.error is not None:
        row["error"] = _error(item.error.value, found.forecast)
        row["error_range"] = _errors(item.error, found.forecast)
    else:
        row["chance"] = format_percent(item.chance)
    if item.devices is not None:
        row["devices"] = format_number(item.devices.value)
    return row


def _rungs(ladder: Ladder, forecast: Forecast) -> list[dict[str, str]]:
    return [
        {"compute": format_quantity(rung.compute_flop, "FLOP"),
         "error": _error(rung.error, forecast), "usd": format_quantity(rung.usd, "USD"),
         "spent": format_quantity(rung.spent_usd, "USD"),
         "width": f"×{format_number(10**rung.width_dex)}"}
        for rung in ladder.rungs
    ]  # fmt: skip


def _error(value: float, forecast: Forecast) -> str:
    return format_percent(value) if forecast.benchmark.is_fraction else f"{value:.4g}"


def _errors(error: Estimate, forecast: Forecast) -> str:
    return " to ".join(_error(end, forecast) for end in error.interval(0.9))
