"""On a machine with an NVIDIA GPU: does the energy counter agree with integrated power?

Samples both at 10 Hz while the GPU works (if PyTorch sees it) and rests, and keeps what was read as
a replay file, so that the tests can play a real device back.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from costlaw.exceptions import MissingExtra, ProbeError
from costlaw.metering.probes.nvidia import Nvidia

EVERY_S = 0.1


def work(until_s: float) -> None:
    """Multiply matrices on the GPU for half of every five seconds; only sleep without PyTorch."""
    try:
        import torch
    except ImportError:
        time.sleep(EVERY_S)
        return
    if not torch.cuda.is_available() or until_s % 5.0 > 2.5:
        time.sleep(EVERY_S)
        return
    a = torch.randn(4096, 4096, device="cuda", dtype=torch.bfloat16)
    end = time.monotonic() + EVERY_S
    while time.monotonic() < end:
        a @ a
        torch.cuda.synchronize()


def counter_against_power(
    seconds: float = 60.0, replay: Path | None = None, *, nvml: Any = None,
    clock: Callable[[], float] = time.monotonic, load: Callable[[float], None] = work,
) -> Any:  # fmt: skip
    """Return, per GPU, joules by the counter, by integrated power, and their ratio."""
    try:
        probe, power = Nvidia(nvml), Nvidia(nvml)
    except (ProbeError, MissingExtra) as refusal:
        return f"no GPU to measure: {refusal}"
    for board in power._boards.values():
        board.tier = "B"  # the same boards, read as if they had no counter
    points = []
    began = now = clock()
    while now - began <= seconds:
        found, integrated = probe.read(now), power.read(now)
        points.append({"t": now - began, "e": found})
        load(now - began)
        now = clock()
    if replay is not None:
        channels = [channel.to_dict() for channel in probe.channels]
        replay.write_text(json.dumps({"channels": channels, "points": points}) + "\n")
    return {
        channel.label: {
            "counter_j": found[channel.key],
            "power_j": integrated[channel.key],
            "ratio": integrated[channel.key] / found[channel.key] if found[channel.key] else None,
            "tier": channel.tier,
        }
        for channel in probe.channels
    }
