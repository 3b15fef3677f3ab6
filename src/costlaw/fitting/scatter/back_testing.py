"""Back-test on a scatter: hide the largest runs, forecast their error, score it.

Rolling origin: the runs are put in order of compute (or of year), the law is fitted to the first
part, and every later run is forecast with the interval of a next result. How far past the last
fitted run the 90 % interval still held (in at least 80 % of the hidden runs of that bin) is the
back-tested reach; a forecast beyond it is answered, greyed. It tunes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import CostlawError
from costlaw.fitting.scatter.estimands.line import Array
from costlaw.fitting.scatter.fit import Fit, fit_evidence

ORIGINS = 8  # cuts between half of the runs and all but one
HELD = 0.8  # share of hidden runs inside the 90 % interval for a reach to count as checked
BIN_DEX = 0.5  # width of a bin of reach
FEWEST_RUNS = 6  # runs in the first part
FEWEST_HIDDEN = 3  # hidden runs in a bin for it to count


@dataclass(frozen=True, kw_only=True, eq=False)
class ScatterBacktest:
    """Hidden runs and how they were forecast.

    Parameters
    ----------
    reach_dex : ndarray of shape (m,)
        How far past the largest fitted run each hidden run lies [dex].
    error_dex : ndarray of shape (m,)
        log10(observed error / forecast error) [dex].
    inside : dict of float to ndarray of shape (m,)
        Whether the observed error lay in the interval, for each level.
    origins : int
        Number of cuts.
    """

    reach_dex: Array
    error_dex: Array
    inside: dict[float, NDArray[np.bool_]]
    origins: int

    def coverage(self, level: float = 0.9) -> float | None:
        """Return the share of hidden runs inside the interval; None if nothing was hidden."""
        return float(self.inside[level].mean()) if self.reach_dex.size else None

    @property
    def rms_dex(self) -> float | None:
        """Root mean square of the forecast error [dex of error]."""
        return float(np.sqrt(np.mean(self.error_dex**2))) if self.reach_dex.size else None

    @property
    def bias_dex(self) -> float | None:
        """Mean of the forecast error; above 0: results ended worse than forecast [dex]."""
        return float(self.error_dex.mean()) if self.reach_dex.size else None

    @property
    def backtested_reach_dex(self) -> float:
        """Reach up to which the 90 % interval was checked and held [dex]; 0 if never."""
        held = 0.0
        edges = np.arange(0.0, max(float(self.reach_dex.max(initial=0.0)), BIN_DEX), BIN_DEX)
        for edge in edges:
            here = (self.reach_dex > edge) & (self.reach_dex <= edge + BIN_DEX)
            if here.sum() < FEWEST_HIDDEN or self.inside[0.9][here].mean() < HELD:
                break
            held = float(self.reach_dex[here].max())
        return held

    def at_reach(self, reach_dex: float) -> float | None:
        """Return the RMS forecast error of hidden runs at least half as far out [dex of error]."""
        far = self.reach_dex >= min(reach_dex, float(self.reach_dex.max(initial=0.0))) / 2
        return float(np.sqrt(np.mean(self.error_dex[far] ** 2))) if far.any() else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "hidden": int(self.reach_dex.size),
            "origins": self.origins,
            "coverage_90": self.coverage(0.9),
            "coverage_50": self.coverage(0.5),
            "rms_dex": self.rms_dex,
            "bias_dex": self.bias_dex,
            "backtested_reach_dex": self.backtested_reach_dex,
            "largest_reach_dex": float(self.reach_dex.max(initial=0.0)),
        }


def back_test(fit: Fit, *, levels: tuple[float, ...] = (0.5, 0.9)) -> ScatterBacktest:
    """Hide the largest runs of a fit's evidence, forecast them, and score.

    Parameters
    ----------
    fit : Fit
        A law fitted to a scatter of runs.
    levels : tuple of float
        Levels of the intervals that are scored.

    Returns
    -------
    ScatterBacktest
        Empty if there are too few runs.
    """
    points = fit.evidence
    order = np.sort(points.x)
    if points.x.size > FEWEST_RUNS:
        first = max(FEWEST_RUNS, points.x.size // 2)
        cuts = np.unique(np.linspace(first, points.x.size - 1, ORIGINS, dtype=int)).tolist()
    else:
        cuts = []
    rows: list[tuple[Array, Array, dict[float, NDArray[np.bool_]]]] = []
    for cut in cuts:
        last = order[cut - 1]
        seen, hidden = points.keep(points.x <= last), points.keep(points.x > last)
        if len(hidden) == 0 or np.unique(seen.x).size < 3 or np.unique(seen.error).size < 2:
            continue
        try:
            line = fit_evidence(seen, law=fit.law, estimand=fit.estimand)
        except CostlawError:
            continue
        inside = {}
        for level in levels:
            ends = [line.band(hidden.x, probability=0.5 + side * level / 2, next_result=True)
                    for side in (-1, 1)]  # fmt: skip
            inside[level] = (hidden.response >= np.fmin(*ends)) & (
                hidden.response <= np.fmax(*ends)
            )
        with np.errstate(invalid="ignore", divide="ignore"):
            forecast = fit.transform.inverse_response(line.response_at(hidden.x))
            away = np.log10(hidden.error / forecast)
        good = np.isfinite(away)
        rows.append((hidden.x[good] - last, away[good], {k: v[good] for k, v in inside.items()}))
    empty = np.zeros(0)
    return ScatterBacktest(
        reach_dex=np.concatenate([row[0] for row in rows] or [empty]),
        error_dex=np.concatenate([row[1] for row in rows] or [empty]),
        inside={
            level: np.concatenate([row[2][level] for row in rows] or [empty.astype(bool)])
            for level in levels
        },
        origins=len(rows),
    )
