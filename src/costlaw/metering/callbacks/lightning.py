"""A callback for Lightning: ``Trainer(callbacks=[LightningMeter("run")])``.

Operations are those of ``training_step`` with its batch, counted once a shape; a module that
optimises by hand cannot be counted, and the note says so. Follows ``lightning.pytorch.Callback``.
"""

from __future__ import annotations

import warnings
from typing import Any

import torch
from lightning.pytorch import Callback

from costlaw.metering.callbacks.training import TrainingWatch


class _TrainingStep(torch.nn.Module):
    """A Lightning module whose forward pass is its training step."""

    def __init__(self, module: Any) -> None:
        super().__init__()
        self.inner = module

    def forward(self, batch: Any, number: int) -> Any:
        """Return what the training step returns: a loss, or a mapping that holds it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a copy without a trainer logs nothing, and says so
            return self.inner.training_step(batch, number)


def _loss_of(output: Any) -> Any:
    return output["loss"] if hasattr(output, "keys") else output


class LightningMeter(Callback):
    """Meters a training; see :class:`training.TrainingWatch` for the options."""

    def __init__(self, name: str = "run", **options: Any) -> None:
        self.watch = TrainingWatch(name, **options)
        self._counter: Any = None
        self._batches = 0

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Begin metering."""
        from costlaw.metering.flop.counting import FlopCounter

        parameters = sum(weight.numel() for weight in pl_module.parameters())
        self._counter = FlopCounter(_TrainingStep(pl_module), loss=_loss_of)
        self._batches = 0
        self.watch.begin(parameters=parameters)

    def on_train_batch_start(self, trainer: Any, pl_module: Any, *seen: Any) -> None:
        """Put a batch down; ``seen`` is the batch and its number."""
        batch = seen[0]
        self.watch.batch(batch, lambda: self._counter(batch, 0))

    def on_train_batch_end(self, trainer: Any, pl_module: Any, *seen: Any) -> None:
        """Report a step where the optimiser made one."""
        self._batches += 1
        every = max(int(trainer.accumulate_grad_batches), 1)
        if self._batches % every == 0 or trainer.is_last_batch:
            self.watch.step()

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """Report the error."""
        if not trainer.sanity_checking:
            self.watch.evaluated(dict(trainer.callback_metrics))

    def on_test_end(self, trainer: Any, pl_module: Any) -> None:
        """Report the error of ``trainer.test`` if it is the one asked for."""
        self.watch.evaluated(dict(trainer.callback_metrics))

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Stop metering."""
        self.watch.end()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """Stop metering, and name what ended the training."""
        self.watch.end(f"exception {type(exception).__name__}")

    @property
    def result(self) -> Any:
        """What the training used."""
        return self.watch.result

    @property
    def run(self) -> Any:
        """The training as a run that ``fit`` and ``forecast`` take."""
        return self.watch.run
