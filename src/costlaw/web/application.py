"""The application: addresses, guards, and the desk behind them.

One idea: pages and API share one desk, so that both show one result. Nothing starts or reads a file
when this is imported.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from costlaw.exceptions import CostlawError
from costlaw.version import __version__
from costlaw.web import shelf
from costlaw.web.api import answering, handed_in, verbs
from costlaw.web.api import pictures as api_pictures
from costlaw.web.desk import Desk, Limits
from costlaw.web.files import Files
from costlaw.web.guards import App, Guard
from costlaw.web.pages import (
    claims,
    comparing,
    corpus,
    described,
    explore,
    lives,
    own,
    planned,
    reading,
    reported,
)


def create_app(
    guard: Guard | None = None, *, offered: Iterable[str] = (), limits: Limits | None = None
) -> App:
    """Return the application behind its guard.

    Parameters
    ----------
    guard : Guard, optional
        Who may ask; loopback without a token by default.
    offered : iterable of str
        Files and stores of this machine that "Your runs" offers.
    limits : Limits, optional
        How much the server takes on.

    Returns
    -------
    callable
        An ASGI application.
    """
    stores = tuple(offered)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        if app.state.desk.is_closed:  # the same application is started again
            app.state.desk = Desk(Files(stores), limits)
        yield
        app.state.desk.close()

    app = FastAPI(
        title="costlaw", version=__version__, lifespan=living, docs_url=None, redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        description="What does the next point of accuracy cost, and is there a cheaper way?",
    )  # fmt: skip
    app.state.desk = Desk(Files(stores), limits)
    shown = (explore, planned, reported, comparing, lives, own, claims, corpus, reading, described)
    for room in (verbs, api_pictures, handed_in, *shown):
        app.include_router(room.router)
    app.add_api_route("/static/{edition}/{name}", _static, include_in_schema=False)
    app.add_exception_handler(CostlawError, answering.on_costlaw_error)
    app.add_exception_handler(RequestValidationError, answering.on_validation_error)
    app.add_exception_handler(HTTPException, answering.on_http_error)
    app.add_middleware(GZipMiddleware, minimum_size=800, compresslevel=6)
    return (guard or Guard()).around(app)


async def _static(request: Request, edition: str, name: str) -> Response:
    """Send a file of the shelf; an address of this edition is kept for ever."""
    desk: Desk = request.app.state.desk
    item = shelf.item(name) if name != shelf.BUNDLE else await desk.ask(lambda: shelf.item(name))
    answer = Response(item.packed, media_type=item.kind)
    answer.headers["content-encoding"] = "gzip"
    kept = edition == shelf.edition()
    answer.headers["cache-control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
    return answer
