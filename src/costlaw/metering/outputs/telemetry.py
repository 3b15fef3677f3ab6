"""Running spans for OpenTelemetry (extra ``[opentelemetry]``: opentelemetry-api).

Asynchronous instruments: the numbers are read when the reader that the user set up asks for them.
Where they go is the user's own exporter; nothing is sent by us. Follows the OpenTelemetry metrics
API (https://opentelemetry.io/docs/specs/otel/metrics/api/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from costlaw.exceptions import MissingExtra
from costlaw.metering.outputs.quantities import quantities
from costlaw.metering.windows import Meter
from costlaw.version import __version__

try:
    from opentelemetry import metrics
except ImportError as problem:
    raise MissingExtra("opentelemetry", "output for OpenTelemetry") from problem

_UNITS = {"seconds": "s", "joules": "J"}
_NAMES: dict[str, tuple[str, str, bool]] = {
    "elapsed": ("seconds", "time awake since the span began", True),
    "cpu": ("seconds", "processor time of the process and its children", True),
    "steps": ("", "training steps reported", True),
    "examples": ("", "examples reported, repeats counted", True),
    "model_flop": ("", "operations without recomputation", True),
    "hardware_flop": ("", "operations with recomputation", True),
    "error": ("", "latest error reported", False),
    "energy": ("joules", "energy by component and scope; never add scopes up", True),
}


def observe(*meters: Meter, provider: Any = None) -> None:
    """Let OpenTelemetry read some started meters.

    Parameters
    ----------
    *meters : Meter
        Started meters.
    provider : MeterProvider or None
        Where the instruments are made; the global one if None.
    """
    source = metrics.get_meter("costlaw", __version__, meter_provider=provider)

    def of(name: str) -> Callable[[Any], Iterable[Any]]:
        def read(options: Any) -> Iterable[Any]:
            for meter in meters:
                meter.refresh()
                for found in quantities(meter.result):
                    if found.name == name:
                        yield metrics.Observation(found.value, dict(found.labels))

        return read

    for name, (unit, meaning, grows) in _NAMES.items():
        make = source.create_observable_counter if grows else source.create_observable_gauge
        make(f"costlaw.{name}", callbacks=[of(name)], unit=_UNITS.get(unit, "1"),
             description=meaning)  # fmt: skip
