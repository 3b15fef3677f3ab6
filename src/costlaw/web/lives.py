"""A service life, asked as the command line asks it: one life, a map, or strategies.

One idea: the page, the API and the pictures ask through this one function.
"""

from __future__ import annotations

from typing import Any

from costlaw.costs import Choice, Site, preset, site_for
from costlaw.exceptions import OptionError
from costlaw.hardware import likely_chip
from costlaw.lifecycle import (
    Strategy,
    at_equal_error,
    compare_strategies,
    default_strategies,
    dominance_map,
    lifecycle_of,
    serving,
    strategy_of,
)
from costlaw.verbs import sizing_of, workload_of
from costlaw.web.api.queries import LifeQuery
from costlaw.web.refusals import plain_subject


def answer_life(query: LifeQuery) -> Any:
    """Return what ``costlaw lifecycle`` answers.

    Raises
    ------
    CostlawError
        As the command line refuses.
    """
    plain_subject(query.subject)
    years = query.years or "3"
    workload = workload_of(
        query.subject, uses=query.uses, years=years, retrain=query.retrain or None,
        per_use=query.per_use or None,
    )  # fmt: skip
    site = _site(query)
    runs_at = serving(site, None)
    chosen = _strategies(query)
    life = lifecycle_of(workload, site=site, serving_site=runs_at)
    if chosen:
        return compare_strategies(workload, chosen, site=site, serving_site=runs_at,
                                  currency=query.currency)  # fmt: skip
    if query.map:
        return dominance_map(life, query.currency)
    return sizing_of(query.subject, uses=query.uses, years=years) or life


def _site(query: LifeQuery) -> Site:
    if query.site:
        if query.chip or query.region:
            raise OptionError("--site is a whole site: leave out --chip, --region and the rest.")
        return preset(query.site)
    chip, _note = likely_chip(query.chip or "H100 SXM")
    return site_for(chip, Choice(region=query.region or None))


def _strategies(query: LifeQuery) -> list[Strategy]:
    names = [name.strip() for name in query.strategy.split(",") if name.strip()]
    if not names and query.equal_error is None:
        return []
    known = default_strategies()
    chosen = list(known) if not names or "all" in names else [
        strategy_of(name, known) for name in names
    ]  # fmt: skip
    exponent = query.equal_error
    return chosen if exponent is None else [at_equal_error(item, exponent) for item in chosen]
