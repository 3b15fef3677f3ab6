"""costlaw: what does the next point of accuracy cost, and is there a cheaper way?

The front door. It hands out the public names lazily and holds no logic.
"""

from __future__ import annotations

import importlib
from typing import Any

from costlaw.showing import draw_with
from costlaw.version import __version__

_PUBLIC: dict[str, str] = {
    "fit": "costlaw.verbs",
    "forecast": "costlaw.verbs",
    "cost": "costlaw.cards",
    "allocate": "costlaw.own_runs",
    "compare": "costlaw.own_runs",
    "Allocation": "costlaw.forecasting",
    "Comparison": "costlaw.fitting.own",
    "Cost": "costlaw.costs",
    "Estimate": "costlaw.estimates",
    "Fit": "costlaw.fitting.scatter",
    "Forecast": "costlaw.forecasting",
    "LawFit": "costlaw.fitting.own",
    "Run": "costlaw.runs",
    "Runs": "costlaw.runs",
    "Site": "costlaw.costs",
    "Source": "costlaw.sources",
    "import_runs": "costlaw.trackers",
    "log_answer": "costlaw.trackers",
    "CostlawError": "costlaw.exceptions",
    "decompose": "costlaw.decomposition",
    "Lifecycle": "costlaw.lifecycle",
    "Workload": "costlaw.lifecycle",
    "lifecycle_of": "costlaw.lifecycle",
    "workload_of": "costlaw.verbs",
    "plan": "costlaw.verbs",
    "Plan": "costlaw.planning",
    "meter": "costlaw.metering.windows",
}

# class of a result -> the function that draws it in a notebook
draw_with(
    {
        "Fit": "costlaw.figures:fit_figure",
        "LawFit": "costlaw.figures:law_figure",
        "Forecast": "costlaw.figures:forecast_figure",
        "OverTime": "costlaw.figures:over_time_figure",
        "Decomposition": "costlaw.figures:decomposition_figure",
        "HardwareTrends": "costlaw.figures:hardware_figure",
        "DominanceMap": "costlaw.figures:dominance_figure",
        "StrategyComparison": "costlaw.figures:break_even_figure",
    }
)

__all__ = ["__version__", *_PUBLIC]  # noqa: PLE0604 - the table above is the one list of names


def __getattr__(name: str) -> Any:
    """Import the room that holds a public name, on first use."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'costlaw' has no attribute '{name}'")
    value = getattr(importlib.import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
