"""Fit: a law met a scatter of runs, by one named estimand.

What is asked of a scatter is named first, because on these data the question moves the answer by
orders of magnitude: error on compute (the paper's), compute on error, reduced major axis, frontier,
at a fixed year. The record holds what the authors would print and what their intervals leave out.
It forecasts nothing (see ``answer``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import OptionError, UnknownName
from costlaw.fitting.checklist import Checklist
from costlaw.fitting.diagnostic import Diagnostic
from costlaw.fitting.scatter.estimands.compute_on_error import compute_on_error
from costlaw.fitting.scatter.estimands.frontier import frontier
from costlaw.fitting.scatter.estimands.least_squares import error_on_compute
from costlaw.fitting.scatter.estimands.line import Line
from costlaw.fitting.scatter.estimands.reduced_major_axis import reduced_major_axis
from costlaw.fitting.scatter.estimands.stochastic_frontier import stochastic_frontier
from costlaw.fitting.scatter.estimands.structural import STATED, structural
from costlaw.fitting.scatter.evidence import Evidence, gather
from costlaw.fitting.scatter.progress import Progress
from costlaw.laws import Law
from costlaw.laws import law as find_law
from costlaw.runs import Benchmark, Runs
from costlaw.showing import Shown
from costlaw.sources import Source
from costlaw.units import format_chance, format_percent, format_power
from costlaw.version import __version__

Array = NDArray[np.float64]
SCATTER_LAWS = ("power", "exponential", "exponential-levels")
_ESTIMATORS: dict[str, Callable[..., Line]] = {
    "error-on-compute": error_on_compute,
    "compute-on-error": compute_on_error,
    "reduced-major-axis": reduced_major_axis,
    "frontier": frontier,
    "fixed-year": error_on_compute,
    "stochastic-frontier": stochastic_frontier,
    **{key: partial(structural, measured_dex=dex) for key, dex in STATED.items()},
}
ESTIMANDS = tuple(_ESTIMATORS)
RESPONSES = {"power": "log10(1/error)", "exponential": "1/error", "exponential-levels": "error"}
TOLD_APART = 0.05  # one-sided confidence below which an exponent is told apart from zero


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit(Shown):
    """A law fitted to a scatter of runs.

    Parameters
    ----------
    law, estimand : str
        Names of the law and of the question.
    line : Line
        The fitted line, readable in both directions.
    evidence : Evidence
        The points it rests on: compute [FLOP], error [the benchmark's unit].
    benchmark : Benchmark
        What the error is.
    edition, measure, column : str
        Edition of the corpus or file, how compute was counted, and its column.
    digest : str
        Digest of the data.
    sources : tuple of Source
        Where the runs come from.

    Source
    ------
    Thompson et al. 2020, 2022, arXiv 2007.05558 (``error-on-compute``); the other estimands
    name theirs.

    Examples
    --------
    >>> from costlaw.verbs import fit
    >>> fit("imagenet", edition="v2", measure="network-operations").n
    77
    """

    law: str
    estimand: str
    line: Line
    evidence: Evidence
    benchmark: Benchmark
    edition: str
    measure: str
    column: str
    digest: str
    sources: tuple[Source, ...] = field(default=())

    @property
    def transform(self) -> Law:
        """The law itself: transforms between error and response."""
        return find_law(self.law)

    @property
    def n(self) -> int:
        """Number of runs [count]."""
        return len(self.evidence)

    @property
    def cost_exponent(self) -> float | None:
        """Power law: compute ∝ (1/error)^cost exponent; None for the others or a wrong sign."""
        if self.law != "power" or self.line.slope <= 0:
            return None
        return 1.0 / self.line.slope

    def cost_exponent_interval(self, level: float = 0.9) -> tuple[float, float] | None:
        """Return the clustered interval of the cost exponent; its upper end may be ``inf``."""
        if self.cost_exponent is None:
            return None
        low, high = self.line.slope_interval(level)
        top = 1.0 / low if low > 0 else np.inf
        return (1.0 / high if np.isfinite(high) and high > 0 else 0.0), top

    @property
    def largest(self) -> float:
        """Compute of the largest run [FLOP]."""
        return float(10 ** self.evidence.x.max())

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of the fit, in sentences."""
        return self.line.notes

    @property
    def progress(self) -> Progress | None:
        """What a year is worth in compute; fixed-year estimand only."""
        return getattr(self.line, "progress", None)

    @property
    def quality(self) -> str:
        """How well the law explains the runs, in words."""
        return f"R² {self.line.r_squared:.2f}"

    @property
    def p_wrong_way(self) -> float:
        """Confidence that error does not fall with compute."""
        return self.line.wrong_way()

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every check of the fit, flagged or not."""
        from costlaw.fitting.scatter.reporting import diagnose_scatter

        return diagnose_scatter(self)

    @property
    def checklist(self) -> Checklist:
        """The reporting checklist of the (Mis)Fitting survey, filled in as far as known."""
        from costlaw.fitting.scatter.reporting import scatter_checklist

        return scatter_checklist(self)

    @property
    def verdict(self) -> str:
        """``ok``, or why the slope carries nothing, in words."""
        if self.p_wrong_way > TOLD_APART:
            falls = format_chance(1 - self.p_wrong_way)
            return (
                f"the exponent is not told apart from zero (confidence that error falls with "
                f"compute: {falls}; {self.n} runs, R² {self.line.r_squared:.2f})"
            )
        return "ok"

    def predict(self, compute_flop: Array | float) -> Array:
        """Return the error that the law states at amounts of compute [FLOP]."""
        return self.transform.inverse_response(self.line.response_at(np.log10(compute_flop)))

    def log10_compute(self, error: float) -> float:
        """Return log10 compute at which the law passes ``error``; ``inf`` if never."""
        return self.line.point(float(self.transform.response(np.array(error))))

    def rows(self, level: float = 0.9) -> list[tuple[str, float, float, float, float, str]]:
        """Return (quantity, estimate, low, high, level, unit) of every fitted number."""
        rows = []
        for name, value in self.line.coefficients.items():
            half = 1.645 * self.line.standard_errors[name]
            rows.append((name, value, value - half, value + half, 0.9, RESPONSES[self.law]))
        interval = self.cost_exponent_interval(level)
        if interval and self.cost_exponent is not None:
            rows.append(("cost exponent", self.cost_exponent, *interval, level, "1"))
        return rows

    def table(self, level: float = 0.9) -> Any:
        """Return a tidy polars frame: quantity, estimate, low, high, level, unit."""
        import polars as pl

        schema = ["quantity", "estimate", "low", "high", "level", "unit"]
        return pl.DataFrame(self.rows(level), schema=schema, orient="row")

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        interval = self.cost_exponent_interval(level)
        return {
            "schema": "costlaw.fit/1",
            "version": __version__,
            "data_digest": self.digest,
            "benchmark": self.benchmark.name,
            "edition": self.edition,
            "measure": self.measure,
            "law": self.law,
            "estimand": self.estimand,
            "regression": self.line.regression,
            "n": self.n,
            "left_out": self.evidence.left_out,
            "clusters": self.evidence.clusters,
            "cluster_kind": self.evidence.cluster_kind,
            "coefficients": {k: _plain(v) for k, v in self.line.coefficients.items()},
            "standard_errors": {k: _plain(v) for k, v in self.line.standard_errors.items()},
            "r_squared": self.line.r_squared,
            "cost_exponent": self.cost_exponent,
            "cost_exponent_interval": interval and [_plain(end) for end in interval],
            "level": level,
            "scatter_dex_of_compute": _plain(self.line.scatter_dex),
            "p_error_does_not_fall": self.p_wrong_way,
            "verdict": self.verdict,
            "diagnostics": [one.to_dict() for one in self.diagnostics],
            "checklist": self.checklist.to_dict(),
            "progress": self.progress.to_dict(level) if self.progress else None,
            "notes": list(self.line.notes),
            "sources": [source.to_dict() for source in self.sources],
        }

    def __repr__(self) -> str:
        return (
            f"Fit of the {self.law} law to {self.n} runs on {self.benchmark.title} "
            f"({self.estimand}): R² {self.line.r_squared:.2f}"
        )

    def __str__(self) -> str:
        line = self.line
        numbers = ", ".join(
            f"{name} {value:.4g} ({line.standard_errors[name]:.2g})"
            for name, value in line.coefficients.items()
        )
        x = self.evidence.x
        least = float(self.evidence.error.min())
        unit = self.benchmark.error_unit
        best = format_percent(least, 3) if self.benchmark.is_fraction else f"{least:.4g} {unit}"
        kind = self.evidence.cluster_kind
        groups = "settings" if kind == "setting" else f"{kind} clusters"
        span = f"{format_power(x.min())} to {format_power(x.max())} FLOP"
        grouped = f", in {self.evidence.clusters} {groups}" if kind != "run" else ""
        lines = [
            f"{self.benchmark.title}: {self.law} law, {self.estimand} ({line.regression})",
            f"  evidence       {self.n} runs ({self.edition}, {self.measure}){grouped}",
            f"  range          {span}, best error {best}",
            f"  coefficients   {numbers} (standard error)",
            f"  R²             {line.r_squared:.3f}",
        ]
        interval = self.cost_exponent_interval(0.9)
        if interval and self.cost_exponent is not None:
            high = "unbounded" if np.isinf(interval[1]) else f"{interval[1]:.1f}"
            lines.append(
                f"  cost exponent  {self.cost_exponent:.2f} (90 %: {interval[0]:.1f} to {high})"
            )
        if self.progress:
            lines.append(f"  a year         {self.progress}")
        if self.verdict != "ok":
            lines.append(f"  verdict        {self.verdict}")
        found = [one.sentence for one in self.diagnostics[1:] if one.flagged][: 12 - len(lines)]
        lines += [f"  {'look at' if not at else '':<14} {text}" for at, text in enumerate(found)]
        return "\n".join(lines)


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None


def fit_evidence(evidence: Evidence, *, law: str, estimand: str) -> Line:
    """Fit one estimand to points already gathered.

    Returns
    -------
    Line
    """
    # Both log10(1/error) and 1/error grow as error falls; the error itself falls with it.
    better = -1.0 if law == "exponential-levels" else 1.0
    more = {"year": evidence.year} if estimand == "fixed-year" else {}
    return _ESTIMATORS[estimand](
        evidence.x, evidence.response, groups=evidence.groups, better=better,
        name=RESPONSES[law], **more,
    )  # fmt: skip


def check_names(law: str, estimand: str) -> None:
    """Refuse a law or an estimand that does not exist for a scatter of runs."""
    if law not in SCATTER_LAWS:
        raise UnknownName("law for a scatter of runs", law, SCATTER_LAWS)
    if estimand not in ESTIMANDS:
        raise UnknownName("estimand", estimand, ESTIMANDS)


def fit_scatter(
    runs: Runs,
    *,
    column: str = "compute_flop",
    law: str = "power",
    estimand: str = "error-on-compute",
    edition: str = "",
) -> Fit:
    """Fit a law to a scatter of runs.

    Parameters
    ----------
    runs : Runs
        Published results or a user's own separate runs, at least 3 distinct computes.
    column : str
        Column of compute, such as ``compute_flop`` [FLOP].
    law : str
        ``power`` (log10 error on log10 compute), ``exponential`` (1/error on log10 compute) or
        ``exponential-levels`` (error on log10 compute).
    estimand : str
        What is asked: see ``ESTIMANDS``.
    edition : str
        Label of the corpus edition, for cards.

    Returns
    -------
    Fit

    Raises
    ------
    EvidenceError
        If the runs do not carry the fit.
    UnknownName
        If law or estimand do not exist.

    Examples
    --------
    >>> runs = Runs.from_records([{"name": str(c), "error": 10 * 10 ** (-0.1 * c),
    ...                            "compute_flop": 10.0**c} for c in (18, 19, 20, 21)])
    >>> round(fit_scatter(runs).cost_exponent, 6)
    10.0
    """
    check_names(law, estimand)
    transform = find_law(law)
    if not runs.benchmark.is_fraction and law != "power":
        raise OptionError(
            f"{law}: expected an error that is a fraction; use --law power for a loss."
        )
    evidence = gather(runs, x=column, law=transform, need_year=estimand == "fixed-year")
    return Fit(
        law=law, estimand=estimand, line=fit_evidence(evidence, law=law, estimand=estimand),
        evidence=evidence, benchmark=runs.benchmark, edition=edition or runs.origin,
        measure=runs.measure, column=column, digest=runs.digest, sources=runs.sources,
    )  # fmt: skip
