"""LawFit: any law fitted to a user's own runs, with intervals, back-test and diagnostics.

One path from top to bottom: the settings, the best of many starts, draws of the law, a back-test,
the checks, the run that would help most, the reporting checklist. It forecasts no cost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from costlaw.exceptions import EvidenceError, FitError, OptionError
from costlaw.fitting.checklist import Checklist
from costlaw.fitting.diagnostic import Diagnostic
from costlaw.fitting.kernel import verdict
from costlaw.fitting.kernel.fit import BatchFit, fit_batch
from costlaw.fitting.own.back_testing import LawBacktest, back_test_law, log_inputs
from costlaw.fitting.own.cards import law_card
from costlaw.fitting.own.diagnosis import asked_place, diagnose
from costlaw.fitting.own.draws import Draws, draw_laws
from costlaw.fitting.own.next_run import FACTORS, NextRun, rank_candidates
from costlaw.fitting.own.points import Points, gather_points
from costlaw.laws import Law
from costlaw.laws import law as find_law
from costlaw.runs import Benchmark, Runs
from costlaw.showing import Shown
from costlaw.sources import Source
from costlaw.units import format_share
from costlaw.version import __version__

JOINT_FACTORS = (0.1, 0.5, 1.0, 4.0)  # of the largest parameters and examples


@dataclass(frozen=True, kw_only=True, eq=False)
class LawFit(Shown):
    """A law fitted to own runs.

    Parameters
    ----------
    batch : BatchFit
        The fit (one problem).
    points : Points
        The settings it rests on.
    draws : Draws
        What it leaves uncertain.
    runs : Runs
        The table.
    huber : float or None
        Width of Huber's loss; None: least squares on ln error.

    Source
    ------
    The law's own paper (``costlaw.laws``).

    Examples
    --------
    >>> rows = [{"name": str(c), "error": 40 * (10.0**c) ** -0.13, "compute_flop": 10.0**c}
    ...         for c in range(15, 23)]
    >>> from costlaw.verbs import fit
    >>> type(fit(rows, law="power-irreducible")).__name__
    'LawFit'
    """

    batch: BatchFit
    points: Points
    draws: Draws
    runs: Runs
    huber: float | None = None
    convention: str = "stated"
    estimand: str = field(default="error-on-compute")

    @property
    def law(self) -> str:
        """Name of the law."""
        return self.batch.law.name

    @property
    def transform(self) -> Law:
        """The law itself."""
        return self.batch.law

    @property
    def benchmark(self) -> Benchmark:
        """What the error is."""
        return self.runs.benchmark

    @property
    def n(self) -> int:
        """Number of distinct settings [count]."""
        return len(self.points)

    @property
    def coefficients(self) -> dict[str, float]:
        """Coefficients as a paper prints them, in natural units."""
        names = self.batch.coefficient_names
        return dict(zip(names, self.batch.coefficients[0].tolist(), strict=True))

    def interval(self, name: str, level: float = 0.9) -> tuple[float, float]:
        """Return the interval of one coefficient; NaN where there are too few draws."""
        place = self.batch.coefficient_names.index(name)
        low, high = self.draws.interval(self.draws.coefficients[:, place], level)
        return float(low), float(high)

    @property
    def cost_exponent(self) -> float | None:
        """Compute per (1/error), power law only."""
        return 1.0 / self.coefficients["exponent"] if self.law == "power" else None

    @property
    def scatter(self) -> float:
        """Standard deviation of a setting around the law [ln error]."""
        freedom = max(self.n - len(self.coefficients), 1)
        return float(np.sqrt(self._square / freedom))

    @property
    def _square(self) -> float:
        return float(np.nansum(self.points.weights * self.batch.residuals[0] ** 2))

    @property
    def log_likelihood(self) -> float:
        """Normal log-likelihood of ln error at the fit."""
        square = max(self._square / self.n, 1e-300)
        return -0.5 * self.n * (np.log(2 * np.pi * square) + 1.0)

    @property
    def aicc(self) -> float | None:
        """Akaike's criterion for few settings (Hurvich and Tsai 1989); None: too few."""
        size = len(self.coefficients) + 1
        if self.n <= size + 1:
            return None
        return -2 * self.log_likelihood + 2 * size * self.n / (self.n - size - 1)

    @property
    def bic(self) -> float:
        """Schwarz's criterion."""
        return -2 * self.log_likelihood + (len(self.coefficients) + 1) * float(np.log(self.n))

    def error_at(self, level: float = 0.9, **inputs: float) -> tuple[float, float, float]:
        """Return the law's error and its interval at one place, such as ``compute_flop=1e22``.

        Raises
        ------
        OptionError
            If the inputs are not those of the fit.
        """
        if set(inputs) != set(self.points.columns):
            raise OptionError(
                f"{self.law}: expected {', '.join(self.points.columns)}, got {', '.join(inputs)}."
            )
        values = np.array([[inputs[name]] for name in self.points.columns], dtype=float)
        place = log_inputs(self.transform, values)
        middle = float(self.batch.log_error(place[:, None, :])[0, 0])
        low, high = self.draws.interval(self.draws.log_error(place)[:, 0], level)
        return float(np.exp(middle)), float(np.exp(low)), float(np.exp(high))

    def input_for(self, error: float, level: float = 0.9) -> tuple[float, float, float, float]:
        """Return the input for an error: estimate, low, high (``inf``: never), P(unreachable)."""
        self.transform._need_one_input()
        with np.errstate(over="ignore"):
            point = float(np.exp(self.batch.inverse(np.log(np.array([error])))[0]))
            if not self.draws.enough:
                return point, np.nan, np.nan, np.nan
            logs = self.draws.log_input_for(float(np.log(error)))
            low, high = self.draws.interval(logs, level)
            return point, float(np.exp(low)), float(np.exp(high)), float(np.mean(np.isinf(logs)))

    @cached_property
    def backtest(self) -> LawBacktest:
        """Hidden settings and how the law forecast them."""
        return back_test_law(self.transform, self.points, huber=self.huber)

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every check, flagged or not."""
        return diagnose(self.batch, self.points, self.draws, backtest=self.backtest)

    @property
    def flagged(self) -> tuple[Diagnostic, ...]:
        """The checks that found something."""
        return tuple(one for one in self.diagnostics if one.flagged)

    @property
    def verdict(self) -> str:
        """``ok``, or what was found, in words."""
        return " ".join(one.sentence for one in self.flagged) or "ok"

    @cached_property
    def next_run(self) -> NextRun:
        """Which additional run would shrink the interval ten times ahead most."""
        law, last = self.transform, self.points.inputs[:, int(np.argmax(self.points.order))]
        plain = np.array([name in law.plain_inputs or name in law.fixed_inputs
                          for name in law.inputs])  # fmt: skip
        factors = FACTORS if (~plain).sum() == 1 else JOINT_FACTORS
        mesh = np.meshgrid(*[(1.0,) if fixed else factors for fixed in plain], indexing="ij")
        inputs = last[:, None] * np.stack([axis.ravel() for axis in mesh])
        return rank_candidates(
            self.draws, asked_place(self.batch, self.points), log_inputs(law, inputs),
            scatter=self.scatter, columns=self.points.columns,
        )  # fmt: skip

    @property
    def checklist(self) -> Checklist:
        """The reporting checklist, filled in as far as the runs say."""
        from costlaw.fitting.own.reporting import own_checklist

        return own_checklist(self)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know, in sentences."""
        notes = []
        points = self.points
        if points.merged:
            noise = (
                f"; they differ by {format_share(points.seed_noise, 2)}"
                if points.seed_noise
                else ""
            )
            rows = (
                "1 row repeats a setting and was merged"
                if points.merged == 1
                else f"{points.merged} rows repeat a setting and were merged"
            )
            notes.append(f"{rows}{noise}")
        if points.binned:
            notes.append(f"{points.binned:,} settings averaged in {self.n} bins of the logarithm")
        if points.left_out:
            notes.append(f"{points.left_out} rows without {' or '.join(points.columns)} left out")
        if points.convention:
            notes.append(points.convention)
        return tuple(notes)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the runs and the law come from."""
        return (*self.runs.sources, *self.transform.sources)

    def rows(self, level: float = 0.9) -> list[tuple[str, float, float, float, float, str]]:
        """Return (quantity, estimate, low, high, level, unit) of every coefficient."""
        return [
            (item.name, self.coefficients[item.name], *self.interval(item.name, level), level,
             item.unit)
            for item in self.transform.coefficients
        ]  # fmt: skip

    def table(self, level: float = 0.9) -> Any:
        """Return a tidy polars frame: quantity, estimate, low, high, level, unit."""
        import polars as pl

        schema = ["quantity", "estimate", "low", "high", "level", "unit"]
        return pl.DataFrame(self.rows(level), schema=schema, orient="row")

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        points = self.points
        return {
            "schema": "costlaw.law-fit/1", "version": __version__,
            "data_digest": self.runs.digest, "benchmark": self.benchmark.name,
            "edition": self.runs.origin, "law": self.law, "formula": self.transform.formula,
            "along": list(points.columns), "kind": points.kind, "n": self.n,
            "rows": points.runs, "merged": points.merged, "binned": points.binned,
            "left_out": points.left_out, "seed_noise_ln_error": points.seed_noise,
            "decades": points.decades, "convention": points.convention or None,
            "objective": "huber" if self.huber else "least squares", "huber": self.huber,
            "coefficients": [
                {"name": name, "estimate": plain(value), "low": plain(low), "high": plain(high),
                 "level": level, "unit": unit}
                for name, value, low, high, _, unit in self.rows(level)
            ],
            "interval_method": self.draws.method, "scatter_ln_error": self.scatter,
            "aicc": self.aicc, "bic": self.bic, "backtest": self.backtest.to_dict(),
            "diagnostics": [one.to_dict() for one in self.diagnostics],
            "verdict": self.verdict, "next_run": clean(self.next_run.to_dict()),
            "checklist": self.checklist.to_dict(), "notes": list(self.notes),
            "sources": [source.to_dict() for source in self.sources],
        }  # fmt: skip

    def __repr__(self) -> str:
        return (
            f"LawFit: {self.law} law on {self.n} settings of {self.runs.origin}, "
            f"scatter {format_share(self.scatter, 1)}: {self.batch.verdicts[0]}"
        )

    def __str__(self) -> str:
        return law_card(self)


def plain(value: float) -> float | None:
    """Return a number, or None where it is infinite or unknown."""
    return float(value) if np.isfinite(value) else None


def clean(value: Any) -> Any:
    """Return JSON values with every number that is not finite as null."""
    if isinstance(value, dict):
        return {key: clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return plain(value) if isinstance(value, float) else value


def fit_law(
    runs: Runs,
    law: str | Law,
    *,
    along: str | None = None,
    convention: str = "stated",
    huber: float | None = None,
    replicates: int = 400,
    seed: int = 0,
) -> LawFit:
    """Fit any law to own runs.

    Parameters
    ----------
    runs : Runs
        Own runs, learning curves told apart (``costlaw.runs.checkpoints.separate``).
    law : str or Law
        A name, an alias, or a law of one's own.
    along : str, optional
        Column for a law of one input; compute [FLOP] where stated.
    convention : str
        How parameters are counted, for joint laws: see ``fitting.joint.conventions``.
    huber : float, optional
        Width of Huber's loss on ln error; least squares if left out.
    replicates, seed : int
        Draws, and the seed of the draws.

    Returns
    -------
    LawFit

    Raises
    ------
    EvidenceError
        If the settings are too few, all alike, or their error does not fall.

    Examples
    --------
    >>> runs = Runs.from_records([{"name": str(c), "error": 0.05 + 40 * (10.0**c) ** -0.13,
    ...                            "compute_flop": 10.0**c} for c in range(15, 23)])
    >>> fit = fit_law(runs, "power-irreducible")
    >>> round(fit.coefficients["irreducible_error"], 4)
    0.05
    """
    chosen = find_law(law) if isinstance(law, str) else law
    points = gather_points(runs, chosen, along=along, convention=convention)
    check_points(points, runs)
    batch = fit_batch(
        chosen, points.inputs[:, None, :], points.error, weights=points.weights[None],
        huber=huber, max_steps=300,
    )  # fmt: skip
    if not np.isfinite(batch.objective[0]):
        need = len(chosen.coordinates)
        reason = batch.verdicts[0]
        if batch.codes[0] == verdict.TOO_FEW_RUNS:
            reason = f"{len(points)} distinct settings for {need} coefficients: not fitted"
        raise FitError(
            f'{runs.origin}, law "{chosen.name}": {reason}. Add runs, or use a simpler law.'
        )
    draws = draw_laws(batch, points, replicates=replicates, seed=seed)
    return LawFit(
        batch=batch, points=points, draws=draws, runs=runs, huber=huber, convention=convention
    )


def check_points(points: Points, runs: Runs) -> None:
    """Refuse settings that carry no law: one amount, one error, or an error that rises.

    Raises
    ------
    EvidenceError
        Naming what is missing.
    """
    for name, row in zip(points.columns, points.inputs, strict=True):
        if np.unique(row).size < 2:
            raise EvidenceError(
                f"{runs.origin}: every run has {name} = {row[0]:.6g}; a law along it needs runs at "
                "several amounts. Add smaller runs (they are cheap), or name another column."
            )
    if np.unique(points.error).size < 2:
        raise EvidenceError(
            f"{runs.origin}: every run has the same error ({points.error[0]:.4g}); a law of error "
            "needs runs that differ. Check the column: a metric at chance level carries no law."
        )
    if len(points) < 3:
        raise EvidenceError(
            f"{runs.origin}: {len(points)} distinct settings; a law needs at least 3. Add runs."
        )
    logs = np.log(points.error)
    size = points.order - np.average(points.order, weights=points.weights)
    if float((size * points.weights) @ logs) >= 0:
        raise FitError(
            f"{runs.origin}: the error rises as {' and '.join(points.columns)} grow; expected it "
            "to fall. Check that lower is better, and that tuned and untuned runs are not mixed."
        )
