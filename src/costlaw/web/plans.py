"""A plan, asked as the command line asks it.

One idea: the page, the API and the table ask through this one function.
"""

from __future__ import annotations

from datetime import date

from costlaw.lifecycle import Strategy, default_strategies, strategy_of
from costlaw.planning import Plan, site_of, wish_of
from costlaw.verbs import plan
from costlaw.web.api.queries import PlanQuery
from costlaw.web.desk import Desk


def answer_plan(desk: Desk, query: PlanQuery) -> Plan:
    """Return what ``costlaw plan`` answers.

    Raises
    ------
    CostlawError
        As the command line refuses.
    """
    wish = wish_of(
        budget=query.budget or None, deadline=query.deadline or None, chance=query.chance,
        width=query.width, uses=query.uses or None, per_use=query.per_use or None,
        years=query.years,
    )  # fmt: skip
    view = query.view(error=query.error or "5%")
    runs = desk.runs(view)
    key = ("plan", runs.digest, runs.origin, query.model_dump_json(), date.today())
    return desk.kept(key, lambda: plan(
        runs, query.error or None, wish=wish, sites=[site_of(name) for name in _names(query.at)],
        strategies=_strategies(query.strategy), law=query.law or None, estimand=view.estimand,
        **view.place(),
    ))  # fmt: skip


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _strategies(text: str) -> list[Strategy] | None:
    names = _names(text)
    if "none" in names:
        return []
    if not names:
        return None
    known = default_strategies()
    return list(known) if "all" in names else [strategy_of(name, known) for name in names]
