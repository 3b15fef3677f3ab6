"""Speeches: which byte comes next? And does it still know in later years?

A transformer of ``size`` numbers a byte learns from ``examples`` bytes of speeches before 1950 (a
tenth of those speeches, drawn once, is kept apart) and is judged in bits a byte on the speeches
kept apart: the control, of the same years. The outcome also holds the error on 1950 to 1989 and
from 1990 on: the shift.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from costlaw.exceptions import OptionError
from costlaw.lab.data_sets.speeches import speeches
from costlaw.lab.extras import need, one_thread
from costlaw.lab.tasks.task import Outcome, Task
from costlaw.lab.training.use import time_per_use
from costlaw.lab.trial import Trial

if TYPE_CHECKING:
    from costlaw.lab.networks.bytes_network import BytesNetwork
    from costlaw.lab.training.loop import Trainer

SPLIT_SEED, LAST_YEAR, LATE_YEAR = 20071, 1950, 1990
CONTEXT, BATCH = 64, 32
JUDGED_BYTES = 100_000  # of each kind, evenly spread
SETTINGS = ("epochs", "learning_rate", "batch", "least_steps", "weight_decay")
NAMES = ("before 1950, kept apart", "1950 to 1989", "from 1990 on")


@lru_cache(maxsize=1)
def parts() -> dict[str, Any]:
    """Return bytes to learn from (``learned``) and of each kind to be judged by (:data:`NAMES`)."""
    found = speeches()
    early = np.flatnonzero(found.years < LAST_YEAR)
    order = np.random.default_rng(SPLIT_SEED).permutation(early)
    apart, learned = order[: len(order) // 10], order[len(order) // 10 :]
    middle = (found.years >= LAST_YEAR) & (found.years < LATE_YEAR)
    kinds = (np.sort(apart), np.flatnonzero(middle), np.flatnonzero(found.years >= LATE_YEAR))
    return {"learned": found.of(learned)} | {
        name: found.of(kind) for name, kind in zip(NAMES, kinds, strict=True)
    }


def windows(text: Any, examples: int | None = None, *, seed: int = 0) -> Any:
    """Return rows of 65 bytes that lie end to end; ``examples`` bytes of them, drawn by seed."""
    count = (len(text) - 1) // CONTEXT
    starts = np.arange(count) * CONTEXT
    if examples is not None and examples < len(text):
        wanted = max(1, examples // CONTEXT)
        starts = np.random.default_rng([seed, 17]).permutation(starts)[:wanted]
    return text[starts[:, None] + np.arange(CONTEXT + 1)].astype(np.int64)


def bits_per_byte(network: Any, text: Any, *, most: int = JUDGED_BYTES) -> float:
    """Return the mean surprise at each byte, over windows spread evenly over a text [bit]."""
    import torch
    from torch.nn import functional

    rows = windows(text)
    chosen = rows[np.linspace(0, len(rows) - 1, min(len(rows), most // CONTEXT)).astype(int)]
    total = 0.0
    with torch.inference_mode():
        for start in range(0, len(chosen), 128):
            batch = torch.from_numpy(chosen[start : start + 128])
            scores = network(batch[:, :-1])
            total += float(functional.cross_entropy(scores, batch[:, 1:], reduction="sum"))
    return float(total / np.log(2) / chosen[:, 1:].size)


def train_bytes(rows: Any, width: int, *, trainer: Trainer, settings: Any) -> BytesNetwork:
    """Return a transformer trained on rows of 65 bytes."""
    import torch

    from costlaw.lab.networks.bytes_network import BytesNetwork
    from costlaw.lab.training.loop import recipe_of

    network = BytesNetwork(width, seed=trainer.seed)
    known = torch.from_numpy(rows)
    recipe = recipe_of(settings, epochs=1.0, batch=BATCH, learning_rate=4e-3, least_steps=200)
    trainer.fit(network, known[:, :-1], known[:, 1:], recipe=recipe, stage="bytes")
    return network


class Speeches(Task):
    """Which byte comes next in a State of the Union address?"""

    name: ClassVar[str] = "speeches"
    version: ClassVar[str] = "1"
    title: ClassVar[str] = "State of the Union addresses: which byte comes next"
    error_meaning: ClassVar[str] = "bits a byte on speeches before 1950 kept apart"
    error_unit: ClassVar[str] = "bits"
    size_meaning: ClassVar[str] = "numbers that a byte is held in"
    scale_sizes: ClassVar[tuple[int, ...]] = (16, 32, 64)
    scale_examples: ClassVar[tuple[int, ...]] = (50_000, 100_000, 200_000, 400_000, 800_000)

    def check(self, trial: Trial) -> None:
        """Refuse another strategy than dense, sizes out of range, unknown settings."""
        need("torch", purpose='the task "speeches"')
        if trial.strategy != "dense":
            raise OptionError(f"{trial}: speeches knows only the strategy dense.")
        if not (trial.size < 32 or trial.size % 16 == 0) or trial.size > 1024:
            raise OptionError(f"{trial}: size = {trial.size}; expected a multiple of 16 to 1024.")
        if not 1000 <= trial.examples <= 7_500_000:
            raise OptionError(f"{trial}: expected 1,000 to 7,500,000 bytes to learn from.")
        for name in trial.settings:
            if name not in SETTINGS:
                raise OptionError(f"{trial}: unknown setting; expected {', '.join(SETTINGS)}.")

    def train(self, trial: Trial, *, folder: Path, stop: Callable[[], bool]) -> Any:
        """Train the transformer; goes on from a checkpoint bit for bit."""
        with one_thread('the task "speeches"'):
            from costlaw.lab.training.loop import Trainer

            trainer = Trainer(seed=trial.seed, folder=folder, stop=stop)
            rows = windows(parts()["learned"], trial.examples, seed=trial.seed)
            network = train_bytes(rows, trial.size, trainer=trainer, settings=trial.settings)
            return network, trainer.spent["bytes"]

    def evaluate(self, trained: Any, trial: Trial) -> Outcome:
        """Judge on speeches kept apart, and on later ones."""
        import torch

        from costlaw.metering.flop import count_flop

        network, spent = trained
        with one_thread('the task "speeches"'), torch.inference_mode():
            found = [bits_per_byte(network, parts()[name]) for name in NAMES]
            row = torch.zeros(1, CONTEXT, dtype=torch.int64)
            single = time_per_use(lambda rows: network(torch.from_numpy(rows)), row.numpy())
        a_pass = count_flop(network, row, train=False).model_flop / CONTEXT
        return Outcome(
            error=found[0],
            loss=found[0] * float(np.log(2)),
            parameters=float(sum(p.numel() for p in network.parameters())),
            examples=float(trial.examples),
            epochs=spent.epochs,
            training_flop=spent.flop,
            flop_per_pass=a_pass,
            time_per_use_s=single / CONTEXT,
            extra={"bits_1950_to_1989": found[1], "bits_from_1990": found[2]},
        )
