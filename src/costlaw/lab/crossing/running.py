"""Who leads where: counted contexts against a network, from ten thousand bytes to ten million.

Both learn the same bytes of State of the Union addresses and are judged in bits a byte on addresses
kept apart, drawn from all years. Both are tuned on a twentieth of what they learn from, and what
that takes is counted: the counts by their order, the network by the number of passes. For every
amount of data the leader is named only where the intervals over seeds do not touch; the crossing
beyond the data follows by the trend of the gap, and says so.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from costlaw.exceptions import OptionError
from costlaw.lab.crossing.counts import MOST_ORDER, Counts, count
from costlaw.lab.data_sets.packages import package
from costlaw.lab.data_sets.speeches import speeches
from costlaw.lab.extras import one_thread
from costlaw.lab.findings import OURS, Findings, Line, Panel
from costlaw.lab.tasks.language import CONTEXT, bits_per_byte, train_bytes, windows
from costlaw.lab.theory.result import Answer
from costlaw.lab.theory.slopes import crossing as first_crossing

if TYPE_CHECKING:
    from costlaw.lab.training.loop import Trainer

SPLIT_SEED, APART = 20072, 0.05
SIZES = (10_000, 31_623, 100_000, 316_228, 1_000_000)
LEAST_SEEN, MOST_PASSES = 400_000, 16  # bytes shown at least; passes at most


@lru_cache(maxsize=1)
def split() -> tuple[Any, Any]:
    """Return bytes to learn from and bytes of addresses kept apart, drawn from all years."""
    found = speeches()
    order = np.random.default_rng(SPLIT_SEED).permutation(len(found.years))
    apart = round(APART * len(order))
    return found.of(order[apart:]), found.of(order[:apart])


@dataclass(frozen=True, kw_only=True)
class _Learned:
    """What one learner came to."""

    bits: float
    flop: float
    chosen: float
    per_use: float


def crossing(
    *,
    sizes: Sequence[int] = SIZES,
    width: int = 64,
    seeds: int = 2,
    first_seed: int = 0,
    said: Callable[[str], None] = lambda text: None,
) -> Findings:
    """Train both on growing amounts of text.

    Parameters
    ----------
    sizes : sequence of int
        Bytes to learn from [count].
    width : int
        Numbers that the network holds a byte in [count].
    seeds, first_seed : int
        Repetitions: another part of the text and other first weights [count].
    said : callable
        Told what is being done.

    Raises
    ------
    OptionError
        If there are fewer than two sizes or seeds, or a size is out of range.
    """
    learned_from, judged_by = split()
    if len(set(sizes)) < 2 or seeds < 2:
        raise OptionError(f"{len(set(sizes))} sizes, {seeds} seeds: expected at least two each.")
    if min(sizes) < 2000 or max(sizes) > len(learned_from):
        raise OptionError(f"sizes: expected 2,000 to {len(learned_from):,} bytes.")
    began = time.process_time()
    found: dict[str, list[list[_Learned]]] = {"counts": [], "network": []}
    with one_thread("the crossing"):
        for size in sorted(set(sizes)):
            said(f"{size:,} bytes")
            texts = [_part(learned_from, size, seed)
                     for seed in range(first_seed, first_seed + seeds)]  # fmt: skip
            found["counts"].append([_counted(text, judged_by) for text in texts])
            found["network"].append([
                _network(text, judged_by, width, seed=first_seed + i)
                for i, text in enumerate(texts)
            ])  # fmt: skip
    settings = {"sizes": sorted(set(sizes)), "width": width, "seeds": seeds,
                "first_seed": first_seed}  # fmt: skip
    return _findings(found, settings, time.process_time() - began)


def _part(text: Any, size: int, seed: int) -> Any:
    """Return so many bytes that lie together, from a place drawn by seed; all, if all are asked."""
    start = np.random.default_rng([seed, 19]).integers(0, len(text) - size + 1)
    return text[start : start + size]


def _tuning_parts(text: Any) -> tuple[Any, Any]:
    kept = max(500, len(text) // 20)
    return text[:-kept], text[-kept:]


def _counted(text: Any, judged_by: Any) -> _Learned:
    """Count with the order that does best on the last twentieth; all orders tried are paid for."""
    known, asked = _tuning_parts(text)
    tried: list[Counts] = [count(known, order) for order in range(1, MOST_ORDER + 1)]
    best = int(np.argmin([one.bits_per_byte(asked) for one in tried]))
    final = count(text, best + 1)
    # longer orders contain the shorter: the longest alone is what trying costs
    flop = tried[-1].training_flop + MOST_ORDER * final.flop_per_use * len(asked)
    return _Learned(bits=final.bits_per_byte(judged_by), flop=flop + final.training_flop,
                    chosen=float(best + 1), per_use=final.flop_per_use)  # fmt: skip


def _network(text: Any, judged_by: Any, width: int, *, seed: int) -> _Learned:
    """Train a transformer for the number of passes that does best on the last twentieth."""
    from costlaw.lab.training.loop import Trainer
    from costlaw.metering.flop import count_flop

    known, asked = _tuning_parts(text)
    enough = min(MOST_PASSES, max(1.0, LEAST_SEEN / len(text)))
    options = [enough] if enough <= 1 else [enough / 4, enough]
    trainers = [Trainer(seed=seed) for _ in options]
    judged = [
        bits_per_byte(_trained(known, width, passes=passes, trainer=trainer), asked)
        for passes, trainer in zip(options, trainers, strict=True)
    ] if len(options) > 1 else [0.0]  # fmt: skip
    passes = options[int(np.argmin(judged))]
    last = Trainer(seed=seed)
    network = _trained(text, width, passes=passes, trainer=last)
    a_use = count_flop(network, _one_row(), train=False).model_flop / CONTEXT
    return _Learned(
        bits=bits_per_byte(network, judged_by), chosen=passes, per_use=a_use,
        flop=last.flop + sum(trainer.flop for trainer in trainers),
    )  # fmt: skip


def _trained(text: Any, width: int, *, passes: float, trainer: Trainer) -> Any:
    settings = {"epochs": passes, "least_steps": 50, "weight_decay": 0.01}
    return train_bytes(windows(text), width, trainer=trainer, settings=settings)


def _one_row() -> Any:
    import torch

    return torch.zeros(1, CONTEXT, dtype=torch.int64)


def _findings(
    found: dict[str, list[list[_Learned]]], settings: dict[str, Any], cpu_s: float
) -> Findings:
    sizes = np.array(settings["sizes"], float)
    bits = {name: np.array([[one.bits for one in row] for row in rows])
            for name, rows in found.items()}  # fmt: skip
    flop = {name: np.array([[one.flop for one in row] for row in rows])
            for name, rows in found.items()}  # fmt: skip
    by_data = [Line.of(_TITLES[name], sizes.tolist(), values) for name, values in bits.items()]
    by_flop = [Line.of(_TITLES[name], flop[name].mean(axis=1).tolist(), values)
               for name, values in bits.items()]  # fmt: skip
    return Findings(
        study="crossing",
        title=f"Counts against a network of width {settings['width']} on addresses",
        answers=tuple(_answers(sizes, bits, found)),
        panels=(
            Panel(title="Bits a byte against data", x_name="bytes to learn from",
                  y_name="bits a byte on addresses kept apart", lines=tuple(by_data),
                  percent=False),
            Panel(title="Bits a byte against operations", percent=False,
                  x_name="operations of learning and tuning [FLOP; comparisons for the counts]",
                  y_name="bits a byte on addresses kept apart", lines=tuple(by_flop)),
        ),
        notes=(
            "one network size and two numbers of passes tried: a larger or longer-trained network "
            "does better, at more operations",
            "operations of counting are comparisons and additions, by closed form",
        ),
        seeds=settings["seeds"], first_seed=settings["first_seed"], cpu_s=cpu_s, settings=settings,
        sources=(package("speeches").source, OURS),
    )  # fmt: skip


_TITLES = {"counts": "counts (Witten-Bell)", "network": "network (transformer)"}


def _answers(sizes: Any, bits: dict[str, Any], found: dict[str, list[list[_Learned]]]
             ) -> list[Answer]:  # fmt: skip
    lines = {name: Line.of(name, sizes, values) for name, values in bits.items()}
    gap = bits["network"].mean(axis=1) - bits["counts"].mean(axis=1)
    answers = [
        Answer.of("network leads for good from", first_crossing(sizes, bits["network"],
                                                                bits["counts"]), "bytes"),
        Answer(quantity="network leads from, by the trend of the gap",
               estimate=_by_trend(sizes, gap), unit="bytes", how="follows"),
    ]  # fmt: skip
    for place in dict.fromkeys((0, len(sizes) // 2, len(sizes) - 1)):
        for name, title in _TITLES.items():
            line = lines[name]
            three = (line.y[place], line.low[place], line.high[place])
            answers.append(Answer.of(f"{title}, {sizes[place]:,.0f} bytes", three, "bits"))
    spent = {name: np.mean([one.flop for one in rows[-1]]) for name, rows in found.items()}
    answers.append(
        Answer(
            quantity="operations of the network over the counts', most data",
            estimate=float(spent["network"] / spent["counts"]),
        )
    )
    return answers


def _by_trend(sizes: Any, gap: Any) -> float:
    """Return where a line through the last three gaps over log data meets zero; inf if never."""
    x, y = np.log10(sizes[-3:]), gap[-3:]
    if len(x) < 2:
        return math.inf
    fall, level = np.polyfit(x, y, 1)
    if y[-1] <= 0:
        return float(sizes[int(np.flatnonzero(gap > 0)[-1]) + 1]) if (gap > 0).any() else 0.0
    meets = -level / fall if fall < 0 else math.inf
    return float(10**meets) if meets < 300 else math.inf
