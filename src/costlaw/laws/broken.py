"""The smoothly broken power law, with one break or two, over irreducible error.

Follows Caballero et al. 2023 (BNSL): on log axes a chain of straight pieces joined smoothly. Its
slopes may have any sign, so it decreases only where its slopes say so. A fit moves the local
slopes rather than their differences.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from costlaw.laws.irreducible import IRREDUCIBLE, LOGIT_SHARE
from costlaw.laws.law import SPAN, Array, Coefficient, Coordinate, Law
from costlaw.laws.papers import CABALLERO_2023
from costlaw.laws.shape import line, mix, sigmoid, softplus
from costlaw.sources import Source

SLOPE = (-5.0, 20.0)  # a bound of the search only; published fits lie within ±2


class BrokenPowerLaw(Law):
    """error = irreducible + scale * C^-c0 * prod over i of (1 + (C/d_i)^(1/f_i))^(-c_i f_i).

    Working coordinates: ln level, logit irreducible share, slopes s_0..s_k (s_i - s_{i-1} = c_i),
    ln break places d_1..d_k, ln widths f_1..f_k.
    """

    breaks: ClassVar[int]
    sources: ClassVar[tuple[Source, ...]] = (CABALLERO_2023,)

    def _parts(self, q: Array) -> tuple[Array, Array, Array]:
        k = self.breaks
        return q[..., 2 : 3 + k], q[..., 3 + k : 3 + 2 * k], np.exp(q[..., 3 + 2 * k :])

    def _bends(self, q: Array, u: Array) -> list[Array]:
        """Return u and, for each break, how far past it a run is, both zero at the origin."""
        _, places, widths = self._parts(q)
        bends = [np.broadcast_to(u, np.broadcast_shapes((*q.shape[:-1], 1), u.shape))]
        for i in range(self.breaks):
            place, width = places[..., i : i + 1], widths[..., i : i + 1]
            bends.append(width * (softplus((u - place) / width) - softplus(-place / width)))
        return bends

    def _fall(self, q: Array, bends: list[Array]) -> Array:
        slopes = self._parts(q)[0]
        fall = -slopes[..., 0:1] * bends[0]
        for i in range(1, self.breaks + 1):
            fall = fall - (slopes[..., i : i + 1] - slopes[..., i - 1 : i]) * bends[i]
        return fall

    def log_error(self, q: Array, u: Array) -> Array:
        """Return ln error (..., n)."""
        return q[..., 0:1] + mix(q[..., 1:2], self._fall(q, self._bends(q, u[0])))[0]

    def jacobian(self, q: Array, u: Array) -> tuple[Array, Array]:
        """Return ln error (..., n) and its derivatives (..., p, n)."""
        k = self.breaks
        bends = self._bends(q, u[0])
        z, falling = mix(q[..., 1:2], self._fall(q, bends))
        slopes, places, widths = self._parts(q)
        out = np.empty((*z.shape[:-1], q.shape[-1], z.shape[-1]))
        out[..., 0, :] = 1.0
        out[..., 1, :] = 1.0 - falling - sigmoid(q[..., 1:2])
        for i in range(k + 1):
            after = bends[i + 1] if i < k else 0.0
            out[..., 2 + i, :] = falling * (after - bends[i])
        for i in range(k):
            place, width = places[..., i : i + 1], widths[..., i : i + 1]
            here, start = (u[0] - place) / width, -place / width
            past, begun = sigmoid(here), sigmoid(start)
            step = falling * (slopes[..., i + 1 : i + 2] - slopes[..., i : i + 1])
            out[..., 3 + k + i, :] = step * (past - begun)
            widen = bends[i + 1] - width * (past * here - begun * start)
            out[..., 3 + 2 * k + i, :] = -step * widen
        return q[..., 0:1] + z, out

    def move(self, q: Array, log_inputs: Array, log_error: Array) -> Array:
        """Return the coordinates (..., p) of the same curve at other origins."""
        k = self.breaks
        far = np.asarray(log_inputs[0], dtype=float)
        q = np.broadcast_to(q, (*np.broadcast_shapes(q.shape[:-1], far.shape), q.shape[-1])).copy()
        fall = self._fall(q, self._bends(q, far[..., None]))[..., 0]
        q[..., 0] += mix(q[..., 1], fall)[0] - log_error
        q[..., 1] -= fall
        q[..., 3 + k : 3 + 2 * k] -= far[..., None]
        return q

    def _lift(self, q: Array) -> Array:
        """Return ln of what the breaks add to the scale at the origin (...)."""
        slopes, places, widths = self._parts(q)
        return (np.diff(slopes, axis=-1) * widths * softplus(-places / widths)).sum(axis=-1)

    def to_coefficients(self, q: Array) -> Array:
        """Return (irreducible error, scale, c_0, c_1.., d_1.., f_1..), breaks in order."""
        slopes, places, widths = self._parts(q)
        level, share = q[..., 0], q[..., 1]
        with np.errstate(over="ignore"):
            heads = np.exp(
                np.stack([level - softplus(-share), level - softplus(share) + self._lift(q)], -1)
            )
        changes = np.diff(slopes, axis=-1)
        order = np.argsort(places, axis=-1)  # a fit may find the breaks in any order
        changes, places, widths = (
            np.take_along_axis(part, order, axis=-1) for part in (changes, places, widths)
        )
        with np.errstate(over="ignore"):
            return np.concatenate(
                [heads, slopes[..., :1], changes, np.exp(places), widths], axis=-1
            )

    def to_coordinates(self, coefficients: Array) -> Array:
        """Return (ln level, logit share, slopes, ln places, ln widths)."""
        k = self.breaks
        slopes = np.cumsum(coefficients[..., 2 : 3 + k], axis=-1)
        tail = np.concatenate([slopes, np.log(coefficients[..., 3 + k :])], axis=-1)
        with np.errstate(divide="ignore"):
            floor, scale = np.moveaxis(np.log(coefficients[..., :2]), -1, 0)
        scale = scale - self._lift(np.concatenate([np.zeros_like(tail[..., :2]), tail], axis=-1))
        heads = [np.logaddexp(floor, scale), np.maximum(floor - scale, -SPAN)]
        return np.concatenate([np.stack(heads, axis=-1), tail], axis=-1)

    def starts(self, u: Array, z: Array) -> Array:
        """Return breaks spread over the data, gentle then steep and steep then gentle."""
        k = self.breaks
        level, slope = line(u[0], z)
        steep = np.clip(-slope, 0.01, 5.0)
        low, high = np.nanmin(u[0], axis=-1), np.nanmax(u[0], axis=-1)
        wide = np.maximum(high - low, 0.5)
        rows = []
        for share in (-4.0, 0.0):
            for first, last in ((0.1, 1.3), (1.5, 0.7)):
                for width in (0.25, 0.9):
                    for place in (0.25, 0.6, 0.9):
                        slopes = [
                            steep * (first + (last - first) * i / k) + 0.01 for i in range(k + 1)
                        ]
                        places = [low + wide * place * (i + 1) / k for i in range(k)]
                        rows.append(
                            [level, share, *slopes, *places, *([np.log(width)] * k)],
                        )
        return np.stack([np.stack(np.broadcast_arrays(*row), axis=-1) for row in rows])

    def decreasing(self, q: Array) -> NDArray[np.bool_]:
        """Whether the local slope is nowhere negative (looked at on a fine grid past both ends)."""
        slopes, places, widths = self._parts(q)
        if self.breaks == 1:
            return np.min(slopes, axis=-1) >= 0
        low = np.min(places - 30 * widths, axis=-1)[..., None]
        high = np.max(places + 30 * widths, axis=-1)[..., None]
        u = low + (high - low) * np.linspace(0, 1, 801)
        local = slopes[..., 0:1] + 0 * u
        for i in range(self.breaks):
            past = sigmoid((u - places[..., i : i + 1]) / widths[..., i : i + 1])
            local = local + (slopes[..., i + 1 : i + 2] - slopes[..., i : i + 1]) * past
        return np.min(local, axis=-1) >= -1e-9

    def log_floor(self, q: Array) -> Array:
        """Return ln irreducible error (...); NaN where the last slope is not a fall."""
        falls = q[..., 2 + self.breaks] > 0
        return np.where(falls, q[..., 0] - softplus(-q[..., 1]), np.nan)


def _coefficients(breaks: int) -> tuple[Coefficient, ...]:
    which = ["", *(f"_{i}" for i in range(1, breaks + 1))]
    changes = [
        Coefficient(
            name=f"slope_change{end}",
            symbol=f"c_{end[1:]}",
            meaning=f"added to the slope by break {end[1:]}",
            lower=-np.inf,
        )
        for end in which[1:]
    ]
    return (
        IRREDUCIBLE,
        Coefficient(name="scale", symbol="b", meaning="reducible error far left", unit="error"),
        Coefficient(name="exponent", symbol="c_0", meaning="slope before break 1", lower=-np.inf),
        *changes,
        *(
            Coefficient(name=f"break{e}", symbol=f"d{e}", meaning="place of it", unit="input")
            for e in which[1:]
        ),
        *(
            Coefficient(name=f"width{e}", symbol=f"f{e}", meaning="width of it in ln input")
            for e in which[1:]
        ),
    )


def _coordinates(breaks: int) -> tuple[Coordinate, ...]:
    return (
        Coordinate(name="log_level"),
        LOGIT_SHARE,
        *(Coordinate(name=f"slope_{i}", lower=SLOPE[0], upper=SLOPE[1]) for i in range(breaks + 1)),
        *(Coordinate(name=f"log_break_{i + 1}") for i in range(breaks)),
        *(
            Coordinate(name=f"log_width_{i + 1}", lower=np.log(0.02), upper=np.log(30.0))
            for i in range(breaks)
        ),
    )


class BrokenOnceLaw(BrokenPowerLaw):
    """The broken power law with one break.

    Examples
    --------
    >>> law = BrokenOnceLaw()
    >>> round(float(law.error(law.example, compute_flop=1e18)), 4)
    0.326
    """

    breaks: ClassVar[int] = 1
    name: ClassVar[str] = "broken-power-1"
    title: ClassVar[str] = "broken power law with one break"
    formula: ClassVar[str] = "error = irreducible + scale * C^-c0 * (1 + (C/d)^(1/f))^(-c1 f)"
    aliases: ClassVar[tuple[str, ...]] = ("BNSL", "BNSL1", "broken-power")
    coefficients: ClassVar[tuple[Coefficient, ...]] = _coefficients(1)
    coordinates: ClassVar[tuple[Coordinate, ...]] = _coordinates(1)
    example: ClassVar[dict[str, float]] = {
        "irreducible_error": 0.02,
        "scale": 1.5,
        "exponent": 0.03,
        "slope_change_1": 0.15,
        "break_1": 1e17,
        "width_1": 0.5,
    }
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = ((1e14, 1e21),)


class BrokenTwiceLaw(BrokenPowerLaw):
    """The broken power law with two breaks.

    Examples
    --------
    >>> law = BrokenTwiceLaw()
    >>> round(float(law.error(law.example, compute_flop=1e18)), 4)
    0.3261
    """

    breaks: ClassVar[int] = 2
    name: ClassVar[str] = "broken-power-2"
    title: ClassVar[str] = "broken power law with two breaks"
    formula: ClassVar[str] = (
        "error = irreducible + scale * C^-c0 * prod_i (1 + (C/d_i)^(1/f_i))^(-c_i f_i)"
    )
    aliases: ClassVar[tuple[str, ...]] = ("BNSL2",)
    coefficients: ClassVar[tuple[Coefficient, ...]] = _coefficients(2)
    coordinates: ClassVar[tuple[Coordinate, ...]] = _coordinates(2)
    example: ClassVar[dict[str, float]] = {
        "irreducible_error": 0.02,
        "scale": 1.5,
        "exponent": 0.03,
        "slope_change_1": 0.15,
        "slope_change_2": -0.08,
        "break_1": 1e17,
        "break_2": 1e19,
        "width_1": 0.5,
        "width_2": 0.4,
    }
    example_inputs: ClassVar[tuple[tuple[float, float], ...]] = ((1e14, 1e22),)
