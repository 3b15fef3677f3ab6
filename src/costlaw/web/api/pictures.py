"""Pictures and tables as files, and the stops of the target handle.

One idea: what a page shows can be taken away: a picture as specification, SVG, PNG or offline HTML,
a result as CSV. Texts that were made once are kept under the query that asked for them.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from costlaw.literature.export import records
from costlaw.web.api.answering import REFUSALS, json_bytes
from costlaw.web.api.queries import FitQuery, ForecastQuery, PictureQuery, PlanQuery, Text
from costlaw.web.api.verbs import desk_of
from costlaw.web.memos import KINDS as KINDS_OF_MEMO
from costlaw.web.memos import memo_file
from costlaw.web.pictures import FORMS, KINDS, content, specification
from costlaw.web.plans import answer_plan
from costlaw.web.targets import targets

router = APIRouter(prefix="/api/v1", tags=["pictures and tables"], responses=REFUSALS)
Kind = Literal[
    "break-even", "claim", "decomposition", "dominance", "fit", "forecast", "growth", "live",
    "over-time", "parameters",
]  # fmt: skip
Form = Literal["json", "svg", "png", "html"]


@router.get("/pictures/{kind}.{form}", summary="A picture as specification or file")
async def picture(
    request: Request, *, kind: Kind, form: Form, query: Annotated[PictureQuery, Query()]
) -> Response:
    """Return a picture: Vega-Lite (json), SVG, PNG, or one HTML file that works offline."""
    desk = desk_of(request)

    def make() -> bytes:
        if form == "json":
            return json_bytes(specification(desk, kind, query))
        return content(desk, kind, form=form, query=query)

    key = ("picture", kind, form, query.model_dump_json())
    made = desk.texts.find(key)
    if made is None:
        made = await desk.ask(lambda: desk.texts.get(key, make), own=query.own)
    answer = Response(made, media_type=FORMS[form])
    if form != "json":
        answer.headers["content-disposition"] = _attached(f"costlaw-{kind}-{query.source}", form)
    return answer


@router.get("/targets", summary="Every stop of the target handle")
async def all_targets(request: Request, query: Annotated[PictureQuery, Query()]) -> Response:
    """Return texts and rows of the picture for every stop."""
    desk = desk_of(request)
    key = ("targets", query.model_dump_json())
    made = desk.texts.find(key)
    if made is None:
        make = lambda: json_bytes(targets(desk, query))  # noqa: E731
        made = await desk.ask(lambda: desk.texts.get(key, make), own=query.own)
    return Response(made, media_type="application/json")


@router.get("/forecast.csv", summary="A forecast as a table")
async def forecast_table(request: Request, query: Annotated[ForecastQuery, Query()]) -> Response:
    """Return quantity, estimate, low, high, level, unit."""
    desk, view = desk_of(request), query.view()
    rows = await desk.ask(lambda: desk.forecast(view).table().to_dicts(), own=query.own)
    return csv_answer(rows, f"costlaw-forecast-{query.source}")


@router.get("/fit.csv", summary="A fit as a table")
async def fit_table(request: Request, query: Annotated[FitQuery, Query()]) -> Response:
    """Return quantity, estimate, low, high, level, unit."""
    desk, view = desk_of(request), query.view()
    rows = await desk.ask(lambda: desk.fit(view).table().to_dicts(), own=query.own)
    return csv_answer(rows, f"costlaw-fit-{query.source}")


@router.get("/plan.csv", summary="Every choice of a plan as a table")
async def plan_table(request: Request, query: Annotated[PlanQuery, Query()]) -> Response:
    """Return what ``costlaw plan SOURCE --error E --table`` prints."""
    desk = desk_of(request)
    rows = await desk.ask(lambda: answer_plan(desk, query).table().to_dicts(), own=query.own)
    return csv_answer(rows, f"costlaw-plan-{query.source}")


@router.get("/report.{form}", summary="A decision memo as a file")
async def report_file(
    request: Request,
    *,
    form: Literal["html", "pdf", "md", "svg"],
    query: Annotated[ForecastQuery, Query()],
) -> Response:
    """Return what ``costlaw report SOURCE --error E --html FILE`` writes; svg for the picture."""
    desk, view = desk_of(request), query.view()
    name, made = await desk.ask(lambda: memo_file(desk, view, form), own=query.own)
    answer = Response(made, media_type=KINDS_OF_MEMO[form])
    answer.headers["content-disposition"] = f'attachment; filename="{name}"'
    return answer


@router.get("/literature.csv", summary="The corpus as a table, every row with its source")
async def literature_table(
    request: Request, edition: Text = "corrected", benchmark: Text = ""
) -> Response:
    """Return what ``costlaw literature export --edition E`` writes."""
    desk = desk_of(request)
    rows = await desk.ask(lambda: list(records(edition, benchmark or None)))
    return csv_answer(rows, f"costlaw-corpus-{edition}-{benchmark or 'all'}")


def csv_answer(rows: list[dict[str, Any]], name: str) -> Response:
    """Return rows as a CSV that is saved under a name; no cell can be taken for a formula."""
    stream = io.StringIO()
    if rows:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _plain(value) for key, value in row.items()} for row in rows)
    answer = Response(stream.getvalue(), media_type="text/csv; charset=utf-8")
    answer.headers["content-disposition"] = _attached(name, "csv")
    return answer


def _plain(value: Any) -> Any:
    """Return a cell that no spreadsheet runs: a text that begins like a formula is quoted."""
    risky = isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}
    return f"'{value}" if risky else value


def _attached(name: str, suffix: str) -> str:
    clean = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:80]
    return f'attachment; filename="{clean}.{suffix}"'


assert set(KINDS) == set(Kind.__args__)  # type: ignore[attr-defined]
