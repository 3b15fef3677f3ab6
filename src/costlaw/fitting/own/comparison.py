"""All laws side by side on one's own runs: back-test, criteria, forecast, verdict.

The back-test hides the same largest quarter of the settings from every law, so scores compare; the
verdicts follow one rule from scores and diagnostics. A law that cannot be fitted keeps its row and
says why. The calibrated pool of laws has a row of its own where there are enough runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from costlaw.exceptions import CostlawError
from costlaw.fitting.own.cards import shown
from costlaw.fitting.own.fit import LawFit, clean, fit_law
from costlaw.laws import LAWS, Law
from costlaw.laws import law as find_law
from costlaw.runs import Runs
from costlaw.showing import Shown
from costlaw.sources import Source
from costlaw.units import format_number, format_percent
from costlaw.version import __version__

ONE_INPUT = tuple(
    name for name, item in LAWS.items() if item.inputs == ("compute_flop",)
    and not name.startswith("theory")
)  # fmt: skip
WORSE = 1.5  # times the best score: from here a back-test is called worse
POOL = "pool"
WIDEST = 230.0  # ln of the range that the pool takes: 100 decades


@dataclass(frozen=True, kw_only=True, eq=False)
class LawRow:
    """One law of a comparison.

    Parameters
    ----------
    law : str
        Name.
    fit : LawFit or None
        The fit; None where refused, and for the pool.
    score, reach_dex : float or None
        RMS of ln error over the hidden quarter, and how far it goes [dex].
    answer : tuple of float or None
        Input for the target error: estimate, low, high, P(unreachable).
    refused : str
        Why there is no fit; empty if there is one.
    verdict : str
        What to think of it, in words.
    """

    law: str
    fit: LawFit | None = None
    score: float | None = None
    reach_dex: float | None = None
    answer: tuple[float, float, float, float] | None = None
    refused: str = ""
    verdict: str = ""

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        names = ("estimate", "low", "high", "p_unreachable")
        return clean({
            "law": self.law, "score_rms_ln_error": self.score, "score_reach_dex": self.reach_dex,
            "aicc": self.fit.aicc if self.fit else None, "bic": self.fit.bic if self.fit else None,
            "coefficients": {name: [value, low, high] for name, value, low, high, *_ in
                             self.fit.rows(level)} if self.fit else None,
            "input_for_target": dict(zip(names, self.answer, strict=True)) if self.answer else None,
            "diagnostics": [one.to_dict() for one in self.fit.diagnostics] if self.fit else [],
            "refused": self.refused or None, "verdict": self.verdict,
        })  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison(Shown):
    """Laws side by side on one table of runs.

    Parameters
    ----------
    runs : Runs
        The table, learning curves told apart.
    rows : tuple of LawRow
        Best back-test first; refused laws last.
    error : float or None
        Target error that was asked about.
    along : str
        Resource that the laws are along.

    Source
    ------
    Each law names its paper (``costlaw.laws``).

    Examples
    --------
    >>> rows = [{"name": str(c), "error": 0.05 + 40 * (10.0**c) ** -0.13, "compute_flop": 10.0**c}
    ...         for c in range(15, 23)]
    >>> from costlaw.own_runs import compare
    >>> compare(rows, laws=["power", "power-irreducible"]).rows[0].law
    'power-irreducible'
    """

    runs: Runs
    rows: tuple[LawRow, ...]
    error: float | None
    along: str

    @property
    def best(self) -> LawRow | None:
        """The law whose back-test was best; None where nothing could be hidden."""
        scored = [row for row in self.rows if row.score is not None]
        return scored[0] if scored else None

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the runs come from."""
        return self.runs.sources

    def table(self, level: float = 0.9) -> Any:
        """Return a tidy polars frame, one row a law: scores, criteria, forecast, verdict."""
        import polars as pl

        rows: list[dict[str, Any]] = []
        for row in self.rows:
            answer = row.answer or (math.nan,) * 4
            rows.append({
                "law": row.law, "backtest_rms": row.score, "reach_dex": row.reach_dex,
                "aicc": row.fit.aicc if row.fit else None,
                "bic": row.fit.bic if row.fit else None,
                "coefficients": _words(row.fit.coefficients) if row.fit else None,
                "input_for_target": answer[0], "low": answer[1], "high": answer[2],
                "p_unreachable": answer[3], "level": level,
                "verdict": row.verdict or row.refused,
            })  # fmt: skip
        return pl.DataFrame(rows, infer_schema_length=None)

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": "costlaw.comparison/1", "version": __version__,
            "data_digest": self.runs.digest, "edition": self.runs.origin, "along": self.along,
            "target_error": self.error, "laws": [row.to_dict(level) for row in self.rows],
            "notes": list(self.runs.notes),
            "sources": [source.to_dict() for source in self.sources],
        }  # fmt: skip

    def __repr__(self) -> str:
        best = f"best back-test: {self.best.law}" if self.best else "too few runs for a back-test"
        return f"Comparison of {len(self.rows)} laws on {self.runs.origin}: {best}"

    def __str__(self) -> str:
        from costlaw.fitting.own.side_by_side import comparison_card

        return comparison_card(self)


