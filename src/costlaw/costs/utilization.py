"""Utilization of devices: what published runs reached, and a prior for a run not yet made.

One idea: utilization is compute done over capacity occupied (MFU, recomputation not counted), and
a run about which nothing is known has a wide one. The prior is logit-normal, so it stays inside
(0, 1). Data: Epoch AI's notable models. Published figures lean high, because poor utilization is
seldom printed; the prior's centre allows for that, as a stated judgement.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from costlaw.costs.tables import constant, rows, source
from costlaw.estimates import Estimate
from costlaw.exceptions import OptionError, UnknownName
from costlaw.sources import Source

PRIOR_CENTRE = 0.35  # judgement-utilization
PRIOR_FACTOR = 1.45  # one standard deviation, ×/÷ at the centre; half-range of published quartiles
KINDS = ("language", "other")
_PRIOR_WEIGHT = 10.0  # the prior counts as this many published runs


def published(
    since: int | None = None, until: int | None = None, *, kind: str | None = None
) -> NDArray[np.float64]:
    """Return the published utilizations of a span of years, sorted.

    Parameters
    ----------
    since, until : int, optional
        First and last year.
    kind : str, optional
        ``language`` or ``other``; all if not given.

    Raises
    ------
    UnknownName
        If there is no such kind.

    Returns
    -------
    ndarray of shape (n,)
        Fractions in (0, 1).

    Examples
    --------
    >>> values = published()
    >>> len(values) > 50, 0.3 < float(np.median(values)) < 0.45
    (True, True)
    """
    if kind is not None and kind not in KINDS:
        raise UnknownName("kind of network", kind, KINDS)
    kept = [
        float(row["utilization"])
        for row in rows("utilization.csv")
        if (since or 0) <= int(row["date"][:4]) <= (until or 9999) and kind in {None, row["kind"]}
    ]
    return np.sort(np.array(kept))


def utilization(
    year: int | None = None, *, stated: float | None = None, kind: str | None = None
) -> Estimate:
    """Return the utilization of a run.

    Parameters
    ----------
    year : int, optional
        Year of the run: its prior is drawn towards what runs within a year of it published.
    stated : float, optional
        A known utilization, in (0, 1]: exact.
    kind : str, optional
        ``language`` or ``other``: the prior is drawn towards what networks of the kind published,
        of every year if none is given.

    Raises
    ------
    OptionError
        If the stated utilization is not in (0, 1].
    UnknownName
        If there is no such kind.

    Examples
    --------
    >>> prior = utilization()
    >>> low, high = prior.interval(0.9)
    >>> round(prior.value, 2), round(low, 2), round(high, 2)
    (0.35, 0.17, 0.58)
    """
    if stated is not None:
        if not 0 < stated <= 1:
            hint = f" Is it a percentage? Write {stated / 100:g}." if 1 < stated <= 100 else ""
            raise OptionError(f"utilization = {stated:g}: expected a fraction in (0, 1].{hint}")
        return Estimate.exact(stated, "")
    centre = float(logit(PRIOR_CENTRE))
    cited = [source("judgement-utilization")]
    if year is not None or kind is not None:
        span = (year - 1, year + 1) if year is not None else (None, None)
        near = published(*span, kind=kind)
        total = float(np.sum(logit(near))) if near.size else 0.0
        centre = (centre * _PRIOR_WEIGHT + total) / (_PRIOR_WEIGHT + near.size)
        cited.append(source("epoch-models-2026"))
    return _logit_normal("utilization:unknown run", centre, cited)


def utilization_of_burdens() -> Estimate:
    """Return the utilization of the runs behind a published hardware burden.

    The prior of a run about which nothing is known, with draws of its own: how well those runs
    used their chips says nothing of how well the next one will.

    Examples
    --------
    >>> ratio = utilization_of_burdens() / utilization()
    >>> low, high = ratio.interval(0.9)
    >>> 0.3 < low < 0.5 < 2 < high < 3
    True
    """
    return _logit_normal(
        "utilization:runs behind a burden", float(logit(PRIOR_CENTRE)),
        [source("judgement-utilization")],
    )  # fmt: skip


def _logit_normal(name: str, centre: float, cited: list[Source]) -> Estimate:
    scale = math.log(PRIOR_FACTOR) / (1 - PRIOR_CENTRE)  # d logit u = d log u / (1 - u)
    return Estimate.from_quantiles(
        name, lambda p: expit(centre + scale * ndtri(p)), unit="", point=float(expit(centre)),
        sources=tuple(cited),
    )  # fmt: skip


def running_utilization(*, stated: float | None = None) -> Estimate:
    """Return the utilization of devices that run a trained network.

    Serving one user at a time leaves most of a device idle: generating tokens is bound by memory,
    reading a long input is not. Logit-normal between the ends of the constant.

    Parameters
    ----------
    stated : float, optional
        A known utilization, in (0, 1]: exact.

    Raises
    ------
    OptionError
        If the stated utilization is not in (0, 1].

    Source
    ------
    Pope et al. 2022, arXiv 2211.05102: 76 % for large batches of input tokens.

    Examples
    --------
    >>> low, high = running_utilization().interval(0.9)
    >>> round(low, 2), round(high, 2)
    (0.03, 0.76)
    """
    if stated is not None:
        return utilization(stated=stated)
    found = constant("utilization.running")
    row = next(row for row in rows("constants.csv") if row["key"] == "utilization.running")
    low, high = (float(logit(float(row[end]))) for end in ("low", "high"))
    sd = (high - low) / (2 * float(ndtri(0.95)))
    return Estimate.from_quantiles(
        "utilization:running", lambda p: expit((low + high) / 2 + sd * ndtri(p)), unit="",
        point=found.value, sources=found.sources,
    )  # fmt: skip
