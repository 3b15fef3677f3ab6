"""Run a comparison: tune each strategy, then train, meter, judge and time it for every seed.

What is finished is kept in a folder under the trial's key, so that a comparison that was cut off
goes on where it was. Nothing is compared here: see ``table``.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costlaw.exceptions import DataError, OptionError
from costlaw.lab.checkpoints import write_whole
from costlaw.lab.comparing.presets import Preset, find_preset
from costlaw.lab.comparing.table import Cell, StrategyTable
from costlaw.lab.comparing.tuning import TUNING_SEED, Tuned, tune
from costlaw.lab.extras import need, one_thread
from costlaw.lab.strategies.catalogue import STRATEGIES, find_strategy
from costlaw.lab.strategies.strategy import Made, Strategy
from costlaw.lab.tasks.problems import find_problem
from costlaw.lab.training.problem import Problem
from costlaw.lab.training.use import log_loss, time_per_use
from costlaw.lab.trial import Trial
from costlaw.version import __version__

if TYPE_CHECKING:
    from costlaw.lab.training.loop import Trainer
    from costlaw.metering import Metered

TOGETHER = 256  # examples of a call, where uses come in batches
Said = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class _Bench:
    """What all cells of a comparison share."""

    problem: Problem
    preset: Preset
    folder: Path
    first_seed: int
    said: Said


def compare_strategies(
    task: str,
    *,
    strategies: Iterable[str] | None = None,
    preset: str | Preset = "small",
    first_seed: int = 0,
    folder: Path | None = None,
    said: Said = lambda text: None,
    **changes: Any,
) -> StrategyTable:
    """Hold strategies against plain dense training on one task.

    Parameters
    ----------
    task : str
        Name of a task of classification.
    strategies : iterable of str, optional
        Which; all that go with the task if absent. Dense is always among them.
    preset : str or Preset
        ``small`` (minutes; no winner is claimed), ``full`` or ``tiny``.
    first_seed : int
        Seeds run from here on.
    folder : Path, optional
        Where finished cells are kept; a folder thrown away afterwards if absent.
    said : callable
        Told what is being done.
    **changes
        Fields of the preset that are to be others, such as ``seeds=10``.

    Raises
    ------
    UnknownName
        If task, strategy or preset do not exist.
    OptionError
        If a change is no field of a preset, or a strategy does not go with the task.
    MissingExtra
        If a library is missing.
    """
    need("torch", "onnxruntime", "sklearn", purpose="comparing strategies")
    budget = preset if isinstance(preset, Preset) else find_preset(preset)
    unknown = sorted(set(changes) - set(asdict(budget)))
    if unknown:
        raise OptionError(f"unknown {unknown[0]}; expected {', '.join(asdict(budget))}.")
    budget = replace(budget, **changes)
    chosen = _chosen(strategies)
    problem = find_problem(task)
    if strategies is not None:
        for one in chosen:
            if reason := one.refuse(problem):
                raise OptionError(f'strategy "{one.name}" on "{task}": {reason}.')
    chosen = [one for one in chosen if not one.refuse(problem)]
    budget = replace(budget, examples=min(budget.examples, problem.examples))
    began = time.process_time()
    with tempfile.TemporaryDirectory() as scratch, one_thread("comparing strategies"):
        bench = _Bench(problem=problem, preset=budget, folder=folder or Path(scratch),
                       first_seed=first_seed, said=said)  # fmt: skip
        _warm_up(problem)
        cells = [cell for strategy in chosen for cell in _cells_of(strategy, bench)]
    return StrategyTable(
        task=task, preset=budget, cells=tuple(cells), first_seed=first_seed,
        cpu_s=time.process_time() - began, test_examples=len(problem.test_labels),
        sources=problem.sources,
    )  # fmt: skip


def _chosen(names: Iterable[str] | None) -> list[Strategy]:
    wanted = list(dict.fromkeys(["dense", *(STRATEGIES if names is None else names)]))
    return [find_strategy(name) for name in wanted]


def _cells_of(strategy: Strategy, bench: _Bench) -> list[Cell]:
    preset = bench.preset
    seeds = range(bench.first_seed, bench.first_seed + preset.seeds)
    wanted = {seed: _key(strategy, bench, seed) for seed in seeds}
    found = {seed: _kept(bench.folder / f"{key}.json") for seed, key in wanted.items()}
    if all(found.values()):
        return [cell for cell in found.values() if cell]
    bench.said(f"{strategy.name}: tuning ({preset.trials} trials), then {preset.seeds} seeds")
    base = {"epochs": preset.epochs}
    tuned = tune(
        strategy, bench.problem.sample(preset.examples, seed=bench.first_seed), preset.size,
        base=base, trials=preset.trials, timed=_timed,
        trainer_of=lambda number: _trainer(TUNING_SEED + number),
    )  # fmt: skip
    cells = []
    for seed in seeds:
        cell = found[seed] or _cell(strategy, bench, seed=seed, tuned=tuned)
        text = json.dumps({"version": __version__, **asdict(cell)})
        write_whole(bench.folder / f"{wanted[seed]}.json", text.encode())
        cells.append(cell)
    return cells


def _key(strategy: Strategy, bench: _Bench, seed: int) -> str:
    preset = bench.preset
    budget = {"epochs": preset.epochs, "tuning_trials": preset.trials, "seeds": preset.seeds,
              "first_seed": bench.first_seed}  # fmt: skip
    return Trial(
        task=bench.problem.name, size=preset.size, examples=preset.examples, seed=seed,
        strategy=strategy.name, settings=budget, version=__version__,
    ).key  # fmt: skip


def _kept(path: Path) -> Cell | None:
    if not path.exists():
        return None
    try:
        record = json.loads(path.read_text())
        record.pop("version")
        return Cell(**record)
    except (ValueError, TypeError, KeyError) as problem:
        raise DataError(
            f'"{path}": not a finished cell of a comparison ({problem}). Remove it to run it again.'
        ) from problem


def _trainer(seed: int) -> Trainer:
    from costlaw.lab.training.loop import Trainer

    return Trainer(seed=seed)


def _timed(work: Callable[[], Made]) -> tuple[Made, float]:
    began = time.process_time()
    made = work()
    return made, time.process_time() - began


def _cell(strategy: Strategy, bench: _Bench, *, seed: int, tuned: Tuned) -> Cell:
    """Train, meter, judge and time one strategy with one seed."""
    from costlaw.metering import meter

    preset, problem = bench.preset, bench.problem
    own = problem.sample(preset.examples, seed=seed)
    with tempfile.TemporaryDirectory() as readings:
        watched = meter(strategy.name, folder=readings, signals=False, live=False)
        with watched:
            made, cpu_s = _timed(
                lambda: strategy.make(
                    own, preset.size, settings=tuned.settings, trainer=_trainer(seed)
                )
            )
        metered = watched.result
    rate = _kwh_per_cpu_s(metered)
    judged = _judged(made, problem)
    return Cell(
        strategy=strategy.name,
        family=strategy.family,
        title=strategy.title,
        seed=seed,
        settings=_plain(tuned.settings),
        training_flop=made.training_flop,
        tuning_flop=tuned.flop,
        flop_per_use=made.flop_per_use,
        energy_per_use_kwh=rate * judged["time_per_use_s"] if rate else None,
        training_energy_kwh=metered.energy_kwh,
        energy_tier=metered.tier,
        parameters=made.parameters,
        size_bytes=made.size_bytes,
        epochs=made.epochs,
        training_cpu_s=cpu_s,
        tuning_cpu_s=tuned.cpu_s,
        runtime=made.runtime,
        extra=dict(made.extra),
        **judged,
    )


def _kwh_per_cpu_s(metered: Metered) -> float | None:
    """Return the processor's energy by its busy time: the rest follows wall time, not work."""
    figure = next((f for f in metered.figures if f.component == "processor"), metered.headline)
    return figure.energy_kwh / max(metered.cpu_s, 1e-9) if figure else None


def _judged(made: Made, problem: Problem) -> dict[str, float]:
    """Return error and loss on the test examples, and measured times of a use."""
    predict, inputs = made.predict, problem.test_inputs
    scores = predict(inputs)
    return {
        "error": float((scores.argmax(axis=1) != problem.test_labels).mean()),
        "loss": log_loss(scores, problem.test_labels),
        "time_per_use_s": time_per_use(predict, inputs),
        "time_per_use_together_s": time_per_use(predict, inputs, batch=TOGETHER),
    }


def _warm_up(problem: Problem) -> None:
    """Make a small network once, so that loading libraries is not taken for training."""
    few = problem.sample(max(problem.classes, min(100, problem.examples)), seed=0)
    settings = {"epochs": 1, "least_steps": 2}
    made = find_strategy("dense").make(few, 4, settings=settings, trainer=_trainer(0))
    made.predict(problem.test_inputs[:1])


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name != "epochs"}
