"""The frame around every page: navigation, theme, what went wrong.

One idea: templates escape all they are given and have no way to say that a text is safe, so a name
out of data stays text wherever it goes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from costlaw.exceptions import CostlawError
from costlaw.figures import is_address
from costlaw.version import __version__
from costlaw.web import shelf
from costlaw.web.refusals import Refusal, refusal_of
from costlaw.web.views import View

NAVIGATION = (
    ("/explore", "Explore"),
    ("/plan", "Plan"),
    ("/report", "Report"),
    ("/compare", "Compare"),
    ("/lifecycle", "Lifecycle"),
    ("/runs", "Your runs"),
    ("/claims", "Claims"),
    ("/data", "Data"),
    ("/reading", "How to read this"),
)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("costlaw.web"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals.update(
        asset=shelf.address, navigation=NAVIGATION, version=__version__, is_address=is_address
    )
    made.filters["tied"] = lambda text: str(text).replace(" %", "\u00a0%")  # never "5" / "%"
    made.policies["urlize.rel"] = "noopener noreferrer"
    return made


def render(
    request: Request, template: str, *, title: str, status: int = 200, **context: Any
) -> HTMLResponse:
    """Return a page.

    Parameters
    ----------
    request : Request
        What was asked.
    template : str
        Name of the template.
    title : str
        Title of the page.
    status : int
        HTTP status.
    **context
        What the template shows.
    """
    here = request.url.path
    text = _templates().get_template(template).render(
        title=title, here="/explore" if here == "/" else here, **context
    )  # fmt: skip
    return HTMLResponse(text, status_code=status)


def view_of(request: Request) -> tuple[View, Refusal | None]:
    """Return the view of an address; one that cannot be read gives the usual view, and why."""
    try:
        return View.read(request.query_params), None
    except CostlawError as error:
        return View(), refusal_of(error)
