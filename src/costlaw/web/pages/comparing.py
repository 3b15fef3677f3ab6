"""Compare: two systems side by side, then and today, and why compute and error moved.

One idea: the exact part (chips × count × time) and the uncertain part (money, energy, carbon) stand
in one table, and the decomposition of the whole benchmark beneath.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from costlaw.cards import Card, Pair, cost, side_by_side
from costlaw.costs import Choice, Cost
from costlaw.decomposition import decompose
from costlaw.exceptions import CostlawError
from costlaw.literature import systems
from costlaw.units import format_number, format_quantity
from costlaw.web.api.queries import CostQuery
from costlaw.web.card_rows import QUANTITIES, interval_words
from costlaw.web.desk import Desk
from costlaw.web.pages.layout import render
from costlaw.web.refusals import Refusal, plain_subject, refusal_of

router = APIRouter(include_in_schema=False)
ROWS = (("compute", "Compute"), *QUANTITIES)


@router.get("/compare")
async def compare(request: Request) -> Response:
    """Show two cards and the growth between them."""
    desk: Desk = request.app.state.desk
    asked = {name: request.query_params.get(name, usual).strip()[:300] for name, usual in (
        ("subject", "AlexNet"), ("vs", "NASNet-A"), ("chip", ""), ("region", ""),
        ("benchmark", "imagenet"),
    )}  # fmt: skip
    pair: Pair | None = None
    refusal: Refusal | None = None
    which = "subject"
    try:
        left = await desk.ask(lambda: _card(desk, asked["subject"], asked))
        which = "vs"
        right = await desk.ask(lambda: _card(desk, asked["vs"], asked))
        pair = side_by_side(left, right)
    except CostlawError as error:
        refusal = refusal_of(error)
    found, why = await _decomposed(desk, asked["benchmark"])
    field = refusal.field if refusal else ""
    return render(
        request, "compare.html", title="Compare", asked=asked, pair=pair, refusal=refusal,
        refused_field=which if field in {"", "subject", "source", "error"} and refusal else field,
        rows=_rows(pair) if pair else [], cards=_cards(pair) if pair else [],
        status=200 if refusal is None else refusal.status, names=_names(),
        growth=str(pair.growth) if pair and pair.growth else "", found=found, why=why,
        api=CostQuery(subject=asked["subject"], vs=asked["vs"]),
    )  # fmt: skip


def _card(desk: Desk, subject: str, asked: dict[str, str]) -> Card:
    about: Any = plain_subject(subject)
    if subject.startswith("file:"):
        about = desk.files.subject(desk.files.held(subject.removeprefix("file:")))
    key = ("card", subject, asked["chip"], asked["region"])
    return desk.kept(key, lambda: cost(about, chip=asked["chip"] or None,
                                       choice=Choice(region=asked["region"] or None)))  # fmt: skip


async def _decomposed(desk: Desk, name: str) -> tuple[Any, str]:
    def answer() -> tuple[Any, str]:
        try:
            return decompose(name), ""
        except CostlawError as error:
            return None, refusal_of(error).message

    return await desk.ask(lambda: desk.kept(("decomposed", name), answer))


def _rows(pair: Pair) -> list[dict[str, str]]:
    """Return the quantities of both at today's prices, with their ratio."""
    rows = []
    left, right, ratios = pair.before.today, pair.after.today, pair.ratios
    for key, label in QUANTITIES:
        a, b, ratio = left.quantities[key], right.quantities[key], ratios[key]
        low, high = ratio.interval(0.9)
        rows.append({
            "label": label, "left": format_quantity(a.value, a.unit),
            "left_range": interval_words(a),
            "right": format_quantity(b.value, b.unit), "right_range": interval_words(b),
            "ratio": f"×{format_number(ratio.value)}",
            "ratio_range": f"{format_number(low)} to {format_number(high)}",
        })  # fmt: skip
    return rows


def _cards(pair: Pair) -> list[dict[str, Any]]:
    return [_told(card) for card in (pair.before, pair.after)]


def _told(card: Card) -> dict[str, Any]:
    held, compute = card.subject.capacity, card.subject.compute
    hardware = "not stated"
    if held:
        days = held.duration_s / 86400
        hardware = f"{held.count:,.6g} × {held.chip}, {days:.3g} days"
    bills = (("rented", card.rented), ("owned", card.owned))
    return {
        "name": card.subject.name, "date": card.subject.date[:4], "hardware": hardware,
        "compute": format_quantity(compute.value, "FLOP"), "range": interval_words(compute),
        "how": card.subject.compute_how,
        "then": [_then(name, bill) for name, bill in bills if bill],
        "published": [f"{item.quantity.replace('_', ' ')}: {item}" for item in card.published],
        "like": [str(item) for item in card.equivalents[:2]], "notes": card.notes,
    }  # fmt: skip


def _then(name: str, bill: Cost) -> str:
    money = format_quantity(bill.usd.value, "USD")
    return f"{money} {name} ({interval_words(bill.usd)}), dollars of {bill.usd_year}"


def _names() -> list[str]:
    """Return the systems that can be put side by side: chips, number and time are stated."""
    return sorted({one.name for one in systems() if one.chip and one.chip_count and one.duration_s})
