"""Rules: explainable boosting, and a neuro-symbolic pair of rules with a network behind them.

Explainable boosting (Nori et al. 2019, ``interpret-core``) adds up one learned curve a feature. The
neuro-symbolic pair asks a tree of at most 64 if-then rules (CART) on the expert's features first;
where the rule that applies was right often enough on the examples it answers, else the network
does, so a use costs the rules and only sometimes the network. Operations of learning trees and
curves are estimated by closed form (stated at each), those of a use are comparisons and additions.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from costlaw.lab.strategies.expert import Features
from costlaw.lab.strategies.plain import made_of, trained
from costlaw.lab.strategies.strategy import Floats, Made, Settings, Strategy
from costlaw.lab.training.loop import Trainer, recipe_of
from costlaw.lab.training.problem import Problem

BINS, LEAVES = 32, 64
FLOP_PER_BOOST = 4.0  # of one example, feature, class and round: two sums, two for the update


class ExplainableBoosting(Strategy):
    """One learned curve a feature, added up."""

    name: ClassVar[str] = "explainable-boosting"
    family: ClassVar[str] = "other"
    title: ClassVar[str] = "explainable boosting on hand-built features (interpret)"
    needs: ClassVar[tuple[str, ...]] = ("torch", "interpret", "sklearn")
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "rounds": (20, 60),
        "boosting_rate": (0.05, 0.1, 0.3),
    }

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Boost for a number of rounds; epochs are rounds here."""
        from interpret.glassbox import ExplainableBoostingClassifier

        features = Features.of(problem)
        rounds = int(settings.get("rounds", 20))
        boosted = ExplainableBoostingClassifier(
            max_rounds=rounds, learning_rate=float(settings.get("boosting_rate", 0.3)),
            interactions=0, outer_bags=1, validation_size=0, early_stopping_rounds=0,
            max_bins=BINS, n_jobs=1, random_state=trainer.seed,
        )  # fmt: skip
        known = features(problem.inputs)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            boosted.fit(known, problem.labels)
        kinds = problem.classes if problem.classes > 2 else 1
        additions = float(known.shape[1] * kinds)
        stored = sum(np.size(term) for term in boosted.term_scores_)

        def predict(inputs: Floats) -> Floats:
            shares = boosted.predict_proba(features(inputs))
            scores: Floats = np.log(np.maximum(shares, 1e-9)).astype(np.float32)
            return scores

        return Made(
            predict=predict,
            training_flop=FLOP_PER_BOOST * problem.examples * additions * rounds
            + features.flop * problem.examples,
            flop_per_use=features.flop + known.shape[1] * math.log2(BINS) + additions,
            parameters=float(stored),
            size_bytes=4.0 * stored,
            epochs=float(rounds),
            runtime="numpy features, interpret",
        )


class RulesThenNetwork(Strategy):
    """Rules answer where they are sure; the network answers the rest."""

    name: ClassVar[str] = "rules-then-network"
    family: ClassVar[str] = "early-exit"
    title: ClassVar[str] = "neuro-symbolic: rules where they are sure, else the network"
    needs: ClassVar[tuple[str, ...]] = ("torch", "onnx", "onnxruntime", "sklearn")
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "sure": (0.9, 0.95, 0.98),
        "learning_rate": (1e-3, 3e-3, 1e-2),
    }

    def make(self, problem: Problem, size: int, *, settings: Settings, trainer: Trainer) -> Made:
        """Learn the rules, train the network on everything, put one before the other."""
        features = Features.of(problem)
        known = features(problem.inputs)
        tree = _rules(known, problem.labels, seed=trainer.seed)
        network = trained(problem, size, recipe=recipe_of(settings), trainer=trainer)
        behind, sure = made_of(network, trainer), float(settings.get("sure", 0.95))

        def predict(inputs: Floats) -> Floats:
            shares = tree.predict_proba(features(inputs))
            scores: Floats = np.log(np.maximum(shares, 1e-3)).astype(np.float32)
            open_ = shares.max(axis=1) < sure
            if open_.any():
                scores[open_] = behind.predict(inputs[open_])
            return scores

        asked = float((tree.predict_proba(features(problem.test_inputs)).max(axis=1) < sure).mean())
        depth = float(tree.get_depth())
        learning = known.size * math.log2(len(known)) * depth  # sorts each feature at each level
        return replace(
            behind,
            predict=predict,
            training_flop=behind.training_flop + learning + features.flop * problem.examples,
            flop_per_use=features.flop + depth + asked * behind.flop_per_use,
            parameters=behind.parameters + 3.0 * tree.tree_.node_count,
            size_bytes=behind.size_bytes + 12.0 * tree.tree_.node_count,
            runtime="numpy features, sklearn tree, onnxruntime float32",
            network=None,
            extra={"share_to_network": asked, "rules": float(tree.get_n_leaves())},
        )


def _rules(known: Any, labels: Any, *, seed: int) -> Any:
    """Return a tree of at most 64 rules, each seen on at least 20 examples (or 5 % of few)."""
    from sklearn.tree import DecisionTreeClassifier

    least = max(2, min(20, len(labels) // 20))
    tree = DecisionTreeClassifier(max_leaf_nodes=LEAVES, min_samples_leaf=least, random_state=seed)
    return tree.fit(known, labels)
