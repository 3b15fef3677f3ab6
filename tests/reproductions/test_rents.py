"""Rents of their time against list prices that nobody here used: DAWNBench's submissions.

Source: Stanford DAWNBench, entries of 2017 to 2020 (github.com/stanford-futuredata/
dawn-bench-entries, commit fb27b82): price per hour of the instance over its chips. Each of our
rents is an interval of 90 %; of ten such intervals nine should hold. Baidu's own cloud, at a third
of anyone else's price, is the one outside.
"""

import pytest

from costlaw.costs.rent import rent
from costlaw.hardware import likely_chip

LISTED = [  # chip, chips of the instance, USD per hour, date, instance
    ("V100", 1, 3.06, "2018-04-20", "AWS p3.2xlarge"),
    ("V100", 8, 24.48, "2018-04-18", "AWS p3.16xlarge"),
    ("K80", 1, 0.90, "2017-10-11", "AWS p2.xlarge"),
    ("K80", 1, 0.967, "2017-10-11", "Google Cloud"),
    ("V100", 1, 2.30, "2018-04-19", "Paperspace"),
    ("V100", 1, 1.0632, "2019-05-07", "Baidu Cloud"),
    ("V100", 8, 20.6, "2020-03-10", "Alibaba Cloud"),
    ("V100", 8, 12.24, "2019-04-13", "Azure ND40s_v2"),
    ("TPU v2", 4, 6.50, "2018-04-13", "Cloud TPU, a board of four chips"),
    ("TPU v2", 4, 4.50, "2018-09-29", "Cloud TPU, a board of four chips"),
]


def inside(row):
    chip, count, usd, date, _ = row
    low, high = rent(likely_chip(chip, date)[0], date=date).usd_per_hour.interval(0.9)
    return low <= usd / count <= high


def test_nine_of_ten_independent_list_prices_lie_inside_our_intervals():
    found = [inside(row) for row in LISTED]
    assert sum(found) == 9


@pytest.mark.xfail(strict=True, reason="Baidu's own cloud asked a third of anyone else's price")
def test_baidus_price_lies_inside():
    assert inside(next(row for row in LISTED if row[-1] == "Baidu Cloud"))
