"""Do the intervals of laws fitted to own runs cover? Simulated from each law's own example.

    python -m benchmarks.own_runs_coverage [--json] [--draws N] [--seed N]

Runs at equal steps of ln compute over three decades with log-normal noise of 2 %; asked: does the
90 % interval hold the true exponent, the true error ten times past the largest run, and the true
compute for that error? Beside the printed intervals (errors and their variance drawn again) stands
the bootstrap of resampled pairs, which the printed ones replaced.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np

from costlaw.fitting.kernel.bootstrap import bootstrap, pairs_counts
from costlaw.fitting.own import fit_law
from costlaw.fitting.own.draws import Draws
from costlaw.laws import LAWS
from costlaw.runs import Runs

CASES = (("power", 6), ("power", 12), ("power-irreducible", 6), ("power-irreducible", 9),
         ("power-irreducible", 20), ("power-shifted", 9), ("power-shifted", 20))  # fmt: skip
NOISE, REPLICATES = 0.02, 200


def simulated(name: str, runs: int, seed: int) -> Runs:
    subject = LAWS[name]
    compute = np.logspace(17, 20, runs)
    error = subject.error(subject.example, compute_flop=compute)
    error = error * np.exp(NOISE * np.random.default_rng(seed).normal(size=runs))
    return Runs.from_records(
        [{"name": f"{i}", "compute_flop": float(c), "error": float(e)}
         for i, (c, e) in enumerate(zip(compute, error, strict=True))]
    )  # fmt: skip


def one_case(name: str, runs: int, *, draws: int, seed: int) -> dict[str, Any]:
    subject = LAWS[name]
    place = [item.name for item in subject.coefficients].index("exponent")
    truth = subject.example["exponent"]
    ahead = float(subject.error(subject.example, compute_flop=1e21))
    rows: dict[str, list[float]] = {}

    def note(key: str, ends: tuple[float, float], true: float) -> None:
        low, high = ends
        rows.setdefault(f"{key}_covers", []).append(low <= true <= high)
        rows.setdefault(f"{key}_half", []).append((high - low) / 2)

    for number in range(draws):
        fit = fit_law(simulated(name, runs, seed + number), name, replicates=REPLICATES)
        counts = pairs_counts(runs, REPLICATES, seed=number)
        pairs = bootstrap(fit.batch, counts)
        other = Draws(fit=fit.batch, q=pairs.q[0, pairs.usable[0]], method="", asked=1)
        for key, one in (("printed", fit.draws), ("pairs", other)):
            low, high = one.interval(one.coefficients[:, place])
            note(f"{key}_exponent", (float(low), float(high)), truth)
            low, high = one.interval(one.log_error(np.log([[1e21]]))[:, 0])
            note(f"{key}_error", (float(low), float(high)), float(np.log(ahead)))
            low, high = one.interval(one.log_input_for(float(np.log(ahead))) / np.log(10))
            note(f"{key}_compute", (float(low), float(high)), 21.0)
    pick = {key: float(np.mean(v) if key.endswith("covers") else np.median(v))
            for key, v in rows.items()}  # fmt: skip
    return {"law": name, "runs": runs, **pick}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    begin = time.process_time()
    cases = [one_case(name, runs, draws=chosen.draws, seed=chosen.seed) for name, runs in CASES]
    if chosen.json:
        print(json.dumps({"cases": cases, "cpu_s": time.process_time() - begin}, indent=2))
        return
    print("law, runs: exponent | error at 10x | compute for it (dex); printed, then pairs")
    for case in cases:
        cells = [
            f"{case[f'{key}_{what}_covers']:.3f} ({case[f'{key}_{what}_half']:.3g})"
            for key in ("printed", "pairs")
            for what in ("exponent", "error", "compute")
        ]
        print(f"{case['law']:<18}{case['runs']:>3}  " + "  ".join(cells))
    print(f"{time.process_time() - begin:.0f} CPU s")


if __name__ == "__main__":
    main()
