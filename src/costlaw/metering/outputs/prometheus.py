"""Running spans for Prometheus (extra ``[prometheus]``: prometheus-client).

The numbers are read when Prometheus asks, so that nothing is spent between. A page is served on
this machine only unless another address is given; a file for the node exporter needs no port.
Follows the client's custom collectors (https://prometheus.github.io/client_python/).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from costlaw.exceptions import MissingExtra
from costlaw.metering.outputs.quantities import quantities
from costlaw.metering.windows import Meter

try:
    import prometheus_client
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
    from prometheus_client.registry import Collector
except ImportError as problem:
    raise MissingExtra("prometheus", "output for Prometheus") from problem


class Spans(Collector):
    """A collector of the spans of some meters.

    Parameters
    ----------
    *meters : Meter
        Started meters.

    Examples
    --------
    >>> import tempfile, costlaw
    >>> registry = prometheus_client.CollectorRegistry()
    >>> with costlaw.meter("small", folder=tempfile.mkdtemp(), live=False) as m:
    ...     m.step(examples=64)
    ...     registry.register(Spans(m))
    ...     page = prometheus_client.generate_latest(registry).decode()
    >>> 'costlaw_examples_total{run="small"} 64.0' in page
    True
    """

    def __init__(self, *meters: Meter) -> None:
        self._meters = meters

    def collect(self) -> Iterator[Any]:
        """Yield the quantities as families, one a name."""
        families: dict[str, Any] = {}
        for meter in self._meters:
            meter.refresh()
            for found in quantities(meter.result):
                name = "_".join(part for part in ("costlaw", found.name, found.unit) if part)
                if name not in families:
                    kind = CounterMetricFamily if found.grows else GaugeMetricFamily
                    labels = [key for key, _ in found.labels]
                    families[name] = kind(name, found.meaning, labels=labels)
                families[name].add_metric([value for _, value in found.labels], found.value)
        yield from families.values()


def serve(*meters: Meter, port: int, address: str = "127.0.0.1") -> Any:
    """Serve the meters' page; return the client's ``(server, thread)``, to be shut down.

    Raises
    ------
    OSError
        If the port is taken.
    """
    registry = prometheus_client.CollectorRegistry()
    registry.register(Spans(*meters))
    return prometheus_client.start_http_server(port, addr=address, registry=registry)


def write_file(*meters: Meter, file: str | os.PathLike[str]) -> None:
    """Write the meters' page to a file of the node exporter (``*.prom``), in one piece."""
    registry = prometheus_client.CollectorRegistry()
    registry.register(Spans(*meters))
    prometheus_client.write_to_textfile(os.fspath(file), registry)
