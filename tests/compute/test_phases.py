import pytest
from hypothesis import given
from hypothesis import strategies as st

from costlaw.compute import (
    IMAGENET_2022,
    Device,
    Phase,
    burden_of,
    flop_per_pass,
    hardware_burden,
    operation_count,
    total_compute,
    utilization,
)
from costlaw.exceptions import DataError, OptionError
from costlaw.hardware import chip

positive = st.floats(1e-3, 1e12)


def test_alexnet_burden_is_two_gtx_580_for_five_and_a_half_days():
    assert burden_of(chip("GTX 580"), count=2, duration_s=475200) == pytest.approx(
        1.501632e18, rel=2e-3
    )


def test_multiply_adds_count_twice_and_a_stated_flop_wins():
    assert flop_per_pass(multiply_adds=3e9) == 6e9
    assert flop_per_pass(flop=5e9, multiply_adds=3e9) == 5e9


def test_phases_add_up_in_one_measure():
    device = Device(name="x", count=4, peak_flop_per_s=1e13)
    phases = [
        Phase(name="pretraining", devices=(device,), duration_s=1000, epochs=2, examples=100),
        Phase(name="finetuning", devices=(device,), duration_s=500, epochs=1, examples=10),
    ]
    assert total_compute(phases, "hardware-burden") == pytest.approx(6e16)
    operations = total_compute(phases, "network-operations", flop_per_pass=1e9)
    assert operations == pytest.approx(3e9 * 210)


def test_a_phase_without_the_measure_is_refused_instead_of_mixed():
    counted = Phase(name="training", epochs=3, examples=100)
    with pytest.raises(DataError, match="never mixed"):
        total_compute([counted], "hardware-burden")
    with pytest.raises(DataError, match="expected at least one"):
        total_compute([], "hardware-burden")
    with pytest.raises(OptionError, match="measure"):
        total_compute([counted], "both")


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_factors_are_refused(bad):
    with pytest.raises(DataError):
        hardware_burden(count=bad, peak_flop_per_s=1, duration_s=1)
    with pytest.raises(DataError):
        operation_count(flop_per_pass=1, examples=bad, epochs=1)
    with pytest.raises(DataError):
        utilization(compute_flop=1, hardware_burden_flop=bad)
    with pytest.raises(DataError):
        IMAGENET_2022.burden(bad)


@given(count=positive, rate=positive, time=positive)
def test_burden_is_linear_in_each_factor(count, rate, time):
    one = hardware_burden(count=count, peak_flop_per_s=rate, duration_s=time)
    assert hardware_burden(count=2 * count, peak_flop_per_s=rate, duration_s=time) == 2 * one
    assert hardware_burden(count=count, peak_flop_per_s=rate, duration_s=2 * time) == 2 * one


def test_the_conversion_line_is_the_printed_one():
    assert IMAGENET_2022.burden(1e20) == pytest.approx(10 ** (3.1337 + 0.8716 * 20), rel=1e-9)
