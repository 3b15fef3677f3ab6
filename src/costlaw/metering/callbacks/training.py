"""What every callback does: begin, count batches, report errors, end; whatever the library.

A callback never ends a training: operations that cannot be counted are left out with a note, and a
meter that nobody stopped is closed when the next one begins or when the process ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from costlaw.exceptions import EvidenceError, OptionError
from costlaw.metering.callbacks.metrics import Chooser, ErrorOf
from costlaw.metering.metered import Metered
from costlaw.metering.windows import Meter

Count = Callable[[], Any]  # returns the FlopCount of a batch


class TrainingWatch:
    """One training under a meter.

    Parameters
    ----------
    name : str
        Name of the run.
    error : str, callable or None
        Which metric is the error; see :class:`metrics.ErrorOf`.
    flop : bool
        Count operations, once a shape of batch.
    **options
        As for :func:`costlaw.meter`.
    """

    def __init__(
        self, name: str = "run", *, error: Chooser | None = None, flop: bool = True, **options: Any
    ) -> None:
        self.name = name
        self.flop = flop
        self.error_of = ErrorOf(error)
        self.meter: Meter | None = None
        self._options = options
        self._pending: list[Any] = [0.0, 0.0, 0.0]  # examples, model FLOP, hardware FLOP
        self._counted, self._told = True, False
        Meter(name, **options)  # refuses wrong options now, not when the training begins

    def begin(self, **known: Any) -> None:
        """Start metering with what is known of the training."""
        if self.meter is not None:
            self.meter.stop("another training began")
        told = {key: value for key, value in known.items() if value}
        self.meter = Meter(self.name, **{**told, **self._options}).start()
        self._pending, self._counted = [0.0, 0.0, 0.0], True
        self._told = False

    def batch(self, batch: Any, count: Count | None = None) -> None:
        """Put one batch down: its examples, and its operations by ``count()``."""
        size = size_of(batch)
        if size is not None:
            self._pending[0] += size
        if not (self.flop and self._counted) or count is None:
            return
        try:
            found = count()
        except (EvidenceError, ImportError, OptionError) as problem:
            self._counted = False
            if self.meter is not None:
                self.meter.note(f"operations were not counted: {problem}")
            return
        if not self._told and self.meter is not None:
            self._told = True
            self.meter.note(found.outside)
        self._pending[1] += found.model_flop
        self._pending[2] += found.hardware_flop

    def step(self) -> None:
        """Report a step of the optimiser with the batches since the last."""
        examples, model, hardware = self._pending
        self._pending = [0.0, 0.0, 0.0]
        if self.meter is not None:
            counted = self._counted and model > 0
            self.meter.step(
                examples=examples or None,
                model_flop=model if counted else None,
                hardware_flop=hardware if counted else None,
            )

    def evaluated(self, metrics: Mapping[str, Any]) -> None:
        """Report the error out of metrics of held-out data; also after the end."""
        before = self.error_of.unit
        error = self.error_of(metrics)
        if self.meter is None or error is None:
            return
        if before != self.error_of.unit == "nats":
            self.meter.describe(error_unit="nats")
        self.meter.report(error=error)

    def end(self, reason: str = "finished") -> None:
        """Stop metering."""
        if self.meter is not None and self.meter.running:
            self.meter.stop(reason)

    @property
    def result(self) -> Metered:
        """What the training used.

        Raises
        ------
        OptionError
            If no training has begun.
        """
        if self.meter is None:
            raise OptionError(f'callback "{self.name}": no training has begun yet.')
        return self.meter.result

    @property
    def run(self) -> Any:
        """The training as a run that ``fit`` and ``forecast`` take."""
        return self.result.run()


def size_of(batch: Any) -> int | None:
    """Return how many examples a batch holds: the first length of its first array.

    Examples
    --------
    >>> size_of({"labels": None}), size_of([[1, 2, 3]])
    (None, None)
    """
    shape = getattr(batch, "shape", None)
    if shape is not None:
        return int(shape[0]) if len(shape) else None
    parts = batch.values() if isinstance(batch, Mapping) else batch
    if isinstance(parts, (str, bytes)) or not hasattr(parts, "__iter__"):
        return None
    for part in parts:
        if isinstance(part, (list, tuple, Mapping)) or hasattr(part, "shape"):
            size = size_of(part)
            if size is not None:
                return size
    return None
