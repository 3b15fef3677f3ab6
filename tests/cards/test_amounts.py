import pytest

from costlaw.cards.amounts import DeviceTime, parse_amount
from costlaw.cards.subject import subject_of
from costlaw.exceptions import OptionError, UnitError, UnknownName


@pytest.mark.parametrize(
    ("text", "flop"),
    [("1e28 FLOP", 1e28), ("5 PF-days", 5e15 * 86400), ("3 EFLOP", 3e18), ("2 zettaflop", 2e21)],
)
def test_operations_are_read_in_every_usual_unit(text, flop):
    assert parse_amount(text) == pytest.approx(flop)


@pytest.mark.parametrize(
    ("text", "count", "chip", "hours"),
    [
        ("8xH100-hours", 8, "H100", 1),
        ("3 weeks on 2 V100", 2, "V100", 504),
        ("2 GTX 580 for 6 days", 2, "GTX 580", 144),
        ("1,024 x TPU v3 for 6 days", 1024, "TPU v3", 144),
        ("355 V100-years", 355, "V100", 8766),
        ("12 h on 8 P100", 8, "P100", 12),
    ],
)
def test_device_time_is_read_in_every_usual_order(text, count, chip, hours):
    held = parse_amount(text)
    assert isinstance(held, DeviceTime)
    assert (held.count, held.chip) == (count, chip)
    assert held.duration_s == pytest.approx(hours * 3600)


@pytest.mark.parametrize(
    "text",
    ["-3 FLOP", "0 FLOP", "1e15 FLOP/s", "12 parsecs", "8 H100", "5 weeks", "0 weeks on 2 V100",
     "3 kg CO2e", "1e400 FLOP", "2 V100 for -3 days"],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_the_forms_there_are(text):
    with pytest.raises(UnitError):
        subject_of(text)


def test_a_time_on_unnamed_chips_says_what_is_missing():
    with pytest.raises(UnitError, match=r"names no chip.*--chip V100"):
        subject_of("3 weeks on 2 GPUs")
    assert subject_of("3 weeks on 2 GPUs", chip="V100").chip.name.startswith("V100")


def test_a_chip_named_twice_is_refused():
    with pytest.raises(OptionError, match="leave out --chip"):
        subject_of("3 weeks on 2 V100", chip="H100")


def test_an_unknown_system_and_an_unknown_chip_suggest_near_ones():
    with pytest.raises(UnknownName, match="AlexNet"):
        subject_of("AlexNett")
    with pytest.raises(UnknownName, match="H20"):
        subject_of("8xH10-hours")


def test_a_loose_chip_name_is_resolved_and_said():
    found = subject_of("8xH100-hours")
    assert found.chip.name == "H100 SXM"
    assert "H100 PCIe" in found.notes[0]
