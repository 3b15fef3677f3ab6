"""Claims: every quantitative claim of the article against data; a row opens recipe, data, picture.

One idea: a verdict is never to be taken on trust. Each row shows the very expression that computes
our number, the results it rests on, and the two numbers on one axis.
"""

from __future__ import annotations

import inspect
import math
import re
from collections import Counter
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from costlaw.audit import Audit, Claim, audit
from costlaw.audit.recipes import RECIPES
from costlaw.units import format_number, format_percent, format_quantity
from costlaw.web.desk import Desk
from costlaw.web.pages.layout import render

router = APIRouter(include_in_schema=False)
_EDITION = re.compile(r'"(v1|v2|corrected|extended)"')
WHERE = {"article": "the article", "paper-v1": "its paper, first version",
         "paper-v2": "its paper, second version"}  # fmt: skip


@router.get("/claims")
async def claims(request: Request) -> Response:
    """Show the audit, one verdict or one claim."""
    desk: Desk = request.app.state.desk
    found: Audit = await desk.ask(lambda: desk.kept(("audit",), audit))
    verdict, opened = (request.query_params.get(name, "") for name in ("verdict", "claim"))
    words = request.query_params.get("q", "").strip()[:100]
    rows = [_row(one) for one in found if not verdict or _kind(one) == verdict]
    if words:
        rows = [
            row for row in rows if words.casefold() in f"{row['text']} {row['note']}".casefold()
        ]
    counts = Counter(_kind(one) for one in found)
    return render(
        request, "claims.html", title="Claims", rows=rows, counts=counts.most_common(),
        verdict=verdict, opened=opened, words=words, total=len(found.claims),
    )  # fmt: skip


def _kind(claim: Claim) -> str:
    return claim.verdict.split(" recipe ")[0]


def _row(claim: Claim) -> dict[str, Any]:
    ours = [
        {"name": name, "value": number(value, claim.unit), "recipe": written(name),
         "editions": sorted(set(_EDITION.findall(written(name))))}
        for name, value in claim.ours.items()
    ]  # fmt: skip
    drawn = claim.stated is not None and any(math.isfinite(v) for v in claim.ours.values())
    return {
        "name": claim.name, "text": claim.text, "where": WHERE.get(claim.where, claim.where),
        "stated": "" if claim.stated is None else number(claim.stated, claim.unit),
        "ours": ours, "verdict": claim.verdict, "kind": _kind(claim).replace(" ", "-"),
        "note": claim.note, "rule": claim.rule.kind, "tolerance": claim.rule.tolerance,
        "drawn": drawn,
    }  # fmt: skip


def number(value: float, unit: str) -> str:
    """Return a number of the audit as a person reads it."""
    if not math.isfinite(value):
        return "unbounded"
    if unit == "year":
        return f"{value:.1f}".removesuffix(".0")
    if unit == "ratio":
        return f"×{format_number(value, 3)}"
    if unit == "count" and value == round(value) and abs(value) < 1e6:
        return f"{value:,.0f}"
    if unit == "error":
        return format_percent(value)
    if unit in {"FLOP", "USD"}:
        return format_quantity(value, unit, 3)
    shown = format_number(value, 3) if abs(value) >= 1e-3 else f"{value:.2g}"
    if unit in {"day", "month"}:
        return f"{shown} {unit}{'' if value == 1 else 's'}"
    return shown if unit in {"count", "exponent", "R2"} else f"{shown} {unit}"


def written(name: str) -> str:
    """Return the expression that computes a number, as it stands in the code."""
    try:
        text = inspect.getsource(RECIPES[name]).strip()
    except (KeyError, OSError, TypeError):
        return name
    if text.startswith("def "):
        return text
    expression = text.partition("lambda:")[2].strip()
    return " ".join(expression.rstrip(",").split()) or name
