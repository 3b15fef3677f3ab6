import pytest
from hypothesis import given
from hypothesis import strategies as st

from costlaw.exceptions import DataError, OptionError
from costlaw.lab.trial import Trial


def test_a_trial_has_the_same_key_whatever_the_order_of_its_settings():
    one = Trial(task="a", size=2, examples=3, settings={"x": 1, "y": "z"})
    other = Trial(task="a", size=2, examples=3, settings={"y": "z", "x": 1})
    assert one == other
    assert one.key == other.key
    assert len({one, other}) == 1


@pytest.mark.parametrize(
    "change",
    [{"task": "b"}, {"size": 3}, {"examples": 4}, {"strategy": "pruned"}, {"seed": 1},
     {"settings": {"x": 1}}, {"version": "2"}],
)  # fmt: skip
def test_every_field_moves_the_key(change):
    fields = {"task": "a", "size": 2, "examples": 3}
    assert Trial(**fields).key != Trial(**(fields | change)).key


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=5),
        st.text(max_size=5) | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
        | st.booleans(),
        max_size=4,
    )
)  # fmt: skip
def test_a_trial_comes_back_from_its_record(settings):
    trial = Trial(task="a", size=2, examples=3, settings=settings)
    assert Trial.from_dict(trial.to_dict()) == trial


def test_the_key_is_the_one_that_ledgers_hold():
    assert Trial(task="teacher-student", size=16, examples=500, version="1").key == (
        "e1d631933f7729fd"
    )


@pytest.mark.parametrize("field", ["size", "examples", "seed"])
@pytest.mark.parametrize("value", [-1, 1.5, True, "3"])
def test_a_size_that_cannot_be_is_refused(field, value):
    with pytest.raises(OptionError, match=f"{field} = "):
        Trial(**({"task": "a", "size": 1, "examples": 1} | {field: value}))


def test_settings_are_plain_and_finite():
    with pytest.raises(OptionError, match="finite"):
        Trial(task="a", size=1, examples=1, settings={"x": float("nan")})
    with pytest.raises(OptionError, match="list"):
        Trial(task="a", size=1, examples=1, settings={"x": [1]})


def test_an_unknown_field_is_refused():
    with pytest.raises(DataError, match="unknown field sise"):
        Trial.from_dict({"task": "a", "size": 1, "examples": 1, "sise": 2})
