import pytest

from costlaw.exceptions import CostlawError, OptionError, UnknownName
from costlaw.lab.sweeps import Budget, Sweep, read_sweep

GOOD = """
name = "small"
task = "teacher-student"
sizes = [4, 8]
examples = [100]
seeds = 2
[settings]
epochs = 5
noise = 0.1
[budget]
cpu_hours = 1
[limits]
timeout = "10 min"
"""


def written(tmp_path, text, name="sweep.toml"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_a_toml_file_describes_a_sweep(tmp_path):
    sweep = read_sweep(written(tmp_path, GOOD))
    assert (len(sweep), sweep.seeds, sweep.limits.timeout_s) == (4, (0, 1), 600.0)
    assert dict(sweep.settings) == {"epochs": 5, "noise": 0.1}
    assert sweep.budget == Budget(cpu_hours=1)


def test_python_describes_the_same_sweep(tmp_path):
    text = (
        "from costlaw.lab.sweeps import Budget, Limits, Sweep\n"
        "sweep = Sweep(name='small', task='teacher-student', sizes=[4, 8], examples=[100],\n"
        "  seeds=[0, 1], settings={'epochs': 5, 'noise': 0.1}, budget=Budget(cpu_hours=1),\n"
        "  limits=Limits(timeout_s=600))\n"
    )
    python = read_sweep(written(tmp_path, text, "sweep.py"))
    toml = read_sweep(written(tmp_path, GOOD))
    assert python == toml
    assert python.trials() == toml.trials()


def test_trials_go_from_cheap_to_dear_and_have_distinct_keys(tmp_path):
    trials = read_sweep(written(tmp_path, GOOD)).trials()
    assert len({trial.key for trial in trials}) == 4
    assert [trial.size for trial in trials] == [4, 8, 4, 8]


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        (("sizes = [4, 8]", "sizes = []"), OptionError, "no sizes"),
        (("sizes = [4, 8]", "sizes = [4, 4]"), OptionError, "names one twice"),
        (("sizes = [4, 8]", "sizes = [0]"), OptionError, "size = 0"),
        (("sizes = [4, 8]", "sizes = [4.5]"), OptionError, "sizes.0 = 4.5"),
        (("sizes = [4, 8]", "size = [4]"), OptionError, "sizes"),
        (("sizes = [4, 8]", "sizes = [4, 99999]"), OptionError, "2 of 4 trials cannot be run"),
        (("seeds = 2", "seeds = 0"), OptionError, "seeds = 0"),
        (("epochs = 5", "epocs = 5"), OptionError, "unknown setting"),
        (("cpu_hours = 1", "cpu_hours = 0"), OptionError, "cpu_hours = 0; expected a number above"),
        (("cpu_hours = 1", "usd = 5"), OptionError, "usd_per_cpu_hour"),
        (("cpu_hours = 1", "cpu_hour = 5"), OptionError, "Did you mean cpu_hours"),
        (('timeout = "10 min"', "timeout = 0"), OptionError, "timeout_s = 0"),
        (("teacher-student", "fashion-mnits"), UnknownName, 'unknown task "fashion-mnits"'),
        (('name = "small"', 'name = "../up"'), OptionError, "not a name"),
        (("[budget]", "[budget"), CostlawError, "not TOML"),
        (("seeds = 2", 'seeds = 2\nstrategies = ["magic"]'), OptionError, 'strategy "magic"'),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_before_anything_is_written(tmp_path, change, kind, said):
    path = written(tmp_path, GOOD.replace(*change))
    with pytest.raises(kind) as refused:
        read_sweep(path).trials()
    assert said in str(refused.value)
    assert list(tmp_path.iterdir()) == [path]


def test_budget_and_limits_do_not_move_the_digest():
    grid = {"name": "a", "task": "teacher-student", "sizes": [4], "examples": [100]}
    assert Sweep(**grid).digest == Sweep(**grid, budget=Budget(cpu_hours=2)).digest
    assert Sweep(**grid).digest != Sweep(**(grid | {"sizes": [8]})).digest
