"""Do the shipped intervals hold on collections of curves that calibrated nothing?

    python -m benchmarks.other_collections FOLDER [--json]

FOLDER holds the public files named in ``READERS`` (docs/benchmarks.md says where each is from);
they are not shipped. Every curve's largest runs are hidden at about 2, 4, 8 and 16 times reach and
forecast with the shipped constants; curves that ``costlaw forecast`` refuses (constant or rising
error, under a factor of 3) are left out here too. A file that is not there is said and skipped.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from benchmarks.extrapolation import grouped, score, summary
from costlaw.exceptions import DataError, FitError
from costlaw.fitting.predictive.cases import HIDDEN, make_cases
from costlaw.fitting.predictive.curve import check_curve
from costlaw.fitting.predictive.library import Reference
from costlaw.fitting.predictive.predict import describe_forecast

Raw = tuple[str, ArrayLike, ArrayLike]  # name of the curve, amounts, errors
FEWEST, SPAN = 6, 4.0  # as the reference library's own curves
LOSSES = {"gpt3", "llama2_70b_lora"}  # MLPerf benchmarks whose metric is a loss already
WHOLE = 0.999  # share of the steps from which a (Mis)Fitting checkpoint is the run's last
OBS_TASKS = ("mmlu", "arc_c", "hellaswag", "winograd", "truthfulqa", "gsm8k", "xwinograd",
             "humaneval")  # fmt: skip


def read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema_length=None)


def gemstones(folder: Path) -> Iterator[Raw]:
    """Loss over tokens of runs at a constant rate."""
    table = read(folder / "gemstones_losses.csv").filter(pl.col("subset") == "hot")
    for (name,), rows in table.group_by(["run_name"], maintain_order=True):
        yield str(name), rows["tokens"], rows["final_loss"]


def chinchilla(folder: Path) -> Iterator[Raw]:
    """Loss over compute of runs of one size, read off the published figure."""
    table = read(folder / "chinchilla_svg_extracted.csv").with_columns(
        size=(pl.col("model_size").log() * 20).round(0)
    )
    for (size,), rows in table.group_by(["size"], maintain_order=True):
        yield f"size {size}", rows["training_flop"], rows["loss"]


def misfitting(folder: Path) -> Iterator[Raw]:
    """Best final loss over tokens of runs of one size."""
    table = read(folder / "misfitting_final.csv").filter(pl.col("portion_steps_elapsed") >= WHOLE)
    for (name,), rows in table.group_by(["model"], maintain_order=True):
        best = rows.group_by("D").agg(pl.col("loss").min())
        yield str(name), best["D"], best["loss"]


def downstream(folder: Path) -> Iterator[Raw]:
    """Errors of 46 tasks over compute at fixed size (Gadre et al. 2024)."""
    runs = read(folder / "gadre_overtraining_losses.csv").filter(pl.col("seed").is_null())
    flop = 6.0 * pl.col("params").cast(pl.Float64) * pl.col("tokens").cast(pl.Float64)
    runs = runs.select("name", "dataset", "params", compute=flop)
    table = read(folder / "gadre_overtraining_downstream.csv").join(runs, on="name")
    keys = ["task", "dataset", "params"]
    for key, rows in table.group_by(keys, maintain_order=True):
        yield " ".join(map(str, key)), rows["compute"], 1 - rows["accuracy"]


def obsscaling(folder: Path) -> Iterator[Raw]:
    """Benchmark errors over compute of a family's base models (Ruan et al. 2024)."""
    table = read(folder / "obsscaling_base_llm.csv")
    for (family,), rows in table.group_by(["model_family"], maintain_order=True):
        for task in OBS_TASKS:
            some = rows.select("flops_1e21", task).drop_nulls()
            yield f"{family} {task}", some["flops_1e21"], 1 - some[task]


def mlperf(folder: Path) -> Iterator[Raw]:
    """Evaluations inside one training (MLPerf training 4.1); two metrics share a key in one."""
    table = read(folder / "mlperf_training_v41_eval_curves.csv")
    table = table.filter(pl.col("benchmark") != "stable_diffusion")
    keys = ["submitter", "system", "benchmark", "metric_key"]
    for key, rows in table.group_by(keys, maintain_order=True):
        counts = rows["samples_count"] if not rows["samples_count"].has_nulls() else None
        error = rows["value"] if key[2] in LOSSES else 1 - rows["value"]
        yield " ".join(map(str, key)), rows["epoch_num"] if counts is None else counts, error


