"""What a use of a trained thing costs in time: measured, least of several, processor time.

Processor seconds of this thread's process on one thread, the least of several repetitions: on a
machine that does other things at the same time the least is what is nearest to the work itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

REPEATS = 7
LEAST_S = 0.004  # one repetition lasts at least so long: the clock is a thousand times finer


def time_per_use(
    predict: Callable[[Any], Any], inputs: Any, *, batch: int = 1, repeats: int = REPEATS
) -> float:
    """Return the processor time of one use of one example [s].

    Parameters
    ----------
    predict : callable
        Takes rows of inputs.
    inputs : ndarray of shape (n, d)
        Rows to take batches from, in turn.
    batch : int
        Rows of one call [count].
    repeats : int
        Repetitions; the least counts [count].

    Examples
    --------
    >>> 0 < time_per_use(lambda rows: rows.sum(), np.ones((8, 4)), repeats=2) < 1
    True
    """
    batch = min(batch, len(inputs))
    rows = [inputs[start : start + batch] for start in range(0, len(inputs) - batch + 1, batch)]
    rows = rows[:64]
    predict(rows[0])
    calls, took = 1, 0.0
    while took < LEAST_S and calls < 100_000:
        took = _timed(predict, rows, calls)
        calls = calls * 2 if took < LEAST_S else calls
    least = min(_timed(predict, rows, calls) for _ in range(repeats))
    return max(least, 1e-9) / (calls * batch)


def _timed(predict: Callable[[Any], Any], rows: list[Any], calls: int) -> float:
    began = time.process_time()
    for call in range(calls):
        predict(rows[call % len(rows)])
    return time.process_time() - began


def log_loss(scores: Any, labels: Any) -> float:
    """Return the mean cross-entropy of scores (n, classes) [nats].

    Examples
    --------
    >>> round(log_loss(np.zeros((3, 4)), np.array([0, 1, 2])), 4)
    1.3863
    """
    scores = np.asarray(scores, np.float64)
    top = scores.max(axis=1, keepdims=True)
    norm = np.log(np.exp(scores - top).sum(axis=1)) + top[:, 0]
    return float(np.mean(norm - scores[np.arange(len(labels)), labels]))
