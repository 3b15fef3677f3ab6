"""predict_curve: a curve in, one calibrated predictive distribution out.

The distribution gives the error at any amount of the resource, the amount for any error, and the
probability of never getting there, one- or two-sided at any level, all read from the same paths
(``path``). How falls slow, the width and its shape were learned on the reference library
and on no run of the curve asked about (``calibration``). It knows one curve: no
prices, no other axes, no joint law.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from costlaw.estimates import Estimate
from costlaw.exceptions import OptionError
from costlaw.fitting.predictive.calibration import Calibration, shipped, shipped_calibration
from costlaw.fitting.predictive.curve import Array, Curve, check_curve, read_curve
from costlaw.fitting.predictive.library import library_sources
from costlaw.fitting.predictive.look import FARTHEST, Look, look_at
from costlaw.fitting.predictive.members import MEMBERS
from costlaw.fitting.predictive.path import Paths
from costlaw.fitting.predictive.slowing import Slowing
from costlaw.fitting.predictive.support import Support, Territory, describe
from costlaw.sources import Source
from costlaw.units import format_percent, format_share

HORIZON = 10.0  # dex past the last run; later than that counts as never
CALIBRATED_REACH = FARTHEST / math.log(10)  # dex
INSIDE_POINTS, AHEAD_POINTS = 97, 600  # grid within the runs, and past the last one


@dataclass(frozen=True, kw_only=True, eq=False)
class PoolMember:
    """One member of the pool and what it says.

    Parameters
    ----------
    name : str
        Law and memory in words.
    weight : float
        Its weight in the pool, 0 to 1.
    coordinates : tuple of float
        Working coordinates of its law, origin at the last run.
    """

    name: str
    weight: float
    coordinates: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Predictive:
    """The predictive distribution of error along one resource.

    Parameters
    ----------
    curve : Curve
        The runs it was made from.
    paths : Paths
        The distribution.
    members : tuple of PoolMember
        Pool, heaviest first.
    backtest_error : float
        RMS of ln error when the curve's own last factor of about two was hidden; NaN: no room.
    support : Support
        Whether the curve is like the library.
    notes : tuple of str
        What a reader must know, in sentences.
    """

    curve: Curve
    paths: Paths
    members: tuple[PoolMember, ...]
    backtest_error: float
    support: Support
    notes: tuple[str, ...]

    # -- error at an amount ------------------------------------------------------------------------

    def quantile(self, probability: float, x: ArrayLike) -> Array:
        """Return the error that is not exceeded with a probability at x [unit of the errors]."""
        _check_probability(probability)
        return np.exp(self.paths.log_error(probability, np.log(_positive(x))))

    def median(self, x: ArrayLike) -> Array:
        """Return the median error at x [unit of the errors]."""
        return self.quantile(0.5, x)

    def interval(self, x: ArrayLike, level: float = 0.9) -> tuple[Array, Array]:
        """Return the central interval of the error at x [unit of the errors]."""
        return self.quantile(0.5 - level / 2, x), self.quantile(0.5 + level / 2, x)

    def probability(self, error: ArrayLike, x: ArrayLike) -> Array:
        """Return the probability that the error at x is at most ``error``."""
        return self.paths.probability(np.log(_positive(error)), np.log(_positive(x)))

    # -- amount for an error -----------------------------------------------------------------------

    def input_for(self, error: float, probability: float = 0.5) -> float:
        """Return the smallest x with P(error at x <= error) >= probability; inf: never."""
        _check_probability(probability)
        log_x = float(self.paths.first(math.log(float(_positive(error))), probability))
        return math.exp(log_x) if math.isfinite(log_x) else math.inf

    def input_interval(
        self, error: float, level: float = 0.9, sided: str = "two"
    ) -> tuple[float, float]:
        """Return the interval of x at which ``error`` is reached.

        Parameters
        ----------
        error : float
            Target [unit of the errors].
        level : float
            Probability that the interval holds.
        sided : str
            ``two``: equal tails; ``upper``: from 0 up to the x that is enough with ``level``.
        """
        if sided == "upper":
            return 0.0, self.input_for(error, level)
        if sided != "two":
            raise OptionError(f'sided = "{sided}": expected "two" or "upper".')
        return self.input_for(error, 0.5 - level / 2), self.input_for(error, 0.5 + level / 2)

    def unreachable(self, error: float) -> float:
        """Return the probability that the error is not reached within the horizon."""
        return 1.0 - self.paths.reached(math.log(float(_positive(error))))

    def input_estimate(self, error: float, unit: str = "FLOP") -> Estimate:
        """Return the x for an error as draws; ``inf`` draws never get there."""
        log_error = math.log(float(_positive(error)))

        def quantile(probability: Array) -> Array:
            return np.exp(self.paths.first(log_error, probability))

        return Estimate.from_quantiles(
            f"input for error {error!r} of curve {self.curve.z.sum()!r}", quantile, unit=unit,
            point=self.input_for(error), sources=self.sources,
        )  # fmt: skip

    # -- what it rests on --------------------------------------------------------------------------

    @property
    def last(self) -> float:
        """Largest x of the runs."""
        return float(self.curve.x[-1])

    @property
    def horizon(self) -> float:
        """Largest x that the distribution speaks about."""
        return float(np.exp(self.paths.log_x[-1]))

    @property
    def calibrated_reach(self) -> float:
        """How far past the last run the calibration was checked [dex]."""
        return CALIBRATED_REACH

    def reach(self, x: float) -> float:
        """Return how far past the last run x lies [dex]."""
        return math.log10(float(_positive(x)) / self.last)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Where the calibration's curves come from."""
        return library_sources()

    # -- records -----------------------------------------------------------------------------------

    def __repr__(self) -> str:
        x = 2 * self.last
        low, high = self.interval(x)
        return (
            f"<Predictive: error {self.median(x):.4g} ({low:.4g} to {high:.4g}, 90 %) at twice the "
            f"largest of {self.curve.size} runs; {self.support.sentence}>"
        )

    def __str__(self) -> str:
        lines = [f"{self.curve.size} runs up to {self.last:.4g}; {self.support.sentence}."]
        for factor in (2, 4, 8, 16):
            low, high = self.interval(factor * self.last)
            lines.append(
                f"  at {factor:>2} x the largest run: error {self.median(factor * self.last):.4g} "
                f"(90 %: {low:.4g} to {high:.4g})"
            )
        if math.isfinite(self.backtest_error):
            lines.append(
                "  own back-test, about 2 x hidden: off by "
                f"{format_percent(self.backtest_error)} (RMS)"
            )
        heavy = [f"{m.name} {format_share(m.weight)}" for m in self.members[:3]]
        lines.append("  pool: " + "; ".join(heavy) + f"; {len(self.members) - 3} more")
        return "\n".join(lines + [f"  note: {note}" for note in self.notes[:4]])

    def table(
        self, inputs: Sequence[float] = (), errors: Sequence[float] = (), level: float = 0.9
    ) -> pl.DataFrame:
        """Return quantity, estimate, low, high, level, unit; 2 to 16 times the last run if empty.

        Parameters
        ----------
        inputs : sequence of float
            Amounts to state the error at.
        errors : sequence of float
            Errors to state the amount for; null is "never".
        level : float
            Level of the intervals.
        """
        if not inputs and not errors:
            inputs = [factor * self.last for factor in (2, 4, 8, 16)]
        records = [
            _record(f"error at {x:.6g}", self.median(x), self.interval(x, level), unit="error")
            for x in inputs
        ]
        records += [
            _record(
                f"input for error {e:.6g}", self.input_for(e), self.input_interval(e, level),
                unit="input",
            )
            for e in errors
        ]  # fmt: skip
        return pl.DataFrame(records, infer_schema_length=None).with_columns(level=pl.lit(level))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": "costlaw.predictive/1",
            "runs": self.curve.size,
            "last": self.last,
            "forecasts": self.table().to_dicts(),
            "members": [
                {"name": m.name, "weight": m.weight, "coordinates": list(m.coordinates)}
                for m in self.members
            ],
            "backtest_error": _finite(self.backtest_error),
            "support": {
                "inside": self.support.inside, "distance": self.support.distance,
                "nearest": self.support.nearest, "widening": self.support.widening,
            },
            "calibrated_reach_dex": self.calibrated_reach,
            "notes": list(self.notes),
            "calibration_digest": shipped()["library_digest"],
            "sources": [source.to_dict() for source in self.sources],
        }  # fmt: skip


