"""The same job under each tool: is every peer's figure inside our interval of the same scope?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.meter.children import Tools
from benchmarks.meter.scripts import SAME_JOB

CARBONTRACKER_PUE = 1.58  # what its version 2.4 multiplies by where no PUE is known


def same_job(tools: Tools, folder: Path, seconds: float) -> dict[str, Any]:
    """Return kWh by scope of every tool, and whether ours holds theirs.

    One after the other, because each reads the load of the whole machine.
    """
    told: dict[str, Any] = {}
    for name, text in SAME_JOB.items():
        tool = name.partition(",")[0]
        if why := tools.missing(tool):
            told[name] = why
            continue
        code = text.format(seconds=seconds, pue=CARBONTRACKER_PUE)
        told[name] = json.loads(tools.run(tool, code, folder / name))
    figures = {(f["scope"], f["component"]): f for f in told["costlaw"]}
    ours = {"device": ("device", "all"), "processor": ("device", "processor"),
            "memory": ("device", "memory"), "facility": ("facility", "all")}  # fmt: skip
    rows = []
    for name, found in told.items():
        if name == "costlaw" or isinstance(found, str):
            continue
        for scope, kwh in found.items():
            if scope not in ours or kwh is None or ours[scope] not in figures:
                continue
            figure = figures[ours[scope]]
            rows.append({
                "peer": name, "scope": scope, "peer_w": kwh * 3.6e6 / seconds,
                "ours_w": figure["energy_kwh"] * 3.6e6 / seconds,
                "low_w": figure["low_kwh"] * 3.6e6 / seconds,
                "high_w": figure["high_kwh"] * 3.6e6 / seconds,
                "inside": figure["low_kwh"] <= kwh <= figure["high_kwh"], "tier": figure["tier"],
            })  # fmt: skip
    return {"told": told, "rows": rows}
