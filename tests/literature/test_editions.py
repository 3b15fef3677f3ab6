import csv
from importlib.resources import files

import numpy as np
import pytest

from costlaw.compute import total_compute
from costlaw.exceptions import DataError, EvidenceError, UnknownName
from costlaw.literature import (
    MEASURES,
    available,
    benchmark,
    benchmarks,
    load,
    published_runs,
    system,
)


def table(name: str) -> list[dict[str, str]]:
    with (files("costlaw.literature") / "data" / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def line(x, y):
    """Return (slope, its standard error, intercept, R2) of ordinary least squares."""
    design = np.column_stack([np.ones_like(x), x])
    coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
    rest = y - design @ coefficients
    variance = rest @ rest / (len(x) - 2) * np.linalg.inv(design.T @ design)
    r2 = 1 - rest @ rest / np.sum((y - y.mean()) ** 2)
    return coefficients[1], float(np.sqrt(variance[1, 1])), coefficients[0], r2


@pytest.mark.parametrize(
    ("name", "measure", "n"),
    [
        ("imagenet", "hardware-burden", 36),
        ("imagenet", "network-operations", 77),
        ("imagenet", "operations-per-pass", 110),
        ("imagenet", "consolidated", 102),
        ("coco", "hardware-burden", 13),
        ("coco", "network-operations", 7),
        ("coco", "operations-per-pass", 14),
        ("coco", "consolidated", 20),
        ("squad", "hardware-burden", 12),
        ("conll", "hardware-burden", 12),
        ("wmt14-en-de", "hardware-burden", 12),
        ("wmt14-en-fr", "hardware-burden", 14),
    ],
)
def test_v2_holds_exactly_the_rows_of_the_authors_regressions(name, measure, n):
    assert len(published_runs(name, "v2", measure)) == n


@pytest.mark.parametrize(
    ("name", "measure", "slope", "error", "r2"),
    [  # printed in the authors' notebooks; see tests/reproductions/data
        ("imagenet", "hardware-burden", 0.0933, 0.009, 0.766),
        ("imagenet", "network-operations", 0.0836, 0.006, 0.720),
        ("imagenet", "operations-per-pass", 0.0821, 0.006, 0.606),
        ("imagenet", "consolidated", 0.0908, 0.006, 0.694),
        ("squad", "hardware-burden", 0.0956, 0.012, 0.872),
        ("conll", "hardware-burden", 0.0269, 0.010, 0.417),
        ("wmt14-en-de", "hardware-burden", 0.0141, 0.009, 0.188),
        ("wmt14-en-fr", "hardware-burden", 0.0236, 0.016, 0.147),
    ],
)
def test_a_line_through_v2_gives_every_printed_digit(name, measure, slope, error, r2):
    runs = published_runs(name, "v2", measure)
    found = line(np.log10(runs.numbers("compute_flop")), -np.log10(runs.numbers("error")))
    assert round(found[0], 4) == slope
    assert round(found[1], 3) == error
    assert round(found[3], 3) == r2


def test_v1_is_the_13_points_that_give_the_articles_ten_to_the_28():
    runs = published_runs("imagenet", "v1")
    slope, _, intercept, r2 = line(
        np.log10(runs.numbers("compute_flop")), -np.log10(runs.numbers("error"))
    )
    assert len(runs) == 13
    assert round((-np.log10(0.05) - intercept) / slope, 2) == 28.06
    assert round(r2, 3) == 0.452


def test_a_combination_without_data_is_refused_and_names_those_that_exist():
    with pytest.raises(EvidenceError, match=r"v1 hardware-burden \(n = 13\).*v2 consolidated"):
        published_runs("imagenet", "v1", "network-operations")
    with pytest.raises(EvidenceError, match="squad"):
        published_runs("squad", "v2", "operations-per-pass")


def test_unknown_names_get_suggestions():
    with pytest.raises(UnknownName, match="imagenet"):
        benchmark("imagnet")
    with pytest.raises(UnknownName, match="v2"):
        load("imagenet", "v22")
    with pytest.raises(UnknownName, match="hardware-burden"):
        published_runs("imagenet", "v2", "hardwareburden")


@pytest.mark.parametrize("name", ["coco", "wmt14-en-de", "wmt14-en-fr"])
def test_bleu_and_ap_are_said_not_to_reach_zero(name):
    assert not benchmarks()[name].reaches_zero
    assert any("not an error rate that can reach 0" in text for text in benchmarks()[name].caveats)


def test_squad_publishes_f1_in_v1_and_exact_match_in_v2():
    assert published_runs("squad", "v1").benchmark.error_definition == "1 - F1"
    assert published_runs("squad", "v2").benchmark.error_definition == "1 - exact match"


def test_stated_burdens_follow_from_their_phases():
    gaps = []
    for name in benchmarks():
        for result in load(name, "v2"):
            stated, found = (
                part.get("hardware-burden") for part in (result.compute, result.derived)
            )
            if stated and found:
                gaps.append(abs(np.log10(found / stated)))
    assert len(gaps) >= 90
    assert max(gaps) < 0.03


def test_phases_are_kept_and_refuse_what_they_do_not_state():
    coca = next(result for result in load("imagenet", "v2") if result.network == "CoCa")
    assert [phase.name for phase in coca.phases] == ["pretraining"]
    assert total_compute(coca.phases, "hardware-burden") == pytest.approx(2.4e23, rel=0.02)
    with pytest.raises(DataError):
        total_compute(coca.phases, "network-operations", flop_per_pass=1e12)


def test_senet_shares_the_lineage_of_nasnet_whose_burden_it_repeats():
    by_name = {result.network: result for result in load("imagenet", "v1")}
    assert by_name["SENet"].lineage == by_name["NASNetA (6@4032)"].lineage


def test_every_combination_that_is_listed_has_data():
    published = [key for key in available() if key[0] in {"v1", "v2"}]
    assert len(published) == 18
    for edition, name, measure in available():
        assert len(published_runs(name, edition, measure)) >= 3


def test_every_row_is_sourced_and_within_range():
    sources = {row["source"] for row in table("sources.csv")}
    names = {row["benchmark"] for row in table("benchmarks.csv")}
    keys = [row["result"] for row in table("results.csv")]
    assert len(keys) == len(set(keys))
    for row in table("results.csv"):
        assert row["source"] in sources and row["locator"] and row["title"]
        assert row["benchmark"] in names
        assert 0 < float(row["error"]) < 1
        assert not row["year"] or 1990 < int(row["year"]) < 2030
    assert {row["result"] for row in table("phases.csv")} <= set(keys)


def test_the_codebook_describes_every_column():
    described = {(row["table"], row["column"]) for row in table("codebook.csv")}
    for name in ("results.csv", "phases.csv", "benchmarks.csv", "sources.csv", "reuse.csv"):
        for column in table(name)[0]:
            assert (name, column) in described


def test_results_that_leave_out_a_networks_training_are_named():
    (note,) = published_runs("conll").notes
    assert "2 of 15 results start from a trained network" in note
    assert "ACE + document-context (BERT-Large), LUKE (RoBERTa Large)" in note
    assert published_runs("conll", "v1").notes == ()
    assert published_runs("imagenet").notes == ()


def test_what_is_left_out_follows_from_the_tables_own_chips_and_hours():
    found = {result.key: result for name in ("conll", "squad") for result in load(name, "v2")}
    roberta = system("RoBERTa Large")
    rate = found["v2/conll/009"].phases[0].devices[0].peak_flop_per_s
    burden = roberta.chip_count * roberta.duration_s * rate
    for key in ("v2/conll/002", "v2/squad/002"):
        (one,) = found[key].reuses
        assert one.system == roberta.name
        assert one.hardware_burden_flop == pytest.approx(burden)
    (bert,) = found["v2/conll/001"].reuses
    assert bert.hardware_burden_flop == found["v2/conll/021"].compute["hardware-burden"]
    assert bert.system == system(bert.system).name
    assert {row["result"] for row in table("reuse.csv")} <= set(found)
    assert all(row["url"].startswith("https://") and row["locator"] for row in table("reuse.csv"))


def test_every_measure_is_explained():
    assert set(MEASURES) == {measure for _, _, measure in available()}
