"""How fast the batched kernel is, beside the published procedure and tuned scipy.

    python -m benchmarks.bootstrap [--json] [--full] [--curves FILE] [--seed N]

1. The 4,000-replicate bootstrap of the Chinchilla fit (Besiroglu et al. 2024): the same 240 points,
   resamples and objective; peers on the first replicates (all with --full), scaled to 4,000.
2. That fit from 1,000 random starts, one at a time, over the grid that was published.
3. Every law of one input on all curves of the benchmark (or of FILE), with 200-replicate
   moving-block intervals.
4. A million fits of three coefficients, a part of them also by scipy.
CPU seconds of one thread, measured in the same run; nothing here is recorded.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from benchmarks.published_procedure import notebook, theta_of, tuned
from costlaw.fitting.joint.reference import usual_points
from costlaw.fitting.kernel.bootstrap import block_counts, block_length, bootstrap
from costlaw.fitting.kernel.fit import BatchFit, fit_batch
from costlaw.fitting.predictive.library import references
from costlaw.laws import LAWS, law

HUBER, REPLICATES = 1e-3, 4000
NOTEBOOK_SAMPLE, TUNED_SAMPLE = 200, 400  # replicates that peers are run on unless --full
STARTS, INTERVALS = 1000, 200
GROUPS = 4  # of curves of like length, so that short ones are not padded
MILLION, CHUNK, SCIPY_SAMPLE = 1_000_000, 50_000, 1000
# Besiroglu et al. 2024, table 1: standard errors of E, A, B, alpha, beta, resamples of seed 42
PUBLISHED_ERRORS = np.array([0.02566, 124.52, 1293.28, 0.01540, 0.02060])
OPTIMUM = 0.00101827402  # objective at the global minimum of these 240 points


def cpu(function: Any, *arguments: Any, **named: Any) -> tuple[Any, float]:
    begin = time.process_time()
    return function(*arguments, **named), time.process_time() - begin


def chinchilla_fit() -> BatchFit:
    inputs, loss = usual_points()
    return fit_batch(law("joint"), inputs, loss, huber=HUBER)


def resamples(runs: int, seed: int) -> np.ndarray:
    """The resamples of the notebook: numpy's legacy generator, one choice for each replicate."""
    legacy = np.random.RandomState(seed)
    return np.stack([legacy.choice(runs, runs, replace=True) for _ in range(REPLICATES)])


def bootstrap_rows(seed: int, *, full: bool) -> dict[str, Any]:
    inputs, loss = usual_points()
    drawn = resamples(loss.size, seed)
    counts = np.stack([np.bincount(row, minlength=loss.size) for row in drawn]).astype(float)
    fit, cold = cpu(chinchilla_fit)
    ours, warm = cpu(bootstrap, fit, counts)
    own = ours.coefficients[0]
    some = REPLICATES if full else NOTEBOOK_SAMPLE
    published, seconds, how = notebook(inputs, loss, drawn[:some])
    start, few = theta_of(fit.coefficients[0]), REPLICATES if full else TUNED_SAMPLE
    peers = {}
    for method in ("BFGS", "L-BFGS-B"):
        _, values, spent = tuned(inputs, loss, counts[:few], start=start, method=method)
        least = ours.objective[0, :few]
        peers[method] = {
            "cpu_s": spent * REPLICATES / few,
            "worse_than_ours": int((values > least * (1 + 1e-6)).sum()),
            "better_than_ours": int((values < least * (1 - 1e-6)).sum()), "replicates": few,
        }  # fmt: skip
    spread = own[:some].std(axis=0) / published.std(axis=0) - 1
    notebook_s = seconds * REPLICATES / some
    return {
        "cpu_s": warm, "cold_fit_cpu_s": cold, "objective": float(fit.objective[0]),
        "mean_objective": float(ours.objective.mean()), "converged": int(ours.usable.sum()),
        "notebook_cpu_s": notebook_s, "notebook_replicates": some, "notebook_gradient": how,
        "scipy": peers, "ratio_notebook": notebook_s / warm,
        "ratio_scipy": min(one["cpu_s"] for one in peers.values()) / warm,
        "standard_errors": own.std(axis=0).tolist(),
        "standard_errors_apart": float(np.abs(spread).max()),
        "standard_errors_apart_from_table": float(
            np.abs(own.std(axis=0) / PUBLISHED_ERRORS - 1).max()) if seed == 42 else None,
    }  # fmt: skip


