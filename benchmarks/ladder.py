"""Does the ladder of runs keep its promise, and is the interval still honest where it stops?

    python benchmarks/ladder.py [--series 200] [--json]

On a known power law with scatter, runs are made one by one as ``costlaw.planning.ladder`` asks,
until it says stop. Stopping where an interval happens to be narrow picks narrow intervals, so the
coverage at the stop is measured, not assumed; beside it that of ladders planned once and climbed to
their end whatever happens, and the width promised by the plan over the width then measured.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from types import SimpleNamespace
from typing import Any

import numpy as np

from costlaw.costs import preset
from costlaw.fitting.scatter import compute_for_error, fit_scatter
from costlaw.planning.ladder import ladder
from costlaw.runs import Runs

TARGET, EXPONENT, SCATTER, WANTED = 0.12, 0.12, 0.04, 0.5  # error; per dex; sd of ln error; dex
TRUTH = 17.0 + math.log10(0.5 / TARGET) / EXPONENT
MOST = 30  # runs after which a series counts as not stopped
SITE = preset("today")


def asked(x: list[float], errors: list[float]) -> Any:
    """Return what the ladder reads of a forecast."""
    runs = Runs.from_records([
        {"name": f"r{i}", "error": e, "compute_flop": 10.0**a}
        for i, (a, e) in enumerate(zip(x, errors, strict=True))
    ])  # fmt: skip
    fit = fit_scatter(runs, law="power")
    return SimpleNamespace(fit=fit, runs=runs, target_error=TARGET)


def drawn(x: float, random: np.random.Generator) -> float:
    return float(0.5 * 10 ** (-EXPONENT * (x - 17.0)) * math.exp(SCATTER * random.normal()))


def covers(state: Any) -> bool:
    low, high = compute_for_error(state.fit, TARGET, leave_out=False).law.interval(0.9)
    return low <= TRUTH <= high


def climb(seed: int, *, adaptive: bool) -> dict[str, float]:
    random = np.random.default_rng(seed)
    x = list(np.linspace(17.0, 19.5, 6))
    errors = [drawn(a, random) for a in x]
    spent, plan = 0.0, None
    for step in range(MOST):
        steps = ladder(asked(x, errors), 1e5, site=SITE, wanted_dex=WANTED)
        if plan is None:
            plan = steps
        rungs = [steps.next_run] if adaptive else list(plan.rungs[step : step + 1])
        if not rungs or rungs[0] is None:
            break
        spent += rungs[0].usd
        x.append(math.log10(rungs[0].compute_flop))
        errors.append(drawn(x[-1], random))
    last = ladder(asked(x, errors), 1e5, site=SITE, wanted_dex=WANTED)
    promised = plan.rungs[-1].width_dex if plan.rungs else plan.width_dex
    return {"covers": covers(asked(x, errors)), "runs": len(x) - 6, "usd": spent,
            "stopped": last.is_done, "promise": last.width_dex / promised}  # fmt: skip


def run(series: int) -> dict[str, Any]:
    found: dict[str, Any] = {"series": series, "truth_log10_flop": TRUTH, "wanted_dex": WANTED}
    for name, adaptive in (("until it says stop", True), ("planned once", False)):
        started = time.process_time()
        made = [climb(seed, adaptive=adaptive) for seed in range(series)]
        found[name] = {
            "coverage_of_90_percent": float(np.mean([m["covers"] for m in made])),
            "narrow_enough": float(np.mean([m["stopped"] for m in made])),
            "median_runs": float(np.median([m["runs"] for m in made])),
            "median_usd": float(np.median([m["usd"] for m in made])),
            "measured_over_promised_width": {
                str(q): float(np.quantile([m["promise"] for m in made], q)) for q in (0.1, 0.5, 0.9)
            },
            "cpu_s": time.process_time() - started,
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = run(options.series)
    if options.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    for name, part in found.items():
        if not isinstance(part, dict):
            sys.stdout.write(f"{name}: {part:g}\n")
            continue
        sys.stdout.write(f"{name}\n")
        for key, value in part.items():
            shown = value if isinstance(value, dict) else f"{value:.4g}"
            sys.stdout.write(f"  {key:<32} {shown}\n")


if __name__ == "__main__":
    main()
