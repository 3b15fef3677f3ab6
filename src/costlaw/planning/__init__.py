"""Planning: a target error or a budget as a priced and ranked table of choices, and what to do.

``plan_for_error`` and ``plan_for_budget`` make a ``Plan``; ``next_point``, ``affordable`` and
``ladder`` answer their own questions. It runs nothing and fits nothing: a plan reads a forecast.
"""

from costlaw.planning.advice import Advice
from costlaw.planning.affordable import Affordable, affordable
from costlaw.planning.asking import wish_of
from costlaw.planning.card import best_of_each_site
from costlaw.planning.choices import CHANCES, Use, choices_for_budget, choices_for_error
from costlaw.planning.ladder import Ladder, Rung, ladder
from costlaw.planning.next_point import NextPoint, next_point
from costlaw.planning.option import Option
from costlaw.planning.plan import Plan, Wish, plan_for_budget, plan_for_error
from costlaw.planning.reading import best_error, compute_for, error_after
from costlaw.planning.sites import default_sites, site_of

__all__ = [
    "CHANCES",
    "Advice",
    "Affordable",
    "Ladder",
    "NextPoint",
    "Option",
    "Plan",
    "Rung",
    "Use",
    "Wish",
    "affordable",
    "best_error",
    "best_of_each_site",
    "choices_for_budget",
    "choices_for_error",
    "compute_for",
    "default_sites",
    "error_after",
    "ladder",
    "next_point",
    "plan_for_budget",
    "plan_for_error",
    "site_of",
    "wish_of",
]
