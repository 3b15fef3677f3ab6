"""Which of a training's metrics is its error: the caller's word, else the plainest one there is.

An error is taken as it is, an accuracy as 1 − accuracy, a loss as a loss (unit nats). Nothing is
chosen twice: once a metric was taken, the same one is followed to the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from costlaw.exceptions import OptionError

Chooser = str | Callable[[Mapping[str, Any]], float]
PREFIXES = ("eval_", "val_", "valid_", "validation_", "test_", "train_")
ERRORS = ("error", "error_rate", "err", "wer", "top1_error", "top_1_error")
ACCURACIES = ("accuracy", "acc", "top1", "top_1", "top1_accuracy", "top_1_accuracy",
              "sparse_categorical_accuracy", "categorical_accuracy", "binary_accuracy")  # fmt: skip
LOSSES = ("loss", "nll", "cross_entropy")


def bare(name: str) -> str:
    """Return a metric's name without the part that says which data it is of.

    Examples
    --------
    >>> bare("eval_accuracy"), bare("val/loss")
    ('accuracy', 'loss')
    """
    name = name.casefold().replace("/", "_")
    for prefix in PREFIXES:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


class ErrorOf:
    """Reads the error out of metrics.

    Parameters
    ----------
    wanted : str, callable or None
        Name of the metric, or ``function(metrics) -> error``; None: an error, else an accuracy,
        else a loss, and of those one of held-out data.
    """

    def __init__(self, wanted: Chooser | None = None) -> None:
        self.wanted = wanted
        self.unit: str | None = None

    def __call__(self, metrics: Mapping[str, Any]) -> float | None:
        """Return the error, or None where these metrics do not hold it.

        Raises
        ------
        OptionError
            If a metric that is named is no number.
        """
        if callable(self.wanted):
            self.unit = self.unit or "fraction"
            return float(self.wanted(metrics))
        if self.wanted is None:
            self.wanted = self._plainest(metrics)
        if self.wanted is None or self.wanted not in metrics:
            return None
        try:
            value = float(metrics[self.wanted])
        except (TypeError, ValueError) as problem:
            raise OptionError(f'metric "{self.wanted}" = {metrics[self.wanted]!r}: expected a '
                              "number.") from problem  # fmt: skip
        if not math.isfinite(value):
            return None
        self.unit = "nats" if bare(self.wanted) in LOSSES else "fraction"
        return 1.0 - value if bare(self.wanted) in ACCURACIES else value

    @staticmethod
    def _plainest(metrics: Mapping[str, Any]) -> str | None:
        held_out = [name for name in metrics if not name.casefold().startswith("train")
                    and bare(name) != name.casefold()]  # fmt: skip
        for kind in (ERRORS, ACCURACIES, LOSSES):
            for wanted in kind:
                for name in held_out:
                    if bare(name) == wanted:
                        return name
        return None
