"""A run that crashed is not a run of the length that its row states."""

import polars as pl
import pytest

from costlaw.exceptions import DataError
from costlaw.runs.reading import read_runs
from costlaw.runs.table import Runs
from costlaw.trackers import import_runs

HEAD = "Name,State,val_error,train_flops\n"
ROWS = "a,finished,0.3,1e16\nb,finished,0.2,1e17\nc,crashed,0.6,1e18\nd,,0.1,1e19\n"


def written(folder, text):
    path = folder / "runs.csv"
    path.write_text(text)
    return path


def test_a_crashed_run_is_left_out_and_named(tmp_path):
    runs = read_runs(written(tmp_path, HEAD + ROWS))
    assert runs.texts("name") == ["a", "b", "d"]
    assert list(runs.frame["line"]) == [2, 3, 5]
    assert any("(c crashed); --unfinished" in note for note in runs.notes)


def test_unfinished_takes_it(tmp_path):
    path = written(tmp_path, HEAD + ROWS)
    assert import_runs(path, unfinished=True).texts("name") == ["a", "b", "c", "d"]
    assert import_runs(path).texts("name") == ["a", "b", "d"]


@pytest.mark.parametrize("word", ["FAILED", "Killed", "running", "OUT_OF_MEMORY", "node fail"])
def test_the_words_of_trackers_and_of_slurm_are_known(tmp_path, word):
    runs = read_runs(written(tmp_path, HEAD + ROWS.replace("crashed", word)))
    assert len(runs) == 3


def test_a_state_that_is_a_place_or_a_number_leaves_nothing_out(tmp_path):
    for cells in ("finished", "CA", "3"):
        text = HEAD + ROWS.replace("finished", cells).replace("crashed", cells)
        assert len(read_runs(written(tmp_path, text))) == 4


def test_where_no_run_ended_the_table_is_refused_in_words(tmp_path):
    text = HEAD + ROWS.replace("finished", "killed").replace("d,,", "d,killed,")
    with pytest.raises(DataError, match='column "State" says that no run came to its end'):
        read_runs(written(tmp_path, text))


def test_a_wide_export_and_a_dataframe_are_read_alike(tmp_path):
    wide = ",".join(f"config.{n}" for n in range(60))
    lines = (HEAD + ROWS).strip().splitlines()
    text = "\n".join([f"{lines[0]},{wide}", *(line + ",1" * 60 for line in lines[1:])])
    assert len(read_runs(written(tmp_path, text))) == 3
    frame = pl.read_csv(written(tmp_path, HEAD + ROWS))
    assert len(Runs.from_frame(frame)) == 3
    assert len(Runs.from_frame(frame, unfinished=True)) == 4


def test_a_joined_table_leaves_it_out_too(tmp_path):
    path = written(tmp_path, HEAD + ROWS)
    more = tmp_path / "more.csv"
    more.write_text("Name,energy_kwh\na,1\nb,2\nc,3\nd,4\n")
    runs = import_runs(path, join=[more])
    assert runs.texts("name") == ["a", "b", "d"]
