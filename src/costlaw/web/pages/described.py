"""The API, described for people: every address, its parameters, an example that works here.

One idea: made from the same OpenAPI description that tools read, without a script or a font of
anybody else.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from costlaw.web.pages.layout import render

router = APIRouter(include_in_schema=False)
_EXAMPLES = {
    "/api/v1/fit": "source=imagenet&edition=v2&measure=network-operations",
    "/api/v1/forecast": "source=imagenet&error=5%25",
    "/api/v1/runs": "source=imagenet",
    "/api/v1/cost": "subject=AlexNet&vs=NASNet-A",
    "/api/v1/plan": "source=imagenet&error=8%25&budget=%24100,000",
    "/api/v1/report": "source=imagenet&error=5%25",
    "/api/v1/plan.csv": "source=imagenet&error=8%25&budget=%24100,000",
    "/api/v1/report.{form}": "source=imagenet&error=5%25",
    "/api/v1/lifecycle": "subject=GPT-3&uses=1+billion/day",
    "/api/v1/decompose": "source=imagenet",
    "/api/v1/audit": "claim=five-percent-flop",
    "/api/v1/audit/over-time": "benchmark=imagenet&error=5%25",
    "/api/v1/audit/leave-one-out": "source=imagenet&error=5%25",
    "/api/v1/targets": "source=imagenet&error=5%25&width=360",
    "/api/v1/forecast.csv": "source=imagenet&error=5%25",
    "/api/v1/fit.csv": "source=imagenet",
}


@router.get("/api")
async def api(request: Request) -> Response:
    """Show the description."""
    description = request.app.openapi()
    return render(request, "api.html", title="API", groups=_groups(description))


def _groups(description: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in description["paths"].items():
        for method, told in methods.items():
            example = (
                path.replace("{kind}", "forecast")
                .replace("report.{form}", "report.pdf")
                .replace("{form}", "svg")
            )
            query = _EXAMPLES.get(path, "")
            groups.setdefault(told["tags"][0], []).append({
                "method": method.upper(), "path": path, "summary": told.get("summary", ""),
                "text": told.get("description", "").split("``"),
                "parameters": [_parameter(one) for one in told.get("parameters", [])],
                "example": f"{example}?{query}" if query else example,
                "tries": method == "get" and "{key}" not in path,
            })  # fmt: skip
    return groups


def _parameter(told: dict[str, Any]) -> dict[str, str]:
    schema = told.get("schema", {})
    usual = schema.get("default", "")
    words = told.get("description") or schema.get("description") or ""
    if "enum" in schema:
        words = f"{words} {', '.join(schema['enum'])}".strip()
    return {"name": told["name"], "usual": "" if usual is None else str(usual), "text": words}
