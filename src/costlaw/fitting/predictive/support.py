"""Is this curve like the library that the widths were learned from?

A curve is described by six numbers (how many runs, over what range, how noisy, how fast it falls,
how far the members disagree, how often it goes up), each in units of its spread over the library,
and compared with the nearest cases of the library. Farther than nearly all library cases are from
cases of other networks and data sets: the interval is widened by the stated factor and the card
says "unlike the library". The rule sees only shown runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from costlaw.fitting.predictive.curve import Array
from costlaw.fitting.predictive.look import TINY, UNIT, Look

NEIGHBOURS = 5  # the distance is to the fifth nearest case: one odd case is not support
DIMENSIONS = ("runs", "range", "noise", "recent fall", "spread", "upward steps")
INSIDE = 0.975  # share of the library's own cases that count as inside
MOST_WIDENING = 4.0  # beyond this the number would only pretend to know


def describe(look: Look) -> Array:
    """Return the six numbers (6,) of a curve, in logarithms."""
    u = np.array([UNIT])
    return np.array(
        [
            math.log(look.curve.size),
            math.log(-look.curve.u[0]),
            math.log(look.noise + TINY),
            math.log(look.recent_fall + TINY),
            math.log(float(look.spread(u)[0]) + TINY),
            math.log(look.upward + TINY),
        ]
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Support:
    """Where a curve lies in relation to the library.

    Parameters
    ----------
    distance : float
        To the fifth nearest library case, over the largest distance that counts as inside.
    nearest : str
        Collection of the nearest case.
    widening : float
        What every draw of the width is multiplied with.
    """

    distance: float
    nearest: str
    widening: float

    @property
    def inside(self) -> bool:
        """Whether the curve is like the library."""
        return self.distance <= 1.0

    @property
    def sentence(self) -> str:
        """The finding in words."""
        if self.inside:
            return f"like the reference curves (nearest: {self.nearest})"
        return (
            f"unlike the reference curves ({self.distance:.1f} times the distance that counts as "
            f"like; nearest: {self.nearest}): not calibrated, interval widened {self.widening:.2g} "
            "times"
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Territory:
    """The library's cases as points.

    Parameters
    ----------
    mean, sd : ndarray of shape (6,)
        Of the library's descriptions.
    points : ndarray of shape (n, 6)
        Descriptions in units of ``sd``.
    names : tuple of str
        Collection of each point.
    edge : float
        Largest distance that counts as inside.
    power : float
        The widening is (distance / edge) to this power.
    """

    mean: Array
    sd: Array
    points: Array
    names: tuple[str, ...]
    edge: float
    power: float

    def locate(self, description: Array) -> Support:
        """Return where a description (6,) lies."""
        away = np.sqrt((((description - self.mean) / self.sd - self.points) ** 2).mean(axis=1))
        order = np.argsort(away, kind="stable")
        distance = float(away[order[min(NEIGHBOURS, away.size) - 1]]) / self.edge
        widening = float(np.clip(distance**self.power, 1.0, MOST_WIDENING))
        return Support(distance=distance, nearest=self.names[order[0]], widening=widening)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "dimensions": list(DIMENSIONS), "mean": self.mean.round(6).tolist(),
            "sd": self.sd.round(6).tolist(), "points": self.points.round(3).tolist(),
            "names": list(self.names), "edge": self.edge, "power": self.power,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Territory:
        """Return what ``to_dict`` wrote."""
        return cls(
            mean=np.array(record["mean"]), sd=np.array(record["sd"]),
            points=np.array(record["points"]), names=tuple(record["names"]),
            edge=record["edge"], power=record["power"],
        )  # fmt: skip


def learn_territory(
    descriptions: Array,
    names: tuple[str, ...],
    clusters: tuple[frozenset[str], ...],
    *,
    power: float,
) -> Territory:
    """Return the territory of some cases.

    Parameters
    ----------
    descriptions : ndarray of shape (n, 6)
        Of each case.
    names : tuple of str
        Collection of each case.
    clusters : tuple of frozenset of str
        Network and data set of each case; cases that share one are not compared.
    power : float
        Power of the widening.
    """
    mean, sd = descriptions.mean(axis=0), descriptions.std(axis=0)
    points = (descriptions - mean) / sd
    distances = []
    for point, cluster in zip(points, clusters, strict=True):
        away = np.sqrt(((points - point) ** 2).mean(axis=1))
        foreign = np.array([cluster.isdisjoint(other) for other in clusters])
        distances.append(np.sort(away[foreign])[NEIGHBOURS - 1])
    edge = float(np.quantile(distances, INSIDE))
    return Territory(mean=mean, sd=sd, points=points, names=names, edge=edge, power=power)
