"""A user's own runs met by any law: coefficients with intervals, back-tests, diagnostics, verdicts.

A fit (``fit``), what it leaves uncertain (``draws``), what is wrong with it (``diagnosis``), which
run would help most (``next_run``), what a reader must be told, and all laws side by side
(``comparison``).
"""

from costlaw.fitting.own.comparison import Comparison, compare_laws
from costlaw.fitting.own.fit import LawFit, fit_law

__all__ = ["Comparison", "LawFit", "compare_laws", "fit_law"]
