"""Which runners there are, by name; a cluster's is imported only when it is asked for."""

from __future__ import annotations

from costlaw.exceptions import OptionError, UnknownName
from costlaw.lab.runners.local import LocalRunner
from costlaw.lab.runners.runner import Runner

RUNNERS = {
    "local": "processes on this machine",
    "ray": "a Ray cluster (extra [ray])",
}


def make_runner(
    name: str = "local", *, workers: int | None = None, threads: int = 1, address: str | None = None
) -> Runner:
    """Return a runner by its name.

    Parameters
    ----------
    name : str
        ``local`` or ``ray``.
    workers : int, optional
        Trials side by side; what the place has room for if left out.
    threads : int
        Threads of one trial.
    address : str, optional
        Address of a cluster; a small one is started here if left out.

    Raises
    ------
    UnknownName
        If there is no such runner.
    OptionError
        If an address is given for local processes.
    MissingExtra
        If Ray is not installed.

    Examples
    --------
    >>> make_runner(workers=2).describe()
    '2 local process(es), 1 thread(s) each'
    """
    if name not in RUNNERS:
        raise UnknownName("runner", name, RUNNERS)
    if name == "local":
        if address is not None:
            raise OptionError(f"address {address}: local processes have none; use --runner ray.")
        return LocalRunner(workers, threads=threads)
    from costlaw.lab.runners.ray_cluster import RayRunner

    return RayRunner(address, workers=workers, threads=threads)
