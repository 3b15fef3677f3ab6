"""Report: a forecast as a decision memo, read here and taken away as a file.

One idea: the page shows the memo itself, section by section as its files hold it; the
handle and the offline picture are in the HTML file.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from costlaw.exceptions import CostlawError
from costlaw.report import Memo, block_record
from costlaw.web.desk import Desk
from costlaw.web.memos import answer_memo
from costlaw.web.pages.choices import canonical, controls
from costlaw.web.pages.copying import without_version
from costlaw.web.pages.layout import render, view_of
from costlaw.web.refusals import Refusal, refusal_of
from costlaw.web.views import View

router = APIRouter(include_in_schema=False)
FORMS = (("html", "HTML, works offline"), ("pdf", "PDF"), ("md", "Markdown"),
         ("svg", "its picture (SVG)"))  # fmt: skip


@router.get("/report")
async def report(request: Request) -> Response:
    """Show a memo."""
    desk: Desk = request.app.state.desk
    view, refusal = view_of(request)
    view = replace(view, source=canonical(view.source))
    made: Memo | None = None
    if refusal is None:
        try:
            made = await desk.ask(lambda: answer_memo(desk, view), own=view.is_file)
        except CostlawError as error:
            refusal = refusal_of(error)
    return render(
        request, "report.html", title=made.title if made else "Report", view=view, refusal=refusal,
        refused_field=refusal.field if refusal else "", controls=controls(desk, view),
        status=200 if refusal is None else refusal.status,
        **_shown(view, made, refusal),
    )  # fmt: skip


def _shown(view: View, made: Memo | None, refusal: Refusal | None) -> dict[str, Any]:
    query = without_version(view.query())
    if made is None:
        return {"memo": None, "sections": [], "files": [], "picture": query}
    files = [(words, f"/api/v1/report.{form}?{query}") for form, words in FORMS]
    sections = [
        {"title": section.title, "blocks": [block_record(block) for block in section.blocks]}
        for section in made.sections
    ]
    return {"memo": made, "sections": sections, "picture": query,
            "files": [*files, ("JSON", f"/api/v1/report?{query}")]}  # fmt: skip
