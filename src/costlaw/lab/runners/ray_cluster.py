"""A Ray cluster: trials as Ray tasks, one truth outside of it.

Ray only places work; it never retries (a retry would be spent unseen), keeps no result and no
state: those are in the ledger and the trials' folders, which must lie on a file system that every
node sees. So the loss of a worker or a node costs the running step, and the loss of the head costs
``costlaw lab resume``. Ray leaves a task that no node can take waiting for ever and says nothing;
here it is reported. Follows the Ray design of Moritz et al. 2018. Extra [ray].
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from costlaw.exceptions import MissingExtra, OptionError, ProbeError
from costlaw.lab.runners.local import THREADS
from costlaw.lab.runners.order import BEGUN_FILE, Order, Report
from costlaw.lab.runners.runner import Runner, RunnerGone

PATIENCE_S = 60.0  # a node may be joining: how long a trial may wait for one that can take it
LOOK_EVERY_S = 2.0
MISSES = 3  # looks at the head in a row without an answer
NAMES = {"cpus": "CPU", "gpus": "GPU"}


def run_order(record: dict[str, Any]) -> dict[str, Any]:
    """Run an order in a worker of the cluster; its report as plain values."""
    from costlaw.lab.runners.attempt import run_attempt

    return run_attempt(Order.from_dict(record)).to_dict()


@dataclass
class _Task:
    """An order that Ray has, and since when it waited or ran."""

    order: Order
    given: float
    since: float | None = None
    homeless: float | None = field(default=None)


class RayRunner(Runner):
    """Runs attempts on a Ray cluster.

    Parameters
    ----------
    address : str, optional
        ``HOST:PORT`` of the head, or ``auto``; a cluster of this machine alone is started if left
        out, and ended with the sweep.
    workers : int, optional
        Trials side by side; what the cluster's processors have room for if left out.
    threads : int
        Threads of one trial.
    patience_s : float
        How long a trial may wait for a node that can take it [s].

    Raises
    ------
    MissingExtra
        If Ray is not installed.
    ProbeError
        If no cluster answers at the address.
    """

    name: ClassVar[str] = "ray"

    def __init__(
        self, address: str | None = None, *, workers: int | None = None, threads: int = 1,
        patience_s: float = PATIENCE_S,
    ) -> None:  # fmt: skip
        if workers is not None and workers < 1:
            raise OptionError(f"workers = {workers}; expected at least 1.")
        self._ray = _ray()
        self._workers, self._threads, self._patience_s = workers, threads, patience_s
        self._tasks: dict[str, _Task] = {}
        self._refs: dict[Any, str] = {}
        self._gone = self._closed = False
        self._misses, self._next_look = 0, 0.0
        self._mine = not self._ray.is_initialized()
        with contextlib.ExitStack() as silence:
            silence.enter_context(contextlib.redirect_stdout(_MainThreadOnly(sys.stdout)))
            if self._mine:
                _connect(self._ray, address)
            self._silence = silence.pop_all()
        self._head = str(self._ray.get_runtime_context().gcs_address)
        self._living, self._ended = self._ask_nodes(), threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        self._remote = self._ray.remote(run_order)
        self._options = {
            "max_retries": 0, "scheduling_strategy": "SPREAD",
            "runtime_env": {"env_vars": dict.fromkeys(THREADS, str(threads))},
        }  # fmt: skip

    # -- what it runs on ---------------------------------------------------------------------------

    def _nodes(self) -> list[dict[str, float]]:
        """Return the resources of every living node, as last heard."""
        return self._living

    def _listen(self) -> None:
        """Ask for the nodes again and again, in a thread: a head that died never answers."""
        while not self._ended.wait(LOOK_EVERY_S):
            with contextlib.suppress(self._ray.exceptions.RayError, ConnectionError):
                self._living = self._ask_nodes()

    def _ask_nodes(self) -> list[dict[str, float]]:
        return [node["Resources"] for node in self._ray.nodes() if node["Alive"]]

    def describe(self) -> str:
        """Return what it runs on, in words."""
        nodes = self._nodes()
        cores = sum(node.get("CPU", 0.0) for node in nodes)
        return f"Ray cluster at {self._head}: {len(nodes)} node(s), {cores:g} processors"

    def free(self) -> int:
        """Return how many orders it takes now."""
        if self._gone:
            return 0
        room = self._workers
        if room is None:
            room = max(int(sum(node.get("CPU", 0.0) for node in self._nodes())), 1)
        return max(room - len(self._tasks), 0)

    # -- giving and taking -------------------------------------------------------------------------

    def start(self, order: Order) -> None:
        """Give an order to Ray."""
        needs = dict(order.needs)
        labels = {name: value for name, value in needs.items() if name not in NAMES and value > 0}
        ref = self._remote.options(
            **self._options,
            num_cpus=needs.get("cpus", 1.0),
            num_gpus=needs.get("gpus", 0.0),
            resources=labels,
        ).remote(order.to_dict())
        self._tasks[order.key] = _Task(order=order, given=time.monotonic())
        self._refs[ref] = order.key

    def wait(self, timeout_s: float) -> list[Report]:
        """Return the reports of attempts that ended.

        Raises
        ------
        RunnerGone
            If the cluster's head does not answer any more.
        """
        self._look_at_head()
        if not self._refs:
            time.sleep(timeout_s)
            return []
        try:
            ready, _ = self._ray.wait(list(self._refs), num_returns=1, timeout=timeout_s)
            if ready:
                every = len(self._refs)
                ready, _ = self._ray.wait(list(self._refs), num_returns=every, timeout=0)
            return [self._report(ref) for ref in ready]
        except (self._ray.exceptions.RaySystemError, ConnectionError) as error:
            raise self._lost_head() from error

    def _report(self, ref: Any) -> Report:
        key = self._refs.pop(ref)
        order, ran_s = self._tasks[key].order, self.running_s(key)
        del self._tasks[key]
        try:
            return Report.from_dict(self._ray.get(ref, timeout=5))
        except self._ray.exceptions.NodeDiedError:
            return Report(key=key, attempt=order.attempt, status="node lost", ran_s=ran_s,
                          message="its node died")  # fmt: skip
        except (self._ray.exceptions.RayError, TimeoutError) as error:
            said = f"its worker process died ({type(error).__name__})"
            return Report(key=key, attempt=order.attempt, status="lost", message=said, ran_s=ran_s)

    def end(self, key: str) -> None:
        """End a running attempt at once, its worker with it."""
        for ref, mine in list(self._refs.items()):
            if mine == key:
                with contextlib.suppress(self._ray.exceptions.RayError, ValueError):
                    self._ray.cancel(ref, force=True)
                del self._refs[ref], self._tasks[key]

    def running_s(self, key: str) -> float:
        """Return for how long an attempt has been running [s]; 0 while it waits for a place."""
        task = self._tasks.get(key)
        if task is None:
            return 0.0
        if task.since is None:
            try:
                begun = json.loads((task.order.place / BEGUN_FILE).read_bytes())
            except (OSError, ValueError):
                return 0.0
            if begun.get("attempt") != task.order.attempt:
                return 0.0
            task.since = time.monotonic()
        return time.monotonic() - task.since

    # -- looking after the cluster -----------------------------------------------------------------

    def without_a_place(self) -> list[tuple[str, str]]:
        """Return keys that no living node could take for a while, each with the reason."""
        waiting = [task for key, task in self._tasks.items() if self.running_s(key) == 0.0]
        if not waiting or self._gone:
            return []
        nodes, now, found = self._nodes(), time.monotonic(), []
        for task in waiting:
            if any(_fits(task.order.needs, node) for node in nodes):
                task.homeless = None
                continue
            task.homeless = task.homeless or now
            if now - task.homeless >= self._patience_s:
                found.append((task.order.key, _reason(task.order.needs, nodes)))
        return found

    def _look_at_head(self) -> None:
        """Ask whether the head still answers; Ray itself would wait and then end this process."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_EVERY_S
        host, _, port = self._head.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=2).close()
            self._misses = 0
        except OSError:
            self._misses += 1
            self._next_look = 0.0
            time.sleep(0.3)
        if self._misses >= MISSES:
            raise self._lost_head()

    def _lost_head(self) -> RunnerGone:
        self._gone = True
        return RunnerGone(f"the cluster's head at {self._head} is gone")

    def is_gone(self) -> bool:
        """Return whether the head died; Ray's own code then crashes when the process ends."""
        return self._gone

    def close(self) -> None:
        """End everything that still runs, and the connection."""
        self._silence.close()
        self._ended.set()
        if self._gone:
            atexit.unregister(self._ray.shutdown)
        if self._gone or self._closed:  # a dead head would never answer
            return
        self._closed = True
        for key in list(self._tasks):
            self.end(key)
        if self._mine:
            self._ray.shutdown()


