"""Lifecycle: training against running, and whether there is a cheaper way.

One idea: the demand is typed as a person says it ("10 million/day"); the map says which cost is the
larger, the chart from how many uses on a strategy pays.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from costlaw.exceptions import CostlawError
from costlaw.lifecycle import CURRENCIES, Lifecycle, StrategyComparison
from costlaw.units import format_chance, format_number, format_percent, format_quantity
from costlaw.web.api.queries import LifeQuery
from costlaw.web.card_rows import interval_words
from costlaw.web.desk import Desk
from costlaw.web.lives import answer_life
from costlaw.web.pages.layout import render
from costlaw.web.refusals import Refusal, refusal_of

router = APIRouter(include_in_schema=False)
_FIELDS = ("subject", "uses", "years", "retrain", "per_use", "currency")
_FIRST = {"retrain": "1 year", "years": "3 years"}  # what is shown before anything is asked
NEVER = "never"  # trained again
_MONEY = {"usd": "dollars", "flop": "operations", "device_hours": "device-hours",
          "energy_kwh": "energy", "co2e_kg": "carbon"}  # fmt: skip


@router.get("/lifecycle")
async def lifecycle(request: Request) -> Response:
    """Show a life, its map and its strategies."""
    desk: Desk = request.app.state.desk
    sent, usual = request.query_params, LifeQuery()
    first = {} if sent else _FIRST
    typed = {name: sent.get(name, first.get(name, getattr(usual, name))).strip()[:300]
             for name in _FIELDS}  # fmt: skip
    stated = {name: value for name, value in typed.items() if value and value != NEVER}
    compared: StrategyComparison | None = None
    shown: dict[str, Any] = {"life": None, "rows": [], "notes": []}
    refusal: Refusal | None = None

    def answer() -> tuple[StrategyComparison, dict[str, Any]]:
        found = answer_life(LifeQuery(**stated, strategy="all"))
        return found, {"life": _life(found.baseline, typed["currency"]),
                       "rows": _strategies(found),
                       "notes": list(dict.fromkeys(found.baseline.notes))}  # fmt: skip

    try:
        compared, shown = await desk.ask(lambda: desk.kept(("life", *stated.items()), answer))
    except CostlawError as error:
        refusal = refusal_of(error)
    names = [(name, _MONEY.get(name, name)) for name in CURRENCIES]
    if typed["currency"] not in CURRENCIES:
        names.append((typed["currency"], typed["currency"]))
    return render(
        request, "lifecycle.html", title="Lifecycle", typed=typed, refusal=refusal,
        refused_field=_field(refusal, typed), currencies=names,
        status=200 if refusal is None else refusal.status,
        **shown,
        picture="&".join(_pairs(stated)), answer=compared,
    )  # fmt: skip


def _field(refusal: Refusal | None, typed: dict[str, str]) -> str:
    """Return the field that caused a refusal: the one whose value or name it repeats."""
    if refusal is None or refusal.field in {"subject", "currency"}:
        return refusal.field if refusal else ""
    starts = (("uses", "uses"), ("service life", "years"), ("time between", "retrain"),
              ("currency", "currency"))  # fmt: skip
    for start, field in starts:
        if refusal.message.startswith(start):
            return field
    return next((name for name in _FIELDS if typed[name] and f'"{typed[name]}"' in refusal.message),
                "subject")  # fmt: skip


def _pairs(stated: dict[str, str]) -> list[str]:
    from urllib.parse import urlencode

    return [urlencode({name: value}) for name, value in stated.items()]


def _life(life: Lifecycle, currency: str) -> dict[str, Any]:
    total = life.total(currency)
    share = life.running_share(currency)
    low, high = (format_percent(end) for end in share.interval(0.9))
    parts = [
        {"name": name, "value": format_quantity(part.value, part.unit),
         "range": interval_words(part)}
        for name, part in life.parts(currency).items() if part.value > 0
    ]  # fmt: skip
    return {
        "total": format_quantity(total.value, total.unit),
        "range": interval_words(total),
        "parts": parts, "share": format_percent(share.value), "share_range": f"{low} to {high}",
        "name": life.workload.name, "years": _lasting(life.workload.service_years),
        "card": str(life),
    }  # fmt: skip


def _lasting(years: float) -> str:
    return "1 year" if years == 1 else f"{years:g} years"


def _strategies(found: StrategyComparison) -> list[dict[str, Any]]:
    rows = []
    for life in found.ranked:
        total = life.total(found.currency)
        row: dict[str, Any] = {
            "name": life.strategy.name, "total": format_quantity(total.value, total.unit),
            "range": interval_words(total), "base": life is found.baseline, "beats": "", "pays": "",
        }  # fmt: skip
        if life is not found.baseline:
            row["beats"] = format_chance(found.beats(life))
            item = found.break_evens[life.strategy.name]
            row["pays"] = item.words.removeprefix("pays ")
            if life.strategy.changes_error:
                row["pays"] += f", at an error ×{format_number(life.strategy.error.value, 3)}"
        rows.append(row)
    return rows
