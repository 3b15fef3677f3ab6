import json

import numpy as np
import pytest
from click.testing import CliRunner

from costlaw.cli.lab.scale import command
from costlaw.exceptions import EvidenceError, OptionError
from costlaw.lab.scale import read_scale, scale_sweep
from costlaw.lab.scale.cells import Cells, frontier_mask
from costlaw.lab.scale.held_out import corner_misses, fit_joint, hold_out
from costlaw.lab.scale.windows import cost_exponents, local, local_exponents
from costlaw.lab.sweeps import run_sweep

SIZES, COUNTS = (4, 8, 16, 32, 64, 128), (125, 250, 500, 1000, 2000, 4000, 8000, 16000)


def made(error, *, noise=0.0, seed=0):
    """Return cells whose error is a formula of parameters and examples, with noise."""
    size, count = (side.ravel() for side in np.meshgrid(SIZES, COUNTS, indexing="ij"))
    weights, count = 10.0 * size, count.astype(float)
    away = noise * np.random.default_rng(seed).standard_normal(len(count))
    return Cells(size=size.astype(float), parameters=weights, examples=count,
                 error=error(weights, count) * np.exp(away), compute=6 * weights * count,
                 seeds=np.ones(len(count)), spread=None)  # fmt: skip


def joint(weights, count):
    return 0.01 + 3.0 * weights**-0.6 + 2.0 * count**-0.4


def test_the_joint_law_recovers_what_made_the_cells():
    found = fit_joint(made(joint))
    assert found.coefficients["parameters_exponent"] == pytest.approx(0.6, rel=1e-3)
    assert found.coefficients["examples_exponent"] == pytest.approx(0.4, rel=1e-3)
    assert found.coefficients["irreducible_error"] == pytest.approx(0.01, rel=1e-2)


def test_the_largest_cell_is_predicted_without_having_been_seen():
    one = made(joint)
    spoiled = Cells(**{**vars(one), "error": np.where(one.inside, one.error, 0.5)})
    assert hold_out(spoiled).predicted == pytest.approx(hold_out(one).predicted)
    assert hold_out(one).miss == pytest.approx(0.0, abs=1e-3)
    assert hold_out(one).cells == 35


def test_the_interval_of_the_held_out_cell_covers_nine_times_in_ten():
    inside = [hold_out(made(joint, noise=0.05, seed=seed)).is_inside for seed in range(40)]
    assert 0.8 <= np.mean(inside) <= 1.0


def test_a_wrong_form_widens_the_interval_by_what_it_missed_before():
    def bent(weights, count):  # falls faster past 2,000 examples than any joint law says
        return joint(weights, count) * np.where(count > 2000, (count / 2000) ** -0.3, 1.0)

    held = hold_out(made(bent, noise=0.02))
    assert held.missed_sd > held.sampling_sd
    assert len(corner_misses(made(bent).keep(made(bent).inside))) == held.corners


def test_a_power_law_has_the_same_exponent_in_every_window():
    one = local("examples", np.logspace(2, 5, 9), np.logspace(2, 5, 9) ** -0.25, noise=0.01)
    assert one.whole.exponent == pytest.approx(4.0)
    assert [w.exponent for w in one.windows] == pytest.approx([4.0, 4.0, 4.0])
    assert "no drift" in one.drift
    assert all(w.low < 4.0 < w.high for w in one.windows)


def test_an_error_with_a_floor_drifts_up_and_says_so():
    compute = np.logspace(8, 12, 12)
    one = local("compute", compute, 0.1 + 50 * compute**-0.25, noise=0.005)
    assert one.drift.startswith("drifts up, from")
    assert one.windows[-1].exponent > 1.5 * one.windows[0].exponent


def test_an_error_that_stands_still_has_no_finite_exponent():
    assert np.isinf(cost_exponents(np.arange(3.0), np.array([[1.0, 1.0, 1.0]]))).all()
    one = local("compute", np.logspace(1, 4, 9), np.full(9, 0.2), noise=0.05)
    assert np.isinf(one.whole.high)


def test_the_interval_of_an_exponent_covers_the_truth():
    x = np.logspace(2, 5, 8)
    inside = 0
    for seed in range(30):
        random = np.random.default_rng(seed)
        whole = local("examples", x, x**-0.3 * np.exp(0.05 * random.standard_normal(8)),
                      noise=0.05, seed=seed).whole  # fmt: skip
        inside += whole.low <= 1 / 0.3 <= whole.high
    assert 0.8 <= inside / 30 <= 1.0


def test_the_frontier_is_what_nothing_beats_on_both():
    compute = np.array([1.0, 1.0, 2.0, 3.0, 3.0, 4.0])
    error = np.array([0.5, 0.4, 0.4, 0.3, 0.2, 0.25])
    assert frontier_mask(compute, error).tolist() == [False, True, False, False, True, False]
    for axis in local_exponents(made(joint, noise=0.02), noise=0.02):
        assert axis.whole.exponent > 1


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    sweep = scale_sweep("teacher-student", sizes=[4, 8, 16, 32], examples=[125, 500, 2000, 8000],
                        seeds=2)  # fmt: skip
    return run_sweep(sweep, tmp_path_factory.mktemp("scale"), workers=2)


def test_a_real_sweep_gives_card_table_and_json(small):
    result = read_scale(small)
    assert len(str(result).splitlines()) <= 12
    assert result.noise_from == "seeds"
    assert f"{result.held_out.cells} smaller cells" in str(result)
    record = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert record["schema"] == "costlaw.scale/1"
    assert len(record["cells"]) == 16
    assert set(result.table()["quantity"].str.slice(0, 9)) >= {"joint law", "held-out "}


def test_the_command_reads_a_finished_sweep_again_and_draws_it(small, tmp_path):
    words = ["teacher-student", "--sizes", "4,8,16,32", "--examples", "125,500,2000,8000",
             "--seeds", "2", "--folder", str(small.folder), "--quiet"]  # fmt: skip
    before = small.state.spent
    run = CliRunner().invoke(command, [*words, "--figure", str(tmp_path / "scale.svg"), "--json"])
    assert run.exit_code == 0, run.output
    assert json.loads(run.stdout)["spent"] == before.to_dict()
    drawn = (tmp_path / "scale.svg").read_text()
    assert "Error against training compute" in drawn
    points = CliRunner().invoke(command, [*words, "--points"]).output
    assert points.startswith("size,parameters,examples,error,compute_flop")


def test_too_small_a_grid_is_refused_before_anything_is_trained(tmp_path):
    with pytest.raises(OptionError, match="2 sizes; expected at least 3"):
        scale_sweep("teacher-student", sizes=[4, 8])
    sweep = scale_sweep("teacher-student", sizes=[4, 8, 16], examples=[100, 200, 300])
    with pytest.raises(EvidenceError, match="4 cells: expected at least 6"):
        read_scale(run_sweep(sweep, tmp_path, workers=2))