def start_rows(seed: int) -> dict[str, Any]:
    """1,000 random starts over the published grid: ln A, ln B 0..25, ln E -1..1, exponents 0..2."""
    fit, subject = chinchilla_fit(), law("joint")
    random = np.random.default_rng(seed)
    low, high = np.array([-1.0, 0, 0, 0, 0]), np.array([1.0, 25, 25, 2, 2])
    theta = random.uniform(low, high, (STARTS, 5))
    theta[:, 3:] = np.log(np.maximum(theta[:, 3:], 1e-3))
    shift = np.broadcast_to(fit.origins.inputs[:, :1], (2, STARTS))
    q = subject.move(theta, shift, np.broadcast_to(fit.origins.error[0], (STARTS,)))
    bounds = [np.array([getattr(item, side) for item in subject.coordinates])
              for side in ("lower", "upper")]  # fmt: skip
    inputs, loss = usual_points()
    ends, seconds = cpu(
        fit_batch, subject, inputs, loss, huber=HUBER, starts=np.clip(q, *bounds), keep=STARTS,
        max_steps=300,
    )  # fmt: skip
    reached = np.abs(ends.objective[0] - OPTIMUM) <= 5e-12
    return {"starts": STARTS, "reached": int(reached.sum()), "cpu_s": seconds,
            "worst_objective": float(ends.objective.max())}  # fmt: skip


def curve_table(path: Path | None) -> list[tuple[np.ndarray, np.ndarray]]:
    if path is None:
        return [(one.curve.x, one.curve.error) for one in references("nsl")]
    import polars as pl

    frame = pl.read_csv(path)
    frame = frame.rename({name: name.strip().lower().replace(" ", "_") for name in frame.columns})
    shown = frame.filter(pl.col("training") == 1)
    parts = shown.partition_by("domain", "task", "model", maintain_order=True)
    curves = []
    for part in parts:
        grouped = part.group_by("seen_examples").agg(pl.col("loss").last()).sort("seen_examples")
        curves.append(tuple(grouped[name].to_numpy().astype(float)
                            for name in ("seen_examples", "loss")))  # fmt: skip
    return curves


def family_rows(curves: list[tuple[np.ndarray, np.ndarray]], seed: int) -> dict[str, Any]:
    """Every law of one input, fits and block-bootstrap intervals, on curves of like length."""
    order = sorted(range(len(curves)), key=lambda place: curves[place][0].size)
    groups = [group for group in np.array_split(order, min(GROUPS, len(order))) if group.size]
    laws: dict[str, Any] = {}
    for name, subject in LAWS.items():
        if len(subject.inputs) > 1:
            continue
        spent, usable = 0.0, 0.0
        for group in groups:
            seconds, share = _with_intervals(subject, [curves[place] for place in group], seed)
            spent, usable = spent + seconds, usable + share * group.size
        laws[name] = {"cpu_s": spent, "usable": usable / len(curves)}
    return {"curves": len(curves), "cpu_s": sum(one["cpu_s"] for one in laws.values()),
            "laws": laws}  # fmt: skip


def _with_intervals(subject: Any, curves: list[Any], seed: int) -> tuple[float, float]:
    """CPU seconds and share of usable replicates of one law on some curves at once."""
    longest = max(x.size for x, _ in curves)
    x, y = np.full((2, len(curves), longest), np.nan)
    for row, (amounts, errors) in enumerate(curves):
        x[row, : amounts.size], y[row, : amounts.size] = amounts, errors
    begin = time.process_time()
    fit = fit_batch(subject, x, y)
    counts = np.zeros((len(curves), INTERVALS, longest))
    for row, (amounts, _) in enumerate(curves):
        size, residuals = amounts.size, fit.residuals[row, : amounts.size]
        length = block_length(residuals) if np.isfinite(residuals).all() else 1
        counts[row, :, :size] = block_counts(size, INTERVALS, length=length, seed=seed + row)
    ends = bootstrap(fit, counts)
    ends.interval(0.9)
    return time.process_time() - begin, float(ends.usable.mean())


def million_rows(seed: int, *, full: bool) -> dict[str, Any]:
    """A million power laws with irreducible error, ten runs each; some also by scipy."""
    subject, start = law("power-irreducible"), np.array([[0.0, 0.0, np.log(0.5)]])
    total, chunks = 0.0, MILLION // CHUNK if full else 10
    checked: list[tuple[np.ndarray, np.ndarray, BatchFit]] = []
    words: dict[str, int] = {}
    for chunk in range(chunks):
        x, y = simulated(CHUNK, seed + chunk)
        fit, seconds = cpu(fit_batch, subject, x, y, starts=start)
        total += seconds
        for verdict, count in zip(*np.unique(fit.verdicts.astype(str), return_counts=True),
                                  strict=True):  # fmt: skip
            words[verdict] = words.get(verdict, 0) + int(count)
        if chunk == 0:
            checked.append((x, y, fit))
    x, y, fit = checked[0]
    some, spent = scipy_fits(x[:SCIPY_SAMPLE], y[:SCIPY_SAMPLE])
    hard = fit_batch(subject, x, y, max_steps=300, tolerance=1e-13)
    least = hard.objective.copy()
    least[:SCIPY_SAMPLE] = np.minimum(least[:SCIPY_SAMPLE], some)
    within = fit.objective <= least * (1 + 1e-6) + 1e-18
    return {
        "fits": MILLION, "cpu_s": total * MILLION / (chunks * CHUNK), "timed": chunks * CHUNK,
        "within_1e-6": float(within.mean()), "checked": int(within.size), "verdicts": words,
        "scipy_cpu_s": spent * MILLION / SCIPY_SAMPLE, "scipy_fits": SCIPY_SAMPLE,
    }  # fmt: skip


