"""Data: the corpus as a table that is sorted, filtered and searched, every row with its source.

One idea: sorting is by number and not by text, absent values come last, and the table that is shown
can be taken away as CSV with source and licence of every row.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from costlaw.exceptions import CostlawError
from costlaw.literature import EDITIONS, Result, benchmarks, corrections, load
from costlaw.units import format_number
from costlaw.web.desk import Desk
from costlaw.web.pages.layout import render
from costlaw.web.refusals import Refusal, refusal_of

router = APIRouter(include_in_schema=False)
ROWS = 50
_FLOP = {"pass": "operations-per-pass", "operations": "network-operations",
         "burden": "hardware-burden"}  # fmt: skip
_KEYS: dict[str, Callable[[Result], Any]] = {
    "network": lambda one: one.network.casefold(),
    "year": lambda one: one.year if one.year is not None else math.nan,
    "error": lambda one: one.error,
    "parameters": lambda one: one.parameters if one.parameters is not None else math.nan,
    "pass": lambda one: one.compute.get(_FLOP["pass"], math.nan),
    "operations": lambda one: one.compute.get(_FLOP["operations"], math.nan),
    "burden": lambda one: one.compute.get(_FLOP["burden"], math.nan),
}
HEADS = (("network", "Network"), ("year", "Year"), ("error", "Error"), ("parameters", "Parameters"),
         ("pass", "FLOP a pass"), ("operations", "Operations counted"),
         ("burden", "Hardware burden"))  # fmt: skip


@router.get("/data")
async def data(request: Request) -> Response:
    """Show the corpus."""
    desk: Desk = request.app.state.desk
    asked = {name: request.query_params.get(name, usual).strip()[:200] for name, usual in (
        ("benchmark", "imagenet"), ("edition", "corrected"), ("q", ""), ("sort", "year"),
        ("way", "down"), ("page", "1"), ("states", ""),
    )}  # fmt: skip
    refusal: Refusal | None = None
    rows: list[Result] = []
    try:
        rows = await desk.ask(lambda: chosen(asked))
    except CostlawError as error:
        refusal = refusal_of(error)
    pages = max(math.ceil(len(rows) / ROWS), 1)
    page = min(max(int(asked["page"]) if asked["page"].isdecimal() else 1, 1), pages)
    shown = [_shown(one) for one in rows[(page - 1) * ROWS : page * ROWS]]
    return render(
        request, "data.html", title="Data", asked=asked, rows=shown, count=len(rows), page=page,
        pages=pages, heads=HEADS, refusal=refusal, benchmarks=benchmarks(), editions=EDITIONS,
        status=200 if refusal is None else refusal.status, corrections=corrections(),
        refused_field=refusal.field if refusal else "",
    )  # fmt: skip


def chosen(asked: dict[str, str]) -> list[Result]:
    """Return the results that are asked for, in order.

    Raises
    ------
    UnknownName
        If benchmark or edition does not exist.
    """
    found = list(load(asked["benchmark"], asked["edition"]))
    if asked["states"] in _FLOP:
        found = [one for one in found if _FLOP[asked["states"]] in one.compute]
    words = asked["q"].casefold().split()
    found = [one for one in found if all(word in _text(one) for word in words)]
    key = _KEYS.get(asked["sort"], _KEYS["year"])
    known = [one for one in found if not _absent(key(one))]
    known.sort(key=key, reverse=asked["way"] == "down")
    return known + [one for one in found if _absent(key(one))]


def _absent(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _text(one: Result) -> str:
    parts = (one.network, one.title, one.note, one.lineage, one.source.title, str(one.year))
    return " ".join(parts).casefold()


def _shown(one: Result) -> dict[str, Any]:
    flop = {name: _number(one.compute.get(measure)) for name, measure in _FLOP.items()}
    return {
        "network": one.network, "url": one.url, "title": one.title,
        "year": "" if one.year is None else str(one.year), "error": f"{100 * one.error:.3g} %",
        "score": f"{one.score:g} {one.metric}", "parameters": _number(one.parameters), **flop,
        "source": one.source, "note": one.note, "how": one.how, "uses": ", ".join(one.uses),
    }  # fmt: skip


def _number(value: float | None) -> str:
    return "" if value is None else format_number(value, 3)
