"""Meta-learning: MAML learns to adapt, its operations add up, break-even where it is earned."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from costlaw.exceptions import OptionError  # noqa: E402
from costlaw.lab.meta.domains import _first_alike  # noqa: E402
from costlaw.lab.meta.learning import meta_learning  # noqa: E402
from costlaw.lab.meta.maml import Inner, adapted, meta_train  # noqa: E402
from costlaw.lab.meta.poses import pooled, training_poses, unseen_poses  # noqa: E402
from costlaw.lab.meta.ways import Plan, break_even_tasks  # noqa: E402
from costlaw.lab.networks.multilayer import multilayer  # noqa: E402


def lines_through_the_middle(step, tasks=8, rows=10):
    """Each task: on which side of its own line through the middle does a point lie?"""
    random = np.random.default_rng([7, step])
    angle = random.uniform(0, 2 * np.pi, (tasks, 1))
    points = random.standard_normal((tasks, 2 * rows, 2))
    side = points[..., 0] * np.cos(angle) + points[..., 1] * np.sin(angle) > 0
    x, y = torch.from_numpy(points.astype(np.float32)), torch.from_numpy(side.astype(np.int64))
    return x[:, :rows], y[:, :rows], x[:, rows:], y[:, rows:]


def error_after_adapting(network, inner):
    wrong = []
    for x, y, asked, truth in zip(*lines_through_the_middle(10_000, tasks=60), strict=True):
        weights = {name: value.detach() for name, value in network.named_parameters()}
        now = adapted(network, weights, inner, known=(x, y))
        scores = torch.func.functional_call(network, now, (asked,))
        wrong.append((scores.argmax(dim=1) != truth).float().mean().item())
    return float(np.mean(wrong))


def test_first_weights_that_were_learned_adapt_better_than_drawn_ones():
    inner = Inner(steps=2, rate=0.3)
    network = multilayer(2, (24, 24), classes=2, seed=0)
    before = error_after_adapting(network, inner)
    meta_train(network, lines_through_the_middle, inner=inner, steps=150, learning_rate=5e-3)
    assert error_after_adapting(network, inner) < 0.75 * before


def test_operations_of_an_outer_step_are_six_forward_passes_of_the_first_layer():
    wide = multilayer(500, (8,), classes=3, seed=0)
    shapes = (torch.zeros(2, 10, 500), torch.zeros(2, 10, dtype=torch.int64))
    flop = meta_train(wide, lambda step: (*shapes, *shapes), inner=Inner(steps=1), steps=3)
    first_layer = 2 * 500 * 8 * 20 * 3  # the layer that dominates; inner 2, outer 2, through it 2
    assert flop / first_layer == pytest.approx(6.0, rel=0.03)


def test_training_poses_are_even_and_unseen_ones_anywhere():
    even = training_poses(8, seed=3)
    assert np.allclose(np.diff(even), 45.0) and 0 <= even[0] < 45
    assert not np.array_equal(unseen_poses(5, seed=1), unseen_poses(5, seed=2))


def test_pooling_uses_each_picture_once_and_the_poses_in_turn(fashion):
    few = fashion.sample(60, seed=0)
    both = pooled(few, np.array([0.0, 90.0]), each=30, seed=0)
    assert both.examples == 60
    assert sorted(both.labels.tolist()) == sorted(few.labels.tolist())
    assert np.isin(np.round(both.inputs[:30].sum(axis=1), 2),
                   np.round(few.inputs.sum(axis=1), 2)).all()  # fmt: skip


def test_sharing_breaks_even_where_the_saving_has_paid_for_it():
    assert break_even_tasks(100.0, 5.0, separate=10.0) == 20.0
    assert math.isinf(break_even_tasks(100.0, 10.0, separate=10.0))


def test_poses_until_there_is_no_surprise_lie_between_those_tried():
    counts = np.array([1.0, 2.0, 4.0, 8.0])
    assert 2 < _first_alike(counts, np.array([3.0, 1.5, 1.0, 1.0])) < 4
    assert math.isinf(_first_alike(counts, np.array([3.0, 1.5, 1.4, 1.3])))
    assert _first_alike(counts, np.array([1.0, 1.0, 1.0, 1.0])) == 1.0


def test_the_study_runs_and_no_break_even_is_given_to_a_worse_network(fashion):
    plan = Plan(size=16, few=30, poses=4, each=60, tasks=2, epochs=2)
    found = meta_learning(counts=(1, 4), plan=plan, seeds=2)
    assert len(str(found).splitlines()) <= 12
    for way in ("pooled", "pooled, fine-tuned", "meta-learned"):
        even = found.answer(f"{way}: cheaper than separate, error no higher, from").estimate
        if found.answer(f"{way}: error over separate's").low > 1:
            assert math.isinf(even)
        else:
            assert even > 0
    with pytest.raises(OptionError, match="needs pictures"):
        meta_learning("breast-cancer")
    with pytest.raises(OptionError, match="at least two"):
        meta_learning(seeds=1)
