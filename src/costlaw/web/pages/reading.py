"""How to read this: what an interval means, what a forecast is conditional on, when to doubt it.

One idea: every number in the text is taken from the results of this version, none is typed in.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from costlaw.forecasting import BEYOND
from costlaw.web import card_rows
from costlaw.web.desk import Desk
from costlaw.web.pages.layout import render
from costlaw.web.views import View

router = APIRouter(include_in_schema=False)


@router.get("/reading")
async def reading(request: Request) -> Response:
    """Show how to read the page."""
    desk: Desk = request.app.state.desk
    usual, far = await desk.ask(lambda: (desk.forecast(View()), desk.forecast(View(error="1%"))))
    return render(
        request, "reading.html", title="How to read this", forecast=usual,
        money=card_rows.headline(usual), evidence={part.key: part for part in
                                                   card_rows.evidence_parts(usual)},
        reach={part.key: part for part in card_rows.reach_parts(usual)},
        far=far, far_beyond=far.evidence == BEYOND,
    )  # fmt: skip
