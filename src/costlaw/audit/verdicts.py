"""One rule: what a number of ours says about a number that was stated.

``holds exactly``, ``within its order``, ``only under recipe X``, ``not reproducible`` or
``no source``. All recipes of a claim count: it holds exactly if every one of them agrees, only
under those that do if some do, within its order if none does and all are within a factor of ten.
The verdict follows from the stated value, ours, the rule and its tolerance, and from nothing else:
change an input and it flips. This module computes no number of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from costlaw.exceptions import OptionError
from costlaw.units import format_percent

HOLDS, ORDER, ONLY = "holds exactly", "within its order", "only under recipe"
NOT, NO_SOURCE = "not reproducible", "no source"
RULES = ("value", "at-least", "at-least-near", "at-most", "order", "year", "text")
NEAR = 0.1  # "at least the ninth power" reads as 9 and not as 13.6: a tenth above at most


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How a number is held against a stated one.

    Parameters
    ----------
    kind : str
        One of ``RULES``.
    tolerance : float
        Relative for ``value`` and the ``at-…`` kinds, dex for ``order``, years for ``year``.
    """

    kind: str
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in RULES:
            raise OptionError(f'rule "{self.kind}": expected one of {", ".join(RULES)}.')

    def holds(self, stated: float, ours: float) -> bool:
        """Whether ours agrees with the stated value within the tolerance.

        Examples
        --------
        >>> Rule(kind="value", tolerance=0.1).holds(6.0, 6.03)
        True
        >>> Rule(kind="at-least", tolerance=0.05).holds(1000.0, 700.0)
        False
        """
        if not math.isfinite(ours):
            return self.kind == "at-least" and ours > 0
        if self.kind == "year":
            return abs(ours - stated) <= self.tolerance
        if self.kind == "order":
            return ours > 0 and math.floor(math.log10(ours)) == math.floor(math.log10(stated))
        if self.kind == "at-least":
            return ours >= stated * (1 - self.tolerance)
        if self.kind == "at-least-near":
            return stated * (1 - self.tolerance) <= ours <= stated * (1 + NEAR)
        if self.kind == "at-most":
            return ours <= stated * (1 + self.tolerance)
        return abs(ours - stated) <= self.tolerance * abs(stated)

    def __str__(self) -> str:
        """Say what is asked for a claim to hold.

        Examples
        --------
        >>> str(Rule(kind="value", tolerance=0.1)), str(Rule(kind="order", tolerance=1))
        ('within 10 %', 'same power of ten')
        """
        share = format_percent(self.tolerance)
        return {
            "value": f"within {share}", "order": "same power of ten", "text": "in words",
            "at-least": f"at least, less {share}" if self.tolerance else "at least",
            "at-most": f"at most, plus {share}" if self.tolerance else "at most",
            "at-least-near": f"from {share} below to {format_percent(NEAR)} above",
            "year": f"years off at most {self.tolerance:g}",
        }[self.kind]  # fmt: skip

    def near(self, stated: float, ours: float) -> bool:
        """Whether ours is within a factor of ten of the stated value; never for exponents."""
        if self.kind not in {"value", "order"} or not (ours > 0 and stated > 0):
            return False
        return abs(math.log10(ours / stated)) < 1.0


def verdict(
    stated: float | None, ours: Mapping[str, float], rule: Rule, *, ordered: bool = True
) -> str:
    """Return the verdict on a claim.

    Parameters
    ----------
    stated : float or None
        The stated number; None for a claim that is no number.
    ours : Mapping of str to float
        Our number by recipe; the first recipe is the plain reading of the claim, the others are
        readings that it leaves open.
    rule : Rule
        How to compare.
    ordered : bool
        Whether "within its order" means something here (not for counts, years and exponents).

    Returns
    -------
    str
        One of the five verdicts; the third names the recipes that do hold.

    Examples
    --------
    >>> verdict(6.0, {"rates": 6.03}, Rule(kind="value", tolerance=0.1))
    'holds exactly'
    >>> verdict(9.0, {"plain": 13.6, "two points": 9.3}, Rule(kind="at-least-near", tolerance=0.05))
    'only under recipe two points'
    """
    if stated is None or not ours:
        return NO_SOURCE
    held = [name for name, value in ours.items() if rule.holds(stated, value)]
    if len(held) == len(ours):
        return HOLDS
    if held:
        return f"{ONLY} {', '.join(held)}"
    if ordered and all(rule.near(stated, value) for value in ours.values()):
        return ORDER
    return NOT
