"""The runs that every recipe logs: names, error, compute and size, by a stated rule.

Error falls as compute^-0.1 with a fixed wiggle of at most 4 %, so that a fit has a slope, residuals
and no randomness. Recipes that train networks do not use it: they record what the library measured.
"""

import math

RUNS = [
    {"name": f"net-{n}", "error": 0.6 * 10 ** (-0.1 * n * 0.6) * (1 + 0.04 * math.sin(3.0 * n)),
     "train_flops": 1e15 * 10 ** (0.6 * n), "parameters": round(1e5 * 10 ** (0.3 * n))}
    for n in range(8)
]  # fmt: skip
POINTS = 5


def curve(run):
    """Points of a run: step, error so far, compute so far; the last one is the run's own."""
    for step in range(1, POINTS + 1):
        share = step / POINTS
        yield step, run["error"] * share**-0.2, run["train_flops"] * share


def write_csv(path, runs=RUNS):
    """The same runs as a plain table."""
    names = list(runs[0])
    rows = [",".join(repr(run[key]) if key != "name" else run[key] for key in names)
            for run in runs]  # fmt: skip
    path.write_text("\n".join([",".join(names), *rows]) + "\n")
    return path
