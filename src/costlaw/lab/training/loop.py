"""The one training loop: seeded, counted, checkpointed, resumed bit for bit.

Adam with decoupled weight decay and a learning rate that rises for a tenth of the steps and falls
to zero on a cosine. Everything that a step depends on is either in the checkpoint (weights,
optimiser's memory, step) or a function of seed, stage and step (order of the examples, learning
rate), so a run that was cut off goes on exactly where it was. A strategy of several stages names
them; a finished stage is loaded, not trained again.
"""

from __future__ import annotations

import hashlib
import io
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from costlaw.exceptions import OptionError
from costlaw.lab.checkpoints import Checkpoints
from costlaw.lab.tasks.task import Stopped
from costlaw.metering.flop import count_flop

CHECKPOINT_S = 5.0  # time between checkpoints [s]
Loss = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a network is trained.

    Parameters
    ----------
    epochs : float
        Passes over the examples [count].
    learning_rate : float
        At its highest.
    batch : int
        Examples of one step [count].
    least_steps : int
        Steps taken at least, so that few examples are learned at all [count].
    weight_decay : float
        Decoupled decay of the weights.
    precision : str
        ``float32``, or ``bfloat16`` for products in bfloat16 with weights in float32.
    """

    epochs: float = 6.0
    learning_rate: float = 3e-3
    batch: int = 128
    least_steps: int = 200
    weight_decay: float = 0.0
    precision: str = "float32"

    def __post_init__(self) -> None:
        if not (self.epochs > 0 and self.learning_rate > 0 and self.batch >= 1):
            raise OptionError(f"{self}: expected epochs, learning rate and batch above 0.")

    def steps(self, examples: int) -> int:
        """Return the steps taken on so many examples [count]."""
        a_pass = examples // min(self.batch, examples)
        return max(round(self.epochs * a_pass), self.least_steps)

    def rate_at(self, step: int, total: int) -> float:
        """Return the learning rate of a step: up for a tenth of them, down on a cosine."""
        warm = max(1, round(0.1 * total))
        if step < warm:
            return self.learning_rate * (step + 1) / warm
        share = (step - warm) / max(1, total - warm)
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * share))


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What one stage of training took.

    Parameters
    ----------
    flop : float
        Operations of all steps, counted (see ``metering.flop``) [FLOP].
    steps : int
        Steps [count].
    epochs : float
        Passes over the examples [count].
    cpu_s : float
        Processor time, as it happened [s].
    """

    flop: float
    steps: int
    epochs: float
    cpu_s: float


