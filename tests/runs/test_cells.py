"""Cells as people write them: read where there is one way, else refused or left empty."""

import pytest

from costlaw.exceptions import ColumnError, DataError
from costlaw.runs import Runs, read_runs


def read(folder, text, **more):
    path = folder / "runs.csv"
    path.write_text(text)
    return read_runs(path, **more)


def one(folder, header, cell, column, **more):
    text = f"val_error;{header}\n0.2;{cell}\n0.1;{cell}\n"
    return read(folder, text, columns={column: header}, **more).numbers(column)[0]


@pytest.mark.parametrize(
    ("header", "cell", "column", "value"),
    [
        ("params", "5M", "parameters", 5e6),
        ("params", "1.2B", "parameters", 1.2e9),
        ("params", "300k", "parameters", 3e5),
        ("params (M)", "125M", "parameters", 125e6),
        ("params (M)", "125", "parameters", 125e6),
        ("tokens", "1,200", "examples", 1200.0),
        ("tokens", "300B tokens", "examples", 3e11),
        ("wall time", "1:12:00", "duration_s", 4320.0),
        ("wall time", "2h 30m", "duration_s", 9000.0),
        ("wall time (hours)", "2h 30m", "duration_s", 9000.0),
        ("wall time (hours)", "2.5", "duration_s", 9000.0),
        ("wall time", "1 day, 2:03:04", "duration_s", 93784.0),
        ("GPU hours", "2.5 h", "device_hours", 2.5),
        ("GPU hours", "1:30:00", "device_hours", 1.5),
        ("gpu_days", "2", "device_hours", 48.0),
        ("FLOPs", "3 EFLOPs", "compute_flop", 3e18),
        ("cost", "$1,200.50", "cost_usd", 1200.5),
        ("energy (kWh)", "300 Wh", "energy_kwh", 0.3),
    ],
)
def test_a_cell_that_can_be_read_in_one_way_is_read(tmp_path, header, cell, column, value):
    assert one(tmp_path, header, cell, column) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("header", "cell", "column", "expected"),
    [
        ("params", "large", "parameters", "expected a count such as 1,200, 5M or 1.2e9"),
        ("params (k)", "5M", "parameters", "the header states another unit"),
        ("wall time", "1:12", "duration_s", "expected a duration such as 5400, 1:30:00"),
        ("FLOPs", "3 EFLOPS", "compute_flop", "expected an amount of compute"),
        ("cost", "12 EUR", "cost_usd", "expected an amount in US dollars"),
        ("tokens", "12 apples", "examples", "expected a count"),
    ],
)
def test_a_needed_cell_that_cannot_is_refused_with_line_column_value_and_expectation(
    tmp_path, header, cell, column, expected
):
    with pytest.raises(DataError) as refusal:
        one(tmp_path, header, cell, column)
    assert f'runs.csv:2: {header} = "{cell}"; expected' in str(refusal.value)
    assert expected in str(refusal.value)


@pytest.mark.parametrize("cell", ["", "-", "nan", "n/a", "—", "None"])
def test_an_empty_cell_is_not_known_whatever_it_is_written_as(tmp_path, cell):
    runs = read(tmp_path, f"val_error,flops,energy\n0.2,1e18,{cell}\n0.1,1e20,3\n{cell},1e21,4\n")
    assert len(runs) == 2 and runs.numbers("energy_kwh")[1] == 3.0
    assert runs.notes == ("1 row without an error left out",)


def test_a_column_that_is_not_needed_never_stops_a_table_and_is_told(tmp_path):
    text = (
        "run,val_error,flops,params,wall time,epochs,year,lr,notes\n"
        "a,0.2,1e18,large,1:12,0,19,auto,x\n"
        "b,0.1,1e20,5M,2h 30m,3,2026,3e-4,y\n"
    )
    runs = read(tmp_path, text)
    assert runs.numbers("compute_flop").tolist() == [1e18, 1e20]
    assert runs.numbers("parameters")[1] == 5e6 and runs.numbers("duration_s")[1] == 9000.0
    assert runs.notes == (
        "cells that cannot be read, not needed so far and left empty: "
        'parameters in 1 row (line 2: "large"), epochs in 1 row (line 2: "0"), '
        'year in 1 row (line 2: "19"), wall time in 1 row (line 2: "1:12")'.replace(
            "parameters in", "params in"
        ),
    )


