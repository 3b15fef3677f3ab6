"""``costlaw doctor``: what this machine can meter, which extras are there. No arithmetic here."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

import click

EXTRAS = {
    "meter": ("psutil", "pynvml"),
    "flop": ("torch",),
    "callbacks": ("transformers", "lightning", "keras"),
    "prometheus": ("prometheus_client",),
    "opentelemetry": ("opentelemetry",),
    "figures": ("altair", "vl_convert"),
    "web": ("fastapi", "uvicorn"),
    "report": ("typst",),
    "lab": ("torch", "sklearn", "optuna", "onnx", "onnxruntime"),
    "ray": ("ray",),
    "mlflow": ("mlflow",),
    "wandb": ("wandb",),
    "tensorboard": ("tensorboard",),
}


def examine() -> dict[str, Any]:
    """Return the sensors, limits and extras of this machine as plain JSON values."""
    from costlaw.metering.nodes.limits import find_allocation
    from costlaw.metering.nodes.ranks import find_rank
    from costlaw.metering.probes.catalogue import default_openers, try_open

    openers, absent = default_openers()
    sensors: list[dict[str, Any]] = []
    missing = [{"probe": a.probe, "reason": a.reason} for a in absent]
    for opener in openers:
        probe, absence = try_open(opener)
        if probe is not None:
            sensors += [channel.to_dict() for channel in probe.channels]
            probe.close()
        elif absence is not None:
            missing.append({"probe": absence.probe, "reason": absence.reason})
    allocation, rank = find_allocation(), find_rank()
    return {
        "schema": "costlaw-doctor/1",
        "sensors": sensors,
        "absent": missing,
        "allocation": {
            "processors": allocation.processors,
            "machine_processors": allocation.machine_processors,
            "memory_gb": allocation.memory_gb,
            "origin": allocation.origin,
        },
        "rank": rank.to_dict() if rank else None,
        "extras": {
            extra: all(importlib.util.find_spec(name) is not None for name in names)
            for extra, names in EXTRAS.items()
        },
    }


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable, on standard output.")
def command(as_json: bool) -> None:
    """Say what this machine can meter and which extras are installed.

    \b
    costlaw doctor
    costlaw doctor --json
    """
    found = examine()
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for channel in found["sensors"]:
        click.echo(f"tier {channel['tier']}  {channel['component']:<10} {channel['method']}")
    for absence in found["absent"]:
        click.echo(f"absent  {absence['probe']:<10} {absence['reason']}")
    limits = found["allocation"]
    click.echo(
        f"ours    {limits['processors']:g} of {limits['machine_processors']:g} processors "
        f"({limits['origin']})"
    )
    if found["rank"]:
        rank = found["rank"]
        click.echo(f"rank    {rank['rank']} of {rank['world_size']} ({rank['launcher']})")
    for extra, present in found["extras"].items():
        said = "installed" if present else f'not installed: pip install "costlaw[{extra}]"'
        click.echo(f"extra   [{extra}] {said}")