def _words(coefficients: dict[str, float]) -> str:
    return ", ".join(f"{name} {shown(value)}" for name, value in coefficients.items())


def compare_laws(
    runs: Runs,
    *,
    error: float | None = None,
    laws: Sequence[str | Law] = (),
    along: str | None = None,
) -> Comparison:
    """Fit every law of one input to own runs and set them side by side.

    Parameters
    ----------
    runs : Runs
        Own runs, learning curves told apart.
    error : float, optional
        Target error to invert each law at [the benchmark's unit].
    laws : sequence of str or Law
        Laws to compare; every law of one input, and the calibrated pool, if left out.
    along : str, optional
        Resource; compute where it is stated.

    Returns
    -------
    Comparison

    Raises
    ------
    EvidenceError
        If the runs carry no law at all.
    """
    from costlaw.fitting.own.points import axis_of

    chosen = [find_law(item) if isinstance(item, str) else item for item in (laws or ONE_INPUT)]
    rows, first = [], None
    for item in chosen:
        try:
            fit = fit_law(runs, item, along=along)
        except CostlawError as refusal:
            first = first or refusal
            rows.append(LawRow(law=item.name, refused=str(refusal)))
            continue
        one = len(item.inputs) == 1
        rows.append(LawRow(
            law=item.name, fit=fit, score=fit.backtest.score,
            reach_dex=fit.backtest.reach_dex,
            answer=fit.input_for(error) if error is not None and one else None,
        ))  # fmt: skip
    if first is not None and all(row.fit is None for row in rows):
        raise first
    column = axis_of(runs, along)
    if not laws:
        rows.append(_pool_row(runs, column, error))
    return Comparison(runs=runs, rows=tuple(_judged(rows)), error=error, along=column)


def _pool_row(runs: Runs, column: str, error: float | None) -> LawRow:
    """Return the row of the calibrated pool, its back-test with the same quarter hidden."""
    from costlaw.fitting.own.back_testing import back_test_pool
    from costlaw.fitting.predictive.predict import predict_curve

    amounts, errors = runs.numbers(column), runs.numbers("error")
    good = np.isfinite(amounts)
    x, y = amounts[good], errors[good]
    if np.ptp(np.log(x)) > WIDEST:
        return LawRow(law=POOL, refused=f"the runs span {np.ptp(np.log10(x)):.0f} decades")
    try:
        whole = predict_curve(x, y)
    except CostlawError as refusal:
        return LawRow(law=POOL, refused=str(refusal))
    tested = back_test_pool(x, y)
    answer = None
    if error is not None:
        answer = (whole.input_for(error), *whole.input_interval(error), whole.unreachable(error))
    return LawRow(law=POOL, score=tested.score, reach_dex=tested.reach_dex, answer=answer)


def _judged(rows: list[LawRow]) -> list[LawRow]:
    """Return the rows in order of their back-test, each with its verdict by one rule."""
    scores = [row.score for row in rows if row.score is not None]
    best = min(scores, default=None)
    known = [row.fit.aicc for row in rows if row.fit and row.fit.aicc is not None]
    least = min(known, default=None)
    judged = []
    for row in rows:
        values = dict(vars(row))
        values["verdict"] = _verdict(row, best, least)
        judged.append(LawRow(**values))
    return sorted(judged, key=lambda row: (bool(row.refused), row.score is None, row.score or 0.0))


def _verdict(row: LawRow, best: float | None, least: float | None) -> str:
    if row.refused:
        return f"not fitted: {row.refused}"
    words = []
    if row.score is None:
        words.append("no back-test: too few runs once the largest are hidden")
    elif row.score == best:
        words.append("best back-test")
    elif best is not None and row.score > WORSE * best:
        words.append(f"back-test {format_number(row.score / max(best, 1e-12))} times the best")
    if row.fit is not None:
        if row.fit.aicc is not None and least is not None and row.fit.aicc - least > 10:
            words.append("no support by AICc")
        short = {
            "not_converged": "no interval", "coefficient_at_bound": "a coefficient at its bound",
            "irreducible_error_not_identified": "irreducible error not identified",
            "leverage": "one run carries it", "curvature": "misses a bend",
        }  # fmt: skip
        words += [short[one.name] for one in row.fit.flagged if one.name in short]
    else:
        words.append("calibrated on published curves")
    if row.answer is not None and never(row.answer):
        words.append("never gets there")
    return "; ".join(words) or "nothing against it"


def never(answer: tuple[float, float, float, float]) -> bool:
    """Return whether a law more likely never gets there (an input over 10^308 is not never)."""
    point, _, _, share = answer
    return share >= 0.5 if math.isfinite(share) else math.isinf(point)


def target_words(runs: Runs, error: float) -> str:
    """Return the target as a person reads it."""
    if runs.benchmark.is_fraction:
        return format_percent(error, 3)
    return f"{error:g} {runs.benchmark.error_unit}"
