"""A driver that answers as the vendor's library does, on a clock that a test sets.

Every function has the name and the arguments of the real module (a test compares them), and every
refusal is one of the real module's exceptions. Each board draws ``watts``; its counter refreshes
every 100 ms, as the vendor documents for energy.
"""

from __future__ import annotations

from dataclasses import dataclass

import pynvml

NVMLError = pynvml.NVMLError


@dataclass
class Board:
    uuid: str
    watts: float = 300.0
    name: str = "NVIDIA H100 80GB HBM3"
    counter: bool = True
    slices: bool = False
    lost_s: float = float("inf")  # from here on the driver says that the board is gone
    frozen_s: float = float("inf")  # from here on its counter stands still
    reload_s: float = float("inf")  # here its counter starts again at 0
    forbidden: bool = False


class FakeNvml:
    NVMLError = NVMLError

    def __init__(self, *boards: Board) -> None:
        self.boards = boards
        self.now_s = 0.0
        self.open = 0

    def _alive(self, handle: Board) -> Board:
        if handle.forbidden:
            raise pynvml.NVMLError_NoPermission(pynvml.NVML_ERROR_NO_PERMISSION)
        if self.now_s >= handle.lost_s:
            raise pynvml.NVMLError_GpuIsLost(pynvml.NVML_ERROR_GPU_IS_LOST)
        return handle

    def nvmlInit(self):
        self.open += 1

    def nvmlShutdown(self):
        self.open -= 1

    def nvmlDeviceGetCount(self):
        return len(self.boards)

    def nvmlDeviceGetHandleByIndex(self, index):
        return self.boards[index]

    def nvmlDeviceGetName(self, handle):
        return self._alive(handle).name

    def nvmlDeviceGetUUID(self, handle):
        return self._alive(handle).uuid

    def nvmlDeviceGetMigMode(self, device):
        return [int(self._alive(device).slices), 0]

    def nvmlDeviceGetPowerUsage(self, handle):
        return round(self._alive(handle).watts * 1000)

    def nvmlDeviceGetTotalEnergyConsumption(self, handle):
        if not self._alive(handle).counter:
            raise pynvml.NVMLError_NotSupported(pynvml.NVML_ERROR_NOT_SUPPORTED)
        since = handle.reload_s if self.now_s >= handle.reload_s else -1000.0
        seconds = min(self.now_s, handle.frozen_s) - since
        return round(handle.watts * (seconds // 0.1) * 0.1 * 1000)
