"""Device time of a table becomes hardware burden; chip, meaning and assumptions are said."""

import numpy as np
import pytest

from costlaw.compute import BY_THE_HOUR, burden_by_the_hour
from costlaw.exceptions import DataError, OptionError
from costlaw.hardware import chip
from costlaw.runs import Runs

A100 = chip("A100 SXM4 40 GB").peak("bf16")
V100 = chip("V100 SXM2 16 GB").peak("fp16")


def bf16(found):
    return "bf16" if "bf16" in found.peak_flop_per_s else "fp16"


def table(**columns):
    rows = len(next(iter(columns.values())))
    base = {"name": [f"r{k}" for k in range(rows)], "error": [0.3 - 0.05 * k for k in range(rows)]}
    listed = {**base, **columns}
    return Runs.from_records([dict(zip(listed, row, strict=True)) for row in
                              zip(*listed.values(), strict=True)])  # fmt: skip


def burden(runs, **more):
    return burden_by_the_hour(runs, number_format=bf16, **more)


def test_burden_is_device_hours_times_the_peak_of_the_chip_that_is_named():
    held = burden(table(device_hours=[2.0, 20.0]), chip="A100")
    hour = 3600 * A100
    assert held.numbers("hardware_burden_flop") == pytest.approx([2 * hour, 20 * hour])
    assert held.measure == BY_THE_HOUR
    meaning = next(note for note in held.notes if "device-hours × peak rate" in note)
    assert "A100 SXM4 40 GB, dense bf16, 312 trillion FLOP/s" in meaning
    assert "no count of operations" in meaning and "without a utilization" in meaning
    assert any("also names A100 PCIe" in note for note in held.notes)
    assert held.sources


def test_each_row_has_its_own_chip_and_the_named_one_fills_the_empty_cells():
    runs = table(device_hours=[1.0, 1.0, 1.0], chip=["V100", "8x A100", None])
    alone = burden(runs)
    assert alone.numbers("hardware_burden_flop")[:2] == pytest.approx([3600 * V100, 3600 * A100])
    assert np.isnan(alone.numbers("hardware_burden_flop")[2])
    assert any("1 of 3 runs state no device time or no chip" in note for note in alone.notes)
    filled = burden(runs, chip="V100").numbers("hardware_burden_flop")
    assert filled[2] == pytest.approx(3600 * V100)


def test_a_wall_time_needs_a_number_of_chips_and_one_is_assumed_aloud():
    timed = table(duration_s=[3600.0, 7200.0])
    one = burden(timed, chip="A100")
    assert one.numbers("hardware_burden_flop")[0] == pytest.approx(3600 * A100)
    assert any("one each is assumed" in note and "--chips N" in note for note in one.notes)
    eight = burden(timed, chip="A100", chips=8)
    assert eight.numbers("hardware_burden_flop")[0] == pytest.approx(8 * 3600 * A100)
    assert not any("assumed" in note for note in eight.notes)
    written = burden(table(duration_s=[3600.0, 7200.0], chip=["8x A100", "8x A100"]))
    assert written.numbers("hardware_burden_flop")[0] == pytest.approx(8 * 3600 * A100)


def test_counted_operations_are_never_mixed_with_a_burden():
    counted = table(compute_flop=[1e18, None], device_hours=[1.0, 2.0])
    assert burden(counted, chip="A100") is counted
    unnamed = table(device_hours=[1.0, 2.0])
    assert burden(unnamed) is unnamed
    timeless = table(chip=["A100", "A100"], parameters=[1e6, 2e6])
    assert burden(timeless) is timeless


def test_a_chip_that_does_not_exist_is_refused_with_the_way_on():
    with pytest.raises(DataError, match=r"unknown chip \"cuda\".*--column chip="):
        burden(table(device_hours=[1.0], chip=["cuda"]))
    with pytest.raises(OptionError, match="chips = 0"):
        burden(table(duration_s=[1.0]), chip="A100", chips=0)


def seeded(hours, parameters, seeds):
    return table(device_hours=hours, parameters=parameters, seed=list(seeds))


def test_seeds_whose_clocks_differ_are_one_setting_and_it_is_said():
    runs = seeded([1.0, 1.04, 3.0, 3.2, 9.0, 12.0], [1e6, 1e6, 2e6, 2e6, 4e6, 4e6], "010101")
    held = burden(runs, chip="V100")
    hours = held.numbers("hardware_burden_flop") / (3600 * V100)
    assert hours[0] == hours[1] == pytest.approx(np.sqrt(1.04))
    assert hours[2] == hours[3] == pytest.approx(np.sqrt(9.6))
    assert hours[5] / hours[4] == pytest.approx(12 / 9), "a third apart is not a seed's noise"
    assert list(held.numbers("device_hours")) == [1.0, 1.04, 3.0, 3.2, 9.0, 12.0]
    (note,) = [note for note in held.notes if "seed" in note]
    assert "4 runs" in note and "6.67 % apart" in note


def test_hours_stay_as_they_are_where_the_sizes_or_the_seeds_do_not_say_one_setting():
    for parameters, seeds in (([1e6, 1.1e6], "01"), ([1e6, 1e6], "00"), ([None, None], "01")):
        runs = seeded([1.0, 1.04], parameters, seeds)
        held = burden(runs, chip="V100").numbers("hardware_burden_flop")
        assert held[1] / held[0] == pytest.approx(1.04)
