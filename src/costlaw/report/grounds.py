"""The rest of a memo: evidence, sensitivities, claims, sources, and how it was made."""

from __future__ import annotations

import math
import platform
from collections import Counter
from typing import Any

from costlaw.audit import audit
from costlaw.costs import preset, price
from costlaw.exceptions import CostlawError
from costlaw.fitting.own import fit_law
from costlaw.fitting.scatter import Fit
from costlaw.forecasting import Forecast, place_for
from costlaw.forecasting.pooled import PooledFit
from costlaw.report.answers import ends, flop_of, shown
from costlaw.report.blocks import Block, Bullets, Code, Link, Links, Paragraph, Section, Table
from costlaw.units import format_number, format_percent, format_quantity, format_range
from costlaw.version import __version__

PRESETS = ("today", "article-2021", "authors-2022")
FOLLOWS = {"usd": "money", "energy_kwh": "energy", "co2e_kg": "carbon"}


def _quality(fit: Any) -> str:
    """Return how well a scatter's line fits; of a series the back-test says it in its own row."""
    return "" if isinstance(fit, PooledFit) else f"; {fit.quality}"


def evidence(forecast: Forecast) -> Section:
    """Return what the answer rests on: runs, law, back-test."""
    fit, check = forecast.fit, forecast.backtest
    points = fit.evidence
    best = float(points.error.min())
    rows = [
        ("runs", f"{fit.n} ({fit.edition}, {fit.measure})"),
        ("compute of the runs", format_range(10 ** points.x.min(), 10 ** points.x.max(), "FLOP")),
        ("best error", format_percent(best, 3) if fit.benchmark.is_fraction else f"{best:.4g}"),
        ("what the error is", f"{fit.benchmark.error_definition}; {fit.benchmark.metric}"),
        ("law", f"{fit.law}, {fit.estimand}{_quality(fit)}"),
        *_exponent(fit),
        ("reach", f"{forecast.answer.reach_dex:+.2f} dex past the largest run"),
        ("back-test", _tested(check)),
        ("one run left out", _range(forecast.answer.leave_one_out)),
        ("one cluster left out", _range(forecast.answer.leave_one_cluster_out)),
    ]
    blocks: list[Block] = [Table(head=("what", "value"), rows=tuple(rows))]
    elsewhere = {*forecast.benchmark.caveats, *forecast.site.caveats}  # said in their own sections
    notes = tuple(note for note in forecast.notes if note not in elsewhere)
    if notes:
        blocks.append(Bullets(items=notes))
    return Section(title="Evidence", blocks=tuple(blocks))


def _exponent(fit: Any) -> list[tuple[str, str]]:
    found = fit.cost_exponent_interval(0.9) if isinstance(fit, Fit) else None
    if found is None or fit.cost_exponent is None:
        return [("cost exponent", "none: this law has no single one")]
    low, high = found
    top = f"{high:.3g}" if math.isfinite(high) else "unbounded"
    return [("cost exponent", f"{fit.cost_exponent:.3g} (90 %: {low:.3g} to {top}): compute "
             "grows as the error's improvement to this power")]  # fmt: skip


def _tested(check: Any) -> str:
    coverage = check.coverage(0.9)
    if coverage is None:
        return str(getattr(check, "sentence", "too few runs to hide any"))
    told = check.to_dict()
    return (
        f"{told['hidden']} hidden runs forecast from {told['origins']} origins; "
        f"{format_percent(coverage)} in their 90 % interval; held up to "
        f"{check.backtested_reach_dex:.1f} dex"
    )


def _range(found: tuple[float, float]) -> str:
    low, high = found
    return (
        format_range(flop_of(low), flop_of(high), "FLOP") if math.isfinite(low) else "not available"
    )


def sensitivities(forecast: Forecast) -> Section:
    """Return what moves the answer: shares of the width, other recipes, other sites."""
    names = sorted({name for parts in forecast.shares.values() for name in parts},
                   key=lambda name: -forecast.shares["usd"].get(name, 0.0))  # fmt: skip
    shares = tuple(
        (name, *(_share(forecast.shares[quantity].get(name)) for quantity in FOLLOWS))
        for name in names
        if any(forecast.shares[q].get(name, 0.0) >= 0.0005 for q in FOLLOWS)
    )
    recipes = tuple(
        (f"{r.law}, {r.estimand}", format_quantity(flop_of(r.log10_flop), "FLOP"),
         format_range(flop_of(r.low), flop_of(r.high), "FLOP"), "")
        if r.log10_flop is not None
        else (f"{r.law}, {r.estimand}", "no number", "", r.refused)
        for r in forecast.recipes
    )  # fmt: skip
    return Section(
        title="What to argue about",
        blocks=(
            Table(head=("cause", *FOLLOWS.values()), rows=shares,
                  caption="Share of the width of each quantity that comes from each cause."),
            Table(head=("law and estimand", "compute", "90 %", "why not"), rows=recipes,
                  caption="The same question by every law and estimand."),
            _sites(forecast),
        ),
    )  # fmt: skip


def _share(value: float | None) -> str:
    return "" if value is None else format_percent(value)


