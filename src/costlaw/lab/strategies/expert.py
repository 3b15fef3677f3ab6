"""What an expert would look at in a picture: hand-built features, named, counted.

Where edges run (histograms of orientation in a 4 × 4 grid; Dalal & Triggs 2005), how bright each
part is, and the shape as a whole: area, height, width, symmetry, widths of five bands. A table of
measurements that people chose (cells, flights) is made of such features already and is taken as it
is. Operations are counted by hand, per pixel, because here they are the work; networks' elementwise
work is left out elsewhere, so the comparison is to the expert's disadvantage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from costlaw.lab.networks.multilayer import multilayer
from costlaw.lab.strategies.plain import made_of, tensors
from costlaw.lab.strategies.strategy import Floats, Made, Settings, Strategy
from costlaw.lab.training.loop import Trainer, recipe_of
from costlaw.lab.training.problem import Problem

CELLS, ORIENTATIONS, BANDS = 4, 8, 5
# differences 2, length and angle 6, bin and weight 4, sums into cells 2, brightness 1, shape 5
FLOP_PER_PIXEL = 20.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Features:
    """The features of a problem's inputs, to mean 0 and spread 1 over its examples.

    Parameters
    ----------
    picture : tuple of int or None
        Rows and columns; None: the inputs are the features.
    middle, spread : ndarray of shape (k,)
        Over the examples.
    names : tuple of str
        One a feature.
    flop : float
        Operations of working them out for one input [FLOP].
    """

    picture: tuple[int, int] | None
    middle: Any
    spread: Any
    names: tuple[str, ...]
    flop: float

    @classmethod
    def of(cls, problem: Problem) -> Features:
        """Return the features that fit a problem."""
        if problem.picture is None:
            count = problem.inputs.shape[1]
            names = problem.names or tuple(f"column {i + 1}" for i in range(count))
            return cls(picture=None, middle=0.0, spread=1.0, names=names, flop=0.0)
        raw = seen(problem.inputs, problem.picture)
        spread = raw.std(axis=0)
        return cls(
            picture=problem.picture,
            middle=raw.mean(axis=0),
            spread=np.where(spread > 0, spread, 1.0),
            names=feature_names(),
            flop=FLOP_PER_PIXEL * problem.picture[0] * problem.picture[1] + 2.0 * raw.shape[1],
        )

    def __call__(self, inputs: Floats) -> Floats:
        """Return the features of inputs, (n, k) float32."""
        if self.picture is None:
            return inputs
        found: Floats = ((seen(inputs, self.picture) - self.middle) / self.spread).astype(
            np.float32
        )
        return found

    def problem(self, problem: Problem) -> Problem:
        """Return the problem with features in place of its inputs."""
        return replace(
            problem, inputs=self(problem.inputs), test_inputs=self(problem.test_inputs),
            picture=None, names=self.names,
        )  # fmt: skip


def feature_names() -> tuple[str, ...]:
    """Return the names of the features of a picture, in order.

    Examples
    --------
    >>> len(feature_names()), feature_names()[-1]
    (153, 'width of band 5')
    """
    cells = [f"row {r + 1} column {c + 1}" for r in range(CELLS) for c in range(CELLS)]
    edges = [f"edges at {180 * o // ORIENTATIONS} degrees, {cell}" for cell in cells
             for o in range(ORIENTATIONS)]  # fmt: skip
    whole = ["area", "height", "width", "left-right symmetry"]
    bands = [f"width of band {b + 1}" for b in range(BANDS)]
    return (*edges, *(f"brightness, {cell}" for cell in cells), *whole, *bands)


def seen(inputs: Floats, picture: tuple[int, int]) -> Floats:
    """Return the features of pictures, before they are put on one scale, (n, 153)."""
    shown = inputs.reshape(-1, *picture)
    parts = [_edges(shown), _cells(shown), _shape(shown)]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _cells(values: Any) -> Any:
    """Return means over a 4 × 4 grid, (n, 16, …)."""
    count, rows, columns = values.shape[:3]
    r, c = rows // CELLS, columns // CELLS
    cut = values[:, : r * CELLS, : c * CELLS]
    grid = cut.reshape(count, CELLS, r, CELLS, c, *values.shape[3:]).mean(axis=(2, 4))
    return grid.reshape(count, CELLS * CELLS, *values.shape[3:])


def _edges(shown: Any) -> Any:
    down, across = np.zeros_like(shown), np.zeros_like(shown)
    down[:, 1:-1] = shown[:, 2:] - shown[:, :-2]
    across[:, :, 1:-1] = shown[:, :, 2:] - shown[:, :, :-2]
    strength = np.hypot(down, across)
    angle = np.mod(np.arctan2(down, across), np.pi)
    which = np.minimum((angle * (ORIENTATIONS / np.pi)).astype(np.int8), ORIENTATIONS - 1)
    bins = [_cells(np.where(which == o, strength, 0.0)) for o in range(ORIENTATIONS)]
    return np.sqrt(np.stack(bins, axis=2)).reshape(len(shown), -1)


def _shape(shown: Any) -> Any:
    lit = shown > shown.min(axis=(1, 2), keepdims=True) + 0.5
    by_row, by_column = lit.any(axis=2), lit.any(axis=1)
    symmetry = np.abs(shown - shown[:, :, ::-1]).mean(axis=(1, 2))
    whole = [lit.mean(axis=(1, 2)), by_row.mean(axis=1), by_column.mean(axis=1), symmetry]
    edges = np.linspace(0, shown.shape[1], BANDS + 1).astype(int)
    bands = [lit[:, a:b].mean(axis=(1, 2)) for a, b in pairwise(edges)]
    return np.stack([*whole, *bands], axis=1)


class ExpertFeatures(Strategy):
    """Hand-built features and one layer of weights."""

    name: ClassVar[str] = "expert-features"
    family: ClassVar[str] = "other"
    title: ClassVar[str] = "hand-built features and one layer of weights"
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "learning_rate": (1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 3e-2, 5e-2)
    }

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Work out the features, train one layer on them."""
        features = Features.of(problem)
        own = features.problem(problem)
        network = multilayer(own.inputs.shape[1], (), classes=own.classes, seed=trainer.seed)
        recipe = recipe_of(settings)
        trainer.fit(network, *tensors(own), recipe=recipe, stage="expert")
        made = made_of(network, trainer)
        return replace(
            made,
            predict=lambda inputs: made.predict(features(inputs)),
            training_flop=made.training_flop + features.flop * problem.examples,
            flop_per_use=made.flop_per_use + features.flop,
            runtime="numpy features, onnxruntime float32",
            network=None,
        )
