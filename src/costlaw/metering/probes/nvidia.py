"""NVIDIA GPUs, through the vendor's own library (extra ``[meter]``: nvidia-ml-py).

Tier A where the board has a total-energy counter (Volta and later), else tier B: power sampled and
integrated by trapezoids. The board's own sensor sees the GPU and its memory, not the host. On A100
and H100 the power sensor looks at about a quarter of the time (arXiv:2312.02741), which is why the
counter is preferred and why B is given a wide interval.

Only the GPUs that this job may use are read (``CUDA_VISIBLE_DEVICES``). A slice of a GPU (MIG) has
no sensor of its own; its whole board is read and the method says so.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from costlaw.exceptions import MissingExtra, ProbeError
from costlaw.metering.probes.probe import Channel, Probe, ProbeEvent, StallWatch, Tier

DRIVER_TRACES = ("/dev/nvidiactl", "/proc/driver/nvidia/version", "/dev/dxg")
JOULES = 1e-3  # NVML counts millijoules
WATTS = 1e-3  # and milliwatts


def driver_present() -> bool:
    """Return whether this machine shows any trace of an NVIDIA driver (cheap: no import)."""
    return os.name == "nt" or any(Path(trace).exists() for trace in DRIVER_TRACES)


class _Board:
    """One GPU and what it has used since opening."""

    def __init__(self, nvml: Any, handle: Any, mig: bool) -> None:
        self._nvml = nvml
        self._handle = handle
        self.label = _text(nvml.nvmlDeviceGetName(handle))
        self.key = f"gpu:{_text(nvml.nvmlDeviceGetUUID(handle))}"
        self.tier: Tier = "A"
        self.total_j = 0.0
        self.watch = StallWatch()
        self._counter_mj = 0
        self._power: tuple[float, float] | None = None
        try:
            self._counter_mj = nvml.nvmlDeviceGetTotalEnergyConsumption(handle)
        except nvml.NVMLError:
            self.tier = "B"
            nvml.nvmlDeviceGetPowerUsage(handle)  # neither counter nor power: the caller leaves out
        how = "NVML total-energy counter" if self.tier == "A" else "NVML power, integrated"
        self.method = f"{how}, whole board of a MIG slice" if mig else how

    def advance(self, now_s: float) -> bool:
        """Add what was used since the last look; return whether the sensor moved."""
        if self.tier == "B":
            return self._integrate(now_s)
        now_mj = self._nvml.nvmlDeviceGetTotalEnergyConsumption(self._handle)
        step = now_mj - self._counter_mj
        self._counter_mj = now_mj
        self.total_j += max(step, 0) * JOULES  # a driver reload starts the counter again
        return step > 0

    def _integrate(self, now_s: float) -> bool:
        watts = self._nvml.nvmlDeviceGetPowerUsage(self._handle) * WATTS
        if self._power is not None:
            before_s, before_w = self._power
            self.total_j += 0.5 * (before_w + watts) * max(now_s - before_s, 0.0)
        self._power = (now_s, watts)
        return watts > 0

    def fall_back(self, now_s: float) -> None:
        """Give the counter up and sample power; the time it stood still gets the power of now."""
        self.tier = "B"
        watts = self._nvml.nvmlDeviceGetPowerUsage(self._handle) * WATTS
        self._power = (self.watch.moved_s(now_s), watts)
        self._integrate(now_s)


class Nvidia(Probe):
    """Every NVIDIA GPU that this job may use.

    Parameters
    ----------
    nvml : module or None
        The vendor's module ``pynvml``; imported if None.
    environment : mapping or None
        Where ``CUDA_VISIBLE_DEVICES`` is read; the process's own if None.

    Raises
    ------
    MissingExtra
        If the vendor's module is not installed.
    ProbeError
        If there is no driver, no GPU, or none that this job may use.
    """

    name = "NVIDIA"

    def __init__(self, nvml: Any = None, environment: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._nvml = _load() if nvml is None else nvml
        try:
            self._nvml.nvmlInit()
        except self._nvml.NVMLError as problem:
            raise ProbeError(f"the NVIDIA driver does not answer: {problem}.") from problem
        try:
            boards = self._open_boards(os.environ if environment is None else environment)
        except self._nvml.NVMLError as problem:
            raise ProbeError(f"the NVIDIA driver lists no GPU: {problem}.") from problem
        if not boards:
            raise ProbeError("no NVIDIA GPU that this job may use has a sensor.")
        self._boards = {board.key: board for board in boards}
        self.channels = tuple(
            Channel(
                key=board.key, component="gpu", tier=board.tier, method=board.method,
                label=board.label,
            )
            for board in boards
        )  # fmt: skip

    def _open_boards(self, environment: Mapping[str, str]) -> list[_Board]:
        nvml = self._nvml
        boards = []
        for handle in _visible(nvml, environment.get("CUDA_VISIBLE_DEVICES")):
            try:
                boards.append(_Board(nvml, handle, _has_slices(nvml, handle)))
            except nvml.NVMLError:
                continue
        return boards

    def read(self, now_s: float) -> dict[str, float]:
        """Return the energy of each GPU since opening [J]."""
        found = {}
        for key, board in list(self._boards.items()):
            try:
                moved = board.advance(now_s)
                if board.watch.stands_still(now_s, moved) and board.tier == "A":
                    board.fall_back(now_s)
                    text = f"{board.label}: its counter stood still; power is sampled from now on"
                    self._events.append(
                        ProbeEvent(channel=key, event="tier", text=text, tier="B")
                    )  # fmt: skip
            except self._nvml.NVMLError as problem:
                del self._boards[key]
                text = f"{board.label} disappeared ({problem}); its energy until then is kept"
                self._events.append(ProbeEvent(channel=key, event="lost", text=text))
                continue
            found[key] = board.total_j
        return found

    def close(self) -> None:
        """Give the vendor's library back."""
        try:
            self._nvml.nvmlShutdown()
        except self._nvml.NVMLError:
            self._boards.clear()


