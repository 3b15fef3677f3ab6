"""How an answer is sent: JSON as the command line prints it, refusals with their field.

One idea: floats are written by the same ``json`` with the same settings at both doors. A bug that
slips through becomes a refusal without details, never a traceback.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from costlaw.exceptions import CostlawError
from costlaw.web.refusals import Refusal, refusal_of, refusal_of_query

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {"application/json": {}}}
    for status, text in (
        (401, "A token is asked for."),
        (403, "The request comes from another page."),
        (404, "The server does not hold it."),
        (413, "More than the server takes."),
        (422, "Refused: the message says why, the field which parameter."),
        (503, "Too much is waiting; ask again."),
        (504, "It takes too long; ask again later."),
    )
}


def as_json(record: Any, *, status: int = 200) -> Response:
    """Return plain JSON values as the command line prints them."""
    return Response(json_bytes(record), status_code=status, media_type="application/json")


def json_bytes(record: Any) -> bytes:
    """Return JSON text; floats to the last digit, never NaN."""
    return json.dumps(record, allow_nan=False, ensure_ascii=False).encode()


def refused(refusal: Refusal) -> Response:
    """Return a refusal as JSON."""
    answer = as_json(refusal.to_dict(), status=refusal.status)
    if refusal.status == 503:
        answer.headers["retry-after"] = "1"
    return answer


async def on_costlaw_error(_request: Request, error: Exception) -> Response:
    """Answer a refusal of any room."""
    assert isinstance(error, CostlawError | OSError)
    return refused(refusal_of(error))


async def on_validation_error(_request: Request, error: Exception) -> Response:
    """Answer a query that is not of the form that is asked for."""
    assert isinstance(error, RequestValidationError)
    return refused(refusal_of_query(error.errors()[0]))


async def on_http_error(_request: Request, error: Exception) -> Response:
    """Answer an address or method that does not exist."""
    assert isinstance(error, HTTPException)
    words = str(error.detail)
    answer = refused(Refusal(message=words, kind="HTTP", field="", status=error.status_code))
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer
