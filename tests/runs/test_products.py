"""A column named as a product of others is computed, kept with the answer, and refused by name."""

import pytest

from costlaw.exceptions import DataError, UnknownName
from costlaw.runs import read_runs


def write(folder, text):
    (folder / "lm.csv").write_text(text)
    return folder / "lm.csv"


TABLE = "run,params,train tokens (B),val_loss\na,5M,0.1,6.2\nb,10M,0.2,5.3\n"


def test_a_product_of_headers_is_the_column_in_its_units_and_says_so(tmp_path):
    named = {"compute_flop": "6 * params * train tokens (B)"}
    runs = read_runs(write(tmp_path, TABLE), columns=named)
    assert runs.numbers("compute_flop") == pytest.approx([6 * 5e6 * 1e8, 6 * 1e7 * 2e8])
    assert runs.measure == "compute = 6 * params * train tokens (B)"


def test_a_factor_that_is_not_there_or_is_no_number_is_refused(tmp_path):
    with pytest.raises(UnknownName, match="parms"):
        read_runs(write(tmp_path, TABLE), columns={"compute_flop": "6 * parms"})
    with pytest.raises(DataError, match=r'lm.csv:2: run = "a"; expected a count'):
        read_runs(write(tmp_path, TABLE), columns={"compute_flop": "6 * run"})
