"""The reference library: curves from published experiments, on which widths are calibrated.

Five open collections (MIT or Apache-2.0, attributed in ``data/sources.csv``), built by
``scripts/build_reference_curves.py``. A curve is a table row in ``data/curves.csv`` and its points
in ``data/points.csv.gz``; the benchmark's own hidden points are marked. This module reads; it
calibrates nothing. A forecast does not need it: it needs only the constants learned from it.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import resources

import numpy as np

from costlaw.fitting.predictive.curve import Array, Curve, read_curve
from costlaw.sources import Source

NAMES = ("collection", "domain", "network", "data_set", "measure", "axis", "source")


@dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """One published curve.

    Parameters
    ----------
    collection, domain, network, data_set, measure, axis, source : str
        Where it is from and what it is over (see data/codebook.csv).
    curve : Curve
        The part that may be fitted.
    hidden_x, hidden_error : ndarray of shape (h,)
        The benchmark's hidden runs, as published, repeated amounts included; often empty.
    """

    collection: str
    domain: str
    network: str
    data_set: str
    measure: str
    axis: str
    source: str
    curve: Curve
    hidden_x: Array
    hidden_error: Array

    @cached_property
    def full(self) -> Curve:
        """All runs as one curve, hidden ones included."""
        return read_curve(
            np.concatenate([self.curve.x, self.hidden_x]),
            np.concatenate([self.curve.error, self.hidden_error]),
        )

    @classmethod
    def of(
        cls, x: Array, error: Array, *, hidden: tuple[Array, Array], names: tuple[str, str, str]
    ) -> Reference:
        """Return a curve of a user's own from shown runs, hidden runs, and its names.

        Parameters
        ----------
        x, error : ndarray of shape (n,)
            Shown runs.
        hidden : (ndarray of shape (h,), ndarray of shape (h,))
            Amount and error of the hidden runs.
        names : tuple of str
            Domain, data set, network.
        """
        domain, data_set, network = names
        return cls(
            collection="own", domain=domain, network=network, data_set=data_set,
            measure=data_set, axis="", source="own", curve=read_curve(x, error),
            hidden_x=hidden[0], hidden_error=hidden[1],
        )  # fmt: skip


def _text(name: str) -> io.StringIO:
    raw = (resources.files("costlaw.fitting") / "data" / name).read_bytes()
    return io.StringIO((gzip.decompress(raw) if name.endswith(".gz") else raw).decode())


def references(collection: str = "") -> Iterator[Reference]:
    """Yield the curves of the library, in its order.

    Parameters
    ----------
    collection : str
        Only collections whose name starts so; all if left out.

    Examples
    --------
    >>> len({one.collection for one in references("nsl")}), len(list(references("nsl")))
    (4, 92)
    """
    table = np.loadtxt(_text("points.csv.gz"), delimiter=",", skiprows=1)
    edges = np.searchsorted(table[:, 0], np.arange(int(table[-1, 0]) + 2))
    for row in csv.DictReader(_text("curves.csv")):
        if not row["collection"].startswith(collection):
            continue
        number = int(row["curve"])
        points = table[edges[number] : edges[number + 1]]
        shown = points[points[:, 3] == 0]
        hidden = points[points[:, 3] == 1]
        names = {key: row[key] for key in NAMES}
        yield Reference(
            **names, curve=read_curve(shown[:, 1], shown[:, 2]),
            hidden_x=hidden[:, 1], hidden_error=hidden[:, 2],
        )  # fmt: skip


def library_sources() -> tuple[Source, ...]:
    """Return where the library's collections come from."""
    return tuple(
        Source(
            title=row["title"], year=int(row["year"]), url=row["url"], locator=row["locator"],
            obtained="recomputed", licence=row["licence"],
        )
        for row in csv.DictReader(_text("sources.csv"))
    )  # fmt: skip


def library_digest() -> str:
    """Return the digest that the build script wrote."""
    return _text("curves.digest").read().strip()
