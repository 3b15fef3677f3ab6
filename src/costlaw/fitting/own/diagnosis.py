"""What is wrong with a fit of own runs: every check of the house, made on the fit's own draws.

Which checks there are and how they decide is here and in ``fitting.diagnostic``; nothing is
repaired. Leave-one-out fits and the profile of the irreducible error go through the batched kernel.
"""

from __future__ import annotations

import numpy as np

from costlaw.exceptions import OptionError
from costlaw.fitting.diagnostic import (
    Diagnostic,
    curvature,
    leverage,
    narrow_range,
    reach,
    serial,
)
from costlaw.fitting.kernel import verdict
from costlaw.fitting.kernel.fit import BatchFit, Stages, work_off
from costlaw.fitting.kernel.problem import Problems
from costlaw.fitting.kernel.profile import profile_coefficient, threshold
from costlaw.fitting.own.back_testing import LawBacktest
from costlaw.fitting.own.draws import Draws, near_starts
from costlaw.fitting.own.points import Points
from costlaw.laws.law import Array
from costlaw.runs.checkpoints import SEPARATE
from costlaw.units import format_share

NOTHING = 1e-4  # share of the smallest error that counts as no irreducible error
AHEAD = np.log(10.0)  # the error asked about: ten times the largest run in every resource
FLOOR = "irreducible_error"


def asked_place(fit: BatchFit, points: Points) -> Array:
    """Return ln inputs (d,) of ten times the largest setting; years and passes stay."""
    law = fit.law
    last = points.inputs[:, int(np.argmax(points.order))]
    rows = []
    for name, value in zip(law.inputs, last, strict=True):
        if name in law.plain_inputs:
            rows.append(float(value))
        else:
            rows.append(float(np.log(value)) + (0.0 if name in law.fixed_inputs else AHEAD))
    return np.array(rows)


def diagnose(
    fit: BatchFit, points: Points, draws: Draws, *, backtest: LawBacktest
) -> tuple[Diagnostic, ...]:
    """Return all checks of one fit, in a fixed order."""
    residuals = -fit.residuals[0]
    slopes = fit.law.jacobian(fit.q, fit.problems.u)[1][0].T
    bent = (
        curvature(residuals, slopes, points.order)
        if points.kind == SEPARATE
        else serial(residuals[np.argsort(points.order)])
    )
    found = [
        _ended(fit, draws),
        _floor(fit, points, draws),
        _bound(fit),
        narrow_range(points.decades),
        _leverage(fit, points, draws),
        bent,
        reach(backtest.reach_held_dex, hidden=int(backtest.hidden.reach_dex.size)),
    ]
    return tuple(one for one in found if one is not None)


def _ended(fit: BatchFit, draws: Draws) -> Diagnostic:
    """Whether fit and draws converged at all."""
    bad = fit.codes[0] not in {verdict.CONVERGED, verdict.AT_BOUND}
    share = len(draws.q) / max(draws.asked, 1)
    sentence = f"The fit {fit.verdicts[0]}."
    if not bad and not draws.enough:
        sentence = (
            "No interval: there are not more settings than coefficients."
            if draws.method == "none"
            else f"No interval: only {format_share(share)} of the draws converged."
        )
    return Diagnostic(
        name="not_converged", flagged=bool(bad or not draws.enough), value=share, limit=0.8,
        sentence=sentence,
    )  # fmt: skip


def _bound(fit: BatchFit) -> Diagnostic:
    """Whether a coefficient ended at the bound of what it may be."""
    names = []
    for place, item in enumerate(fit.law.coordinates):
        width = item.upper - item.lower
        edge = 1e-9 * max(1.0, width if np.isfinite(width) else 1.0)
        if fit.q[0, place] <= item.lower + edge or fit.q[0, place] >= item.upper - edge:
            words = item.name.removeprefix("log_").removeprefix("logit_").replace("_", " ")
            names.append(words)
    sentence = (
        f"At its bound: {', '.join(names)}. The runs do not fix it."
        if names
        else "No coefficient is at its bound."
    )
    return Diagnostic(
        name="coefficient_at_bound", flagged=bool(names), value=float(len(names)), limit=0.0,
        sentence=sentence,
    )  # fmt: skip


def _floor(fit: BatchFit, points: Points, draws: Draws) -> Diagnostic | None:
    """Whether the runs exclude that the error goes on falling to zero; None: law without floor."""
    names = [item.name for item in fit.law.coefficients]
    if FLOOR not in names:
        return None
    name, place = "irreducible_error_not_identified", names.index(FLOOR)
    least = float(points.error.min())
    if points.kind != SEPARATE:
        if not draws.enough:
            return Diagnostic(name=name, flagged=None, value=None, limit=0.05,
                              sentence="Irreducible error: no draws to tell by.")  # fmt: skip
        share = float((draws.coefficients[:, place] < 0.02 * least).mean())
        flagged, limit = share > 0.05, 0.05
    else:
        try:
            limit = float(threshold(fit, 0.9)[0])
        except OptionError:
            return Diagnostic(name=name, flagged=True, value=None, limit=None,
                              sentence="Irreducible error: too few settings to tell.")  # fmt: skip
        held = profile_coefficient(fit, place, np.log([NOTHING * least]))
        share = float(held[0] / max(fit.objective[0], 1e-300))
        limit = limit / max(float(fit.objective[0]), 1e-300)
        flagged = bool(share <= limit)
    value = float(fit.coefficients[0, place])
    sentence = (
        f"The irreducible error ({value:.3g}) is not identified: the runs do not exclude 0, so a "
        "target near it may be cheap or unreachable."
        if flagged
        else f"The irreducible error ({value:.3g}) is identified: the runs exclude 0."
    )
    return Diagnostic(name=name, flagged=flagged, value=share, limit=limit, sentence=sentence)


def _leverage(fit: BatchFit, points: Points, draws: Draws) -> Diagnostic:
    """How far the forecast ten times ahead moves when each setting is left out."""
    place = asked_place(fit, points)[:, None]
    count, size = len(points), fit.q.shape[1]
    half = float("nan")
    if draws.enough:
        low, high = draws.interval(draws.log_error(place)[:, 0])
        half = float(high - low) / 2
    shifts = np.full(count, np.nan)
    if count > size + 1 and np.isfinite(half):
        rest = 1.0 - np.eye(count)
        old = fit.problems
        problems = Problems(
            u=old.u, z=old.z, weights=rest * old.weights,
            prior_mean=old.prior_mean, prior_precision=old.prior_precision,
        )  # fmt: skip
        starts = near_starts(fit)
        starts = np.broadcast_to(starts, (len(starts), count, size))
        ends = work_off(Stages(law=fit.law), problems, starts)
        q = ends.q[np.arange(count), ends.objective.argmin(axis=1)]
        u = place - fit.origins.inputs
        ahead = fit.law.log_error(q, u[:, None, :])[:, 0]
        shifts = ahead - fit.law.log_error(fit.q, u[:, None, :])[0, 0]
    return leverage(shifts, half, names=points.names, what="the error ten times ahead")
