"""Checkpoints of one network are told apart from runs, and never count as runs of that length."""

import numpy as np
import pytest

from costlaw.exceptions import EvidenceError
from costlaw.runs import Runs
from costlaw.runs.checkpoints import CURVE, SEPARATE, is_curve, separate


def curves(count=3, points=10, **more):
    rows = []
    for curve in range(count):
        for step in range(1, points + 1):
            compute = 1e18 * 4**curve * step
            row = {"name": f"net{curve}", "step": float(step), "compute_flop": compute,
                   "error": 3e3 * compute**-0.2}  # fmt: skip
            rows.append(row | {key: value(step / points) for key, value in more.items()})
    return Runs.from_records(rows)


def test_of_every_curve_the_last_point_is_kept_and_the_rest_is_counted():
    told = separate(curves())
    assert told.kind == SEPARATE and told.curves == 3 and told.left_out == 27
    np.testing.assert_allclose(told.runs.numbers("compute_flop"), 1e19 * 4.0 ** np.arange(3))
    assert "27 earlier checkpoints" in told.runs.notes[-1] and not told.runs.has("curve")


def test_one_curve_is_read_as_that_runs_own_course_and_says_what_is_not_known():
    told = separate(curves(count=1))
    assert told.kind == CURVE and is_curve(told.runs) and len(told.runs) == 10
    assert "its schedule is not stated" in told.runs.notes[-1]


@pytest.mark.parametrize(
    "more",
    [
        {"schedule": lambda share: "cosine"},
        {"schedule": lambda share: "WSD (linear cooldown)"},
        {"learning_rate": lambda share: 1e-3 * (1 - share)},
    ],
)
def test_one_curve_inside_a_decaying_schedule_is_one_run_and_carries_no_law(more):
    with pytest.raises(EvidenceError, match="not runs of that length"):
        separate(curves(count=1, **more))


@pytest.mark.parametrize(
    "more",
    [{"schedule": lambda share: "constant"}, {"learning_rate": lambda share: 1e-3}],
)
def test_a_constant_rate_is_said_to_be_independent_of_length(more):
    assert separate(curves(count=1, **more)).schedule == "independent of length"


def test_seeds_are_no_curve_and_single_rows_stay():
    rows = [{"name": "a", "seed": str(s), "error": 0.1 + s / 100, "compute_flop": c}
            for c in (1e18, 2e18) for s in range(5)]  # fmt: skip
    told = separate(Runs.from_records(rows))
    assert told.kind == SEPARATE and len(told.runs) == 10 and told.curves == 0


def test_curves_without_names_are_told_by_steps_that_start_again():
    frame = {"step": [1.0, 2.0, 3.0, 1.0, 2.0, 3.0], "loss": [5.0, 4.0, 3.0, 4.5, 3.5, 2.5],
             "tokens": [1e6, 2e6, 3e6, 1e6, 2e6, 3e6]}  # fmt: skip
    import polars as pl

    told = separate(Runs.from_frame(pl.DataFrame(frame)))
    assert told.curves == 2 and told.left_out == 4
