"""How well curves are extrapolated, and whether the stated intervals hold.

    python -m benchmarks.extrapolation [--json] [--full] [--curves FILE] [--seed N]

Without FILE: the 92 curves of the neural-scaling-law benchmark (official split), with the width
calibrated without any curve that shares the network or the data set (images) or the domain
(others); then every collection of the library with the width and the territory learned on the
others, at hidden reach 2, 4, 8, 16, in both directions. Peers are run beside on the same curves
(a subsample unless --full; their recorded means are in benchmarks/peers.csv).
With FILE (columns domain, task, model, seen_examples, loss, training): the shipped constants.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.peers import PEERS, peer_rmsle
from costlaw.exceptions import ColumnError, CostlawError, DataError, EvidenceError, FitError
from costlaw.fitting.predictive.calibration import (
    Calibration,
    collect,
    learn_rule,
    learn_width,
    shipped_calibration,
)
from costlaw.fitting.predictive.cases import Case, make_cases
from costlaw.fitting.predictive.curve import check_curve
from costlaw.fitting.predictive.library import Reference, references
from costlaw.fitting.predictive.predict import Predictive, describe_forecast
from costlaw.fitting.predictive.slowing import Slowing
from costlaw.fitting.predictive.support import Territory, describe, learn_territory
from costlaw.fitting.predictive.width import Width

LEVELS = (0.5, 0.8, 0.9)
PEER_SAMPLE = 24  # curves that peers are run on unless --full
BOOTSTRAPS = 4000


def rmsle(case: Case, slowing: Slowing) -> float:
    return float(np.sqrt(np.mean((case.look.center(slowing, case.u) - case.z) ** 2)))


def family(collection: str) -> str:
    return collection.split("-", maxsplit=1)[0]


def relatives(case: Case) -> Callable[[Reference], bool]:
    """Who may not calibrate this case's width."""
    one = case.reference
    if one.domain != "IC":
        return lambda other: other.domain == one.domain
    return lambda other: (
        other.domain == "IC" and (other.network == one.network or other.data_set == one.data_set)
    )


def land(cases: Sequence[Case], seed: int) -> Territory:
    """The territory of a random 600 of some cases."""
    pick = np.random.default_rng(seed).permutation(len(cases))[:600]
    some = [cases[place] for place in np.sort(pick)]
    return learn_territory(
        np.array([describe(case.look) for case in some]),
        tuple(case.reference.collection for case in some),
        tuple(frozenset((c.reference.network, c.reference.data_set)) for c in some),
        power=1.0,
    )


def score(case: Case, forecast: Predictive) -> dict[str, Any]:
    """One case at its farthest hidden run, in both directions."""
    last = np.log(forecast.last)
    row: dict[str, Any] = {"inside": forecast.support.inside}
    for level in LEVELS:
        low, high = forecast.paths.log_error(
            np.array([0.5 - level / 2, 0.5 + level / 2]), last + case.u[-1]
        )
        row[f"covers_{level:.0%}"] = bool(low <= case.z[-1] <= high)
        row[f"half_{level:.0%}"] = float(high - low) / 2
        outside = max(low - case.z[-1], case.z[-1] - high, 0.0)
        row[f"winkler_{level:.0%}"] = float(high - low + 2 / (1 - level) * outside)
    row["below"] = bool(case.z[-1] < forecast.paths.log_error(0.05, last + case.u[-1]))
    reached = last + case.u[np.flatnonzero(case.z <= case.z[-1])[0]]
    early, late = forecast.paths.first(float(case.z[-1]), np.array([0.05, 0.95]))
    row["inverse_covers"] = bool(early <= reached <= late)
    width = float(late - early) if np.isfinite(early) else np.inf
    row["inverse_half_dex"] = width / 2 / np.log(10)
    middle = float(forecast.paths.first(float(case.z[-1]), 0.5))
    row["inverse_down_dex"] = (min(middle, 1e9) - float(early)) / np.log(10)
    return row


