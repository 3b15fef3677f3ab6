"""Estimates: draws, intervals, and arithmetic that keeps correlation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costlaw.estimates import DRAWS, Estimate, uniform_draws
from costlaw.exceptions import OptionError, UnitError


def test_the_same_name_gives_the_same_draws_and_another_name_independent_ones():
    assert np.array_equal(uniform_draws("price"), uniform_draws("price"))
    correlation = np.corrcoef(uniform_draws("price"), uniform_draws("grid"))[0, 1]
    assert abs(correlation) < 4 / np.sqrt(DRAWS)


@given(st.floats(1e-3, 1e6), st.floats(1.01, 100), st.sampled_from([0.5, 0.8, 0.9]))
def test_a_stated_interval_is_the_interval(median, factor, level):
    price = Estimate.spread("p", median=median, factor=factor, unit="USD", level=level)
    low, high = price.interval(level)
    assert low == pytest.approx(median / factor, rel=0.01)
    assert high == pytest.approx(median * factor, rel=0.01)


def test_correlation_survives_arithmetic():
    price = Estimate.spread("price", median=2.0, factor=3.0, unit="USD/device-hour")
    hours = Estimate.spread("hours", median=10.0, factor=2.0, unit="device-hour")
    again = price * hours / hours
    assert np.allclose(again.draws, price.draws)
    assert (price - price).interval(0.9) == (0.0, 0.0)


def test_what_never_happens_is_counted_and_makes_the_end_unbounded():
    draws = np.where(uniform_draws("x") < 0.92, 10.0 ** (20 + uniform_draws("x")), np.inf)
    compute = Estimate(draws=draws, unit="FLOP")
    assert compute.never == pytest.approx(0.08)
    assert compute.interval(0.9)[1] == np.inf
    assert np.isfinite(compute.interval(0.5)[1])
    record = compute.to_dict()
    assert record["high"] is None
    assert "8.0 %" in record["unbounded"]


def test_unlike_units_do_not_add_and_nonsense_is_refused():
    with pytest.raises(UnitError, match="cannot add"):
        Estimate.exact(1.0, "USD") + Estimate.exact(1.0, "kWh")
    for bad in ([np.nan], [-1.0], [1.0, 2.0]):
        with pytest.raises(OptionError):
            Estimate(draws=np.array(bad), unit="USD")
