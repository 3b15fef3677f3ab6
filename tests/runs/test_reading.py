"""Files of runs: what is read, what is refused, and in which words."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from costlaw.exceptions import ColumnError, DataError
from costlaw.runs import Run, Runs, read_runs


def write(folder, text, name="runs.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_a_plain_file_is_read(tmp_path):
    runs = read_runs(write(tmp_path, "name,error,flops\na,0.2,1e18\nb,0.1,1e20\n"))
    assert runs.numbers("compute_flop").tolist() == [1e18, 1e20]
    assert runs.texts("name") == ["a", "b"]


def test_semicolons_decimal_commas_and_a_byte_order_mark_are_read(tmp_path):
    runs = read_runs(write(tmp_path, "\ufeffname;Test error;GFLOPs\na;0,25;1000\nb;0,2;2000\n"))
    assert runs.numbers("error").tolist() == [0.25, 0.2]
    assert runs.numbers("compute_flop").tolist() == [1e12, 2e12]


def test_an_accuracy_in_percent_becomes_an_error(tmp_path):
    runs = read_runs(write(tmp_path, "val_acc,train_hours\n71.5,3\n75,10\n"))
    assert runs.numbers("error") == pytest.approx([0.285, 0.25])
    assert runs.numbers("duration_s").tolist() == [10800, 36000]
    assert any("percent" in choice.reason for choice in runs.choices)


def test_a_column_of_percentages_is_refused_with_the_way_out(tmp_path):
    path = write(tmp_path, "name,error,flops\nb2,0.3,1e18\nb3,37.5,1e18\n")
    with pytest.raises(DataError) as refusal:
        read_runs(path)
    assert 'runs.csv:3 (run "b3"): error = 37.5; expected a fraction in (0, 1]' in str(
        refusal.value
    )
    assert "0.375" in str(refusal.value)
    assert read_runs(write(tmp_path, "error,flops\n37.5,1e18\n"), error_unit="percent").numbers(
        "error"
    ) == pytest.approx([0.375])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("error,flops\n", "only a header"),
        ("a,b\n1,2\n", "no column is an error"),
        ("error,colour\n0.1,red\n", "no column is a resource"),
        ("error,flops\nhigh,1e18\n", r'runs.csv:2: error = "high"; expected a number'),
        ("error,flops\n0.1,inf\n", "expected a finite number"),
        ("error,flops\n0.1,-3\n", "expected a number above 0"),
        ("error,flops\n0,1e18\n", "An error of 0 has no logarithm"),
        ("error,flops\nNaN,1e18\n,1e19\n", "no run is left: 2 rows without an error"),
        ("error,flops\n0.1,1e18,7\n0.2\n", "runs.csv:2: 3 cells where the header has 2"),
        ('error,flops\n0.1,1e18\n"0.2,1e19\n0.3,1e20\n', "runs.csv:3: a quotation mark"),
        ("error,error,flops\n0.1,0.2,1e18\n", 'two columns are called "error"'),
    ],
)
def test_bad_files_get_one_clear_message(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read_runs(write(tmp_path, text))


def test_binary_rubbish_folders_and_absent_files_are_refused(tmp_path):
    binary = tmp_path / "runs.csv"
    binary.write_bytes(bytes(range(256)) * 50)
    for path, message in [
        (binary, "not a text file"),
        (tmp_path, "is a folder"),
        (tmp_path / "absent.csv", "no such file"),
        (write(tmp_path, "erreur,café\n0.1,2\n", "latin.csv", "latin-1"), "not UTF-8"),
        (write(tmp_path, "not parquet", "broken.parquet"), "cannot be read as .parquet"),
    ]:
        with pytest.raises(DataError, match=message):
            read_runs(path)


def test_rows_that_cannot_be_used_are_left_out_and_counted(tmp_path):
    text = "name,error,flops\na,0.2,1e18\nb,,1e19\nc,0.1,\nd,0.1,1e20\nd,0.1,1e20\n"
    runs = read_runs(write(tmp_path, text))
    assert runs.texts("name") == ["a", "d"]
    assert runs.notes == (
        "1 row without an error left out",
        "1 row without compute_flop left out",
        "1 row equal to another left out",
    )


def test_more_rows_than_runs_can_be_are_refused_before_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("costlaw.runs.looking.MOST_ROWS", 3)
    with pytest.raises(DataError, match="about 5 rows; expected at most 3"):
        read_runs(write(tmp_path, "error,flops\n" + "0.1,1e18\n" * 4))
    pl.DataFrame({"error": [0.1] * 4, "flops": [1e18] * 4}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="about 4 rows; expected at most 3"):
        read_runs(tmp_path / "a.parquet")


def test_a_column_called_line_does_not_get_in_the_way(tmp_path):
    runs = read_runs(write(tmp_path, "line,error,flops\n7,0.2,1e18\n8,0.1,1e20\n"))
    assert runs.numbers("error").tolist() == [0.2, 0.1]


def test_pandas_polars_and_records_give_the_same_table():
    data = {"name": ["a", "b"], "error": [0.2, 0.1], "compute_flop": [1e18, 1e20]}
    tables = [
        Runs.from_frame(pl.DataFrame(data)),
        Runs.from_frame(pd.DataFrame(data)),
        Runs.from_records(
            [Run(name=n, error=e, compute_flop=c) for n, e, c in zip(*data.values(), strict=True)]
        ),
    ]
    assert len({table.digest for table in tables}) == 1
    assert np.array_equal(tables[0].keep([False, True]).numbers("error"), [0.1])


def test_a_thing_that_is_no_dataframe_is_refused():
    with pytest.raises(DataError, match="list is not a dataframe"):
        Runs.from_frame([1, 2])
    with pytest.raises(DataError, match="unknown field"):
        Runs.from_records([{"name": "a", "error": 0.1, "flops": 3}])
    with pytest.raises(ColumnError, match="all look like compute_flop"):
        Runs.from_frame(pl.DataFrame({"error": [0.1], "flops": [1.0], "compute": [1.0]}))
