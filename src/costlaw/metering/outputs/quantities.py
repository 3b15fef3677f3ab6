"""What a running span tells other tools: one list of named quantities for every output.

Names follow the habit of Prometheus (base units, ``_total`` for what only grows). Energy comes once
a component and scope with its tier as a label, so that nobody adds scopes up by accident.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from costlaw.metering.metered import Metered


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One number of a span.

    Parameters
    ----------
    name, unit, meaning : str
        ``energy``, ``joules``, what it is.
    value : float
        The number.
    labels : tuple of (str, str)
        What tells it from others of its name.
    grows : bool
        Whether it never falls.
    """

    name: str
    unit: str
    meaning: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()
    grows: bool = True


def quantities(span: Metered) -> list[Quantity]:
    """Return what is known of a span.

    Examples
    --------
    >>> from costlaw.metering.metered import Metered
    >>> span = Metered(name="a", started="2025-01-01T00:00:00Z", elapsed_s=2.0, steps=3)
    >>> [(found.name, found.value) for found in quantities(span)]
    [('elapsed', 2.0), ('cpu', 0.0), ('steps', 3.0), ('examples', 0.0)]
    """
    run = ("run", span.name)
    known = [
        ("elapsed", "seconds", "time awake since the span began", span.elapsed_s, True),
        ("cpu", "seconds", "processor time of the process and its children", span.cpu_s, True),
        ("steps", "", "training steps reported", float(span.steps), True),
        ("examples", "", "examples reported, repeats counted", span.examples, True),
        ("model_flop", "", "operations without recomputation", span.model_flop, True),
        ("hardware_flop", "", "operations with recomputation", span.hardware_flop, True),
        ("error", "", "latest error reported", span.error, False),
    ]
    found = [
        Quantity(name=name, unit=unit, meaning=text, value=value, labels=(run,), grows=grows)
        for name, unit, text, value, grows in known
        if value is not None
    ]
    for figure in span.figures:
        labels = (run, ("component", figure.component), ("scope", figure.scope),
                  ("tier", figure.tier))  # fmt: skip
        found.append(
            Quantity(
                name="energy",
                unit="joules",
                meaning="energy by component and scope; never add scopes up",
                value=figure.energy_kwh * 3.6e6,
                labels=labels,
            )
        )
    return found