@dataclass
class Trainer:
    """Trains in a folder, stage by stage; knows when it is asked to stop.

    Parameters
    ----------
    seed : int
        Of the order of examples.
    folder : Path or None
        For checkpoints; none are kept without one.
    stop : callable
        Asked after each step; if it says True, a checkpoint is written and ``Stopped`` raised.
    """

    seed: int
    folder: Path | None = None
    stop: Callable[[], bool] = lambda: False
    spent: dict[str, Spent] = field(default_factory=dict)

    def fit(
        self,
        network: nn.Module,
        inputs: torch.Tensor,
        labels: torch.Tensor,
        *,
        recipe: Recipe,
        stage: str,
        loss: Loss | None = None,
        loss_flop_per_example: float = 0.0,
        after_step: Callable[[nn.Module, float], None] | None = None,
    ) -> Spent:
        """Train a network in place.

        Parameters
        ----------
        network : torch.nn.Module
            Whatever maps a batch of inputs to scores (batch, classes).
        inputs, labels : tensors
            All examples; batches are rows of them.
        recipe : Recipe
            How.
        stage : str
            Name of the stage, unique within a trial.
        loss : callable, optional
            ``loss(scores, labels, rows)``; cross-entropy if absent.
        loss_flop_per_example : float
            Operations that the loss does besides, such as a teacher's [FLOP].
        after_step : callable, optional
            ``after_step(network, learning_rate)``, such as a proximal step or a mask.

        Raises
        ------
        Stopped
            If asked to stop; what was done is in the folder.
        """
        began = time.process_time()
        total, batch = recipe.steps(len(labels)), min(recipe.batch, len(labels))
        trained = [p for p in network.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(trained, lr=1.0, weight_decay=recipe.weight_decay, fused=True)
        done = self._load(stage, network, optimizer)
        network.train()  # so that the backward pass is counted too
        a_step = count_flop(network, inputs[:batch], target=labels[:batch], loss=_plain_loss)

        def step_once(step: int) -> None:
            rate = optimizer.param_groups[0]["lr"] = recipe.rate_at(step, total)
            rows = self._rows(stage, step, (len(labels), batch))
            with torch.autocast("cpu", torch.bfloat16, enabled=recipe.precision == "bfloat16"):
                scores = network(inputs[rows])
            value = (loss or _plain)(scores, labels[rows], rows)
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            optimizer.step()
            if after_step:
                after_step(network, rate)

        self._go(range(done, total), step_once, lambda n: self._save(stage, network, optimizer, n))
        network.eval()
        self.spent[stage] = Spent(
            flop=(a_step.model_flop + batch * loss_flop_per_example) * total, steps=total,
            epochs=total * batch / len(labels), cpu_s=time.process_time() - began,
        )  # fmt: skip
        return self.spent[stage]

    def _go(
        self, steps: range, step_once: Callable[[int], None], save: Callable[[int], None]
    ) -> None:
        """Take the steps that are left; write a checkpoint now and then, at the end, if stopped."""
        saved = time.monotonic()
        for step in steps:
            step_once(step)
            asked, last = self.stop(), step + 1 == steps.stop
            if asked or last or time.monotonic() - saved > CHECKPOINT_S:
                save(step + 1)
                saved = time.monotonic()
            if asked and not last:
                raise Stopped(f"stopped after step {step + 1} of {steps.stop}.")

    @property
    def flop(self) -> float:
        """Operations of all stages so far [FLOP]."""
        return sum(spent.flop for spent in self.spent.values())

    def _rows(self, stage: str, step: int, size: tuple[int, int]) -> torch.Tensor:
        """Return the rows of a step: each pass over the examples in a seeded order of its own."""
        examples, batch = size
        a_pass = examples // batch  # what is left over of one pass is another rest in the next
        number, place = divmod(step, a_pass)
        key = (stage, number, examples)
        if getattr(self, "_order_key", None) != key:
            generator = torch.Generator().manual_seed(_mixed(self.seed, *key))
            self._order, self._order_key = torch.randperm(examples, generator=generator), key
        return self._order[place * batch : (place + 1) * batch]

    def _kept(self, stage: str) -> Checkpoints | None:
        return Checkpoints(self.folder / stage) if self.folder else None

    def _save(self, stage: str, network: nn.Module, *rest: Any) -> None:
        kept, (optimizer, step) = self._kept(stage), rest
        if kept is None:
            return
        stream = io.BytesIO()
        torch.save({"network": network.state_dict(), "optimizer": optimizer.state_dict()}, stream)
        kept.save(step, stream.getvalue())

    def _load(self, stage: str, network: nn.Module, optimizer: Any) -> int:
        kept = self._kept(stage)
        found = kept.latest() if kept else None
        if found is None:
            return 0
        state = torch.load(io.BytesIO(found[1]), weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        return found[0]


def _plain(scores: torch.Tensor, labels: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    return _plain_loss(scores, labels)


def _plain_loss(scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return functional.cross_entropy(scores.float(), labels)


def _mixed(*parts: Any) -> int:
    text = ":".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "little")


def recipe_of(settings: Any, **defaults: Any) -> Recipe:
    """Return a recipe out of the settings that concern it, over defaults.

    Examples
    --------
    >>> recipe_of({"epochs": 3, "width": 8}, batch=64).batch
    64
    """
    known = asdict(Recipe())
    return Recipe(**{**defaults, **{k: v for k, v in dict(settings).items() if k in known}})