def predict_curve(
    x: ArrayLike, error: ArrayLike, *, calibration: Calibration | None = None
) -> Predictive:
    """Return the predictive distribution of error beyond some runs.

    Parameters
    ----------
    x : array_like of shape (n,)
        Amount of one resource in each run (compute, examples, parameters) [any one unit].
    error : array_like of shape (n,)
        Error or loss of each run [any one unit], > 0. Runs at the same x are repeated seeds.
    calibration : Calibration, optional
        Other constants than the shipped ones, as in leave-cluster-out checks.

    Returns
    -------
    Predictive
        One distribution, read in both directions.

    Raises
    ------
    DataError
        If values are missing or not positive, or there are too few amounts over too small a range.
    FitError
        If the error is constant or rises.

    Examples
    --------
    >>> compute = np.array([1, 2, 4, 8, 16, 32, 64, 128]) * 1e18
    >>> forecast = predict_curve(compute, 0.05 + 0.4 * (compute / 1e18) ** -0.4)
    >>> low, high = forecast.interval(512e18)
    >>> bool(low < forecast.median(512e18) < high)
    True
    >>> round(float(forecast.probability(high, 512e18)), 6)
    0.95
    """
    curve = read_curve(x, error)
    check_curve(curve)
    return describe_forecast(look_at([curve])[0], calibration=calibration)


