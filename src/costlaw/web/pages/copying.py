"""What can be taken away from a view: snippets, commands, citation, addresses of files.

One idea: a number that is quoted can be made again, by address, by Python, by command line; the
citation carries version and digest of the data.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from costlaw.forecasting import Forecast
from costlaw.version import __version__
from costlaw.web.views import View

ARTICLE = (
    "After N. C. Thompson, K. Greenewald, K. Lee, G. F. Manso (2021), Deep Learning's Diminishing "
    "Returns, IEEE Spectrum, and The Computational Limits of Deep Learning, arXiv:2007.05558."
)


@dataclass(frozen=True, kw_only=True)
class Takeaway:
    """What a view can be taken away as.

    Parameters
    ----------
    python, command, citation : str
        Texts to copy.
    address : str
        Path and query that restore the view, every choice stated.
    files : tuple of (str, str)
        Name of a form and address of the file.
    """

    python: str
    command: str
    citation: str
    address: str
    files: tuple[tuple[str, str], ...]


def takeaway(view: View, forecast: Forecast, *, name: str) -> Takeaway:
    """Return what a forecast can be taken away as.

    Parameters
    ----------
    view : View
        What is shown.
    forecast : Forecast
        Its answer.
    name : str
        How a person calls the source: a benchmark, or the name of the file.
    """
    stated = stated_options(view)
    arguments = "".join(f",\n    {key}={value!r}" for key, value in stated.items())
    command = command_words("forecast", view, name=name)
    columns = f",\n    columns={view.named_columns()!r}" if view.columns else ""
    query = view.query()
    return Takeaway(
        python=f"import costlaw\n\nanswer = costlaw.forecast(\n    {name!r}, {view.error!r}"
               f"{arguments}{columns},\n)\nprint(answer)\n",
        command=shlex.join(command),
        citation=citation(forecast),
        address=f"/explore?{query}",
        files=(
            ("SVG", f"/api/v1/pictures/forecast.svg?{without_version(query)}"),
            ("PNG", f"/api/v1/pictures/forecast.png?{without_version(query)}"),
            ("HTML, works offline", f"/api/v1/pictures/forecast.html?{without_version(query)}"),
            ("CSV", f"/api/v1/forecast.csv?{without_version(query)}"),
            ("JSON", f"/api/v1/forecast?{without_version(query)}"),
        ),
    )  # fmt: skip


def command_words(
    verb: str, view: View, *, name: str, more: tuple[str, ...] = ()
) -> list[str]:  # fmt: skip
    """Return the words of the command that asks what a view asks.

    Parameters
    ----------
    verb : str
        ``forecast`` or ``report``.
    view : View
        What is asked.
    name : str
        How a person calls the source: a benchmark, or the name of the file.
    more : tuple of str
        Options behind it.
    """
    options = [part for key, value in stated_options(view).items()
               for part in (f"--{key.replace('_', '-')}", value)]  # fmt: skip
    for pair in filter(None, view.columns.split(";")):
        options += ["--column", pair]
    return ["costlaw", verb, name, "--error", view.error, *options, *more]


def citation(forecast: Forecast) -> str:
    """Return how a forecast is cited: what was asked, of which data, by which version."""
    fit = forecast.fit
    return (
        f"costlaw {__version__}: {forecast.benchmark.title}, error {forecast.shown_error}, "
        f"{fit.law} law, {fit.estimand}, {fit.edition}, {fit.measure}, site {forecast.site.name}; "
        f"data digest {fit.digest}. {ARTICLE}"
    )


def stated_options(view: View) -> dict[str, str]:
    """Return the options of a view that differ from the defaults of the verbs."""
    usual = View()
    names = (
        "edition",
        "measure",
        "law",
        "estimand",
        "site",
        "chip",
        "region",
        "error_unit",
        "metric",
        "ran_on",
        "chips",
    )
    return {name: getattr(view, name) for name in names
            if getattr(view, name) != getattr(usual, name)}  # fmt: skip


def without_version(query: str) -> str:
    """Return a query of a page as the API takes it."""
    return "&".join(pair for pair in query.split("&") if not pair.startswith("v="))
