import math

import numpy as np
import pytest

from costlaw.literature import available, best_by_year, corrections, load, published_runs, systems
from costlaw.literature.corrections import corrected_row
from costlaw.literature.systems import system
from costlaw.literature.tables import rows


def exponent(edition: str, measure: str) -> float:
    runs = published_runs("imagenet", edition, measure)
    x, y = np.log10(runs.numbers("compute_flop")), -np.log10(runs.numbers("error"))
    return float(1 / np.polyfit(x, y, 1)[0])


def test_every_one_of_the_80_known_faults_is_decided_with_a_reason_and_what_it_moves():
    faults = {item.key[:8] for item in corrections() if item.key.startswith("fault-")}
    assert len(faults) == 80
    assert all(item.reason and item.moves for item in corrections())
    assert any(not item.accepted for item in corrections())


def test_octresnet_alone_moves_the_articles_exponent_from_13_6_to_11_4():
    fault = next(item for item in corrections() if item.result == "home/imagenet/161")
    assert "13.64 -> 11.44" in fault.moves
    assert "28.06 -> 26.90" in fault.moves


def test_a_correction_names_the_value_its_table_holds():
    stored = {row["result"]: row for row in rows("results.csv")}
    for item in corrections():
        if "." not in item.field:
            assert stored[item.result][item.field] == item.stored, item.key


def test_a_rejected_correction_changes_nothing_and_an_accepted_one_does():
    stored = {row["result"]: row for row in rows("results.csv")}
    accepted = next(item for item in corrections() if item.accepted and item.field == "parameters")
    assert corrected_row(stored[accepted.result])["parameters"] == accepted.corrected
    keys = {item.result for item in corrections() if item.accepted}
    rejected = next(item for item in corrections() if not item.accepted and item.result not in keys)
    assert corrected_row(stored[rejected.result]) == stored[rejected.result]


def test_the_burden_of_nasnets_architecture_search_is_not_in_the_corrected_edition():
    names = {r.network: r for r in load("imagenet", "corrected")}
    assert "hardware-burden" not in names["NASNET-A(6)"].compute
    assert "consolidated" not in names["NASNET-A(6)"].compute
    assert (
        "hardware-burden" in {r.network: r for r in load("imagenet", "v2")}["NASNET-A(6)"].compute
    )


def test_published_editions_stay_as_published():
    assert exponent("v2", "hardware-burden") == pytest.approx(10.71, abs=0.005)
    assert exponent("v1", "hardware-burden") == pytest.approx(13.64, abs=0.005)


def test_corrections_move_the_imagenet_burden_exponent_below_ten():
    assert exponent("corrected", "hardware-burden") == pytest.approx(9.93, abs=0.01)


def test_both_data_sets_reconcile_to_about_740_distinct_results():
    distinct = [r for name in {k[1] for k in available()} for r in load(name, "corrected")]
    assert 700 <= len(distinct) <= 780
    assert len({r.key for r in distinct}) == len(distinct)


def test_extended_has_250_imagenet_and_100_coco_results_for_a_training_law():
    assert available()["extended", "imagenet", "consolidated"] >= 250
    assert available()["extended", "coco", "hardware-burden"] >= 100
    total = sum(len(load(name, "extended")) for name in {k[1] for k in available()})
    assert total >= 1500


def test_every_addition_says_how_it_was_derived_and_what_it_may_be_used_for():
    allowed = {"training-compute law", "operations per pass", "trend over time"}
    for row in rows("collections.csv"):
        assert row["how"] and row["locator"]
        assert set(row["use"].split("; ")) <= allowed
        assert row["lineage"] == row["collection"]
        assert 0 < float(row["error"]) < 1


def test_no_row_comes_from_a_share_alike_or_unlicensed_compilation():
    for row in rows("sources.csv"):
        assert row["licence"]
        assert not any(word in row["licence"].lower() for word in ("-sa", "odbl", "gpl", "none"))


def test_the_best_of_each_year_only_counts_one_metric():
    best = best_by_year("squad", "corrected")
    assert best.benchmark.metric == "exact match"
    assert (np.diff(best.numbers("year")) >= 1).all()


def test_there_are_a_thousand_named_systems_and_those_of_the_article():
    assert len(systems()) >= 1000
    names = ("Perceptron", "AlexNet", "NASNet-A", "Noisy Student", "AlphaGo Zero", "AlphaStar",
             "GPT-3", "AlphaGo")  # fmt: skip
    for name in names:
        assert system(name).url
    student = system("Noisy Student")
    assert student.parameters == 4.8e8
    assert student.labelled_examples == 1.2e6
    assert math.isclose(student.parameters_per_example or 0, 400)
    assert "unlabelled" in student.note


def test_every_system_is_sourced_and_within_range():
    for item in systems():
        assert item.source.licence == "CC-BY-4.0"
        assert item.url and 1940 < item.year < 2030
        assert item.parameters or item.training_compute_flop
        assert item.utilization is None or 0 < item.utilization <= 1
