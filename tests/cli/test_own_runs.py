"""Own runs at the real command: fit, compare, allocate; a verdict in words for bad tables."""

import json

import numpy as np
import pytest

HEADER = "name,loss,flops,params,tokens\n"


@pytest.fixture
def own(tmp_path):
    random = np.random.default_rng(0)
    lines = [HEADER]
    for i, n in enumerate(np.logspace(7, 9, 4)):
        for j, d in enumerate(np.logspace(8, 10, 4)):
            loss = (1.8 + 480 * n**-0.35 + 2100 * d**-0.37) * np.exp(0.003 * random.normal())
            lines.append(f"n{i}d{j},{loss:.5f},{6 * n * d:.6g},{n:.6g},{d:.6g}\n")
    (tmp_path / "runs.csv").write_text("".join(lines))


def test_every_law_is_reached_by_name_and_says_the_same_in_json(costlaw, own):
    done = costlaw("fit", "runs.csv", "--law", "chinchilla", "--json")
    record = json.loads(done.stdout)
    assert done.returncode == 0 and record["law"] == "joint" and record["n"] == 16
    assert {one["name"] for one in record["coefficients"]} >= {"irreducible_error"}
    listed = costlaw("fit", "runs.csv", "--law", "M2", "--along", "tokens")
    assert listed.returncode == 2 and "expected one of" in listed.stderr
    filled = costlaw("fit", "runs.csv", "--law", "joint", "--checklist")
    assert "(blank: write it down)" in filled.stdout and "23 filled in" in filled.stdout


def test_compare_prints_a_row_for_every_law_and_allocate_a_split(costlaw, own):
    done = costlaw("compare", "runs.csv", "--error", "2.5", "--laws", "power,M2")
    assert done.returncode == 0 and done.stdout.count("\n") == 4 and "best back-test" in done.stdout
    best = costlaw("allocate", "runs.csv", "--compute", "1e21", "--json")
    record = json.loads(best.stdout)
    assert record["quantities"]["parameters"]["low"] < record["quantities"]["parameters"]["value"]
    neither = costlaw("allocate", "runs.csv")
    assert neither.returncode == 2 and "--compute or --budget" in neither.stderr
    mixed = costlaw("allocate", "runs.csv", "--budget", "5.76e23 FLOP")
    assert mixed.returncode == 2 and '--compute "5.76e23 FLOP"' in mixed.stderr


@pytest.mark.parametrize(
    ("words", "rows", "code", "said"),
    [
        (
            "compare",
            "a,2.0,1e18,1e7,1e9\nb,2.0,2e18,2e7,1e9\nc,2.0,4e18,4e7,1e9\n",
            3,
            "same error",
        ),
        (
            "fit --law M2",
            "a,2.0,1e18,1e7,1e9\nb,2.1,2e18,1e7,1e9\nc,2.2,4e18,1e7,1e9\n",
            3,
            "rises",
        ),
        ("compare", "a,0,1e18,1e7,1e9\nb,1.9,2e18,1e7,1e9\nc,1.8,4e18,1e7,1e9\n", 1, "runs.csv:2"),
    ],
)
def test_tables_that_carry_no_law_get_a_verdict(costlaw, tmp_path, words, rows, code, said):
    (tmp_path / "runs.csv").write_text(HEADER + rows)
    command, *more = words.split()
    done = costlaw(command, "runs.csv", *more)
    assert done.returncode == code, done.stderr
    assert said in done.stderr and "Traceback" not in done.stderr and done.stdout == ""