def dawnbench(folder: Path) -> Iterator[Raw]:
    """Errors by epoch inside one training (DAWNBench)."""
    table = read(folder / "dawnbench_train_curves.csv").with_columns(
        error=pl.when(pl.col("task") == "ImageNet").then(1 - pl.col("top5_accuracy") / 100)
        .when(pl.col("task") == "SQuAD").then(1 - pl.col("f1"))
        .otherwise(1 - pl.col("top1_accuracy") / 100)
    )  # fmt: skip
    for key, rows in table.group_by(["task", "entry"], maintain_order=True):
        yield " ".join(map(str, key)), rows["epoch"], rows["error"]


def pycls(folder: Path) -> Iterator[Raw]:
    """Top-1 error over operations of networks of one family, trained alike."""
    table = read(folder / "pycls_imagenet_train_hours.csv")
    for (section,), rows in table.group_by(["section"], maintain_order=True):
        yield str(section), rows["gflops"], rows["top1_error_pct"] / 100


def addition(folder: Path) -> Iterator[Raw]:
    """Cross-entropy of four-digit addition over examples (Caballero et al. 2023): a sharp fall."""
    table = read(folder / "bnsl_4digit_addition.csv")
    yield "addition", table["dataset_size"], table["test_cross_entropy"]


READERS = {
    "gemstones": gemstones, "chinchilla": chinchilla, "misfitting": misfitting,
    "downstream": downstream, "obsscaling": obsscaling, "mlperf": mlperf,
    "dawnbench": dawnbench, "pycls": pycls, "addition": addition,
}  # fmt: skip


def curves(collection: str, folder: Path) -> Iterator[Reference]:
    """The curves of a collection that a forecast would not refuse."""
    for name, x, error in READERS[collection](folder):
        amount, value = np.asarray(x, dtype=float), np.asarray(error, dtype=float)
        good = np.isfinite(amount) & np.isfinite(value) & (amount > 0) & (value > 0)
        amount, value = amount[good], value[good]
        if np.unique(amount).size < FEWEST or amount.max() / amount.min() < SPAN:
            continue
        none = (np.array([]), np.array([]))
        one = Reference.of(amount, value, hidden=none, names=(collection, name, name))
        try:
            check_curve(one.curve)
        except (DataError, FitError):
            continue
        yield one


def measure(folder: Path) -> list[dict[str, Any]]:
    """Every case of every collection whose file is there."""
    rows: list[dict[str, Any]] = []
    for name in READERS:
        try:
            found = list(curves(name, folder))
        except FileNotFoundError as missing:
            print(f"{name}: {missing.filename} is not there: left out", file=sys.stderr)
            continue
        for case in make_cases(found):
            forecast = describe_forecast(case.look)
            rows.append({"collection": name, "hidden": case.hidden, **score(case, forecast)})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows = measure(given.folder)
    if not rows:
        parser.error(f"{given.folder} holds none of the files; see {__name__}.READERS.")
    nearest = [row for row in rows if row["hidden"] == HIDDEN[0]]
    table = grouped(nearest, "collection")
    table["all"] = summary(nearest)
    out = {
        "at_about_2x": table,
        "flagged_at_about_2x": grouped(nearest, "inside"),
        "by_reach": grouped(rows, "hidden"),
        "flagged_at_any_reach": grouped(rows, "inside"),
    }
    if given.json:
        print(json.dumps(out, indent=1))
        return
    print("| collection | curves | 50 % | 80 % | 90 % | missed better than forecast "
          "| median half-width | Winkler |\n|---|---|---|---|---|---|---|---|")  # fmt: skip
    for name, one in table.items():
        print(f"| {name} | {one['n']} | {one['covers_50%']:.0%} | {one['covers_80%']:.0%} | "
              f"{one['covers_90%']:.0%} | {one['missed_below']:.0%} | {one['half_90%']:.3f} | "
              f"{one['winkler_90%']:.3f} |")  # fmt: skip
    for key in ("by_reach", "flagged_at_about_2x", "flagged_at_any_reach"):
        print(key, {k: (v["n"], v["covers_90%"], v["half_90%"]) for k, v in out[key].items()})


if __name__ == "__main__":
    main()
