"""External checks of the lab: what papers say of pruning and distillation, on Fashion-MNIST.

Heavy, so left out of make test: about 45 CPU seconds with make test-slow.
"""

import pytest

pytest.importorskip("torch", reason="the lab needs PyTorch")
pytest.importorskip("onnxruntime", reason="the lab needs ONNX Runtime")

from costlaw.lab.comparing.ratios import paired
from costlaw.lab.extras import one_thread
from costlaw.lab.strategies import find_strategy
from costlaw.lab.training.loop import Trainer

EXAMPLES, UNITS, SEEDS = 20_000, 128, 3


def errors(fashion, name, **settings):
    found = []
    for seed in range(SEEDS):
        own = fashion.sample(EXAMPLES, seed=seed)
        with one_thread("a test"):
            made = find_strategy(name).make(
                own, UNITS, settings=settings, trainer=Trainer(seed=seed)
            )
            scores = made.predict(fashion.test_inputs)
        found.append(float((scores.argmax(axis=1) != fashion.test_labels).mean()))
    return found


@pytest.fixture(scope="module")
def data():
    from costlaw.lab.data_sets.fetching import UnreachableRegistry
    from costlaw.lab.tasks.classification import kept
    from costlaw.lab.tasks.pictures import fashion

    try:
        return kept(fashion)
    except UnreachableRegistry as problem:
        pytest.skip(f"no real data here: {problem}")


@pytest.fixture(scope="module")
def dense(data):
    return errors(data, "dense", epochs=6, learning_rate=3e-3)


@pytest.mark.slow
@pytest.mark.parametrize("times_fewer", [2, 3, 5])
def test_two_to_five_times_fewer_weights_cost_no_error(data, dense, times_fewer):
    # Rosenfeld et al. 2021 (arXiv 2006.10621), introduction: 2 to 5 times without an increase.
    # Trained as long as the dense network, then pruned in rounds for as long again.
    pruned = errors(data, "pruned-in-rounds", epochs=12, learning_rate=3e-3,
                    density=1 / times_fewer)  # fmt: skip
    ratio = paired(pruned, dense)
    assert ratio.low <= 1.0
    assert ratio.estimate < 1.03  # the seeds' own spread is 1 to 2 %


@pytest.mark.slow
def test_one_student_with_a_teacher_to_train_loses_to_supervised_training(data):
    # Busbridge et al. 2025 (arXiv 2502.08606), abstract: supervised training is better for one
    # student whose teacher must be trained too. Same student, same operations in all.
    taught = errors(data, "distilled", epochs=6, learning_rate=3e-3)
    alone = errors(data, "supervised-student", epochs=6, learning_rate=3e-3)
    assert paired(taught, alone).low > 1.0