def benchmark_rows(cases: list[Case], *, known: Calibration, seed: int) -> list[dict[str, Any]]:
    """The official cases, each calibrated without its relatives."""
    misses = collect(cases, known.slowing)
    rows: list[dict[str, Any]] = []
    ready: dict[tuple[str, ...], tuple[Calibration, Territory]] = {}
    for case in (case for case in cases if case.official):
        one, kin = case.reference, relatives(case)
        key = (one.domain, one.network, one.data_set) if one.domain == "IC" else (one.domain,)
        if key not in ready:
            keep = np.array([not kin(other.reference) for other in cases])
            width, shape = learn_width(misses.take(keep), start=known.width)
            rest = [other for other, stays in zip(cases, keep, strict=True) if stays]
            ready[key] = (
                Calibration(slowing=known.slowing, width=width, shape=shape),
                land(rest, seed),
            )
        calibration, ground = ready[key]
        forecast = describe_forecast(case.look, calibration=calibration, territory=ground)
        rows.append(
            {"domain": one.domain, "family": one.data_set, "network": one.network,
             "rmsle": rmsle(case, known.slowing), **score(case, forecast)}
        )  # fmt: skip
    return rows


def transfer_rows(cases: list[Case], *, start: Width, seed: int) -> list[dict[str, Any]]:
    """Every case; rule of slowing, width and territory learned on the other families only."""
    groups = np.array([family(case.reference.collection) for case in cases])
    rows: list[dict[str, Any]] = []
    for name in dict.fromkeys(groups):
        rest = [case for case, group in zip(cases, groups, strict=True) if group != name]
        slowing = learn_rule([case for case in rest if not case.official])
        width, shape = learn_width(collect(rest, slowing), start=start)
        ground = land(rest, seed)
        calibration = Calibration(slowing=slowing, width=width, shape=shape)
        for case in (case for case in cases if family(case.reference.collection) == name):
            forecast = describe_forecast(case.look, calibration=calibration, territory=ground)
            rows.append(
                {"collection": case.reference.collection, "axis": case.reference.axis,
                 "hidden": case.hidden, "rmsle": rmsle(case, slowing), **score(case, forecast)}
            )  # fmt: skip
    return rows


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Coverage with width, always together."""
    out: dict[str, Any] = {"n": len(rows)}
    for level in LEVELS:
        for what, mean in (("covers", np.mean), ("half", np.median), ("winkler", np.mean)):
            key = f"{what}_{level:.0%}"
            out[key] = round(float(mean([row[key] for row in rows])), 4)
    out["half_90%_p90"] = round(float(np.quantile([row["half_90%"] for row in rows], 0.9)), 4)
    out["missed_below"] = round(float(np.mean([row["below"] for row in rows])), 4)
    out["inverse_covers"] = round(float(np.mean([row["inverse_covers"] for row in rows])), 4)
    dex = np.array([row["inverse_half_dex"] for row in rows])
    bounded = dex[np.isfinite(dex)]
    out["inverse_unbounded"] = round(1 - bounded.size / dex.size, 4)
    out["inverse_half_dex_bounded"] = round(float(np.median(bounded)), 4) if bounded.size else None
    down = float(np.median([row["inverse_down_dex"] for row in rows]))
    out["inverse_median_to_low_dex"] = round(down, 4) if abs(down) < 100 else None
    return out


def grouped(rows: Sequence[dict[str, Any]], key: str) -> dict[str, Any]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[str(row[key])].append(row)
    return {name: summary(some) for name, some in groups.items()}


def gain(rows: Sequence[dict[str, Any]], peer: Sequence[float], seed: int) -> list[float]:
    """Mean gain in RMSLE over a peer, and its 95 % interval over resampled networks."""
    networks = np.array([row["network"] for row in rows])
    better = np.array(peer) - np.array([row["rmsle"] for row in rows])
    names = np.unique(networks)
    sums = np.array([better[networks == name].sum() for name in names])
    counts = np.array([(networks == name).sum() for name in names])
    draw = np.random.default_rng(seed).integers(0, names.size, (BOOTSTRAPS, names.size))
    means = sums[draw].sum(axis=1) / counts[draw].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return [round(float(value), 5) for value in (better.mean(), low, high)]


def peers(
    rows: list[dict[str, Any]], cases: list[Case], *, full: bool, seed: int
) -> dict[str, Any]:
    """Published forms by least squares on the same curves, with CPU seconds scaled to all."""
    some = np.arange(len(cases))
    if not full:
        some = np.sort(np.random.default_rng(seed).permutation(len(cases))[:PEER_SAMPLE])
    out: dict[str, Any] = {"curves": int(some.size)}
    for name in PEERS:
        begin = time.process_time()
        errors = [peer_rmsle(name, cases[place]) for place in some]
        seconds = (time.process_time() - begin) * len(cases) / some.size
        ours = [rows[place] for place in some]
        out[name] = {
            "mean_rmsle": round(float(np.mean(errors)), 5),
            "ours_on_the_same_curves": round(float(np.mean([row["rmsle"] for row in ours])), 5),
            "gain_and_95%_by_network": gain(ours, errors, seed),
            "ours_better_on": round(
                float(np.mean([r["rmsle"] for r in ours] < np.array(errors))), 3
            ),
            "cpu_s_all_curves": round(seconds, 2),
        }
    with (Path(__file__).parent / "peers.csv").open() as file:
        out["recorded"] = list(csv.DictReader(file))
    return out


def run_library(full: bool, seed: int) -> dict[str, Any]:
    begin = time.process_time()
    known = shipped_calibration()
    cases = make_cases(references())
    official = [case for case in cases if case.official]
    rows = benchmark_rows(cases, known=known, seed=seed)
    moved = transfer_rows(cases, start=known.width, seed=seed)
    strict = [row["rmsle"] for row in moved if row["hidden"] == 0.0]
    first = [r for r in moved if r["hidden"] == (0.0 if r["collection"][:4] == "nsl-" else 1.9)]
    by_reach = {f"{factor:.0f}x": [r for r in moved if abs(r["hidden"] - factor * 0.95) < 0.1]
                for factor in (2, 4, 8, 16)}  # fmt: skip
    domains = {d: [r["rmsle"] for r in rows if r["domain"] == d] for d in ("IC", "BB", "LM", "NMT")}
    return {
        "mean_rmsle": round(float(np.mean([row["rmsle"] for row in rows])), 5),
        "mean_rmsle_rule_learned_elsewhere": round(float(np.mean(strict)), 5),
        "median_rmsle": round(float(np.median([row["rmsle"] for row in rows])), 5),
        "rmsle_by_domain": {d: round(float(np.mean(v)), 5) for d, v in domains.items()},
        "coverage_90_farthest": summary(rows)["covers_90%"],
        "median_half_width": summary(rows)["half_90%"],
        "inverse_coverage": {k: summary(v)["inverse_covers"] for k, v in by_reach.items()},
        "benchmark": summary(rows),
        "benchmark_by_domain": grouped(rows, "domain"),
        "benchmark_by_family": grouped([r for r in rows if r["domain"] == "IC"], "family"),
        "transfer": summary(first),
        "transfer_by_collection": grouped(first, "collection"),
        "transfer_by_axis": grouped(first, "axis"),
        "transfer_by_support": grouped(moved, "inside"),
        "transfer_by_reach": {name: summary(some) for name, some in by_reach.items()},
        "peers": peers(rows, official, full=full, seed=seed),
        "cpu_s": round(time.process_time() - begin, 1),
    }


COLUMNS = ("domain", "task", "model", "seen_examples", "loss", "training")


def read_file(path: str) -> tuple[list[Reference], list[str]]:
    """Curves of a file in the benchmark's own columns, and what was left out of it."""
    table = pl.read_csv(path, infer_schema_length=None).unique(maintain_order=True)
    lacking = [name for name in COLUMNS if name not in table.columns]
    if lacking:
        raise ColumnError(f"{path}: no column {', '.join(lacking)}; expected {', '.join(COLUMNS)}.")
    numbers = [pl.col(name).cast(pl.Float64, strict=False) for name in COLUMNS[3:]]
    table = table.with_columns(*numbers)
    good = pl.all_horizontal(
        pl.col(name).is_finite().fill_null(value=False) & (pl.col(name) > 0)
        for name in ("seen_examples", "loss")
    )
    out, notes = [], []
    for key, part in table.group_by(list(COLUMNS[:3]), maintain_order=True):
        label, kept = " / ".join(str(name) for name in key), part.filter(good)
        if kept.height < part.height:
            dropped = part.height - kept.height
            notes.append(f"{label}: without a positive amount and loss, rows dropped: {dropped}")
        shown = kept.filter(pl.col("training") == 1)
        hidden = kept.filter(pl.col("training") == 0).sort("seen_examples")
        if not shown.height or not hidden.height:
            notes.append(f"{label}: left out: no {'hidden' if shown.height else 'shown'} run")
            continue
        one = Reference.of(
            shown["seen_examples"].to_numpy(), shown["loss"].to_numpy(),
            hidden=(hidden["seen_examples"].to_numpy(), hidden["loss"].to_numpy()),
            names=(str(key[0]), str(key[1]), str(key[2])),
        )  # fmt: skip
        try:
            check_curve(one.curve)
        except (DataError, FitError) as refusal:
            notes.append(f"{label}: left out: {refusal}")
            continue
        out.append(one)
    return out, notes


