"""Which process of a distributed job this is, and who reads the sensors of its node.

torchrun, SLURM, Open MPI and MPICH say it in environment variables; a process that none of them
started is a job of its own. Ranks of one job on one node elect one reader per sensor by a file lock
that the kernel gives back when the reader dies, so a node's energy is counted once and a successor
takes over. Source: torchrun's and SLURM's documented variables; ``flock(2)``.

Nothing is sent over a network: ranks meet in files only (see ``records.merging``).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # a system without file locks: every rank reads, merging still counts once
    fcntl = None  # type: ignore[assignment]

HEAD_START_S = 1.0  # other ranks leave the sensors to local rank 0 for so long


@dataclass(frozen=True, kw_only=True)
class Rank:
    """The place of a process in its job."""

    launcher: str
    job: str
    rank: int
    local_rank: int
    world_size: int
    node_size: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


# launcher, rank, local rank, world size, processes on the node, job
_LAUNCHERS = (
    ("torchrun", "RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE",
     ("TORCHELASTIC_RUN_ID", "MASTER_ADDR", "MASTER_PORT", "SLURM_JOB_ID")),
    ("Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_SIZE",
     "OMPI_COMM_WORLD_LOCAL_SIZE", ("OMPI_MCA_ess_base_jobid", "PMIX_NAMESPACE", "SLURM_JOB_ID")),
    ("MPICH", "PMI_RANK", "MPI_LOCALRANKID", "PMI_SIZE", "MPI_LOCALNRANKS",
     ("PMI_JOBID", "SLURM_JOB_ID")),
    ("SLURM", "SLURM_PROCID", "SLURM_LOCALID", "SLURM_NTASKS", "SLURM_NTASKS_PER_NODE",
     ("SLURM_JOB_ID", "SLURM_STEP_ID")),
)  # fmt: skip


def find_rank(environment: Mapping[str, str] | None = None) -> Rank | None:
    """Return the place of this process in its job, or None if it is a job of its own.

    Examples
    --------
    >>> find_rank({"RANK": "5", "LOCAL_RANK": "1", "WORLD_SIZE": "8"}).local_rank
    1
    """
    environment = os.environ if environment is None else environment
    for launcher, rank, local, world, node, job in _LAUNCHERS:
        numbers = [environment.get(name, "") for name in (rank, local, world)]
        if not all(number.isdigit() for number in numbers) or int(numbers[2]) < 2:
            continue
        size = environment.get(node, "")
        return Rank(
            launcher=launcher,
            job="-".join(environment[name] for name in job if name in environment) or "job",
            rank=int(numbers[0]),
            local_rank=int(numbers[1]),
            world_size=int(numbers[2]),
            node_size=int(size) if size.isdigit() else None,
        )
    return None


class Election:
    """Claims sensors for this process; a claim lasts until the process ends or gives it back."""

    def __init__(self, rank: Rank | None, folder: Path | None = None) -> None:
        self._rank = rank
        self._folder = folder
        self._held: dict[str, int] = {}

    def may_claim(self, elapsed_s: float) -> bool:
        """Return whether it is this rank's turn to claim, ``elapsed_s`` after its start."""
        return self._rank is None or self._rank.local_rank == 0 or elapsed_s >= HEAD_START_S

    def claim(self, sensor: str) -> bool:
        """Return whether this process is the one that reads ``sensor`` on this node."""
        if self._rank is None or fcntl is None or sensor in self._held:
            return True
        import hashlib  # only a rank of a job needs it

        name = hashlib.blake2b(f"{self._rank.job}|{sensor}".encode(), digest_size=10).hexdigest()
        folder = self._folder or _lock_folder()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
        except OSError:
            return True  # no place for a lock: read, and let merging count once
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        self._held[sensor] = lock
        return True

    def release(self) -> None:
        """Give every claim back."""
        for lock in self._held.values():
            os.close(lock)
        self._held.clear()


def _lock_folder() -> Path:
    """Return where the locks of this user lie."""
    import tempfile

    user = os.getuid() if hasattr(os, "getuid") else 0
    return Path(tempfile.gettempdir()) / f"costlaw-{user}"
