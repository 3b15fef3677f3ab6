"""Your runs: hand a file in, see how it is read, then fit, check, forecast, and what to run next.

One idea: nothing is fitted before a person has seen which column was taken for what, and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, File, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from costlaw.exceptions import CostlawError
from costlaw.fitting.own import Comparison, LawFit
from costlaw.fitting.own.side_by_side import answer_words
from costlaw.runs import Runs
from costlaw.runs.run import FIELDS
from costlaw.runs.table import ERROR_UNITS
from costlaw.units import format_number, format_percent
from costlaw.web.desk import Desk
from costlaw.web.files import MOST_BYTES, MOST_ROWS, SUFFIXES, Held
from costlaw.web.pages.copying import without_version
from costlaw.web.pages.layout import render, view_of
from costlaw.web.refusals import Refusal, refusal_of
from costlaw.web.views import FILE, View

router = APIRouter(include_in_schema=False)
PREFIX = "column."
ASKED = ("name", "error", "compute_flop", "hardware_burden_flop", "parameters", "examples", "year",
         "duration_s", "device_hours", "chips", "chip")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Work:
    """What was made of a file: the reading, and if it was asked for the fit."""

    held: Held | None = None
    runs: Runs | None = None
    headers: tuple[str, ...] = ()
    fit: LawFit | None = None
    compared: Comparison | None = None
    refusal: Refusal | None = None
    card: str = ""


@router.get("/runs")
async def own_runs(request: Request) -> Response:
    """Show the files, how one is read, and its fit."""
    desk: Desk = request.app.state.desk
    view, refusal = view_of(request)
    named = _named(request)
    if named is not None:
        query = replace(view, columns=named).query()
        return RedirectResponse(f"/runs?{query}", status_code=303)
    work = Work(refusal=refusal)
    wants_fit = request.query_params.get("fit") == "yes"
    if view.is_file and refusal is None:
        work = await _worked(desk, view, wants_fit=wants_fit, error=_target(request))
    return _page(request, view, work=work, wants_fit=wants_fit)


@router.post("/runs")
async def hand_in(request: Request, file: UploadFile = File()) -> Response:  # noqa: B008
    """Take a file from a page without scripts."""
    desk: Desk = request.app.state.desk
    try:
        held = desk.files.take(file.filename or "", await file.read(MOST_BYTES + 1))
    except CostlawError as error:
        work = Work(refusal=refusal_of(error))
        return _page(request, View(), work=work, wants_fit=False)
    return RedirectResponse(f"/runs?source={FILE}{held.key}", status_code=303)


def _target(request: Request) -> str | None:
    """Return the target error that was typed, or None."""
    return request.query_params.get("error", "").strip() or None


async def _worked(desk: Desk, view: View, *, wants_fit: bool, error: str | None) -> Work:
    try:
        held = desk.files.held(view.file_key)
        return await desk.ask(
            lambda: _work(desk, view, held=held, wanted=(wants_fit, error)), own=True
        )
    except CostlawError as refused:
        return Work(refusal=refusal_of(refused))


def _work(desk: Desk, view: View, *, held: Held, wanted: tuple[bool, str | None]) -> Work:
    if held.is_metered:
        try:
            from costlaw.cards import cost

            return Work(held=held, card=str(cost(desk.files.subject(held))))
        except CostlawError as error:
            return Work(held=held, refusal=refusal_of(error))
    headers = desk.kept(("headers", held.key), lambda: desk.files.headers(held))
    work = Work(held=held, headers=headers)
    try:
        work = replace(work, runs=desk.runs(view))
        if wanted[0]:
            compared = desk.compared(view, wanted[1])
            work = replace(work, compared=compared)
            work = replace(work, fit=_fitted(desk, view, compared))
    except CostlawError as error:
        return replace(work, refusal=refusal_of(error))
    return work


def _fitted(desk: Desk, view: View, compared: Comparison) -> LawFit | None:
    """Return the fit of the law that was named, else of the best that can be drawn."""
    if view.law:
        found = desk.fit(view)
        return found if isinstance(found, LawFit) else None
    ranked = [row.fit for row in compared.rows if row.fit is not None]
    return next((fit for fit in ranked if fit.draws.enough), ranked[0] if ranked else None)


def _named(request: Request) -> str | None:
    """Return the columns that the form names, as a view holds them; None if it was not sent."""
    sent = {name.removeprefix(PREFIX): value for name, value in request.query_params.items()
            if name.startswith(PREFIX)}  # fmt: skip
    if not sent:
        return None
    return ";".join(
        f"{name}={header}" for name, header in sent.items() if header and name in FIELDS
    )


def _page(request: Request, view: View, *, work: Work, wants_fit: bool) -> Response:
    desk: Desk = request.app.state.desk
    runs = work.runs
    try:
        named = view.named_columns()
    except CostlawError:
        named = {}
    return render(
        request, "runs.html", title="Your runs", view=view, held=work.held, runs=runs,
        refusal=work.refusal, refused_field=work.refusal.field if work.refusal else "",
        status=200 if work.refusal is None else work.refusal.status, card=work.card,
        files=desk.files.listed(), offered=desk.files.offered, headers=work.headers, named=named,
        choices=[_choice(one) for one in runs.choices] if runs else [], asked=ASKED,
        first=_first(runs) if runs else [], units=ERROR_UNITS, suffixes=", ".join(SUFFIXES),
        wants_fit=wants_fit, most=f"{MOST_BYTES // 1_000_000} MB, {MOST_ROWS:,} runs",
        accept=",".join(SUFFIXES), fit=work.fit, laws=_laws(work.compared),
        following=_next(work.fit), picture=_picture(view, work),
        query=without_version(view.query()),
        notes=runs.notes if runs else (), typed=_target(request) or "",
    )  # fmt: skip


def _picture(view: View, work: Work) -> str:
    law = work.fit.law if work.fit else view.law
    return without_version(replace(view, law=law).query())


def _choice(choice: Any) -> dict[str, str]:
    factor = "" if choice.factor == 1.0 else f"× {format_number(choice.factor)}"
    return {"column": choice.column, "header": choice.header, "factor": factor,
            "reason": choice.reason}  # fmt: skip


def _first(runs: Runs) -> list[dict[str, str]]:
    """Return the first rows as they were read."""
    rows = []
    for run in list(runs)[:5]:
        known = run.to_dict()
        rows.append({key: format_number(value, 4) if isinstance(value, float) else str(value)
                     for key, value in known.items()})  # fmt: skip
    return rows


def _laws(compared: Comparison | None) -> list[dict[str, str]]:
    if compared is None:
        return []
    return [
        {"law": row.law, "score": "–" if row.score is None else format_percent(row.score),
         "answer": answer_words(row) if compared.error is not None else "",
         "verdict": row.verdict or row.refused, "fitted": "yes" if row.fit else ""}
        for row in compared.rows
    ]  # fmt: skip


def _next(fit: LawFit | None) -> dict[str, Any] | None:
    """Return which run would narrow the interval most, in words."""
    if fit is None or fit.next_run.best is None:
        return None
    found = fit.next_run
    rows = [{"inputs": _inputs(one.inputs), "width": f"±{format_percent(one.half_width)}"}
            for one in found.candidates[:5]]  # fmt: skip
    return {"now": f"±{format_percent(found.now)}", "asked": _inputs(found.asked), "rows": rows}


def _inputs(inputs: Mapping[str, float]) -> str:
    """Return the inputs of a run as a person names them: 1.0×10²² FLOP, 2.0 million parameters."""
    words = {"compute_flop": "FLOP", "hardware_burden_flop": "FLOP of hardware burden"}
    return ", ".join(f"{format_number(value)} {words.get(name, name.replace('_', ' '))}"
                     for name, value in inputs.items())  # fmt: skip
