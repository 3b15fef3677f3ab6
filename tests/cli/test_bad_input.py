"""Bad input at the real command: exit code, one clear message, no traceback, nothing half-written.

Exit codes: 1 bad data, 2 usage (options, names, units), 3 the evidence does not carry a number.
"""

import os

import numpy as np
import pytest

HEADER = "name,error,flops\n"
GOOD = HEADER + "".join(f"r{i},{0.5 * 0.8**i:.4f},{10.0 ** (17 + i / 2):.4g}\n" for i in range(6))


def refused(done, code, *words):
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    messages = [line for line in done.stderr.splitlines() if not line.startswith("note:")]
    assert len([line for line in messages if line.startswith(("costlaw:", "Error:"))]) == 1
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["imagnet", "--error", "5%"], ["unknown benchmark or file", "Did you mean imagenet"]),
        (["imagenet", "--error", "5%", "--site", "todya"], ["Did you mean today"]),
        (["imagenet", "--error", "5%", "--law", "powr"], ["Did you mean power"]),
        (["imagenet", "--error", "5%", "--estimand", "frontir"], ["Did you mean frontier"]),
        (["imagenet", "--error", "5%", "--edition", "v3"], ["unknown edition", "v1"]),
        (["imagenet", "--error", "5%", "--measure", "flop"], ["unknown measure"]),
        (["imagenet", "--error", "0"], ["outside (0, 1)", "expected a fraction"]),
        (["imagenet", "--error", "-1"], ["outside (0, 1)"]),
        (["imagenet", "--error", "abc"], ["is not an error", "expected 5%"]),
        (["imagenet", "--error", "500%"], ["outside (0, 1)"]),
        (["imagenet", "--error", "5"], ["Write 5%"]),
        (["imagenet"], ["Missing option '--error'"]),
        (["imagenet", "--error", "5%", "--column", "error"], ["expected NAME=HEADER"]),
        (["imagenet", "--error", "5%", "--budget", "none"], ["is not an amount of money"]),
        (["imagenet", "--error", "5%", "--figure", "a.gif"], [".svg"]),
    ],
)
def test_names_units_and_options_that_do_not_exist_leave_with_2(costlaw, words, said):
    refused(costlaw("forecast", *words), 2, *said)


def test_an_unknown_chip_or_command_says_what_was_meant(costlaw):
    refused(costlaw("cost", "1e24 FLOP", "--chip", "H10O"), 2, "Did you mean")
    refused(costlaw("forecst", "imagenet"), 2, "Did you mean forecast")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEADER + "a,37.5,1e18\nb,20,1e19\nc,10,1e20\n", ["runs.csv:2", "Write 0.375"]),
        ("", ["the file is empty"]),
        (HEADER, ["only a header"]),
        ("a,b,c\n1,2,3\n", ["no column is an error", "--column"]),
        ("error,colour\n.1,red\n", ["no column is a resource"]),
        (HEADER + "a,NaN,1e18\nb,NaN,1e19\n", ["no run is left"]),
        (HEADER + "a,0.1,inf\n", ["expected a finite number"]),
        (HEADER + "a,0.1,-1\n", ["expected a number above 0"]),
        (HEADER + "a,low,1e18\n", ["runs.csv:2", "expected a number"]),
        (HEADER + "a,.1,1e18,9\n", ["3"]),
        ("error,flops,train_compute\n.1,1e18,1e18\n", ["all look like compute_flop"]),
        ("error,examples\n.1,100\n.2,200\n.15,300\n", ["no run states its compute"]),
    ],
)
def test_files_that_are_no_table_of_runs_leave_with_1(costlaw, tmp_path, content, said):
    (tmp_path / "runs.csv").write_text(content)
    figure = tmp_path / "picture.svg"
    done = costlaw("forecast", "runs.csv", "--error", "5%", "--figure", "picture.svg")
    refused(done, 1, *said)
    assert not figure.exists()


def test_binary_rubbish_a_folder_and_an_absent_file_leave_with_1(costlaw, tmp_path):
    (tmp_path / "runs.csv").write_bytes(os.urandom(5000) + b"\x00" * 10)
    refused(costlaw("fit", "runs.csv"), 1, "runs.csv")
    refused(costlaw("fit", "absent.csv"), 1, "no such file")
    (tmp_path / "folder").mkdir()
    refused(costlaw("fit", "./folder"), 1, "folder")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEADER + "a,0.2,1e18\n", "1 distinct"),
        (HEADER + "a,0.2,1e18\na,0.2,1e18\nb,0.1,1e19\nb,0.1,1e19\n", "2 distinct"),
        (HEADER + "".join(f"r{i},0.2,{10.0**i}\n" for i in range(15, 19)), "the same error"),
        (HEADER + "".join(f"r{i},{0.1 + 0.1 * i},{10.0 ** (15 + i)}\n" for i in range(4)), "error"),
    ],
)
def test_too_little_evidence_leaves_with_3(costlaw, tmp_path, content, said):
    (tmp_path / "runs.csv").write_text(content)
    refused(costlaw("forecast", "runs.csv", "--error", "5%"), 3, said)


def test_marks_semicolons_and_duplicates_are_read(costlaw, tmp_path):
    (tmp_path / "runs.csv").write_text(GOOD)
    plain = costlaw("fit", "runs.csv", "--json")
    assert plain.returncode == 0, plain.stderr
    rows = GOOD.strip().splitlines()
    german = [line.replace(",", ";").replace(".", ",") for line in rows[1:]]
    text = "\ufeff" + "\n".join([rows[0].replace(",", ";"), *german]) + "\n"
    (tmp_path / "runs.csv").write_text(text, encoding="utf-8")
    assert costlaw("fit", "runs.csv", "--json").stdout == plain.stdout
    (tmp_path / "runs.csv").write_text(GOOD + rows[3] + "\n")
    again = costlaw("fit", "runs.csv", "--json")
    assert again.stdout == plain.stdout
    assert "equal to another left out" in again.stderr


def test_a_figure_that_cannot_be_written_leaves_nothing_behind(costlaw, tmp_path):
    done = costlaw("forecast", "imagenet", "--error", "5%", "--figure", "absent/picture.svg")
    assert done.returncode in {1, 2}
    assert done.stdout == "" and "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def many_rows(path, count):
    random = np.random.default_rng(0)
    compute = 10 ** random.uniform(17, 21, size=count)
    error = 0.9 * (compute / 1e15) ** -0.1 * np.exp(0.05 * random.normal(size=count))
    with path.open("w") as file:
        file.write("error,flops\n")
        for start in range(0, count, 100_000):
            part = slice(start, start + 100_000)
            pairs = zip(error[part], compute[part], strict=True)
            file.writelines(f"{e:.6f},{c:.6g}\n" for e, c in pairs)


def test_a_hundred_thousand_rows_are_fitted_in_bounded_time(costlaw, tmp_path):
    many_rows(tmp_path / "runs.csv", 100_000)
    done = costlaw("fit", "runs.csv", "--json", timeout=60)
    assert done.returncode == 0, done.stderr
    assert '"n": 100000' in done.stdout


@pytest.mark.slow
def test_ten_million_rows_are_refused_in_words(costlaw, tmp_path):
    many_rows(tmp_path / "runs.csv", 10_000_000)
    refused(costlaw("fit", "runs.csv", timeout=300), 1, "10,000,001 rows", "expected at most")
