"""Columns are recognised by name and unit, in one place, with the reason said."""

import pytest

from costlaw.exceptions import ColumnError, UnknownName
from costlaw.runs.columns import choose_columns, recognise


@pytest.mark.parametrize(
    ("header", "column", "factor", "kind"),
    [
        ("error", "error", 1.0, "as given"),
        ("Test error [%]", "error", 1.0, "percent"),
        ("valAcc", "error", 1.0, "accuracy"),
        ("top1_acc_pct", "error", 1.0, "accuracy percent"),
        ("eval_loss", "error", 1.0, "loss"),
        ("GFLOPs", "compute_flop", 1e9, "as given"),
        ("Training FLOPs (E)", "compute_flop", 1e18, "as given"),
        ("compute_pf_days", "compute_flop", 8.64e19, "as given"),
        ("flops_1e21", "compute_flop", 1e21, "as given"),
        ("GMACs", "flop_per_pass", 2e9, "as given"),
        ("params (M)", "parameters", 1e6, "as given"),
        ("tokens_billions", "examples", 1e9, "as given"),
        ("wall_time_hours", "duration_s", 3600.0, "as given"),
        ("train_hours", "duration_s", 3600.0, "as given"),
        ("energy_wh", "energy_kwh", 1e-3, "as given"),
    ],
)
def test_a_header_is_read_with_its_unit(header, column, factor, kind):
    choice = recognise(header)
    assert choice is not None
    assert (choice.column, choice.kind) == (column, kind)
    assert choice.factor == pytest.approx(factor)
    assert header in choice.reason


@pytest.mark.parametrize("header", ["colour", "warmup", "notes", "momentum", "batch_size"])
def test_a_header_that_means_nothing_here_is_left_alone(header):
    assert recognise(header) is None


def test_two_columns_for_one_meaning_are_refused_and_naming_one_settles_it():
    with pytest.raises(ColumnError, match=r'"flops", "train_compute" all look like compute_flop'):
        choose_columns(["error", "flops", "train_compute"])
    chosen = choose_columns(
        ["error", "flops", "train_compute"], named={"compute_flop": "train_compute"}
    )
    assert chosen["compute_flop"].header == "train_compute"


def test_the_canonical_name_wins_over_a_synonym():
    assert (
        choose_columns(["error", "compute_flop", "flops"])["compute_flop"].header == "compute_flop"
    )


def test_a_named_header_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean"):
        choose_columns(["error", "flops"], named={"compute_flop": "flop"})
