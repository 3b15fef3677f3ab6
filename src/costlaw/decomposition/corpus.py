"""Growth of a corpus: chip rate, count and time per year, each with its interval.

One idea: burden = rate × count × time holds for every row, so the three growth rates add up to that
of the burden exactly, and each factor's share of the spread is its covariance with the total. Where
a row trains in several phases the factors are means weighted by device time. Follows the hardware
burden of Thompson et al. (2020, 2022). The pair of two systems is ``compute.growth_between``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.decomposition.trends import MINIMUM, Trend, trend
from costlaw.exceptions import EvidenceError
from costlaw.literature import Result, load
from costlaw.sources import Source, merge_sources

FACTORS = ("chip rate", "count", "time")
Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class CorpusGrowth:
    """Growth per year of a benchmark's hardware burden, by factor.

    Parameters
    ----------
    benchmark, edition : str
        Which results.
    total : Trend
        Of the burden.
    factors : tuple of Trend
        Of chip rate, count and time; their slopes add up to that of the total.
    shares : dict of str to float
        Covariance of each factor with the total over the variance of the total; they add to 1.
    names : tuple of str
        The networks.
    sources : tuple of Source
        Where the rows come from.
    """

    benchmark: str
    edition: str
    total: Trend
    factors: tuple[Trend, ...]
    shares: dict[str, float]
    names: tuple[str, ...]
    sources: tuple[Source, ...]

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "edition": self.edition,
            "n": self.total.n,
            "total": self.total.to_dict(level),
            "factors": [item.to_dict(level) for item in self.factors],
            "covariance_shares": self.shares,
        }


def device_factors(result: Result) -> tuple[float, float, float] | None:
    """Return mean rate [FLOP/s], mean count, total time [s] of a result; None where not stated.

    Their product is the hardware burden of its phases.

    Examples
    --------
    >>> alexnet = next(r for r in load("imagenet", "v2") if r.network == "AlexNet")
    >>> rate, count, time = device_factors(alexnet)
    >>> round(rate / 1e12, 2), count, round(time / 86400, 1)
    (1.58, 2.0, 6.0)
    """
    if not result.phases:
        return None
    burden = device_time = time = 0.0
    for phase in result.phases:
        part = phase.burden()
        if part is None:
            if not phase.devices and not phase.duration_s:
                continue  # a phase of which only its data are stated
            return None
        seconds = phase.duration_s or 0.0
        burden += part
        device_time += seconds * sum(device.count or 0.0 for device in phase.devices)
        time += seconds
    if burden == 0.0:
        return None
    return burden / device_time, device_time / time, time


def growth_of(benchmark: str, edition: str = "corrected") -> CorpusGrowth:
    """Return how the burden of a benchmark's published results grew, factor by factor.

    Parameters
    ----------
    benchmark : str
        Name or alias of a benchmark.
    edition : str
        Edition of the corpus.

    Returns
    -------
    CorpusGrowth

    Raises
    ------
    EvidenceError
        If fewer than 4 results state chips, count, time and year.

    Source
    ------
    Thompson et al. 2022, ImageNet data (36 rows state all three factors).

    Examples
    --------
    >>> grown = growth_of("imagenet", "v2")
    >>> [round(item.factor, 2) for item in grown.factors]
    [1.57, 1.2, 0.92]
    """
    kept, values = [], []
    for result in load(benchmark, edition):
        factors = device_factors(result) if "hardware-burden" in result.compute else None
        if factors is not None and result.year is not None:
            kept.append(result)
            values.append(factors)
    if len(kept) < MINIMUM:
        raise EvidenceError(
            f"{benchmark}: {len(kept)} results of edition {edition} state chips, their number and"
            " their time; growth per year needs 4. Try --edition v2 or another benchmark."
        )
    logs = np.log10(np.array(values))
    years = np.array([float(result.year or 0) for result in kept])
    groups = [result.lineage or result.paper for result in kept]
    total = logs.sum(axis=1)
    centred = total - total.mean()
    weight = centred @ centred
    shares = {
        name: float(centred @ logs[:, place] / weight) if weight > 0 else 0.0
        for place, name in enumerate(FACTORS)
    }
    return CorpusGrowth(
        benchmark=benchmark, edition=edition,
        total=trend("hardware burden", years, logs=total, groups=groups),
        factors=tuple(
            trend(name, years, logs=logs[:, place], groups=groups)
            for place, name in enumerate(FACTORS)
        ),
        shares=shares, names=tuple(result.network for result in kept),
        sources=merge_sources(tuple({r.source.title: r.source for r in kept}.values())),
    )  # fmt: skip
