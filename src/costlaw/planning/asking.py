"""A wish as a person types it: amounts, dates and uses as text.

One idea: the command line and the page ask with the same words and are refused with the same
sentences. Nothing is priced here.
"""

from __future__ import annotations

import math

from costlaw.exceptions import OptionError
from costlaw.planning.advice import ENOUGH
from costlaw.planning.choices import Use
from costlaw.planning.plan import Wish
from costlaw.units import parse_compute, parse_money, parse_uses


def wish_of(
    *,
    budget: str | None = None,
    deadline: str | None = None,
    chance: float = ENOUGH,
    width: float = 10.0,
    uses: str | None = None,
    per_use: str | None = None,
    years: float = 3.0,
) -> Wish:
    """Return what is asked of a plan.

    Parameters
    ----------
    budget : str, optional
        Dollars for the final run: ``$2 million``.
    deadline : str, optional
        ISO date.
    chance : float
        Chance of reaching the target that is enough (fraction).
    width : float
        The ladder stops where the 90 % interval of the compute spans this factor.
    uses, per_use : str, optional
        How often it will be used, and the operations of one use [FLOP].
    years : float
        Service life [year].

    Raises
    ------
    OptionError, UnitError
        If a text cannot be read, or the values are not ones to plan with.

    Examples
    --------
    >>> wish_of(budget="$2 million").budget
    2000000.0
    """
    if not 1 < width < 1e300:
        raise OptionError(f"--width {width:g}: expected a factor above 1, such as 10.")
    return Wish(
        budget=parse_money(budget) if budget is not None else None, deadline=deadline,
        chance=chance, width_dex=math.log10(width), use=_use(uses, per_use, years),
    )  # fmt: skip


def _use(uses: str | None, per_use: str | None, years: float) -> Use | None:
    if uses is None and per_use is None:
        return None
    if uses is None or per_use is None:
        raise OptionError(
            "--uses and --per-use belong together: how often, and what one use takes."
        )
    often, is_rate = parse_uses(uses)
    if not years > 0:
        raise OptionError(f"--years {years:g}: expected above 0.")
    return Use(per_use=parse_compute(per_use), uses_per_year=often if is_rate else often / years,
               years=years)  # fmt: skip
