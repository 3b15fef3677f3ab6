"""The same question asked in every way: the spread across estimands and laws.

On published results the recipe moves the answer by orders of magnitude, more than any interval of
one recipe says; so all of them stand side by side, refusals included. No recipe is chosen here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from costlaw.exceptions import CostlawError
from costlaw.fitting.scatter.answer import compute_for_error
from costlaw.fitting.scatter.fit import SCATTER_LAWS, fit_scatter
from costlaw.runs import Runs

# questions of the same population; the structural line answers another one, by an assumed error
RECIPES = ("error-on-compute", "compute-on-error", "reduced-major-axis", "frontier", "fixed-year")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One law and estimand, and its answer.

    Parameters
    ----------
    law, estimand : str
        The recipe.
    log10_flop, low, high : float or None
        Point answer and 90 % interval of the law [log10 FLOP]; ``high`` None: unbounded.
    cost_exponent : float or None
        Of the power law.
    refused : str
        Why there is no answer; empty if there is one.
    """

    law: str
    estimand: str
    log10_flop: float | None = None
    low: float | None = None
    high: float | None = None
    cost_exponent: float | None = None
    refused: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return dict(vars(self))


def compare_recipes(
    runs: Runs, error: float, *, column: str = "compute_flop", edition: str = ""
) -> tuple[Recipe, ...]:
    """Answer one question by every law and estimand.

    Parameters
    ----------
    runs : Runs
        The evidence.
    error : float
        Target [the benchmark's unit].
    column : str
        Column of compute [FLOP].
    edition : str
        Label of the corpus edition.

    Returns
    -------
    tuple of Recipe
        In a fixed order; refusals carry their reason.
    """
    rows = []
    for law in SCATTER_LAWS if runs.benchmark.is_fraction else SCATTER_LAWS[:1]:
        for estimand in RECIPES:
            try:
                fit = fit_scatter(runs, column=column, law=law, estimand=estimand, edition=edition)
                answer = compute_for_error(fit, error, leave_out=False)
            except CostlawError as refusal:
                rows.append(Recipe(law=law, estimand=estimand, refused=str(refusal)))
                continue
            low, high = answer.law.interval(0.9)
            rows.append(Recipe(
                law=law, estimand=estimand, log10_flop=answer.point_log10,
                low=low, high=high if np.isfinite(high) else None,
                cost_exponent=fit.cost_exponent,
            ))  # fmt: skip
    return tuple(rows)
