"""Counting bytes: probabilities add up, orders help until they do not; the crossing end to end."""

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")

from costlaw.cli.lab.crossing import command
from costlaw.exceptions import OptionError
from costlaw.lab.crossing import crossing
from costlaw.lab.crossing.counts import count
from costlaw.lab.crossing.running import split

WORDS = np.frombuffer(b"the cat sat on the mat, the rat sat on the cat. " * 60, np.uint8)


@pytest.mark.parametrize("order", [0, 1, 3, 7])
def test_probabilities_of_all_bytes_after_a_context_add_up_to_one(order):
    learned = count(WORDS, order)
    for start in (0, 7, 200):
        seen = WORDS[start : start + order + 3]
        before = learned.bits_per_byte(seen) * (len(seen) - order)
        total = 0.0
        for byte in range(256):
            longer = np.append(seen, np.uint8(byte))
            bits = learned.bits_per_byte(longer) * (len(longer) - order) - before
            total += 2.0**-bits
        assert total == pytest.approx(1.0, abs=1e-9)


def test_counting_single_bytes_is_close_to_their_entropy():
    shares = np.bincount(WORDS) / len(WORDS)
    entropy = -(shares[shares > 0] * np.log2(shares[shares > 0])).sum()
    assert count(WORDS, 0).bits_per_byte(WORDS) == pytest.approx(entropy, abs=0.05)


def test_longer_contexts_help_on_text_that_repeats_and_not_on_noise():
    noise = np.random.default_rng(0).integers(0, 256, 4000).astype(np.uint8)
    assert count(WORDS, 4).bits_per_byte(WORDS) < 0.3 * count(WORDS, 1).bits_per_byte(WORDS)
    fresh = np.random.default_rng(1).integers(0, 256, 4000).astype(np.uint8)
    assert count(noise, 4).bits_per_byte(fresh) >= 7.9


def test_a_byte_never_seen_is_not_impossible():
    assert np.isfinite(count(WORDS, 3).bits_per_byte(np.arange(256, dtype=np.uint8)))


def test_operations_grow_with_examples_and_order():
    assert count(WORDS, 3).training_flop > count(WORDS, 1).training_flop
    assert count(WORDS, 3).training_flop > 2 * count(WORDS[:1000], 3).training_flop
    with pytest.raises(OptionError, match="0 to 7"):
        count(WORDS, 8)


def test_addresses_are_233_from_1790_to_2021_and_none_judges_what_was_learned(addresses):
    assert len(addresses.years) == 233
    assert addresses.years.min() == 1790 and addresses.years.max() == 2021
    learned, judged = split()
    assert len(learned) + len(judged) == len(addresses.text) > 1e7
    text, asked = learned.tobytes(), judged.tobytes()
    places = np.random.default_rng(0).integers(0, len(asked) - 60, 40)
    assert not any(asked[i : i + 60] in text for i in places)


def test_the_crossing_says_who_leads_in_data_and_operations(addresses, monkeypatch):
    monkeypatch.setattr("costlaw.lab.crossing.running.LEAST_SEEN", 6000)
    monkeypatch.setattr("costlaw.lab.tasks.language.JUDGED_BYTES", 4000)
    found = crossing(sizes=(2000, 6000), width=16, seeds=2)
    counts = found.line("counts (Witten-Bell)")
    assert counts.y[1] < counts.y[0] < 8.0
    assert found.answer("operations of the network over the counts', most data").estimate > 100
    assert np.isinf(found.answer("network leads for good from").estimate)
    assert len(str(found).splitlines()) <= 12
    with pytest.raises(OptionError, match="at least two"):
        crossing(sizes=(2000,), seeds=2)


def test_sizes_that_are_no_numbers_are_a_usage_error():
    done = CliRunner().invoke(command, ["--sizes", "many"])
    assert done.exit_code == 2 and "1e4,1e5" in done.stderr