@pytest.mark.parametrize(
    ("cells", "errors"),
    [
        (("94.2%", "95.1%"), (0.058, 0.049)),
        (("94.2", "95.1"), (0.058, 0.049)),
        (("94.2%", "95.1"), (0.058, 0.049)),
        (("0.942", "95.1%"), (0.058, 0.049)),
    ],
)
def test_an_accuracy_is_the_same_with_and_without_its_sign(tmp_path, cells, errors):
    runs = read(tmp_path, f"acc,flops\n{cells[0]},1e18\n{cells[1]},1e20\n")
    assert runs.numbers("error") == pytest.approx(errors)


def test_a_loss_has_no_percent(tmp_path):
    with pytest.raises(DataError, match=r'val_loss = "3\.1%"; expected a number'):
        read(tmp_path, "val_loss,flops\n3.1%,1e18\n3.0,1e19\n")


def test_a_decimal_comma_is_read_beside_texts_and_percent_signs(tmp_path):
    runs = read(tmp_path, "val_error;gpu_hours\n29,6%;1,5\n-;2,5\n24,5%;4\n")
    assert runs.numbers("error") == pytest.approx([0.296, 0.245])
    assert runs.numbers("device_hours").tolist() == [1.5, 4.0]
    kept = read(tmp_path, "val_error;tokens\n0.3;1,200\n0.2;2,400\n")
    assert kept.numbers("examples").tolist() == [1200.0, 2400.0]


@pytest.mark.parametrize(
    ("headers", "header", "kind"),
    [
        (("Top-1 err", "flops"), "Top-1 err", "as given"),
        (("best val acc", "flops"), "best val acc", "accuracy"),
        (("train_loss", "val_loss", "flops"), "val_loss", "loss"),
        (("val_acc", "best_val_acc", "flops"), "val_acc", "accuracy"),
    ],
)
def test_the_error_is_found_under_the_names_people_give_it(tmp_path, headers, header, kind):
    rows = [",".join(["0.3"] * (len(headers) - 1) + [flop]) for flop in ("1e18", "1e19")]
    runs = read(tmp_path, "\n".join([",".join(headers), *rows]) + "\n")
    error = next(choice for choice in runs.choices if choice.column == "error")
    assert (error.header, error.kind) == (header, kind)


def test_two_claims_stop_a_table_only_where_they_matter(tmp_path):
    text = "val_error,{}tokens,samples\n0.2,{}5,6\n0.1,{}7,8\n"
    runs = read(tmp_path, text.format("flops,", "1e18,", "1e20,"))
    assert not runs.has("examples")
    with pytest.raises(ColumnError, match='"tokens", "samples" all look like examples'):
        read(tmp_path, text.format("", "", ""))
    with pytest.raises(ColumnError, match='--column error="val_loss"'):
        read(tmp_path, "val_loss,val_acc,flops\n2,0.5,1e18\n1,0.6,1e19\n")


def test_two_columns_of_one_header_matter_only_if_they_mean_something(tmp_path):
    runs = read(tmp_path, "note,val_error,flops,note\na,0.2,1e18,b\nc,0.1,1e20,d\n")
    assert runs.numbers("compute_flop").tolist() == [1e18, 1e20]


def test_time_and_a_number_of_chips_are_device_hours():
    import polars as pl

    frame = pl.DataFrame({"acc": [0.8, 0.9], "time": ["1:00:00", "2h 30m"], "num_gpus": [8, 8]})
    assert Runs.from_frame(frame).numbers("device_hours").tolist() == [8.0, 20.0]


@pytest.mark.parametrize("header", ["GPU hrs (A100)", "A100-hours", "h100_hours", "TPU v3 hours"])
def test_hours_of_a_chip_in_the_header_are_device_hours(tmp_path, header):
    runs = read(tmp_path, f"run,val_acc,{header}\na,0.7,1.5\nb,0.8,3\n")
    assert runs.numbers("device_hours").tolist() == [1.5, 3.0]


def test_a_column_gpu_of_numbers_is_how_many_chips(tmp_path):
    runs = read(tmp_path, "run,val_acc,gpu,hours\na,0.7,8,1\nb,0.8,8,2\n")
    assert runs.numbers("device_hours").tolist() == [8.0, 16.0] and not runs.has("chip")
    named = read(tmp_path, "run,val_acc,gpu,hours\na,0.7,A100,1\nb,0.8,A100,2\n")
    assert named.texts("chip") == ["A100", "A100"] and not named.has("chips")