def describe_forecast(
    look: Look, *, calibration: Calibration | None = None, territory: Territory | None = None
) -> Predictive:
    """Return the predictive distribution of a curve that was already looked at.

    Parameters
    ----------
    look : Look
        The curve, fitted and back-tested.
    calibration, territory : Calibration, Territory, optional
        Other constants than the shipped ones, as in leave-cluster-out checks.
    """
    used = shipped_calibration() if calibration is None else calibration
    curve = look.curve
    known = Territory.from_dict(shipped()["territory"]) if territory is None else territory
    support = known.locate(describe(look))
    inside = np.linspace(curve.u[0], 0.0, INSIDE_POINTS)
    ahead = HORIZON * math.log(10) * np.linspace(0.0, 1.0, AHEAD_POINTS)[1:] ** 2
    u = np.concatenate([inside, ahead])
    clues = look.clues(used.slowing, u)
    level, slope = used.width.scales(clues)
    paths = Paths(
        log_x=u + math.log(curve.x[-1]), center=clues.center, fall=clues.fall,
        level=level, slope=slope, shape=used.shape, widening=support.widening,
    )  # fmt: skip
    return Predictive(
        curve=curve, paths=paths, members=_members(look, used.slowing),
        backtest_error=look.backtest, support=support, notes=_notes(look, support),
    )  # fmt: skip


def _members(look: Look, slowing: Slowing) -> tuple[PoolMember, ...]:
    share = slowing.share(look.outlook(np.zeros(1)))
    pool = [
        PoolMember(
            name=member.name, weight=(1 - share) / len(MEMBERS), coordinates=tuple(q[look.place])
        )
        for member, q in zip(MEMBERS, look.fitted.q, strict=True)
    ]
    rule = PoolMember(
        name="recent fall, slowing as the reference curves do", weight=share,
        coordinates=(look.level, look.recent, slowing.gain, slowing.bend),
    )  # fmt: skip
    return tuple(sorted([*pool, rule], key=lambda member: -member.weight))


def _notes(look: Look, support: Support) -> tuple[str, ...]:
    curve, notes = look.curve, []
    if not support.inside:
        notes.append(f"The curve is {support.sentence}.")
    if -curve.u[0] < 1.5 * math.log(10):
        notes.append(
            f"The runs span {-curve.u[0] / math.log(10):.2g} decades: under 1.5, an irreducible "
            "error and an exponent can hardly be told apart."
        )
    if not look.past:
        notes.append("Too few runs for a back-test of this curve; the library's error is used.")
    if curve.is_record:
        notes.append("The errors never rise and have ties: read as a best-so-far record.")
    if curve.repeats:
        notes.append(f"{curve.repeats} repeated amounts were merged: seeds are noise.")
    if curve.thinned:
        notes.append(f"{curve.thinned} amounts were left out at equal steps of the logarithm.")
    notes.append(
        f"Calibrated up to 16 times the largest run ({CALIBRATED_REACH:.1f} dex); beyond, the "
        "width is extrapolated and not checked."
    )
    return tuple(notes)


def _positive(value: ArrayLike) -> Array:
    values = np.asarray(value, dtype=float)
    if not (np.isfinite(values) & (values > 0)).all():
        raise OptionError(f"{value!r}: expected positive finite numbers.")
    return values


def _check_probability(probability: float) -> None:
    if not 0 < probability < 1:
        raise OptionError(f"probability = {probability}: expected a number between 0 and 1.")


def _record(
    quantity: str, middle: ArrayLike, ends: tuple[ArrayLike, ArrayLike], *, unit: str
) -> dict[str, Any]:
    low, high = (_finite(float(np.asarray(end))) for end in ends)
    return {
        "quantity": quantity, "estimate": _finite(float(np.asarray(middle))),
        "low": low, "high": high, "level": None, "unit": unit,
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
