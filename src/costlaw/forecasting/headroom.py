"""Headroom: how far practice is from theory, and what gain would bring a target within a budget.

The article's silver lining: to improve by a factor k, practice pays about k^9, theory only k^4.
From today's best run the same target is priced under both exponents; the ratio is the room that
better methods have. The gain that a budget needs is given in doublings of hardware, algorithms, or
both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from costlaw.exceptions import OptionError
from costlaw.units import format_number

THEORY_EXPONENT = 4.0  # Thompson et al. 2020, section 3: compute grows at least as k^4


@dataclass(frozen=True, kw_only=True)
class Headroom:
    """Practice against theory at one target.

    Parameters
    ----------
    best_run, best_error, best_compute_flop : str, float, float
        The run from which theory starts.
    practice_flop, theory_flop : float
        Compute for the target under the fitted law, and under the fourth power [FLOP].
    """

    best_run: str
    best_error: float
    best_compute_flop: float
    practice_flop: float
    theory_flop: float

    @property
    def ratio(self) -> float:
        """Compute of practice over compute of theory."""
        return self.practice_flop / self.theory_flop

    @property
    def doublings(self) -> float:
        """Doublings of efficiency that separate the two."""
        return math.log2(self.ratio)

    @staticmethod
    def doublings_for(usd: float, budget_usd: float) -> float:
        """Return the doublings in hardware, algorithms or both that fit a bill into a budget.

        Raises
        ------
        OptionError
            If the budget is not above 0.
        """
        if not budget_usd > 0:
            raise OptionError(f"budget = {budget_usd:g} USD: expected an amount above 0.")
        return max(0.0, math.log2(usd / budget_usd)) if math.isfinite(usd) else math.inf

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**vars(self), "ratio": self.ratio, "doublings": self.doublings,
                "theory_exponent": THEORY_EXPONENT}  # fmt: skip

    def __str__(self) -> str:
        told = f"{format_number(self.ratio)}× less"
        if self.ratio < 1:  # a small network far from its limits may fall faster than k⁻⁴
            told = f"{format_number(1 / self.ratio)}× more: no room, these runs fall faster"
        return (
            f"fourth power from {self.best_run} ({format_number(self.best_compute_flop)} FLOP): "
            f"{format_number(self.theory_flop)} FLOP, {told}"
        )


def headroom(*, best: tuple[str, float, float], target: float, practice_flop: float) -> Headroom:
    """Price a target under theory's fourth power from the best run.

    Parameters
    ----------
    best : (str, float, float)
        Name, error and compute [FLOP] of the best run.
    target : float
        Target error, same unit as the best run's.
    practice_flop : float
        Compute under the fitted law [FLOP].

    Returns
    -------
    Headroom

    Examples
    --------
    >>> room = headroom(best=("a", 0.1, 1e22), target=0.05, practice_flop=1e26)
    >>> round(room.theory_flop / 1e22), round(room.ratio)
    (16, 625)
    """
    name, error, compute = best
    gain = max(error / target, 1.0)
    return Headroom(
        best_run=name, best_error=error, best_compute_flop=compute,
        practice_flop=practice_flop, theory_flop=compute * gain**THEORY_EXPONENT,
    )  # fmt: skip