def _sites(forecast: Forecast) -> Table:
    others = (preset(name) for name in PRESETS if name != forecast.site.name)
    elsewhere = [place_for(forecast.runs, site) for site in others]
    rows = []
    for site in (forecast.site, *elsewhere):
        bill = price(forecast.compute, site)
        rows.append((site.name, site.title, shown(bill.usd), ends(bill.usd, 0.9),
                     shown(bill.energy_kwh), shown(bill.co2e_kg)))  # fmt: skip
    return Table(head=("site", "what it is", "money", "90 %", "energy", "carbon"),
                 rows=tuple(rows), caption="The same compute paid for elsewhere.")  # fmt: skip


def inputs(forecast: Forecast) -> Section:
    """Return what the site assumes."""
    rows = tuple(
        (name, f"{format_number(part.value, 3)} {part.unit}".strip(),
         " to ".join(format_number(end, 3) for end in part.interval(0.9)))
        for name, part in forecast.site.inputs.items()
    )  # fmt: skip
    blocks: list[Block] = [Table(head=("input", "value", "90 %"), rows=rows)]
    if forecast.site.caveats:
        blocks.append(Bullets(items=tuple(forecast.site.caveats)))
    return Section(title="What the price assumes", blocks=tuple(blocks))


def checks(fit: Any, beside: str) -> Section | None:
    """Return what was looked for in the fit, found or not; None where no law can be fitted."""
    if fit is None:
        return None
    words = {True: "look at this", False: "in order", None: "could not be checked"}
    rows = tuple((words[one.flagged], one.sentence) for one in fit.diagnostics)
    table = Table(head=("finding", "what"), rows=rows, caption=beside)
    return Section(title="What was checked", blocks=(table,))


def fitted(forecast: Forecast) -> tuple[Any, str]:
    """Return the fit that can be checked, and which it is where it is not the answer's own.

    The pool has no coefficients; the law with an irreducible error is fitted beside it to the same
    runs, so that they are looked at all the same.
    """
    if hasattr(forecast.fit, "checklist"):
        return forecast.fit, ""
    try:
        law = fit_law(forecast.runs, "power-irreducible")
    except CostlawError:
        return None, ""
    return law, "Of the power law with irreducible error, fitted beside the pool to the same runs."


def checklist(fit: Any, beside: str) -> Section | None:
    """Return the reporting checklist, filled in as far as the runs say; None without a fit."""
    if fit is None:
        return None
    told = fit.checklist.to_dict()
    rows = tuple((item["question"], item["answer"] or "(blank: write it down)")
                 for item in told["items"])  # fmt: skip
    blanks = len(told["blanks"])
    return Section(
        title="Checklist",
        blocks=(
            Table(head=("question", "answer"), rows=rows,
                  caption=f"The reporting checklist of {told['source']['title']} "
                  f"({told['source']['year']}), in our words. {len(rows) - blanks} of {len(rows)} "
                  f"filled in; the rest only the people who trained can say. {beside}".rstrip()),
        ),
    )  # fmt: skip


def claims(forecast: Forecast) -> Section | None:
    """Return the article's claims on this benchmark with their verdicts; None for own runs."""
    name = forecast.benchmark.name
    if name == "own runs":
        return None
    found = audit()
    words = {name.casefold(), forecast.benchmark.title.split(" ", 1)[0].casefold()}
    near = [c for c in found.claims if any(w in f"{c.name} {c.text}".casefold() for w in words)]
    counts = Counter(claim.verdict for claim in found.claims)
    summary = ", ".join(f"{verdict} {count}" for verdict, count in counts.most_common())
    rows = tuple(
        (c.text, _stated(c.stated, c.unit), ", ".join(
            f"{_stated(v, c.unit)}" for v in list(c.ours.values())[:1]) or "none", c.verdict)
        for c in near
    )  # fmt: skip
    blocks: list[Block] = [
        Paragraph(text=f"Of {len(found.claims)} claims of the article and its paper: {summary}.")
    ]
    if rows:
        blocks.append(Table(head=("claim", "stated", "ours", "verdict"), rows=rows,
                            caption="Those that name it; verdicts by one rule."))  # fmt: skip
    return Section(title="Claims held against data", blocks=tuple(blocks))


def _stated(value: float | None, unit: str) -> str:
    if value is None:
        return "no number"
    return f"{value:.0f}" if unit == "year" else f"{format_number(value, 3)} {unit}"


def sources(forecast: Forecast) -> Section:
    """Return every source, numbered."""
    items = tuple(Link(text=source.cite(), url=source.url) for source in forecast.sources)
    return Section(title="Sources", blocks=(Links(items=items),))


def made(forecast: Forecast, *, command: str, when: str) -> Section:
    """Return how the memo was made, so that it can be made again."""
    rows = (
        ("costlaw", __version__),
        ("Python", platform.python_version()),
        ("digest of the runs", forecast.fit.digest),
        ("digest of prices and grids", str(forecast.cost.to_dict()["data_digest"])),
        ("made on", when),
        ("compute named", f"{shown(forecast.compute)} at {forecast.shown_error}"),
    )
    blocks: list[Block] = [Table(head=("what", "value"), rows=rows)]
    if command:
        blocks.append(Code(text=command))
    return Section(title="How this was made", blocks=tuple(blocks))
