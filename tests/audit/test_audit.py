import csv
import json
from importlib.resources import files

import pytest

from costlaw.audit import Rule, audit, verdict
from costlaw.audit.recipes import RECIPES
from costlaw.exceptions import OptionError, UnknownName

VERDICTS = {"holds exactly", "within its order", "not reproducible", "no source"}


@pytest.fixture(scope="module")
def found():
    return audit()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("five-percent-flop", "only under recipe flop-v1"),
        ("five-percent-dollars", "only under recipe usd-v1"),
        ("five-percent-year", "holds exactly"),
        ("nasnet-compute", "holds exactly"),
        ("hardware-sixfold", "holds exactly"),
        ("gpt3-dollars", "holds exactly"),
        ("new-york-month", "only under recipe new-york-rounded"),
        ("hardware-1958", "no source"),
        ("paper-operations-n", "not reproducible"),
        ("paper-consolidated-exponent", "not reproducible"),
        ("forecast-2021", "not reproducible"),
    ],
)
def test_the_claims_of_the_article_get_their_verdict(found, name, expected):
    assert found.claim(name).verdict == expected


def test_the_ninth_power_holds_only_under_recipes_that_the_article_does_not_state(found):
    claim = found.claim("ninth-power")
    assert claim.verdict.startswith("only under recipe two-points-nasnet, two-points-student")
    assert claim.ours["v1-burden"] == pytest.approx(13.64, abs=0.01)
    assert claim.ours["two-points-nasnet"] == pytest.approx(9.31, abs=0.01)
    assert claim.ours["v1-reduced-major-axis"] == pytest.approx(9.16, abs=0.01)


def test_new_yorks_month_is_unrounded_more_than_half_a_year(found):
    claim = found.claim("new-york-month")
    assert claim.ours["new-york-v1"] == pytest.approx(8.7, abs=0.1)
    assert claim.ours["new-york-rounded"] == pytest.approx(0.96, abs=0.01)


def test_alexnet_to_nasnet_is_chips_times_count_times_time(found):
    rate = found.claim("hardware-sixfold").ours["nasnet-rate"]
    count = found.claim("nasnet-count").ours["nasnet-count"]
    total = found.claim("nasnet-compute").ours["nasnet-compute"]
    assert rate == pytest.approx(6.03, abs=0.01)
    assert count == 250
    assert total / rate / count == pytest.approx(0.727, abs=0.01)


@pytest.mark.parametrize(
    "name",
    ["five-percent-flop", "five-percent-dollars", "nasnet-compute",
                       "hardware-sixfold", "gpt3-dollars", "alexnet-chips", "objectnet",
                       "noisy-student-parameters", "paper-burden-exponent"],
)  # fmt: skip
def test_a_verdict_flips_when_its_input_is_perturbed(found, name):
    claim = found.claim(name)
    first = next(iter(claim.ours))
    moved = RECIPES | {first: lambda: RECIPES[first]() / 30.0}
    before, after = claim.verdict, audit(moved).claim(name).verdict
    assert before == "holds exactly" or first in before.split("recipe ")[1].split(", ")
    assert after != "holds exactly" and first not in after.split("recipe ")[-1].split(", ")


def test_the_rule_is_the_same_for_every_claim():
    value = Rule(kind="value", tolerance=0.1)
    assert verdict(10.0, {"a": 10.9}, value) == "holds exactly"
    assert verdict(10.0, {"a": 40.0}, value) == "within its order"
    assert verdict(10.0, {"a": 40.0}, value, ordered=False) == "not reproducible"
    assert verdict(10.0, {"a": 400.0, "b": 10.0}, value) == "only under recipe b"
    assert verdict(10.0, {"a": 10.0, "b": 10.9}, value) == "holds exactly"
    assert verdict(10.0, {"a": 10.0, "b": 400.0}, value) == "only under recipe a"
    assert verdict(10.0, {"a": 40.0, "b": 2.0}, value) == "within its order"
    assert verdict(10.0, {"a": 40.0, "b": 400.0}, value) == "not reproducible"
    assert verdict(10.0, {"a": 400.0}, value) == "not reproducible"
    assert verdict(10.0, {}, value) == "no source"
    assert verdict(None, {"a": 1.0}, value) == "no source"
    with pytest.raises(OptionError, match="rule"):
        Rule(kind="roughly")


def test_no_claim_holds_exactly_while_one_of_its_recipes_disagrees(found):
    for claim in found:
        agree = [claim.rule.holds(claim.stated, value) for value in claim.ours.values()]
        assert (claim.verdict == "holds exactly") == (bool(agree) and all(agree))


def test_every_recipe_is_cited_by_a_claim_and_every_cited_one_exists(found):
    cited = {name for claim in found for name in claim.ours}
    assert cited == set(RECIPES)


def test_every_verdict_is_one_of_five_and_the_json_is_plain(found):
    for claim in found:
        assert claim.verdict in VERDICTS or claim.verdict.startswith("only under recipe ")
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert json.loads(text)["schema"] == {"name": "costlaw/audit", "version": 1}
    assert found.table().height >= 34


def test_an_unknown_claim_gets_a_suggestion(found):
    with pytest.raises(UnknownName, match="ninth-power"):
        found.claim("nineth-power")


def test_every_number_from_outside_the_corpus_names_its_source():
    path = files("costlaw.audit") / "data" / "evidence.csv"
    with path.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            assert row["source"] and row["how"] and int(row["n"]) >= 1
