"""A callback for Hugging Face's ``Trainer``: ``Trainer(…, callbacks=[HuggingFaceMeter("run")])``.

Batches are seen by a hook on the network, so gradient accumulation, uneven last batches and
distributed wrappers are counted as they are. Follows ``transformers.TrainerCallback``.

A checkpoint that is resumed is a training of its own: its meter begins at 0.
"""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback

from costlaw.metering.callbacks.training import TrainingWatch


class _Hook:
    """Sees the batches of one network; a copy of that network takes it along and is not seen."""

    def __init__(self, watch: TrainingWatch, network: Any) -> None:
        from costlaw.metering.flop.counting import FlopCounter

        self._watch, self._network = watch, network
        self._counter = FlopCounter(network)

    def __deepcopy__(self, memo: Any) -> _Hook:
        return self

    def __call__(self, network: Any, args: Any, kwargs: Any) -> None:
        if network is self._network and network.training:
            self._watch.batch([args, kwargs], lambda: self._counter(*args, **kwargs))


class HuggingFaceMeter(TrainerCallback):
    """Meters a training; see :class:`training.TrainingWatch` for the options.

    Examples
    --------
    >>> callback = HuggingFaceMeter("bert", error="eval_accuracy")  # doctest: +SKIP
    >>> Trainer(network, arguments, callbacks=[callback]).train()  # doctest: +SKIP
    >>> callback.run  # doctest: +SKIP
    """

    def __init__(self, name: str = "run", **options: Any) -> None:
        self.watch = TrainingWatch(name, **options)
        self._hook: Any = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Begin metering, and look at every batch."""
        network = kwargs.get("model")
        total = state.max_steps * args.train_batch_size * args.gradient_accumulation_steps
        parameters = None
        if network is not None:
            from costlaw.metering.flop.counting import unwrapped

            network = unwrapped(network)
            parameters = sum(weight.numel() for weight in network.parameters())
            hook = _Hook(self.watch, network)
            self._hook = network.register_forward_pre_hook(hook, with_kwargs=True)
        self.watch.begin(parameters=parameters, total_examples=max(total, 0))

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Report a step."""
        self.watch.step()

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Report the error."""
        self.watch.evaluated(kwargs.get("metrics") or {})

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Stop metering; a later ``trainer.evaluate()`` still reports its error."""
        if self._hook is not None:
            self._hook.remove()
            self._hook = None
        self.watch.end()

    @property
    def result(self) -> Any:
        """What the training used."""
        return self.watch.result

    @property
    def run(self) -> Any:
        """The training as a run that ``fit`` and ``forecast`` take."""
        return self.watch.run
