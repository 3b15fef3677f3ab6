"""The 245 runs read off the Chinchilla figure: the one joint data set that ships.

Read off Figure 4 of Hoffmann et al. 2022 by Besiroglu et al. 2024. The five runs of highest loss
are far off the trend and left out of fits there; ``keep_usual`` does the same. Whether they are
errors of the extraction is not known.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from costlaw.laws.law import Array
from costlaw.runs import Runs
from costlaw.sources import Source

DATA = Path(__file__).parent / "data"
LEFT_OUT = 5  # Besiroglu et al. 2024, Section 3: the five highest losses


@cache
def chinchilla() -> pl.DataFrame:
    """Return the 245 runs: name, parameters, examples [tokens], compute_flop [FLOP], loss [nats].

    Examples
    --------
    >>> chinchilla().height
    245
    """
    return pl.read_csv(DATA / "chinchilla.csv")


@cache
def chinchilla_source() -> Source:
    """Return where the runs come from."""
    row = pl.read_csv(DATA / "sources.csv").row(0, named=True)
    return Source(
        title=row["title"], year=row["year"], url=row["url"], locator=row["locator"],
        obtained="derived", licence=row["licence"],
    )  # fmt: skip


def keep_usual(loss: Array) -> NDArray[np.bool_]:
    """Return which runs (n,) the published fits keep: all but the five of highest loss."""
    keep = np.ones(len(loss), dtype=bool)
    keep[np.argsort(loss)[-LEFT_OUT:]] = False
    return keep


def usual_runs() -> Runs:
    """Return the 240 usual runs as a table, with their source.

    Examples
    --------
    >>> len(usual_runs())
    240
    """
    frame = chinchilla()
    kept = frame.filter(pl.Series(keep_usual(frame["loss"].to_numpy()))).drop("source")
    table = Runs.from_frame(kept, origin="chinchilla")
    return replace(table, sources=(chinchilla_source(),))


def usual_points() -> tuple[Array, Array]:
    """Return inputs (2, 240): parameters and tokens, and loss (240,) [nats] of the usual runs.

    Examples
    --------
    >>> inputs, loss = usual_points()
    >>> inputs.shape, loss.shape
    ((2, 240), (240,))
    """
    frame = chinchilla()
    loss = frame["loss"].to_numpy()
    keep = keep_usual(loss)
    inputs = np.stack([frame[name].to_numpy()[keep] for name in ("parameters", "examples")])
    return inputs, loss[keep]
