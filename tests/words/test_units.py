"""What a person types is read or refused; what is printed can be said aloud."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costlaw import units
from costlaw.exceptions import UnitError


@pytest.mark.parametrize(
    ("text", "flop"),
    [
        ("1e28 FLOP", 1e28),
        ("2.1e21", 2.1e21),
        ("10^28.06 FLOP", 10**28.06),
        ("3 EFLOP", 3e18),
        ("5 PF-days", 5 * 8.64e19),
        ("5 PFLOP/s-days", 5 * 8.64e19),
        ("1,000 GFLOP", 1e12),
        ("2 exaflop", 2e18),
        ("7 billion FLOP", 7e9),
    ],
)
def test_compute_is_read(text, flop):
    assert units.parse_compute(text) == pytest.approx(flop)


@pytest.mark.parametrize("text", ["", "many FLOP", "-3 FLOP", "0 FLOP", "3 apples", "1e999 FLOP"])
def test_what_is_no_compute_is_refused(text):
    with pytest.raises(UnitError):
        units.parse_compute(text)


def test_a_rate_is_not_a_count_and_says_so():
    with pytest.raises(UnitError, match="That is a rate"):
        units.parse_compute("3 TFLOP/s")


@pytest.mark.parametrize(
    ("text", "hint"), [("5", "Write 5%"), ("500%", None), ("0", None), ("-1", None), ("1.0", None)]
)
def test_an_error_outside_its_range_is_refused_and_a_bare_percentage_recognised(text, hint):
    with pytest.raises(UnitError, match=r"outside \(0, 1\)") as refusal:
        units.parse_error(text)
    assert hint is None or hint in str(refusal.value)
    if text == "500%":
        assert "Write" not in str(refusal.value)


def test_money_and_durations_are_read():
    assert units.parse_money("$100 billion") == 1e11
    assert units.parse_money("2.5 M USD") == 2.5e6
    assert units.parse_duration("3 weeks") == 3 * 7 * 86400
    with pytest.raises(UnitError, match="Convert other currencies"):
        units.parse_money("40 EUR")


@given(st.floats(min_value=1e-30, max_value=1e60))
def test_a_printed_number_is_within_five_percent_when_read_back(value):
    text = units.format_number(value)
    words = {"million": 1e6, "billion": 1e9, "trillion": 1e12}
    number, _, word = text.partition(" ")
    if "×10" in text:
        mantissa, power = text.split("×10")
        normal = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
        back = float(mantissa) * 10.0 ** int(normal)
    else:
        back = float(number.replace(",", "")) * words.get(word, 1.0)
    assert math.isclose(back, value, rel_tol=0.051)


@given(st.sampled_from(["USD", "FLOP", "kWh"]), st.sampled_from(["device-hour", "s", "FLOP"]))
def test_multiplying_back_undoes_a_division(over, under):
    assert units.multiply_units(units.divide_units(over, under), under) in {over, ""}


def test_a_share_and_a_chance_are_printed_with_a_space_before_the_sign():
    assert units.format_share(0.945) == "94 %" and units.format_share(0.0123, 1) == "1.2 %"
    assert units.format_chance(0.0) == "under 0.1 %" and units.format_chance(1.0) == "over 99.9 %"


def test_nothing_that_is_printed_formats_a_percentage_by_itself():
    import re
    from pathlib import Path

    package = Path(units.__file__).parents[1]
    own = {package / "fitting/rolling/origins.py"}  # names of columns
    for path in sorted(package.rglob("*.py")):
        code = "\n".join(line for line in path.read_text().split("\n") if ">>>" not in line)
        if path not in own:
            assert not re.search(r":\.?\d*%\}", code), path.name