def run_file(path: str, full: bool, seed: int) -> dict[str, Any]:
    begin = time.process_time()
    known = shipped_calibration()
    given, notes = read_file(path)
    cases = make_cases(given, hidden=())
    if not cases:
        raise EvidenceError(
            f"{path}: no curve can be forecast; expected 5 shown amounts over a factor of 3 and a "
            f"hidden run each. {'; '.join(notes[:5])}"
        )
    rows = [
        {"domain": case.reference.domain, "network": case.reference.network,
         "rmsle": rmsle(case, known.slowing), **score(case, describe_forecast(case.look))}
        for case in cases
    ]  # fmt: skip
    domains = grouped(rows, "domain")
    for name, some in domains.items():
        errors = [row["rmsle"] for row in rows if row["domain"] == name]
        some["mean_rmsle"] = round(float(np.mean(errors)), 5)
    return {
        "curves": len(rows),
        "left_out": sum("left out: " in note for note in notes),
        "notes": notes,
        "mean_rmsle": round(float(np.mean([row["rmsle"] for row in rows])), 5),
        "rmsle_by_domain": {name: some["mean_rmsle"] for name, some in domains.items()},
        "coverage_90_farthest": summary(rows)["covers_90%"],
        "median_half_width": summary(rows)["half_90%"],
        "inverse_coverage": summary(rows)["inverse_covers"],
        "by_domain": domains,
        "by_support": grouped(rows, "inside"),
        "peers": peers(rows, cases, full=full, seed=seed),
        "cpu_s": round(time.process_time() - begin, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("--full", action="store_true", help="run the peers on every curve")
    parser.add_argument("--curves", default="", help="a CSV in the benchmark's columns")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    try:
        out = (
            run_file(given.curves, given.full, given.seed)
            if given.curves
            else run_library(given.full, given.seed)
        )
    except (CostlawError, OSError) as refusal:
        parser.error(str(refusal))
    if given.json:
        print(json.dumps(out, indent=1))
        return
    for key, value in out.items():
        print(f"{key}: {json.dumps(value)}")


if __name__ == "__main__":
    main()
