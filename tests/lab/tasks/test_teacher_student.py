import pytest

from costlaw.exceptions import OptionError
from costlaw.lab.checkpoints import Checkpoints
from costlaw.lab.tasks import Stopped, find_task
from costlaw.lab.trial import Trial

TASK = find_task("teacher-student")


def trial(**change):
    return Trial(**({"task": TASK.name, "size": 8, "examples": 200} | change))


def trained(one, folder, stop=lambda: False):
    return TASK.evaluate(TASK.train(one, folder=folder, stop=stop), one)


def test_stopped_anywhere_and_resumed_it_is_the_same_bit_for_bit(tmp_path):
    whole = trained(trial(), tmp_path / "whole")
    for asked in (1, 7, 250):
        calls = iter(range(10**6))
        with pytest.raises(Stopped):
            trained(trial(), tmp_path / f"at {asked}", stop=lambda: next(calls) >= asked)  # noqa: B023
        assert trained(trial(), tmp_path / f"at {asked}") == whole


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(tmp_path):
    whole = trained(trial(), tmp_path / "whole")
    part = tmp_path / "part"
    for count in (100, 50):
        calls = iter(range(10**6))
        with pytest.raises(Stopped):
            trained(trial(), part, stop=lambda: next(calls) >= count)  # noqa: B023
    last = sorted(part.glob("*.checkpoint"))[-1]
    last.write_bytes(last.read_bytes()[:-9])
    assert Checkpoints(part).latest()[0] == 100
    assert trained(trial(), part) == whole


def test_a_seed_moves_the_result_and_nothing_else_does(tmp_path):
    one, again = trained(trial(), tmp_path / "a"), trained(trial(), tmp_path / "b")
    other = trained(trial(seed=1), tmp_path / "c")
    assert one == again
    assert one.error != other.error


def test_more_examples_and_more_units_lower_the_error(tmp_path):
    small = trained(trial(size=4, examples=100), tmp_path / "a").error
    wide = trained(trial(size=32, examples=100), tmp_path / "b").error
    both = trained(trial(size=32, examples=2000), tmp_path / "c").error
    assert 1 > small > wide > both > 0


@pytest.mark.parametrize(
    "change",
    [{"strategy": "pruned"}, {"size": 10**6}, {"settings": {"epoch": 3}},
     {"settings": {"epochs": 0}}, {"settings": {"rate": "high"}}],
)  # fmt: skip
def test_what_cannot_be_trained_is_refused_before(change):
    with pytest.raises(OptionError):
        TASK.check(trial(**change))