def simulated(count: int, seed: int, runs: int = 10) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    place = np.sort(random.uniform(0, 3, (count, runs)), axis=1)
    place -= place[:, :1]
    floor, exponent = random.uniform(0, 0.3, (count, 1)), random.uniform(0.1, 0.6, (count, 1))
    error = floor + random.uniform(0.2, 1, (count, 1)) * 10 ** (-exponent * place)
    return 10 ** (17 + place), error * np.exp(0.02 * random.normal(size=(count, runs)))


def scipy_fits(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """The same by scipy's least_squares with the analytic gradient, three starts each."""
    begin, values = time.process_time(), []
    for amounts, errors in zip(np.log(x), np.log(y), strict=True):
        u = amounts - amounts[-1]

        def residuals(p: np.ndarray, u: np.ndarray = u, z: np.ndarray = errors) -> np.ndarray:
            return np.log(p[0] + np.exp(p[1] - p[2] * u)) - z

        def slopes(p: np.ndarray, u: np.ndarray = u) -> np.ndarray:
            fall = np.exp(p[1] - p[2] * u)
            share = 1 / (p[0] + fall)
            return np.stack([share, fall * share, -u * fall * share], axis=1)

        best = min(
            (least_squares(residuals, [0.3 * np.exp(errors[-1]), errors[-1] - 0.5, c],
                           jac=slopes, bounds=([0, -np.inf, 1e-4], [np.inf, np.inf, 20]),
                           ftol=1e-12, xtol=1e-12, gtol=1e-12).cost
             for c in (0.1, 0.2, 0.4)),
        )  # fmt: skip
        values.append(best)
    return np.array(values), time.process_time() - begin


def report(result: dict[str, Any]) -> str:
    boot, starts, laws, many = (result[key] for key in ("bootstrap", "starts", "laws", "million"))
    scipy = ", ".join(f"{name} {one['cpu_s']:.1f}" for name, one in boot["scipy"].items())
    rows = [
        ("4,000 replicates, this kernel", f"{boot['cpu_s']:.3f} CPU s"),
        ("  published procedure", f"{boot['notebook_cpu_s']:.0f} CPU s, "
         f"{boot['ratio_notebook']:.0f} times ({boot['notebook_gradient']})"),
        ("  tuned scipy", f"{scipy} CPU s, {boot['ratio_scipy']:.0f} times"),
        ("  standard errors apart", f"{boot['standard_errors_apart']:.3%} on "
         f"{boot['notebook_replicates']} resamples; from the published table, 4,000: "
         f"{boot['standard_errors_apart_from_table'] or float('nan'):.3%}"),
        ("objective of the fit", f"{boot['objective']:.11f}"),
        ("random starts at it", f"{starts['reached']} of {starts['starts']}"),
        (f"all laws, {laws['curves']} curves, intervals", f"{laws['cpu_s']:.1f} CPU s"),
        ("10^6 fits of three coefficients", f"{many['cpu_s'] / 60:.3f} core-minutes; scipy "
         f"{many['scipy_cpu_s'] / 60:.1f}; within 1e-6: {many['within_1e-6']:.3%}"),
    ]  # fmt: skip
    return "\n".join(f"{name:<36}{value}" for name, value in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--full", action="store_true", help="peers and the million in full")
    parser.add_argument("--curves", type=Path, default=None)
    parser.add_argument("--seed", type=int, default=42)
    chosen = parser.parse_args()
    boot = bootstrap_rows(chosen.seed, full=chosen.full)
    result = {
        "ratio_notebook": boot["ratio_notebook"], "ratio_scipy": boot["ratio_scipy"],
        "objective": boot["objective"], "bootstrap": boot, "starts": start_rows(chosen.seed),
        "laws": family_rows(curve_table(chosen.curves), chosen.seed),
        "million": million_rows(chosen.seed, full=chosen.full),
    }  # fmt: skip
    print(json.dumps(result, indent=2) if chosen.json else report(result))


if __name__ == "__main__":
    main()
