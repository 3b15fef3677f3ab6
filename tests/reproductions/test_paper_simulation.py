"""The paper's simulation: 1,000 variables of which ten matter.

Source: Thompson, Greenewald, Lee & Manso 2020, arXiv 2007.05558, section 2 and its figure: to match
the oracle at 15 examples the flexible estimator needs 1,500 and the regularised one 175 (recalled,
not re-read). Tolerance 10 %: the values are read off a grid, and averaging logarithms or squares
moves ours between 1,390 and 1,540.
"""

import csv
from importlib.resources import files

import pytest

TOLERANCE = 0.1
with (files("costlaw.lab") / "data" / "theory.csv").open(encoding="utf-8") as stream:
    RECORDED = {(row["preset"], row["quantity"]): row for row in csv.DictReader(stream)}


def recorded(quantity, preset="paper"):
    return float(RECORDED[preset, quantity]["estimate"])


def test_flexible_needs_1500_examples_to_match_the_oracle_at_15():
    assert recorded("flexible matches the oracle's 15 at") == pytest.approx(1500, rel=TOLERANCE)
    assert recorded("the same, by equal mean square") == pytest.approx(1500, rel=TOLERANCE)


@pytest.mark.xfail(strict=True, reason="ours is about 100 under every penalty rule tried; the "
                   "paper's noise, effects and penalty are not known")  # fmt: skip
def test_the_lasso_needs_175_examples():
    matched = [
        recorded(f"lasso, {rule}, matches at")
        for rule in ("theory's penalty", "cross-validated", "best penalty")
    ]
    assert any(value == pytest.approx(175, rel=TOLERANCE) for value in matched)


def test_the_expert_stalls_at_the_missing_tenth():
    assert recorded("expert's plateau, -log10 mean square") == pytest.approx(1.0, abs=0.02)


def test_real_fits_agree_with_the_exact_distribution_used():
    for quantity in ("real over exact error, oracle at 15",
                     "real over exact error, flexible at 1,500"):  # fmt: skip
        row = RECORDED["paper", quantity]
        assert float(row["low"]) < 1.0 < float(row["high"])


def test_the_recorded_exponents_lie_where_the_theory_puts_them():
    assert 1.85 < recorded("data exponent", "exponents") < 2.35
    assert 3.7 < recorded("compute exponent", "exponents") < 4.7


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["exponents", "paper", "xray", "interpolation"])
def test_the_record_is_what_the_experiments_give(preset):
    from costlaw.lab.theory import theory

    result = theory(preset)
    for answer in result.answers:
        if answer.unit != "USD":  # prices are updated
            stored = recorded(answer.quantity, preset)
            assert answer.estimate == pytest.approx(stored, rel=0.02)
