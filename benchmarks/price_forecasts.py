"""How long it takes to price 100,000 forecasts at one site.

    python benchmarks/price_forecasts.py [--count N] [--json]

Goal: under 2 CPU seconds and under 300 MB for 10^5 forecasts, all start-up included. Each forecast
is an amount of compute with its own 90 % interval; priced are device-hours, dollars, energy and
carbon with intervals (``costlaw.costs.price_many``). Beside it the same work one bill at a time
(``price``, on a hundredth of the forecasts), so that the table shows what the batched way saves and
that both agree.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time

import numpy as np

from costlaw.costs import preset, price, price_many
from costlaw.estimates import Estimate


def run(count: int) -> dict[str, float]:
    random = np.random.default_rng(0)
    amounts = 10.0 ** random.uniform(18, 28, count)
    factors = 10.0 ** random.uniform(0, 3, count)  # each known to within ×/÷ 1 to 1,000
    started = time.process_time()
    site = preset("today")
    ready = time.process_time()
    many = price_many(amounts, site, factors=factors)
    batched = time.process_time()
    few = amounts[: max(count // 100, 1)]
    worst = 0.0
    for i, amount in enumerate(few):
        about = Estimate.spread("compute:stated", median=float(amount), factor=float(factors[i]),
                                unit="FLOP")  # fmt: skip
        bill = price(about, site)
        for name, table in many.items():
            low, high = bill.quantities[name].interval(0.9)
            exact = np.array([low, bill.quantities[name].value, high])
            worst = max(worst, float(np.max(np.abs(table[i] / exact - 1))))
    single = (time.process_time() - batched) / few.size
    return {
        "forecasts": count,
        "site_cpu_s": ready - started,
        "batched_cpu_s": batched - ready,
        "single_cpu_s_per_forecast": single,
        "times_faster": single * count / (batched - ready),
        "largest_relative_difference": worst,
        "process_cpu_s": time.process_time(),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = run(options.count)
    if options.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    for name, value in found.items():
        sys.stdout.write(f"{name:<28} {value:,.6g}\n")


if __name__ == "__main__":
    main()
