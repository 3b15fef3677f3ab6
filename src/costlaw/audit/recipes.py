"""Recipes: how each number that is held against a claim is computed from the corpus.

Each recipe is one function without arguments; its name is what the table of claims cites. Lines
are the paper's: error regressed on compute in logarithms unless the name says otherwise. Intervals
of these numbers are the business of ``fitting`` and ``forecasting``.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

import numpy as np

from costlaw.audit.lines import Line, points, through
from costlaw.cards.published import figure
from costlaw.literature import best_by_year, load, published_runs, system
from costlaw.literature.tables import rows

Recipe = Callable[[], float]
CHIPS_OF_A_BOARD = 4  # the Cloud TPU rented at $6.50 an hour is a board of four chips


@lru_cache(maxsize=1)
def evidence() -> dict[str, float]:
    """Return the numbers that come from outside the corpus, by name (``data/evidence.csv``)."""
    path = files("costlaw.audit") / "data" / "evidence.csv"
    with path.open(encoding="utf-8") as stream:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(stream)}


@lru_cache(maxsize=16)
def line(edition: str, measure: str = "hardware-burden") -> Line:
    """Return the paper's line through ImageNet in an edition."""
    return through(*points(published_runs("imagenet", edition, measure)))


@lru_cache(maxsize=1)
def tables_2021() -> Line:
    """Return the line through operations per pass of the authors' 2021 table, as stored."""
    kept = [row for row in rows("results.csv")
            if row["collection"] == "authors-2021" and row["benchmark"] == "imagenet"
            and row["flop_per_pass"]]  # fmt: skip
    x = np.log10([float(row["flop_per_pass"]) for row in kept])
    y = -np.log10([float(row["error"]) for row in kept])
    return through(x, y)


def _point(edition: str, start: str) -> tuple[float, float]:
    """Return (compute, error) of the ImageNet network whose name starts with ``start``."""
    for result in load("imagenet", edition):
        if result.network.casefold().startswith(start.casefold()):
            return result.compute["hardware-burden"], result.error
    raise LookupError(start)


def _two_points(start: str) -> float:
    (compute, error), (more, less) = _point("v1", "AlexNet"), _point("v1", start)
    return math.log(more / compute) / math.log(error / less)


@lru_cache(maxsize=1)
def _parts() -> dict[str, float]:
    """Return NASNet-A over AlexNet: peak rate, count and time of the 2021 table."""
    found = {}
    for row in rows("phases.csv"):
        if row["result"] in {"v1/imagenet/164", "v1/imagenet/092"}:
            found[row["result"]] = row
    old, new = found["v1/imagenet/164"], found["v1/imagenet/092"]
    parts = {"rate": "peak_flop_per_s", "count": "count", "time": "duration_s"}
    return {name: float(new[column]) / float(old[column]) for name, column in parts.items()}


def _year(edition: str, last: int | None = None) -> float:
    """Return the year at which the line of best error on year passes 5 %."""
    best = best_by_year("imagenet", edition)
    year, error = best.numbers("year"), best.numbers("error")
    seen = year <= (last or 9999)
    fitted = through(year[seen], -np.log10(error[seen]))
    return fitted.where(-math.log10(0.05))


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _flop(edition: str, *, error: float = 0.05, measure: str = "hardware-burden") -> float:
    return float(10.0 ** line(edition, measure).where(-math.log10(error)))


def _papers() -> float:
    return float(len({row["paper"] for row in rows("results.csv")}))


def _last_best() -> float:
    return float(best_by_year("imagenet", "corrected").numbers("error").min())


def _new_york(pounds: float) -> float:
    return pounds / evidence()["new-york-lb-per-month"]


RECIPES: dict[str, Recipe] = {
    "noisy-student-parameters": lambda: _number(system("Noisy Student").parameters),
    "noisy-student-labelled": lambda: _number(system("Noisy Student").labelled_examples),
    "noisy-student-all": lambda: _number(system("Noisy Student").examples),
    "year-v2-2020": lambda: _year("v2", 2020),
    "year-v2": lambda: _year("v2"),
    "year-corrected": lambda: _year("corrected"),
    "fourth-power": lambda: 10.0 ** (2 * 2),
    "papers-corpus": _papers,
    "alexnet-chips": lambda: _number(system("AlexNet").chip_count),
    "alexnet-days": lambda: _number(system("AlexNet").duration_s) / 86400.0,
    "nasnet-error": lambda: _point("v1", "NASNetA")[1] / _point("v1", "AlexNet")[1],
    "nasnet-compute": lambda: _point("v1", "NASNetA")[0] / _point("v1", "AlexNet")[0],
    "nasnet-compute-v2": lambda: _point("v2", "NASNET-A(6)")[0] / _point("v2", "AlexNet")[0],
    "nasnet-rate": lambda: _parts()["rate"],
    "nasnet-count": lambda: _parts()["count"],
    "v1-burden": lambda: line("v1").cost_exponent,
    "v1-r2": lambda: line("v1").r2,
    "v1-reduced-major-axis": lambda: line("v1").cost_exponent * math.sqrt(line("v1").r2),
    "v1-compute-on-error": lambda: line("v1").cost_exponent * line("v1").r2,
    "two-points-nasnet": lambda: _two_points("NASNetA"),
    "two-points-student": lambda: _two_points("NoisyStudent"),
    "tables-2021-pass": lambda: tables_2021().cost_exponent,
    "tables-2021-pass-r2": lambda: tables_2021().r2,
    "v2-burden": lambda: line("v2").cost_exponent,
    "v2-operations": lambda: line("v2", "network-operations").cost_exponent,
    "v2-operations-n": lambda: float(line("v2", "network-operations").n),
    "v2-consolidated": lambda: line("v2", "consolidated").cost_exponent,
    "v2-consolidated-n": lambda: float(line("v2", "consolidated").n),
    "corrected-burden": lambda: line("corrected").cost_exponent,
    "halving-ninth": lambda: 2.0**9,
    "halving-v1": lambda: 2.0 ** line("v1").cost_exponent,
    "flop-v1": lambda: _flop("v1"),
    "flop-v2": lambda: _flop("v2"),
    "flop-corrected": lambda: _flop("corrected"),
    "flop-v1-compute-on-error": lambda: float(10.0 ** line("v1").reverse(-math.log10(0.05))),
    "flop-v2-consolidated": lambda: _flop("v2", measure="consolidated"),
    "flop-1-v1": lambda: _flop("v1", error=0.01),
    "usd-v1": lambda: _flop("v1") / evidence()["article-flop-per-usd"],
    "usd-v2": lambda: _flop("v2") / evidence()["authors-2022-flop-per-usd"],
    "new-york-v1": lambda: _new_york(_flop("v1") / evidence()["article-flop-per-lb"]),
    "new-york-rounded": lambda: _new_york(
        10.0 ** math.floor(math.log10(_flop("v1") / evidence()["article-flop-per-lb"]))
    ),
    "gpt3-authors-rate": lambda: (
        _number(system("GPT-3").training_compute_flop) / evidence()["authors-2022-flop-per-usd"]
    ),
    "go-by-the-board": lambda: figure("alphago-zero-usd").derived,
    "go-by-the-chip": lambda: figure("alphago-zero-usd").derived / CHIPS_OF_A_BOARD,
    "objectnet-kept": lambda: evidence()["objectnet-kept"],
    "imagenet-v2-drop": lambda: evidence()["imagenet-v2-drop"],
    "best-published": _last_best,
}
