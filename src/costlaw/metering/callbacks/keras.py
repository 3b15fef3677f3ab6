"""A callback for Keras: ``network.fit(…, callbacks=[KerasMeter("run")])``.

With the PyTorch backend the first step of each shape of batch is watched while it runs, so its
operations and the examples are counted as they are. Other backends compile the step away: there,
``examples_per_batch`` says how many examples a batch holds, and operations are absent unless a
count is given as ``flop_per_batch``. Follows ``keras.callbacks.Callback``.
"""

from __future__ import annotations

from typing import Any

import keras

from costlaw.metering.callbacks.training import TrainingWatch


class KerasMeter(keras.callbacks.Callback):
    """Meters a training; see :class:`training.TrainingWatch` for the options.

    Parameters
    ----------
    examples_per_batch, flop_per_batch : float or None
        Examples [count] and model FLOP of a batch [FLOP], where they are not seen.
    """

    def __init__(
        self,
        name: str = "run",
        *,
        examples_per_batch: float | None = None,
        flop_per_batch: float | None = None,
        **options: Any,
    ) -> None:
        super().__init__()
        self.watch = TrainingWatch(name, **options)
        self._examples, self._flop = examples_per_batch, flop_per_batch
        self._counts: dict[Any, Any] = {}
        self._seen = False

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin metering; with the PyTorch backend, look at every batch."""
        total = None
        if self._examples and self.params.get("steps"):
            total = self._examples * self.params["steps"] * self.params.get("epochs", 1)
        self._counts, self._seen = {}, keras.backend.backend() == "torch"
        self.watch.begin(parameters=self.model.count_params(), total_examples=total)
        if self._seen:
            self._original = self.model.train_step
            self.model.train_step = self._train_step

    def _train_step(self, data: Any) -> Any:
        shape = keras.tree.map_structure(lambda x: getattr(x, "shape", None), data)
        key = str(shape)
        if key in self._counts or not self.watch.flop or self._flop is not None:
            made = self._original(data)
        else:
            from costlaw.metering.flop.counting import watch

            with watch() as count:
                made = self._original(data)
            self._counts[key] = count()
        found = self._counts.get(key)
        self.watch.batch(data, None if found is None else lambda: found)
        return made

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Report a step."""
        if self._examples is not None or self._flop is not None:
            meter = self.watch.meter
            if meter is not None:
                meter.step(examples=self._examples, model_flop=self._flop, hardware_flop=self._flop)
            return
        self.watch.step()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Report the error of the validation data."""
        self.watch.evaluated(logs or {})

    def on_train_end(self, logs: Any = None) -> None:
        """Stop metering."""
        if self._seen:
            self.model.train_step = self._original
        self.watch.end()

    @property
    def result(self) -> Any:
        """What the training used."""
        return self.watch.result

    @property
    def run(self) -> Any:
        """The training as a run that ``fit`` and ``forecast`` take."""
        return self.watch.run