def _load() -> Any:
    try:
        return importlib.import_module("pynvml")
    except ImportError as problem:
        raise MissingExtra("meter", "reading NVIDIA GPUs") from problem


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _has_slices(nvml: Any, handle: Any) -> bool:
    try:
        current, _ = nvml.nvmlDeviceGetMigMode(handle)
    except nvml.NVMLError:
        return False
    return bool(current)


def _visible(nvml: Any, wanted: str | None) -> list[Any]:
    """Return the handles that ``CUDA_VISIBLE_DEVICES`` allows, each board once.

    Indices are read in the order of the PCI bus. An index that does not exist ends the list, as
    CUDA itself does.
    """
    by_uuid: dict[str, Any] = {}
    for index in range(nvml.nvmlDeviceGetCount()):
        try:  # a board that the job's control group forbids is listed and cannot be asked
            handle = nvml.nvmlDeviceGetHandleByIndex(index)
            by_uuid[_text(nvml.nvmlDeviceGetUUID(handle))] = handle
        except nvml.NVMLError:
            continue
    if wanted is None:
        return list(by_uuid.values())
    chosen: dict[str, Any] = {}
    for entry in (part.strip() for part in wanted.split(",")):
        if entry.isdigit() and int(entry) < len(by_uuid):
            matches = [list(by_uuid)[int(entry)]]
        elif entry.startswith("MIG-"):
            matches = [uuid for uuid in by_uuid if uuid.removeprefix("GPU-") in entry]
            matches = matches or list(by_uuid)[:1]
        elif entry.startswith("GPU-"):
            matches = [uuid for uuid in by_uuid if uuid.startswith(entry)]
        else:
            break
        chosen.update({uuid: by_uuid[uuid] for uuid in matches})
    return list(chosen.values())
