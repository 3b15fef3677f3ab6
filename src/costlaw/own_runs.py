"""The verbs for one's own runs: ``compare`` every law, ``allocate`` a budget.

They bring intake, fitting, costs and forecasting together with the defaults of the command line,
which calls the same two functions. No formula lives here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from costlaw.costs import Site, preset, price
from costlaw.exceptions import OptionError
from costlaw.fitting.own import Comparison, compare_laws, fit_law
from costlaw.forecasting import Allocation, allocate_runs
from costlaw.intake import evidence_of
from costlaw.laws import Law
from costlaw.runs.checkpoints import own_apart
from costlaw.units import parse_compute, parse_count, parse_money
from costlaw.verbs import target_of


def compare(
    source: Any,
    error: float | str | None = None,
    *,
    laws: Sequence[str | Law] = (),
    along: str | None = None,
    **reading: Any,
) -> Comparison:
    """Set every law side by side on one's own runs: back-test, criteria, forecast, verdict.

    Parameters
    ----------
    source : str, Path, Runs, list of Run, or dataframe
        The evidence; at least 3 distinct amounts of a resource.
    error : float or str, optional
        Target to invert each law at: a fraction, a percentage, or a loss.
    laws : sequence of str or Law
        Laws to compare; all of one input, and the calibrated pool, if left out.
    along : str, optional
        Resource, such as ``examples``; compute [FLOP] where it is stated.
    **reading
        As for :func:`fit`.

    Returns
    -------
    Comparison

    Raises
    ------
    EvidenceError
        If the runs carry no law at all.

    Source
    ------
    Each law names its paper (``costlaw.laws``); the back-test follows arXiv 2209.06640.

    Examples
    --------
    >>> rows = [{"name": str(c), "error": 0.05 + 40 * (10.0**c) ** -0.13, "compute_flop": 10.0**c}
    ...         for c in range(15, 23)]
    >>> compare(rows, 0.06, laws=["power", "power-irreducible"]).best.law
    'power-irreducible'
    """
    runs = own_apart(evidence_of(source, **reading))
    target = None if error is None else target_of(runs, error)
    return compare_laws(runs, error=target, laws=laws, along=along)


def allocate(
    source: Any,
    *,
    compute: float | str | None = None,
    budget: float | str | None = None,
    site: str | Site = "today",
    law: str = "joint",
    distinct: float | str | None = None,
    parameters_as: str = "stated",
    huber: float | None = None,
    **reading: Any,
) -> Allocation:
    """Say the best parameters and examples for a budget, from a joint law of one's own runs.

    Parameters
    ----------
    source : str, Path, Runs, list of Run, or dataframe
        Runs that state parameters and examples; ``chinchilla`` for the 240 published points.
    compute : float or str, optional
        Budget [FLOP], such as ``"1e24 FLOP"``; either this or ``budget``.
    budget : float or str, optional
        Budget [USD], turned into compute at the site.
    site : str or Site
        Where it is paid for.
    law : str
        ``joint`` or ``joint-repeated`` (examples that run out).
    distinct : float or str, optional
        Distinct examples that exist; with ``joint-repeated``.
    parameters_as, huber
        As for :func:`fit`.
    **reading
        As for :func:`fit`.

    Returns
    -------
    Allocation

    Raises
    ------
    OptionError
        If neither or both budgets are given, or one is impossible.
    EvidenceError
        If the runs do not carry a joint law.

    Source
    ------
    Hoffmann et al. 2022, arXiv 2203.15556, equation 4.

    Examples
    --------
    >>> best = allocate("chinchilla", compute=5.76e23, huber=1e-3)
    >>> f"{best.parameters.value:.2g} parameters, {best.examples.value:.2g} tokens"
    '7.3e+10 parameters, 1.3e+12 tokens'
    """
    place = preset(site) if isinstance(site, str) else site
    if (compute is None) == (budget is None):
        raise OptionError("expected either compute (FLOP) or budget (USD): --compute or --budget.")
    if source == "chinchilla":
        from costlaw.fitting.joint.reference import usual_runs

        runs = usual_runs()
    else:
        runs = own_apart(evidence_of(source, **reading))
    flop = compute_of_budget(budget, place) if compute is None else parse_compute(compute)
    fitted = fit_law(runs, law, convention=parameters_as, huber=huber)
    return allocate_runs(
        fitted, flop, site=place,
        distinct=None if distinct is None else parse_count(distinct),
        refit=lambda convention: fit_law(runs, law, convention=convention, huber=huber),
    )  # fmt: skip


def compute_of_budget(budget: float | str | None, site: Site) -> float:
    """Return the compute [FLOP] that a budget [USD] buys at a site: cost is linear in compute."""
    unit = 1e20
    if isinstance(budget, str) and budget.upper().rstrip("S").endswith("FLOP"):
        raise OptionError(
            f'budget = "{budget}" is an amount of compute: expected dollars. Name it as such: '
            f'--compute "{budget}".'
        )
    return unit * parse_money(budget or 0.0) / price(unit, site).usd.value
