"""The authors' 2022 regressions through ``costlaw.fit``, to every printed digit.

Source: as in test_authors_2022_data.py, where statsmodels shows that the data are the same; here
our own estimands are on trial. Tolerance: half a unit of the last printed digit. One recipe table:
how a printed regression is asked of ``fit``; nothing is written per benchmark. Signs: they print
log10(error) or log10(1/error) as it came; ours is always log10(1/error).
"""

import csv
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

import costlaw
from costlaw.literature import published_runs

TABLE = Path(__file__).parent / "data" / "authors_2022_regressions.csv"
with TABLE.open(encoding="utf-8") as stream:
    PRINTED = list(csv.DictReader(stream))

# printed estimand -> ours; a regression of the score itself is no law of error
ESTIMANDS = {
    "error-on-compute": "error-on-compute",
    "error-on-compute-and-year": "fixed-year",
    "frontier": "frontier",
}
ROWS = [row for row in PRINTED if row["estimand"] in ESTIMANDS]


def same(ours: float, printed: str) -> bool:
    decimals = len(printed.partition(".")[2])
    return abs(ours - float(printed)) <= 0.5000001 * 10.0**-decimals


@pytest.mark.parametrize(
    "row",
    ROWS,
    ids=lambda row: " ".join(row[k] for k in ("benchmark", "measure", "law", "estimand")),
)
def test_every_printed_digit_comes_out_of_fit(row):
    fit = costlaw.fit(
        row["benchmark"],
        edition="v2",
        measure=row["measure"],
        law=row["law"],
        estimand=ESTIMANDS[row["estimand"]],
    )
    assert fit.n == int(row["n"])
    flip = -1.0 if "log10(error)" in row["regression"] else 1.0
    line = fit.line
    ours = {
        "intercept": flip * line.coefficients["intercept"],
        "slope": flip * line.coefficients["slope"],
        "year_slope": flip * line.coefficients.get("year", float("nan")),
        "intercept_se": line.standard_errors["intercept"],
        "slope_se": line.standard_errors["slope"],
        "year_slope_se": line.standard_errors.get("year", float("nan")),
        "r2": line.r_squared,
    }
    missed = {k: (v, row[k]) for k, v in ours.items() if row[k] and not same(v, row[k])}
    assert not missed


def test_all_six_benchmarks_are_on_trial_on_their_hardware_burden():
    found = {row["benchmark"] for row in ROWS if row["measure"] == "hardware-burden"}
    assert found == {"imagenet", "coco", "squad", "conll", "wmt14-en-de", "wmt14-en-fr"}


def test_each_estimand_agrees_with_statsmodels():
    runs = published_runs("imagenet", "v2", "network-operations")
    x, y, year = (np.log10(runs.numbers("compute_flop")), -np.log10(runs.numbers("error")),
                  runs.numbers("year"))  # fmt: skip
    forward, backward = sm.OLS(y, sm.add_constant(x)).fit(), sm.OLS(x, sm.add_constant(y)).fit()
    expected = {
        "error-on-compute": 1 / forward.params[1],
        "compute-on-error": backward.params[1],
        "reduced-major-axis": np.sqrt(backward.params[1] / forward.params[1]),
        "frontier": 1 / sm.QuantReg(y, sm.add_constant(x)).fit(q=0.9).params[1],
        "fixed-year": 1 / sm.OLS(y, sm.add_constant(np.column_stack([x, year]))).fit().params[1],
    }
    for estimand, exponent in expected.items():
        ours = costlaw.fit(runs, estimand=estimand).cost_exponent
        assert ours == pytest.approx(exponent, rel=1e-5), estimand