class _MainThreadOnly(io.TextIOBase):
    """Standard output without Ray's own threads, which write raylets' logs there when one dies."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def write(self, text: str) -> int:
        """Write what the main thread says."""
        if threading.current_thread() is threading.main_thread():
            return int(self._real.write(text))
        return len(text)

    def flush(self) -> None:
        """Flush what is behind."""
        self._real.flush()

    def fileno(self) -> int:
        """Return the file behind."""
        return int(self._real.fileno())


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise MissingExtra("ray", "the runner for a cluster") from error
    return ray


def _connect(ray: Any, address: str | None) -> None:
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "error",
                               "configure_logging": True}  # fmt: skip
    if address is None:
        ray.init(include_dashboard=False, **options)
        return
    try:
        if ":" in address:
            host, _, port = address.rpartition(":")
            socket.create_connection((host, int(port)), timeout=5).close()
        ray.init(address=address, **options)
    except (OSError, ValueError, ConnectionError) as error:
        raise ProbeError(
            f"no Ray cluster answers at {address} ({error}); expected HOST:PORT of its head. Start "
            "one with: ray start --head"
        ) from error


def _fits(needs: Mapping[str, float], node: Mapping[str, float]) -> bool:
    return all(node.get(NAMES.get(name, name), 0.0) >= value for name, value in needs.items())


def _reason(needs: Mapping[str, float], nodes: list[dict[str, float]]) -> str:
    said = ", ".join(f"{name} = {value:g}" for name, value in needs.items() if value > 0)
    most = {name: max((node.get(NAMES.get(name, name), 0.0) for node in nodes), default=0.0)
            for name in needs}  # fmt: skip
    short = [name for name, value in needs.items() if most[name] < value]
    why = f"no living node has that much {', '.join(short)}" if short else "no node has all of it"
    return f"needs {said}; {why} ({len(nodes)} node(s))"
