"""The sensors that are tried, in order, and how each says that it is not here.

Opening a GPU library takes a good part of a second, so a slow probe is opened by the sampler's own
thread and never delays the user's first step.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from costlaw.exceptions import MissingExtra, ProbeError
from costlaw.metering.probes.probe import Absence, Probe


@dataclass(frozen=True, kw_only=True)
class Opener:
    """How to open one probe."""

    name: str
    open: Callable[[], Probe]
    slow: bool = False


def _open_rapl() -> Probe:
    from costlaw.metering.probes.rapl import Rapl

    return Rapl()


def _open_load() -> Probe:
    from costlaw.metering.probes.processor import ProcessorLoad

    return ProcessorLoad()


def _open_nvidia() -> Probe:
    from costlaw.metering.probes.nvidia import Nvidia

    return Nvidia()


def default_openers() -> tuple[list[Opener], list[Absence]]:
    """Return the probes worth trying on this machine, and those that are plainly absent."""
    from costlaw.metering.probes.nvidia import driver_present

    openers = [
        Opener(name="RAPL", open=_open_rapl),
        Opener(name="processor load", open=_open_load),
    ]
    absent = []
    if driver_present():
        openers.append(Opener(name="NVIDIA", open=_open_nvidia, slow=True))
    else:
        absent.append(Absence(probe="NVIDIA", reason="no NVIDIA driver on this machine"))
    if Path("/dev/kfd").exists():
        absent.append(Absence(probe="AMD", reason="an AMD GPU is here, and is not read"))
    if sys.platform == "darwin":
        absent.append(Absence(probe="Apple", reason="its power sensors are not read"))
    return openers, absent


def given_openers(probes: Iterable[Probe]) -> list[Opener]:
    """Return openers for probes that the caller made."""
    return [Opener(name=probe.name, open=partial(_same, probe)) for probe in probes]


def _same(probe: Probe) -> Probe:
    return probe


def try_open(opener: Opener) -> tuple[Probe | None, Absence | None]:
    """Open one probe, or say why not."""
    try:
        return opener.open(), None
    except (ProbeError, MissingExtra) as refusal:
        return None, Absence(probe=opener.name, reason=str(refusal))
