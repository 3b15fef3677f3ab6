"""The verbs as JSON: fit, forecast, cost, decompose, audit, literature.

One idea: each address calls what the command of the same name calls and sends its ``to_dict()``.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from costlaw.audit import audit, influence, over_time
from costlaw.cards import Subject, cost, side_by_side
from costlaw.costs import Choice, preset
from costlaw.decomposition import decompose, hardware_trends
from costlaw.literature import available, benchmarks
from costlaw.units import parse_error
from costlaw.web.api.answering import REFUSALS, as_json
from costlaw.web.api.queries import (
    CompareQuery,
    CostQuery,
    Evidence,
    FitQuery,
    ForecastQuery,
    LifeQuery,
    PlanQuery,
    Text,
)
from costlaw.web.desk import Desk
from costlaw.web.lives import answer_life
from costlaw.web.memos import answer_memo
from costlaw.web.plans import answer_plan
from costlaw.web.refusals import plain_subject
from costlaw.web.views import FILE

router = APIRouter(prefix="/api/v1", tags=["verbs"], responses=REFUSALS)


def desk_of(request: Request) -> Desk:
    """Return the desk of the server."""
    desk: Desk = request.app.state.desk
    return desk


@router.get("/benchmarks", summary="Benchmarks, and what a law can be fitted to")
async def list_benchmarks() -> Response:
    """Return every benchmark with the number of results by edition and measure."""
    laws = [{"edition": key[0], "benchmark": key[1], "measure": key[2], "n": count}
            for key, count in available().items()]  # fmt: skip
    named = [{"benchmark": one.name, "title": one.title, "error": one.error_definition}
             for one in benchmarks().values()]  # fmt: skip
    return as_json({"schema": "costlaw.benchmarks/1", "benchmarks": named, "laws": laws})


@router.get("/fit", summary="Fit a law")
async def fit_law(request: Request, query: Annotated[FitQuery, Query()]) -> Response:
    """Return what ``costlaw fit SOURCE --json`` prints."""
    desk, view = desk_of(request), query.view()
    return as_json(await desk.ask(lambda: desk.fit(view).to_dict(), own=query.own))


@router.get("/forecast", summary="Forecast what a target error takes")
async def forecast_target(request: Request, query: Annotated[ForecastQuery, Query()]) -> Response:
    """Return what ``costlaw forecast SOURCE --error E --json`` prints."""
    desk, view = desk_of(request), query.view()
    return as_json(await desk.ask(lambda: desk.forecast(view).to_dict(), own=query.own))


@router.get("/runs", summary="The runs of a source, with how its columns were read")
async def runs_of_source(request: Request, query: Annotated[Evidence, Query()]) -> Response:
    """Return the checked table of a benchmark or a file."""
    desk, view = desk_of(request), query.view()

    def answer() -> dict[str, Any]:
        runs = desk.runs(view)
        return {
            "schema": "costlaw.runs/1",
            "data_digest": runs.digest,
            "origin": runs.origin,
            "columns": [vars(choice) for choice in runs.choices],
            "notes": list(runs.notes),
            "runs": [run.to_dict() for run in runs],
        }

    return as_json(await desk.ask(answer, own=query.own))


@router.get("/cost", summary="What a system, an amount or a run cost then and costs today")
async def cost_subject(request: Request, query: Annotated[CostQuery, Query()]) -> Response:
    """Return what ``costlaw cost SUBJECT --json`` prints."""
    desk = desk_of(request)

    def answer() -> dict[str, Any]:
        card = priced(desk, query.subject, query)
        if not query.vs:
            return card.to_dict()
        return side_by_side(card, priced(desk, query.vs, query)).to_dict()

    return as_json(await desk.ask(answer))


def priced(desk: Desk, name: str, query: CostQuery) -> Any:
    """Return the card of one subject, as the command makes it."""
    subject: str | Subject = plain_subject(name.strip())
    if name.startswith(FILE):
        subject = desk.files.subject(desk.files.held(name.removeprefix(FILE)))
    wanted = Choice(
        region=query.region or None, number_format=query.number_format or None,
        utilization=query.utilization, pue=query.pue, usd_per_hour=query.price,
        commitment=query.commitment or "on-demand", vendor=query.vendor or None,
        provider=query.provider or None, date=query.date or None, programme=query.programme,
    )  # fmt: skip
    site = preset(query.site) if query.site else None
    card = cost(subject, chip=query.chip or None, choice=wanted, site=site)
    return card.in_year(query.usd_year) if query.usd_year else card


@router.get("/lifecycle", summary="Training against running, and strategies that cost less")
async def lifecycle(request: Request, query: Annotated[LifeQuery, Query()]) -> Response:
    """Return what ``costlaw lifecycle SUBJECT --uses N --json`` prints."""
    return as_json(await desk_of(request).ask(lambda: answer_life(query).to_dict()))


@router.get("/plan", summary="A target error or a budget as a ranked table of choices")
async def plan_choices(request: Request, query: Annotated[PlanQuery, Query()]) -> Response:
    """Return what ``costlaw plan SOURCE --error E --budget USD --json`` prints."""
    desk = desk_of(request)
    return as_json(await desk.ask(lambda: answer_plan(desk, query).to_dict(), own=query.own))


@router.get("/report", summary="A forecast as a decision memo; as a file: report.html, .pdf, .md")
async def report_target(request: Request, query: Annotated[ForecastQuery, Query()]) -> Response:
    """Return what ``costlaw report SOURCE --error E --json`` prints."""
    desk, view = desk_of(request), query.view()
    return as_json(await desk.ask(lambda: answer_memo(desk, view).to_dict(), own=query.own))


@router.get("/compare", summary="Every law side by side on a series of runs")
async def compare_laws(request: Request, query: Annotated[CompareQuery, Query()]) -> Response:
    """Return what ``costlaw compare FILE --json`` prints."""
    desk, view = desk_of(request), query.view(error=query.error or "5%")
    asked = query.error or None
    return as_json(await desk.ask(lambda: desk.compared(view, asked).to_dict(), own=True))


@router.get("/decompose", summary="Where growth and progress at a benchmark came from")
async def decompose_benchmark(
    request: Request, *, source: Text = "imagenet", edition: Text = "", measure: Text = ""
) -> Response:
    """Return what ``costlaw decompose SOURCE --json`` prints."""

    def answer() -> dict[str, Any]:
        if source.casefold() == "hardware":
            return hardware_trends().to_dict()
        return decompose(source, edition or "corrected",
                         measure=measure or "hardware-burden").to_dict()  # fmt: skip

    desk = desk_of(request)
    key = ("decompose", source, edition, measure)
    return as_json(await desk.ask(lambda: desk.kept(key, answer)))


@router.get("/audit", summary="Every claim of the article against data")
async def audit_claims(request: Request, claim: Text = "") -> Response:
    """Return what ``costlaw audit [CLAIM] --json`` prints."""
    desk = desk_of(request)

    def answer() -> dict[str, Any]:
        found = desk.kept(("audit",), audit)
        record: dict[str, Any] = found.to_dict()
        if claim:
            record["claims"] = [found.claim(claim).to_dict()]
        return record

    return as_json(await desk.ask(answer))


@router.get("/audit/over-time", summary="When a target error is expected on a benchmark")
async def audit_over_time(
    request: Request,
    *,
    benchmark: Text = "imagenet",
    error: Text = "5%",
    edition: Text = "corrected",
) -> Response:
    """Return what ``costlaw audit --over-time BENCHMARK --error E --json`` prints."""
    desk = desk_of(request)
    return as_json(
        await desk.ask(lambda: over_time(benchmark, parse_error(error), edition=edition).to_dict())
    )


@router.get("/audit/leave-one-out", summary="What each result moves when it is left out")
async def audit_leave_one_out(
    request: Request, query: Annotated[ForecastQuery, Query()]
) -> Response:
    """Return what ``costlaw audit --leave-one-out BENCHMARK --error E --json`` prints."""
    desk = desk_of(request)

    def answer() -> dict[str, Any]:
        return influence(
            query.source, parse_error(query.error), edition=query.edition or "corrected",
            measure=query.measure or "hardware-burden",
        ).to_dict()  # fmt: skip

    return as_json(await desk.ask(answer))
