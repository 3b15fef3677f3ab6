"""Files handed in: taken, described, forgotten.

One idea: handing in says how the columns would be read and fits nothing, so that a person can look
before anything is made of them.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from starlette.responses import Response

from costlaw.exceptions import CostlawError
from costlaw.web.api.answering import REFUSALS, as_json
from costlaw.web.api.verbs import desk_of
from costlaw.web.desk import Desk
from costlaw.web.files import MOST_BYTES, Held
from costlaw.web.refusals import refusal_of
from costlaw.web.views import FILE, View

router = APIRouter(prefix="/api/v1/files", tags=["files"], responses=REFUSALS)


@router.post("", status_code=201, summary="Hand a file in")
async def hand_in(request: Request, file: Annotated[UploadFile, File()]) -> Response:
    """Keep a table of runs or a metered run in a temporary folder; say how it would be read."""
    desk = desk_of(request)
    content = await file.read(MOST_BYTES + 1)
    held = desk.files.take(file.filename or "", content)
    return as_json(await desk.ask(lambda: described(desk, held), own=True), status=201)


@router.get("", summary="Files that are held")
async def list_files(request: Request) -> Response:
    """Return the files of this server, newest first."""
    held = [{"source": f"{FILE}{one.key}", "name": one.name, "bytes": one.size}
            for one in desk_of(request).files.listed()]  # fmt: skip
    return as_json({"schema": "costlaw.files/1", "files": held})


@router.get("/{key}", summary="How a file is read")
async def one_file(request: Request, key: str) -> Response:
    """Return the columns of a file as they are recognised, or why they are not."""
    desk = desk_of(request)
    held = desk.files.held(key)
    return as_json(await desk.ask(lambda: described(desk, held), own=True))


@router.delete("/{key}", status_code=204, summary="Forget a file")
async def forget(request: Request, key: str) -> Response:
    """Remove a file from the server."""
    desk_of(request).files.drop(key)
    return Response(status_code=204)


def described(desk: Desk, held: Held) -> dict[str, Any]:
    """Return a file with its columns; a refusal to read it is part of the answer."""
    record: dict[str, Any] = {
        "schema": "costlaw.file/1", "source": f"{FILE}{held.key}", "name": held.name,
        "bytes": held.size, "metered": held.is_metered,
    }  # fmt: skip
    if held.is_metered:
        return record
    try:
        runs = desk.runs(View(source=f"{FILE}{held.key}"))
    except CostlawError as error:
        return {**record, "refused": refusal_of(error).to_dict()["error"]}
    return {
        **record,
        "runs": len(runs),
        "data_digest": runs.digest,
        "columns": [vars(choice) for choice in runs.choices],
        "notes": list(runs.notes),
    }
