import json
import math

import numpy as np
import pytest

from costlaw.audit import over_time
from costlaw.audit.over_time import _line
from costlaw.exceptions import EvidenceError, OptionError
from costlaw.runs import Runs


def series(years, errors):
    return Runs.from_records(
        [{"name": f"{year}", "year": float(year), "error": error}
         for year, error in zip(years, errors, strict=True)]
    )  # fmt: skip


def test_five_percent_on_imagenet_is_expected_in_2025_as_the_article_says():
    found = over_time("imagenet", 0.05, edition="v2")
    assert found.year == pytest.approx(2025.4, abs=0.05)
    assert found.low < found.year < found.high
    assert not found.reached
    assert found.last_year == 2022


@pytest.mark.parametrize(
    ("name", "error"),
    [("coco", 0.3), ("squad", 0.05), ("conll", 0.05), ("wmt14-en-fr", 0.5), ("wmt14-en-de", 0.5)],
)
def test_every_benchmark_has_a_year_with_an_interval(name, error):
    found = over_time(name, error)
    assert found.low < found.year < found.high


def test_an_exact_line_is_read_exactly():
    years = np.arange(2010, 2016)
    found = _line(series(years, 0.5 * 0.8 ** (years - 2010)), 0.05, level=0.9)
    assert found.year == pytest.approx(2010 + math.log(0.1) / math.log(0.8))
    assert found.high - found.low < 1e-6
    assert found.factor_per_year == pytest.approx(0.8)


def test_the_interval_covers_the_true_year_at_its_level():
    random = np.random.default_rng(7)
    years = np.arange(2012, 2023)
    true = 2012 + math.log10(0.4 / 0.05) / 0.065
    hits = 0
    for _ in range(2000):
        errors = 0.4 * 10 ** (-0.065 * (years - 2012) + 0.05 * random.standard_normal(years.size))
        found = _line(series(years, np.minimum(errors, 0.99)), 0.05, level=0.9)
        hits += found.low <= true <= found.high
    assert 0.88 <= hits / 2000 <= 0.92


def test_a_slope_that_may_be_zero_gives_an_unbounded_end_and_null_in_json():
    found = _line(series([2015, 2016, 2017, 2018], [0.30, 0.34, 0.28, 0.29]), 0.05, level=0.9)
    assert math.isinf(found.high)
    record = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert record["high"] is None


def test_targets_and_evidence_that_carry_no_year_are_refused():
    with pytest.raises(OptionError, match="error"):
        over_time("imagenet", 5.0)
    with pytest.raises(EvidenceError, match="needs 4"):
        _line(series([2015, 2016, 2017], [0.3, 0.2, 0.1]), 0.05, level=0.9)
    with pytest.raises(EvidenceError, match="does not fall"):
        _line(series([2015, 2016, 2017, 2018], [0.1, 0.2, 0.3, 0.4]), 0.05, level=0.9)
