"""What each strategy promises: zeros, fewer units, fewer bits, a teacher paid for, rules first."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

from costlaw.exceptions import OptionError, UnknownName  # noqa: E402
from costlaw.lab.networks.multilayer import hidden_widths, multilayer  # noqa: E402
from costlaw.lab.strategies import find_strategy  # noqa: E402
from costlaw.lab.strategies.choosing import cheapest_of_the_best  # noqa: E402
from costlaw.lab.strategies.expert import feature_names, seen  # noqa: E402
from costlaw.lab.strategies.plain import nonzero_weights  # noqa: E402
from costlaw.lab.strategies.quantized import rounded_weight  # noqa: E402
from costlaw.lab.strategies.smaller_layers import factored  # noqa: E402
from costlaw.lab.training.loop import Trainer  # noqa: E402
from costlaw.lab.training.problem import Problem  # noqa: E402

BASE = {"epochs": 3, "batch": 32, "least_steps": 1}


@pytest.fixture(scope="module")
def problem():
    random = np.random.default_rng(0)
    labels = random.integers(0, 4, 640)
    inputs = random.standard_normal((4, 20))[labels] + random.standard_normal((640, 20))
    inputs = inputs.astype(np.float32)
    return Problem(name="p", inputs=inputs[:480], labels=labels[:480], test_inputs=inputs[480:],
                   test_labels=labels[480:], classes=4)  # fmt: skip


def make(name, problem, size=32, **settings):
    trainer = Trainer(seed=1)
    made = find_strategy(name).make(problem, size, settings={**BASE, **settings}, trainer=trainer)
    return made, trainer


def wrong(made, problem):
    return float((made.predict(problem.test_inputs).argmax(axis=1) != problem.test_labels).mean())


def test_a_larger_penalty_leaves_fewer_weights(problem):
    kept = [nonzero_weights(make("l1-penalty", problem, penalty=p)[0].network)[0]
            for p in (0.0, 1.0, 4.0)]  # fmt: skip
    assert kept[0] == 20 * 32 + 32 * 32 + 32 * 4
    assert kept[0] > 1.2 * kept[1] > 2 * kept[2]


@pytest.mark.parametrize("name", ["pruned-once", "pruned-in-rounds"])
def test_pruning_leaves_the_density_asked_for_and_zeros_stay_zero(name, problem):
    made, trainer = make(name, problem, density=0.25)
    kept, whole, _ = nonzero_weights(made.network)
    assert kept == pytest.approx(0.25 * whole, abs=2)
    assert made.flop_per_use == 2 * kept
    dense, whole_trainer = make("dense", problem)
    assert made.training_flop == pytest.approx(dense.training_flop, rel=0.05)
    assert made.epochs == pytest.approx(dense.epochs, rel=0.05)
    assert set(trainer.spent) != set(whole_trainer.spent)


def test_pruned_units_leave_a_smaller_dense_network(problem):
    made, _ = make("pruned-units", problem, kept_units=0.5)
    assert hidden_widths(made.network) == [16, 16]
    assert made.flop_per_use == 2 * (20 * 16 + 16 * 16 + 16 * 4)


def test_factors_of_full_enough_rank_are_the_layer_itself():
    network = multilayer(64, (48,), classes=3, seed=0)
    with torch.no_grad():  # a layer of rank 6
        network[0].weight.copy_(torch.randn(48, 6) @ torch.randn(6, 64))
    rows = torch.randn(5, 64)
    assert torch.allclose(network(rows), factored(network, 0.125)(rows), atol=1e-3)
    assert not torch.allclose(network(rows), factored(network, 0.05)(rows), atol=1e-3)


def test_int8_takes_about_a_quarter_of_the_bytes_and_says_the_same(problem):
    dense, _ = make("dense", problem, size=128)
    small, _ = make("int8", problem, size=128)
    assert 0.2 < small.size_bytes / dense.size_bytes < 0.4
    assert abs(wrong(small, problem) - wrong(dense, problem)) < 0.03


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_rounded_weights_have_so_many_levels_and_are_off_by_half_a_step_at_most(bits):
    weight = torch.randn(6, 500, generator=torch.Generator().manual_seed(0))
    rounded = rounded_weight(weight, bits)
    assert max(len(set(row.tolist())) for row in rounded) <= 2**bits - 1
    step = weight.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
    assert ((rounded - weight).abs() <= step / 2 + 1e-6).all()


def test_networks_trained_for_few_bits_have_few_levels(problem):
    made, _ = make("few-bits-training", problem, bits=2)
    for row in made.network[0].weight.detach():
        assert len(set(row.tolist())) <= 3


def test_a_teacher_is_paid_for_and_the_supervised_student_spends_as_much(problem):
    taught, trainer = make("distilled", problem)
    alone, _ = make("supervised-student", problem)
    teacher, student = trainer.spent["teacher"].flop, trainer.spent["student"].flop
    forward = 2 * (20 * 32 + 32 * 32 + 32 * 4) * 480
    assert taught.training_flop == pytest.approx(teacher + student + forward)
    assert alone.training_flop == pytest.approx(teacher + student, rel=0.05)
    assert taught.flop_per_use == alone.flop_per_use


def test_smaller_and_longer_spends_what_dense_spends(problem):
    dense, _ = make("dense", problem)
    small, _ = make("smaller-longer", problem)
    assert small.training_flop == pytest.approx(dense.training_flop, rel=0.03)
    assert small.flop_per_use < 0.45 * dense.flop_per_use


def test_the_search_is_paid_for(problem):
    _, trainer = make("searched", problem, search_trials=3)
    assert sorted(trainer.spent) == ["chosen", "search-0", "search-1", "search-2"]
    assert trainer.flop > trainer.spent["chosen"].flop


def test_rules_answer_where_they_are_sure_and_the_network_the_rest(problem):
    never, _ = make("rules-then-network", problem, sure=1.1)
    dense, _ = make("dense", problem)
    assert never.extra["share_to_network"] == 1.0
    assert np.array_equal(never.predict(problem.test_inputs), dense.predict(problem.test_inputs))
    often, _ = make("rules-then-network", problem, sure=0.6)
    assert often.extra["share_to_network"] < 1.0
    assert often.flop_per_use < never.flop_per_use


def test_features_of_a_picture_have_names_and_mean_what_they_say():
    ring = np.zeros((28, 28), np.float32)
    ring[8:20, 4:24] = 1.0
    shifted = np.roll(ring, 3, axis=1)
    found = seen(np.stack([ring.ravel(), shifted.ravel()]), (28, 28))
    names = feature_names()
    assert found.shape == (2, len(names))
    value = dict(zip(names, found[0], strict=True))
    assert value["left-right symmetry"] == 0.0
    assert value["area"] == pytest.approx(12 * 20 / 784)
    assert value["height"] == pytest.approx(12 / 28) and value["width"] == pytest.approx(20 / 28)
    assert found[1][names.index("left-right symmetry")] > 0.1
    upright = sum(value[n] for n in names if n.startswith("edges at 90 degrees"))
    slanted = sum(value[n] for n in names if n.startswith("edges at 45 degrees"))
    assert upright > 5 * slanted


def test_meta_learning_needs_three_classes(problem):
    two = problem.with_(classes=2, labels=problem.labels % 2, test_labels=problem.test_labels % 2)
    with pytest.raises(OptionError, match="at least three classes"):
        make("meta-learned", two)


def test_the_cheapest_of_the_best_is_within_one_standard_error():
    error, cost = np.array([0.10, 0.105, 0.13]), np.array([10.0, 5.0, 1.0])
    assert cheapest_of_the_best(error, cost, 1000) == 1
    assert cheapest_of_the_best(error, cost, 100_000) == 0
    assert cheapest_of_the_best(error, cost, 50) == 2
    equal = np.array([[1.0, 3.0], [1.0, 2.0], [1.0, 9.0]])
    assert cheapest_of_the_best(error, equal, 1000) == 1


def test_an_unknown_strategy_says_what_was_meant():
    with pytest.raises(UnknownName, match="Did you mean pruned-once"):
        find_strategy("prune-once")
