"""``costlaw plan`` at the command: answers, JSON, table, and bad input."""

import csv
import json

import pytest

from costlaw.cli import main


def called(capfd, *words):
    with pytest.raises(SystemExit) as leave:
        main(["plan", *words])
    printed = capfd.readouterr()
    return int(leave.value.code or 0), printed.out, printed.err


def test_a_target_and_a_budget_make_a_plan(capfd):
    code, out, _ = called(capfd, "imagenet", "--error", "8%", "--budget", "$100,000")
    assert code == 0
    for word in ("next point", "when", "ladder", "evidence", "do "):
        assert word in out
    assert len(out.splitlines()) <= 12


def test_a_budget_alone_in_json(capfd):
    code, out, _ = called(capfd, "imagenet", "--budget", "$1 million", "--json")
    record = json.loads(out)
    assert code == 0
    assert record["asked"] == {"error": None, "budget_usd": 1e6, "deadline": None}
    assert record["choices"][0]["error"]["estimate"] > 0


def test_every_choice_as_csv(capfd):
    code, out, _ = called(capfd, "imagenet", "--error", "8%", "--at", "h100-us", "--strategy",
                          "int8", "--table")  # fmt: skip
    rows = list(csv.DictReader(out.splitlines()))
    assert code == 0
    assert {row["strategy"] for row in rows} == {"baseline", "int8"}


@pytest.mark.parametrize(
    ("words", "expected", "needle"),
    [
        (("imagenet",), 2, "target error or a budget"),
        (("imagenet", "--error", "8%", "--deadline", "2001-01-01"), 2, "later day"),
        (("imagenet", "--error", "8%", "--deadline", "soon"), 2, "ISO date"),
        (("imagenet", "--error", "8%", "--chance", "80"), 2, "fraction"),
        (("imagenet", "--error", "8%", "--at", "moon"), 2, 'unknown site "moon"'),
        (("imagenet", "--error", "8%", "--strategy", "magic"), 2, "unknown strategy"),
        (("imagenet", "--error", "8%", "--uses", "1e9"), 2, "--per-use"),
        (("imagenet", "--error", "8%", "--width", "1"), 2, "factor above 1"),
        (("imagenet", "--error", "8%", "--budget", "-5"), 2, "above 0"),
        (("imagenet", "--budget", "1e300"), 2, "above 0"),
        (("imagenet", "--budget", "0.001"), 2, "above 0"),
        (("imagenet", "--error", "8%", "--width", "inf"), 2, "factor above 1"),
        (("imagenet", "--error", "8%", "--budget", "5 EUR"), 2, "US dollars"),
        (("imagenet", "--error", "800%"), 2, "outside (0, 1)"),
        (("wmt14-en-fr", "--error", "50%"), 3, "not told apart from zero"),
    ],
)
def test_bad_input_gets_one_line(capfd, words, expected, needle):
    code, out, err = called(capfd, *words)
    assert (code, out) == (expected, "")
    assert needle in err
    assert "Traceback" not in err
