"""Diagnostics: what is wrong with a fit, each as a sentence, a flag and the number it came from.

The checks here know arrays only, so that a fit of published results and one of own runs are held
to the same rules. A check that cannot be made says so; it is never silently passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

from costlaw.units import format_number

Array = NDArray[np.float64]
FEWEST_DECADES = 1.5  # under which an irreducible error and an exponent can hardly be told apart
SIGNIFICANT = 0.05  # p under which curvature in the residuals is called so


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """One check of a fit.

    Parameters
    ----------
    name : str
        Which check, such as ``narrow_range``.
    flagged : bool or None
        Whether it found something; None: it could not be made.
    value, limit : float or None
        The number that decided, and what it was held against.
    sentence : str
        What it means, in words.
    """

    name: str
    flagged: bool | None
    value: float | None
    limit: float | None
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return dict(vars(self))


def narrow_range(decades: float) -> Diagnostic:
    """Check that the runs span at least 1.5 decades."""
    flagged = decades < FEWEST_DECADES
    tail = (
        f"under {FEWEST_DECADES}, an exponent and an irreducible error can hardly be told apart"
        if flagged
        else f"at least {FEWEST_DECADES}"
    )
    return Diagnostic(
        name="narrow_range", flagged=flagged, value=decades, limit=FEWEST_DECADES,
        sentence=f"The runs span {decades:.2g} decades: {tail}.",
    )  # fmt: skip


def leverage(shifts: Array, half_width: float, *, names: tuple[str, ...], what: str) -> Diagnostic:
    """Check whether one run left out moves the answer by more than its own interval.

    Parameters
    ----------
    shifts : ndarray of shape (n,)
        Change of the answer when each run is left out; NaN where it cannot be.
    half_width : float
        Half of the answer's 90 % interval, same unit.
    names : tuple of str
        Name of each run.
    what : str
        The answer in words.
    """
    size = np.abs(shifts)
    if not np.isfinite(size).any() or not np.isfinite(half_width):
        return Diagnostic(
            name="leverage", flagged=None, value=None, limit=1.0,
            sentence="Leverage of single runs: too few runs to leave any out.",
        )  # fmt: skip
    place = int(np.nanargmax(size))
    ratio = float(size[place] / max(half_width, 1e-300))
    flagged = bool(ratio > 1.0)
    moved = f"moves {what} by {ratio:.1f} times the half-width of its own 90 % interval"
    sentence = (
        f'Run "{names[place]}" carries the fit: leaving it out {moved}.'
        if flagged
        else f'No run carries the fit alone: the strongest ("{names[place]}") {moved}.'
    )
    return Diagnostic(name="leverage", flagged=flagged, value=ratio, limit=1.0, sentence=sentence)


def curvature(residuals: Array, slopes: Array, order: Array) -> Diagnostic:
    """Check for a bend that the law misses: does a square in ln size explain the residuals?

    A Lagrange-multiplier test: the residuals are regressed on the law's own slopes and the square;
    the square's F has (1, n - p - 1) degrees of freedom.

    Parameters
    ----------
    residuals : ndarray of shape (n,)
        Observed less fitted, in the response that was fitted.
    slopes : ndarray of shape (n, p)
        Derivatives of the fit by its coefficients.
    order : ndarray of shape (n,)
        ln size of each run.
    """
    name, size = "curvature", slopes.shape[1]
    freedom = residuals.size - size - 1
    spread = float(np.ptp(order))
    if freedom < 1 or not spread > 0:
        return Diagnostic(
            name=name, flagged=None, value=None, limit=SIGNIFICANT,
            sentence="Curvature in the residuals: too few runs to test for it.",
        )  # fmt: skip
    t = (order - order.mean()) / spread
    scale = np.abs(slopes).max(axis=0)
    base = slopes / np.where(scale > 0, scale, 1.0)
    plain = residuals - base @ np.linalg.lstsq(base, residuals, rcond=None)[0]
    wider = np.column_stack([base, t**2])
    bent = residuals - wider @ np.linalg.lstsq(wider, residuals, rcond=None)[0]
    before, after = float(plain @ plain), float(bent @ bent)
    tiny = 1e-24 * residuals.size
    ratio = max(before - after, 0.0) / max(after / freedom, tiny)
    p = 1.0 if before <= tiny else float(fdtrc(1, freedom, ratio))
    flagged = bool(p < SIGNIFICANT)
    words = "the law misses a bend" if flagged else "no bend shows"
    return Diagnostic(
        name=name, flagged=flagged, value=p, limit=SIGNIFICANT,
        sentence=f"Curvature in the residuals (p = {format_number(p)}): {words}.",
    )  # fmt: skip


def serial(residuals: Array) -> Diagnostic:
    """Check whether the residuals of neighbouring checkpoints follow each other."""
    away = residuals - residuals.mean()
    square = float(away @ away)
    rho = float(away[1:] @ away[:-1]) / square if square > 0 else 0.0
    limit = 2.0 / np.sqrt(max(residuals.size, 1))
    flagged = bool(rho > limit)
    words = "they follow each other, so they count for fewer" if flagged else "no sign of it"
    return Diagnostic(
        name="serial_correlation", flagged=flagged, value=rho, limit=float(limit),
        sentence=f"Residuals of neighbouring checkpoints correlate by {rho:.2f}: {words}.",
    )  # fmt: skip


def reach(
    backtested_dex: float, *, asked_dex: float | None = None, hidden: int | None
) -> Diagnostic:
    """Check a reach against what back-tests support.

    Parameters
    ----------
    backtested_dex : float
        Reach up to which hidden runs fell inside their interval [dex].
    asked_dex : float, optional
        Reach of the forecast; none asked: whether any reach is supported at all.
    hidden : int or None
        Hidden runs behind it [count]; None: back-tests of other curves than these runs.
    """
    if hidden == 0:
        sentence = "Reach: too few runs to hide any, so no forecast is supported by a back-test."
        return Diagnostic(name="reach", flagged=True, value=0.0, limit=asked_dex, sentence=sentence)
    whose = "back-tests" if hidden is None else f"back-tests of {hidden} hidden runs"
    support = f"{whose} support {backtested_dex:.2g} dex past the last"
    if asked_dex is None:
        flagged = backtested_dex <= 0
        sentence = (
            f"Reach: hidden runs fell outside their 90 % interval already next to the last run "
            f"({hidden} hidden); no reach is supported."
            if flagged
            else f"Reach: {support}."
        )
        return Diagnostic(
            name="reach", flagged=flagged, value=backtested_dex, limit=None, sentence=sentence
        )
    flagged = asked_dex > backtested_dex
    sentence = f"Reach {asked_dex:+.2g} dex: {support}" + ("; this is beyond." if flagged else ".")
    return Diagnostic(
        name="reach", flagged=flagged, value=backtested_dex, limit=asked_dex, sentence=sentence
    )
