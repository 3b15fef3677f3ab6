"""Pictures: which figure a page or a download shows, for a view, a width and a theme.

One idea: every chart of the page is a specification of ``figures``; here is only the choice of
which, with the addresses of the papers on its points. The same picture goes out as specification,
SVG, PNG or one offline HTML file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from costlaw.audit import audit, over_time
from costlaw.cards import cost, side_by_side
from costlaw.decomposition import decompose
from costlaw.exceptions import EvidenceError, UnknownName
from costlaw.figures import (
    break_even_figure,
    claim_figure,
    decomposition_figure,
    dominance_figure,
    figure_bytes,
    fit_figure,
    forecast_figure,
    growth_figure,
    link_points,
    live_forecast_figure,
    over_time_figure,
    parameters_figure,
)
from costlaw.literature import load, systems
from costlaw.units import parse_error
from costlaw.web.api.queries import PictureQuery
from costlaw.web.desk import Desk
from costlaw.web.lives import answer_life
from costlaw.web.refusals import plain_subject

Spec = dict[str, Any]
Maker = Callable[..., Spec]
NARROW = 374  # width of the picture for phones in an HTML file [px]


def _fit(desk: Desk, query: PictureQuery) -> tuple[Maker, Any]:
    return fit_figure, desk.fit(query.view())


def _forecast(desk: Desk, query: PictureQuery) -> tuple[Maker, Any]:
    return forecast_figure, desk.forecast(query.view())


def _live(desk: Desk, query: PictureQuery) -> tuple[Maker, Any]:
    return live_forecast_figure, desk.forecast(query.view())


def _over_time(desk: Desk, query: PictureQuery) -> tuple[Maker, Any]:
    edition = query.edition or "corrected"
    key = ("over-time", query.source, edition, query.error)
    found = desk.kept(
        key, lambda: over_time(query.source, parse_error(query.error), edition=edition)
    )
    return over_time_figure, found


def _parameters(_desk: Desk, _query: PictureQuery) -> tuple[Maker, Any]:
    return parameters_figure, systems()


def _claim(desk: Desk, query: PictureQuery) -> tuple[Maker, Any]:
    return claim_figure, desk.kept(("audit",), audit).claim(query.claim)


def _growth(desk: Desk, query: PictureQuery) -> tuple[Maker, Any]:
    key = ("pair", query.subject, query.vs)

    def make() -> Any:
        left, right = (cost(plain_subject(name)) for name in (query.subject, query.vs))
        return side_by_side(left, right)

    pair = desk.kept(key, make)
    if pair.growth is None:
        raise EvidenceError(f"no waterfall: {pair.missing}.")
    return growth_figure, pair.growth


def _decomposition(desk: Desk, query: PictureQuery) -> tuple[Maker, Any]:
    edition, measure = query.edition or "corrected", query.measure or "hardware-burden"
    key = ("decompose", query.source, edition, measure, "record")
    return decomposition_figure, desk.kept(
        key, lambda: decompose(query.source, edition, measure=measure)
    )


def _dominance(_desk: Desk, query: PictureQuery) -> tuple[Maker, Any]:
    asked = query.life().model_copy(update={"strategy": "", "map": True})
    return dominance_figure, answer_life(asked)


def _break_even(_desk: Desk, query: PictureQuery) -> tuple[Maker, Any]:
    return break_even_figure, answer_life(query.life())


KINDS: dict[str, Callable[[Desk, PictureQuery], tuple[Maker, Any]]] = {
    "break-even": _break_even,
    "claim": _claim,
    "decomposition": _decomposition,
    "dominance": _dominance,
    "fit": _fit,
    "forecast": _forecast,
    "growth": _growth,
    "live": _live,
    "over-time": _over_time,
    "parameters": _parameters,
}
FORMS = {
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "html": "text/html; charset=utf-8",
}


def specification(desk: Desk, kind: str, query: PictureQuery) -> Spec:
    """Return the Vega-Lite specification of a picture.

    Raises
    ------
    UnknownName
        If there is no such kind of picture.
    CostlawError
        As the verb behind it refuses.
    """
    if kind not in KINDS:
        raise UnknownName("picture", kind, KINDS)
    make, result = KINDS[kind](desk, query)
    return _linked(make(result, width=query.width, theme=query.theme), query)


def content(desk: Desk, kind: str, *, form: str, query: PictureQuery) -> bytes:
    """Return a picture as SVG, PNG, or one HTML file that works offline."""
    if form not in FORMS:
        raise UnknownName("form of a picture", form, FORMS)
    spec = specification(desk, kind, query)
    narrow = None
    if form == "html":
        narrow = specification(desk, kind, query.model_copy(update={"width": NARROW}))
    return figure_bytes(spec, f".{form}", narrow=narrow)


def _linked(spec: Spec, query: PictureQuery) -> Spec:
    """Return the picture with the addresses of published results on their points."""
    if query.own or "vconcat" not in spec:
        return spec
    try:
        found = load(query.source, query.edition or "corrected")
    except UnknownName:
        return spec
    return link_points(spec, {(one.network, one.error): one.url for one in found if one.url})
