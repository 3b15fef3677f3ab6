"""Architecture search: Optuna tries depths, widths and learning rates; what it tries is paid for.

Each trial trains a candidate on four fifths of the examples for half the epochs and is judged by
the rest. Of the candidates within one standard error of the best, the one that is cheapest in use
is trained on all examples (Breiman et al. 1984 for the rule). The number of trials is the tuning
budget that every other strategy has too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import torch

from costlaw.lab.networks.multilayer import multilayer
from costlaw.lab.strategies.choosing import cheapest_of_the_best
from costlaw.lab.strategies.plain import made_of, tensors
from costlaw.lab.strategies.strategy import Made, Settings, Strategy
from costlaw.lab.training.loop import Trainer, recipe_of
from costlaw.lab.training.problem import Problem

WIDTHS = (0.125, 0.25, 0.5, 0.75, 1.0)  # of the dense network's units


class Searched(Strategy):
    """A network whose layers were searched for."""

    name: ClassVar[str] = "searched"
    family: ClassVar[str] = "search"
    title: ClassVar[str] = "depth, widths and learning rate searched for (Optuna; search counted)"
    needs: ClassVar[tuple[str, ...]] = ("torch", "onnx", "onnxruntime", "optuna")
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {"search_trials": (5,)}

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Search, then train the best candidate."""
        plan = {k: v for k, v in settings.items() if k != "search_trials"}
        widths, rate = self._search(problem, size, settings=settings, trainer=trainer)
        network = multilayer(
            problem.inputs.shape[1], widths, classes=problem.classes, seed=trainer.seed
        )
        recipe = recipe_of({**plan, "learning_rate": rate})
        trainer.fit(network, *tensors(problem), recipe=recipe, stage="chosen")
        extra = {"layers": float(len(widths)), "first_width": float(widths[0]) if widths else 0.0}
        return made_of(network, trainer, extra=extra)

    def _search(
        self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer
    ) -> tuple[list[int], float]:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = optuna.create_study(
            directions=["minimize", "minimize"],
            sampler=optuna.samplers.TPESampler(seed=trainer.seed, n_startup_trials=3),
        )
        tuning = problem.held_out(seed=trainer.seed)
        for number in range(int(settings.get("search_trials", 5))):
            trial = study.ask()
            depth = trial.suggest_int("depth", 1, 3)
            shares = [trial.suggest_categorical(f"width_{i}", WIDTHS) for i in range(depth)]
            rate = trial.suggest_float("learning_rate", 5e-4, 2e-2, log=True)
            widths = [max(1, round(size * share)) for share in shares]
            trial.set_user_attr("widths", widths)
            plan = {**settings, "learning_rate": rate}
            stage = f"search-{number}"
            wrong, flop = _tried(tuning, widths, plan=plan, trainer=trainer, stage=stage)
            study.tell(trial, (wrong, flop))
        error = np.array([trial.values[0] for trial in study.trials])
        chosen = cheapest_of_the_best(
            error, np.array([trial.values[1] for trial in study.trials]), len(tuning.test_labels)
        )
        best = study.trials[chosen]
        return list(best.user_attrs["widths"]), float(best.params["learning_rate"])


def _tried(
    tuning: Problem, widths: list[int], *, plan: Settings, trainer: Trainer, stage: str
) -> tuple[float, float]:
    """Return validation error and operations of a use of one candidate."""
    network = multilayer(tuning.inputs.shape[1], widths, classes=tuning.classes, seed=trainer.seed)
    recipe = recipe_of(plan)
    recipe = recipe_of(
        {**plan, "epochs": recipe.epochs / 2, "least_steps": recipe.least_steps // 2}
    )
    trainer.fit(network, *tensors(tuning), recipe=recipe, stage=stage)
    with torch.no_grad():
        scores = network(torch.from_numpy(tuning.test_inputs)).numpy()
    wrong = float((scores.argmax(axis=1) != tuning.test_labels).mean())
    return wrong, 2.0 * sum(p.numel() for p in network.parameters() if p.dim() == 2)
