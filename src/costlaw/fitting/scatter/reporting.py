"""What is wrong with a fit of a scatter, and what it tells a reader: checks and checklist.

The same rules as for own runs (``fitting.diagnostic``), on the line that was fitted. Published
results are many papers' networks, so most of the training's questions stay blank here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from costlaw.exceptions import CostlawError
from costlaw.fitting.checklist import Checklist, fill_in
from costlaw.fitting.diagnostic import (
    Diagnostic,
    curvature,
    leverage,
    narrow_range,
    reach,
)
from costlaw.fitting.scatter.back_testing import back_test
from costlaw.fitting.scatter.estimands.line import Array
from costlaw.fitting.scatter.leave_out import lines_without
from costlaw.units import format_chance, format_share

if TYPE_CHECKING:
    from costlaw.fitting.scatter.fit import Fit

AHEAD_DEX = 1.0  # the answer whose stability is checked: the response ten times past the last run


def diagnose_scatter(fit: Fit) -> tuple[Diagnostic, ...]:
    """Return all checks of a fit, in a fixed order."""
    points = fit.evidence
    design = np.column_stack([np.ones(len(points)), points.x])
    if fit.estimand == "fixed-year":
        design = np.column_stack([design, points.year - points.year.mean()])
    residuals = points.response - fit.line.response_at(points.x)
    p = fit.p_wrong_way
    told = fit.verdict == "ok"
    tested = back_test(fit)
    return (
        Diagnostic(
            name="exponent_not_told_apart", flagged=not told, value=p, limit=0.05,
            sentence=f"Confidence that error falls with compute: {format_chance(1 - p)}.",
        ),
        narrow_range(float(np.ptp(points.x))),
        _leverage(fit),
        curvature(residuals, design, points.x * np.log(10.0)),
        reach(tested.backtested_reach_dex, hidden=int(tested.reach_dex.size)),
    )  # fmt: skip


def _leverage(fit: Fit) -> Diagnostic:
    points = fit.evidence
    place = float(points.x.max()) + AHEAD_DEX
    what = "the answer ten times past the largest run"
    shifts: Array = np.full(len(points), np.nan)
    half = np.nan
    try:
        lines = lines_without(points, fit.estimand, np.arange(len(points)), better=fit.line.better)
        ends = [float(fit.line.band(np.array([place]), probability=share, next_result=False)[0])
                for share in (0.05, 0.95)]  # fmt: skip
        half = abs(ends[1] - ends[0]) / 2
        shifts = lines[:, 0] + lines[:, 1] * place - float(fit.line.response_at(place))
    except CostlawError:
        pass  # too few runs to leave one out: the check says so
    return leverage(shifts, half, names=points.names, what=what)


def scatter_checklist(fit: Fit) -> Checklist:
    """Return the reporting checklist of a fit."""
    points, line = fit.evidence, fit.line
    tested = back_test(fit)
    share = tested.coverage(0.9)
    checked = "too few runs to hide any"
    if share is not None:
        checked = f"{tested.reach_dex.size} larger runs hidden, {format_share(share)} inside 90 %"
    kind = points.cluster_kind
    known = {
        "networks": f"{fit.n}"
        + (f" in {points.clusters} {kind} clusters" if kind != "run" else ""),
        "counting": f"compute: {fit.measure}",
        "checkpoints": "one result each",
        "metric": f"{fit.benchmark.metric} on {fit.benchmark.title}",
        "changed": fit.benchmark.error_definition,
        "objective": line.regression,
        "algorithm": f"closed form, estimand {fit.estimand}",
        "starts": "none needed",
        "left_out": f"{points.left_out} rows without compute or error" if points.left_out else "no",
        "checked": f"{checked}; {fit.quality}",
        "uncertainty": "90 % confidence, rows of one cluster counted together",
    }
    return fill_in(fit.transform, known)
