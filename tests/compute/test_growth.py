import pytest

from costlaw.compute import Capacity, growth_between
from costlaw.exceptions import DataError


def capacity(**changes):
    stated = {
        "name": "a", "chip": "c", "number_format": "fp32", "count": 4.0,
        "peak_flop_per_s": 1e13, "duration_s": 3600.0, "compute_flop": 7.2e16,
    }  # fmt: skip
    return Capacity(**{**stated, **changes})


def test_the_factors_multiply_to_the_growth_of_the_burden_exactly():
    before, after = capacity(), capacity(count=40.0, peak_flop_per_s=3e13, duration_s=7200.0)
    grown = growth_between(before, after)
    assert grown.total == pytest.approx(after.burden_flop / before.burden_flop, rel=1e-14)
    assert (grown.chip_rate, grown.count, grown.time) == (3.0, 10.0, 2.0)


def test_with_utilization_the_product_is_the_growth_of_operations():
    before, after = capacity(), capacity(count=8.0, compute_flop=7.2e18)
    assert growth_between(before, after).operations == pytest.approx(100.0)


def test_growth_there_and_back_is_one():
    before, after = capacity(), capacity(count=40.0, compute_flop=1e18)
    there, back = growth_between(before, after), growth_between(after, before)
    assert there.total * back.total == pytest.approx(1.0)
    assert there.operations * back.operations == pytest.approx(1.0)


def test_operations_that_are_not_stated_are_not_invented():
    assert growth_between(capacity(compute_flop=None), capacity()).operations is None


def test_an_impossible_count_is_refused():
    with pytest.raises(DataError, match="count"):
        _ = capacity(count=0.0).burden_flop
