"""Trained networks under shift, each with a control that differs in nothing but the shift.

Pictures: turned by an angle; at home is 0 degrees. Speeches: later years; at home are speeches of
the same years kept apart. Flights: learned from January to June, judged on July to December; beside
networks that learned as many flights of the whole year and are judged on the same ones. Networks
grow with their data (p ∝ n), so that each step is several times the compute; the question is
whether the error under shift falls as fast as the error at home.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from costlaw.exceptions import OptionError, UnknownName
from costlaw.lab.extras import one_thread
from costlaw.lab.findings import OURS, Findings, Line, Panel, geometric_interval, slope_interval
from costlaw.lab.shift.published import published_shift
from costlaw.lab.theory.result import Answer
from costlaw.lab.training.problem import Problem

if TYPE_CHECKING:
    from costlaw.sources import Source

SHIFTS = ("pictures", "speeches", "flights", "published")
ANGLES = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 90.0)
# (units or width, examples) of each step; each several times the compute of the one before
STEPS: dict[str, tuple[tuple[int, int], ...]] = {
    "pictures": ((16, 1000), (32, 4000), (64, 16000), (128, 60000)),
    "speeches": ((16, 100_000), (32, 250_000), (64, 600_000)),
    "flights": ((8, 2000), (32, 8000), (128, 32000)),
}
EPOCHS = {"pictures": 3.0, "speeches": 1.0, "flights": 3.0}
UNITS = {"pictures": ("error", True), "speeches": ("bits a byte", False),
         "flights": ("error", True)}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """Training operations of one network and its error on each kind of examples."""

    flop: float
    errors: dict[str, float]


def shift(
    kind: str = "pictures",
    *,
    steps: Sequence[tuple[int, int]] | None = None,
    seeds: int = 3,
    first_seed: int = 0,
    said: Callable[[str], None] = lambda text: None,
) -> Findings:
    """Train networks of growing compute and judge them at home and under shift.

    Parameters
    ----------
    kind : str
        ``pictures``, ``speeches``, ``flights``; or ``published``, which trains nothing.
    steps : sequence of (int, int), optional
        Size and examples of each network; the kind's own if absent.
    seeds, first_seed : int
        Repetitions [count].
    said : callable
        Told what is being done.

    Raises
    ------
    UnknownName
        If there is no such kind.
    OptionError
        If there are fewer than two steps or seeds.
    """
    if kind not in SHIFTS:
        raise UnknownName("shift", kind, SHIFTS)
    if kind == "published":
        return published_shift(seed=first_seed)
    chosen = STEPS[kind] if steps is None else tuple(steps)
    if len(chosen) < 2 or seeds < 2:
        raise OptionError(f"{len(chosen)} steps, {seeds} seeds: expected at least two each.")
    began = time.process_time()
    judge = {"pictures": _pictures, "speeches": _speeches, "flights": _flights}[kind]
    with one_thread("shifts"):
        found = []
        for size, examples in chosen:
            said(f"size {size}, {examples:,} examples")
            found.append([judge(size, examples, seed)
                          for seed in range(first_seed, first_seed + seeds)])  # fmt: skip
    settings = {"kind": kind, "steps": [list(step) for step in chosen], "seeds": seeds,
                "epochs": EPOCHS[kind]}  # fmt: skip
    return _findings(kind, found, settings=settings, first_seed=first_seed,
                     cpu_s=time.process_time() - began)  # fmt: skip


def _trained(problem: Problem, size: int, *, seed: int, epochs: float) -> tuple[Any, float]:
    from costlaw.lab.strategies.plain import trained
    from costlaw.lab.training.loop import Recipe, Trainer

    trainer = Trainer(seed=seed)
    network = trained(problem, size, recipe=Recipe(epochs=epochs), trainer=trainer)
    return network, trainer.flop


def _wrong(network: Any, inputs: Any, labels: Any) -> float:
    import torch

    with torch.inference_mode():
        scores = network(torch.from_numpy(inputs)).numpy()
    return float((scores.argmax(axis=1) != labels).mean())


def _pictures(size: int, examples: int, seed: int) -> _Judged:
    from costlaw.lab.shift.poses import turned
    from costlaw.lab.tasks.problems import find_problem

    problem = find_problem("fashion-mnist")
    own = problem.sample(examples, seed=seed)
    network, flop = _trained(own, size, seed=seed, epochs=EPOCHS["pictures"])
    errors = {
        f"{angle:g} degrees": _wrong(network, turned(problem.test_inputs, angle),
                                     problem.test_labels)
        for angle in ANGLES
    }  # fmt: skip
    return _Judged(flop=flop, errors=errors)


def _speeches(size: int, examples: int, seed: int) -> _Judged:
    from costlaw.lab.tasks.language import NAMES, bits_per_byte, parts, train_bytes, windows
    from costlaw.lab.training.loop import Trainer

    trainer = Trainer(seed=seed)
    rows = windows(parts()["learned"], examples, seed=seed)
    network = train_bytes(rows, size, trainer=trainer, settings={"epochs": EPOCHS["speeches"]})
    return _Judged(
        flop=trainer.flop, errors={name: bits_per_byte(network, parts()[name]) for name in NAMES}
    )


def _flights(size: int, examples: int, seed: int) -> _Judged:
    halves = flight_halves()
    early, _ = _trained(halves["early"].sample(examples, seed=seed), size, seed=seed,
                        epochs=EPOCHS["flights"])  # fmt: skip
    year, flop = _trained(halves["year"].sample(examples, seed=seed), size, seed=seed,
                          epochs=EPOCHS["flights"])  # fmt: skip
    home, late = halves["early"], halves["year"]
    return _Judged(flop=flop, errors={
        "January to June, kept apart": _wrong(early, home.test_inputs, home.test_labels),
        "July to December": _wrong(early, late.test_inputs, late.test_labels),
        "July to December, whole-year control": _wrong(year, late.test_inputs,
                                                                late.test_labels),
    })  # fmt: skip


def flight_halves() -> dict[str, Problem]:
    """Return two problems: flights of January to June, and of the whole year judged by its end.

    Each half is balanced on its own, so that chance is one half in both; flights that judge are
    never learned from.
    """
    from costlaw.lab.data_sets.flights import flights
    from costlaw.lab.tasks.tables import SPLIT_SEED, balanced, departures, flight_inputs

    found = flights()
    inputs, names = flight_inputs(found)
    labels = found["late"].astype(np.int64)
    first = found["month"] <= 6
    rows = {}
    for half, mask in (("early", first), ("late", ~first)):
        place = np.flatnonzero(mask)
        rows[half] = place[balanced(found["late"][place], seed=SPLIT_SEED)]
    judged = {half: chosen[:10_000] for half, chosen in rows.items()}
    learned = {half: chosen[10_000:] for half, chosen in rows.items()}
    of_year = np.random.default_rng(SPLIT_SEED).permutation(
        np.concatenate([learned["early"], learned["late"]])
    )
    return {
        name: Problem(
            name="flights", inputs=inputs[known], labels=labels[known], test_inputs=inputs[asked],
            test_labels=labels[asked], classes=2, names=names, sources=departures().sources,
        )
        for name, known, asked in (("early", learned["early"], judged["early"]),
                                   ("year", of_year, judged["late"]))
    }  # fmt: skip


def _findings(
    kind: str, found: list[list[_Judged]], *, settings: dict[str, Any], first_seed: int,
    cpu_s: float,
) -> Findings:  # fmt: skip
    flop = np.array([[one.flop for one in row] for row in found])
    names = list(found[0][0].errors)
    errors = {name: np.array([[one.errors[name] for one in row] for row in found])
              for name in names}  # fmt: skip
    home = errors[names[0]]
    unit, percent = UNITS[kind]
    answers = [Answer.of(f"{name}: {unit}, largest network", geometric_interval(values[-1]))
               for name, values in errors.items()]  # fmt: skip
    answers += [Answer.of(f"{name}: exponent over compute", slope_interval(flop, values))
                for name, values in errors.items()]  # fmt: skip
    answers += [Answer.of(f"{name}: {unit} over that at home, largest over smallest network",
                          geometric_interval((values[-1] / home[-1]) / (values[0] / home[0])))
                for name, values in errors.items() if name != names[0]]  # fmt: skip
    lines = tuple(Line.of(name, flop.mean(axis=1), values) for name, values in errors.items())
    return Findings(
        study="shift", title=f"Does more compute buy robustness? {kind}",
        answers=tuple(_in_order(answers)),
        panels=(Panel(title="Error at home and under shift against training compute",
                      x_name="training operations [FLOP]", y_name=unit, lines=lines,
                      percent=percent),),
        notes=_NOTES[kind], seeds=settings["seeds"], first_seed=first_seed, cpu_s=cpu_s,
        settings=settings, sources=_sources(kind),
    )  # fmt: skip


def _in_order(answers: list[Answer]) -> list[Answer]:
    """Return exponents first: they are the answer; then levels, then ratios."""
    return sorted(answers, key=lambda a: 0 if "exponent" in a.quantity else
                  2 if "smallest" in a.quantity else 1)  # fmt: skip


_NOTES = {
    "pictures": (
        "the network's size and its data grow together; no turned picture was learned from",
        "turning is a stand-in for a new pose: real new poses and places change more",
    ),
    "speeches": (
        "at home: speeches of the same years kept apart, drawn at random",
        "later speeches differ in topic, length and delivery as well as in language",
    ),
    "flights": (
        "the third line is the control: as many flights, of the whole year, the same ones judged",
        "late is rarer in some months: each half is balanced on its own, so chance is one half",
    ),
}


def _sources(kind: str) -> tuple[Source, ...]:
    from costlaw.lab.data_sets.packages import package

    data = {"pictures": "fashion-mnist"}.get(kind, kind)
    return (package(data).source, OURS)
