"""The comparison: paired ratios, break-even, tuning without the test, resuming, refusing."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

from costlaw.cli.lab.strategies import command
from costlaw.exceptions import DataError, OptionError, UnknownName
from costlaw.lab.comparing import compare_strategies
from costlaw.lab.comparing.presets import PRESETS
from costlaw.lab.comparing.ratios import break_even, paired, unbeaten
from costlaw.lab.comparing.tuning import candidates, tune
from costlaw.lab.strategies import find_strategy
from costlaw.lab.training.loop import Trainer
from costlaw.lifecycle import read_strategies

FEW = ("int8", "pruned-once", "expert-features")


@pytest.fixture(scope="module")
def table(fashion, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cells")
    return compare_strategies("fashion-mnist", strategies=FEW, preset="tiny", folder=folder), folder


def test_every_strategy_is_there_with_every_seed_and_dense_comes_first(table):
    result, _ = table
    assert list(result.by_strategy) == ["dense", *FEW]
    assert {cell.seed for cell in result.cells} == {0, 1}
    shown = result.table()
    assert shown["strategy"].to_list()[0] == "dense"
    assert (shown["time_per_use_s"] > 0).all() and (shown["error_low"] <= shown["error"]).all()


def test_a_small_budget_claims_no_winner(table):
    result, _ = table
    assert set(result.table()["error_against_dense"]) == {"the baseline", "not judged"}
    assert "no winner is claimed" in str(result)
    assert len(str(result).splitlines()) <= 12


def test_a_large_budget_judges_and_keeps_silent_within_the_noise(table):
    result, _ = table
    cells = []
    for cell in result.cells:
        error = {"dense": 0.10, "int8": 0.1001, "pruned-once": 0.2, "expert-features": 0.05}
        noise = 1.0 + 0.002 * cell.seed * (1 if cell.strategy == "int8" else -1)
        cells.append(replace(cell, error=error[cell.strategy] * noise))
    seeds = [replace(c, seed=c.seed + 2, error=c.error * 1.001) for c in cells]
    sure = replace(result, cells=(*cells, *seeds), preset=PRESETS["full"])
    found = dict(zip(sure.table()["strategy"], sure.table()["error_against_dense"], strict=True))
    assert found == {"dense": "the baseline", "int8": "not told apart", "pruned-once": "higher",
                     "expert-features": "lower"}  # fmt: skip


def test_finished_cells_are_not_run_again_and_give_the_same_digest(table, monkeypatch):
    result, folder = table
    monkeypatch.setattr("costlaw.lab.comparing.running._cell", None)
    monkeypatch.setattr("costlaw.lab.comparing.running.tune", None)
    again = compare_strategies("fashion-mnist", strategies=FEW, preset="tiny", folder=folder)
    assert again.digest == result.digest and again.cells == result.cells


def test_a_damaged_cell_is_named(table, tmp_path):
    _, folder = table
    for path in folder.glob("*.json"):
        (tmp_path / path.name).write_text('{"version": "0", "strategy": "dense"}')
    with pytest.raises(DataError, match="not a finished cell"):
        compare_strategies("fashion-mnist", strategies=FEW, preset="tiny", folder=tmp_path)


def test_its_ratios_are_what_lifecycle_reads(table, tmp_path):
    result, _ = table
    path = tmp_path / "ratios.csv"
    result.lifecycle_rows().write_csv(path)
    read = {item.name: item for item in read_strategies(path)}
    assert set(read) == set(FEW)
    small = result.ratio("pruned-once", "flop_per_use")
    assert read["pruned-once"].flop_per_use.value == pytest.approx(small.estimate, rel=1e-6)
    assert read["int8"].flop_per_use.value == pytest.approx(1.0)


def test_json_says_version_digest_level_and_sources(table):
    record = json.loads(json.dumps(table[0].to_dict(), allow_nan=False))
    assert record["schema"] == "costlaw.strategies/1" and record["level"] == 0.9
    assert record["sources"][0]["title"] == "Fashion-MNIST"
    assert len(record["cells"]) == 8


def test_ratios_are_paired_by_seed():
    dense = [1.0, 2.0, 4.0]
    exact = paired([0.5, 1.0, 2.0], dense)
    assert exact.estimate == pytest.approx(0.5) and exact.low == pytest.approx(exact.high)
    assert exact.leaves_out_one
    assert not paired([1.1, 1.8, 4.1], dense).leaves_out_one


def test_the_interval_of_a_ratio_covers_as_often_as_it_says():
    random = np.random.default_rng(0)
    hits = 0
    for _ in range(2000):
        dense = np.exp(random.standard_normal(4))
        mine = dense * np.exp(0.3 + 0.1 * random.standard_normal(4))
        ratio = paired(mine, dense)
        hits += ratio.low <= np.exp(0.3) <= ratio.high
    assert 0.88 < hits / 2000 < 0.92


def test_break_even_is_from_which_use_on_or_never():
    assert break_even(150.0, 1.0, dense=(100.0, 2.0)) == 50.0
    assert break_even(100.0, 1.0, dense=(100.0, 2.0)) == 0.0
    assert break_even(90.0, 2.0, dense=(100.0, 2.0)) == 0.0
    assert break_even(100.0, 2.0, dense=(100.0, 2.0)) is None
    assert break_even(50.0, 3.0, dense=(100.0, 2.0)) is None


def test_unbeaten_points_are_those_no_other_beats_in_both():
    points = {"a": (1.0, 5.0), "b": (2.0, 4.0), "c": (2.0, 6.0), "d": (1.0, 5.0)}
    assert unbeaten(points) == {"a", "b", "d"}


def test_every_strategy_has_the_same_number_of_trials_or_all_it_can_try():
    for name in ("dense", "l1-penalty", "pruned-once", "distilled"):
        strategy = find_strategy(name)
        grid = int(np.prod([len(v) for v in strategy.choices.values()]))
        assert len(candidates(strategy, 5)) == min(5, grid)
    assert candidates(find_strategy("searched"), 5) == [{"search_trials": 5}]


def test_tuning_never_sees_the_test(fashion):
    few = fashion.sample(300, seed=0)
    spoilt = few.with_(test_labels=np.zeros_like(few.test_labels), test_inputs=few.test_inputs * 0)
    strategy = find_strategy("pruned-once")

    def chosen(problem):
        return tune(
            strategy, problem, 8, base={"epochs": 1, "least_steps": 20}, trials=3,
            trainer_of=lambda number: Trainer(seed=number), timed=lambda work: (work(), 1.0),
        )  # fmt: skip

    one, two = chosen(few), chosen(spoilt)
    assert one == two and one.trials == 3 and one.cpu_s == 3.0 and one.flop > 0


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"task": "fashion"}, UnknownName),
        ({"task": "fashion-mnist", "strategies": ["pruned"]}, UnknownName),
        ({"task": "fashion-mnist", "preset": "large"}, UnknownName),
        ({"task": "fashion-mnist", "seeds": 1}, OptionError),
        ({"task": "fashion-mnist", "trials": 0}, OptionError),
        ({"task": "fashion-mnist", "width": 3}, OptionError),
    ],
)
def test_what_cannot_be_compared_is_refused(arguments, refusal):
    with pytest.raises(refusal):
        compare_strategies(**arguments)


def test_the_command_prints_the_table_and_draws_it(fashion, tmp_path):
    picture = tmp_path / "t.svg"
    done = CliRunner().invoke(
        command,
        ["fashion-mnist", "--strategy", "int8", "--preset", "tiny", "--table", "--figure",
         str(picture), "--lifecycle", str(tmp_path / "r.csv")],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0].startswith("strategy,family,title")
    assert "Error against measured time" in picture.read_text()
    assert (tmp_path / "r.csv").exists()


def test_the_recorded_table_is_read_by_lifecycle_and_names_its_run():
    from importlib.resources import files

    import polars as pl

    path = files("costlaw.lab").joinpath("data", "strategies.csv")
    recorded = pl.read_csv(str(path))
    read = {item.name: item for item in read_strategies(str(path))}
    assert set(read) == set(recorded["strategy"]) and len(read) == 18
    assert recorded["version"].n_unique() == recorded["digest"].n_unique() == 1
    assert set(recorded["preset"]) == {"full"} and recorded["n"].min() >= 5
    assert read["bfloat16"].size.value == pytest.approx(0.5, rel=0.01)
    assert read["pruned-once"].time_per_use.value > 0.8  # zeros save operations, not time
