"""The training loop: resumed bit for bit, operations in closed form, seeds that matter."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from costlaw.exceptions import OptionError  # noqa: E402
from costlaw.lab.networks.multilayer import multilayer  # noqa: E402
from costlaw.lab.tasks.task import Stopped  # noqa: E402
from costlaw.lab.training.loop import Recipe, Trainer, recipe_of  # noqa: E402
from costlaw.lab.training.problem import Problem  # noqa: E402


def blobs(n=256, seed=0):
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, n)
    inputs = random.standard_normal((n, 5)) + 2.0 * np.eye(3, 5)[labels]
    return torch.from_numpy(inputs.astype(np.float32)), torch.from_numpy(labels)


def weights(network):
    return torch.cat([p.detach().ravel() for p in network.parameters()])


RECIPE = Recipe(epochs=4, batch=32, least_steps=1)


def run(folder=None, stops=(), seed=0):
    """Train, stopped after the given numbers of steps; return the weights."""
    for at in (*stops, None):
        network = multilayer(5, (7,), classes=3, seed=seed)
        calls = iter(range(10_000))
        trainer = Trainer(
            seed=seed, folder=folder, stop=lambda calls=calls, at=at: next(calls) + 1 == at
        )
        try:
            trainer.fit(network, *blobs(), recipe=RECIPE, stage="dense")
        except Stopped:
            continue
        return weights(network), trainer
    raise AssertionError("it was to come to an end")


def test_a_run_stopped_twice_and_resumed_is_the_same_bit_for_bit(tmp_path):
    whole, _ = run()
    parts, _ = run(tmp_path, stops=(5, 9))
    assert torch.equal(whole, parts)


def test_a_finished_stage_is_loaded_and_not_trained_again(tmp_path):
    first, _ = run(tmp_path)
    again, trainer = run(tmp_path)
    assert torch.equal(first, again)
    assert trainer.spent["dense"].steps == 32


def test_another_seed_gives_other_weights():
    assert not torch.equal(run(seed=0)[0], run(seed=1)[0])


def test_operations_of_a_multilayer_network_are_those_of_the_closed_form():
    _, trainer = run()
    forward = 2 * (5 * 7 + 7 * 3)
    backward = 2 * (5 * 7 + 2 * 7 * 3)  # the first layer's inputs have no slope
    assert trainer.flop == pytest.approx((forward + backward) * 32 * 32)
    assert trainer.spent["dense"].epochs == 4


def test_what_a_teacher_does_in_the_loss_is_counted():
    network = multilayer(5, (7,), classes=3, seed=0)
    plain, taught = Trainer(seed=0), Trainer(seed=0)
    plain.fit(network, *blobs(), recipe=RECIPE, stage="a")
    taught.fit(network, *blobs(), recipe=RECIPE, stage="a", loss_flop_per_example=10.0)
    assert taught.flop - plain.flop == pytest.approx(10.0 * 4 * 256)


def test_training_leaves_the_callers_random_numbers_alone():
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    run()
    assert torch.equal(before, torch.random.get_rng_state())


def test_few_examples_are_seen_for_the_least_number_of_steps():
    assert Recipe(epochs=1, batch=128, least_steps=200).steps(500) == 200
    assert Recipe(epochs=6, batch=128, least_steps=200).steps(60000) == 6 * 468


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"learning_rate": -1.0}, {"batch": 0}])
def test_a_recipe_that_trains_nothing_is_refused(wrong):
    with pytest.raises(OptionError, match="above 0"):
        recipe_of(wrong)


def test_examples_are_drawn_by_seed_and_tuning_never_sees_the_test():
    inputs, labels = blobs(100)
    problem = Problem(
        name="blobs", inputs=inputs.numpy(), labels=labels.numpy(), classes=3,
        test_inputs=np.full((4, 5), 99.0, np.float32), test_labels=np.zeros(4, np.int64),
    )  # fmt: skip
    a, b = problem.sample(40, seed=1), problem.sample(40, seed=2)
    assert not np.array_equal(a.inputs, b.inputs)
    assert np.array_equal(a.inputs, problem.sample(40, seed=1).inputs)
    tuning = a.held_out(seed=1)
    assert tuning.examples == 32 and len(tuning.test_labels) == 8
    assert not (tuning.test_inputs == 99.0).any()
    together = np.concatenate([tuning.inputs, tuning.test_inputs])
    assert np.array_equal(np.unique(together, axis=0), np.unique(a.inputs, axis=0))
    with pytest.raises(OptionError, match="takes 3 to 100"):
        problem.sample(101, seed=0)
