"""How a process ends, and what its meter does then: signals, exit, fork.

SIGTERM (pre-emption) and SIGHUP write a last reading and then do exactly what they would have done:
an earlier handler runs, else the process dies of the signal. Where the interpreter exits with
windows open they are closed. A forked child never writes into its parent's file.

SIGKILL cannot be caught; for it there is the journal.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from costlaw.metering.probes.catalogue import default_openers
from costlaw.metering.sampler import Sampler

CAUGHT = ("SIGTERM", "SIGHUP")
_samplers: list[Sampler] = []
_shared: list[Sampler] = []
_earlier: dict[int, Any] = {}


def shared_sampler(interval_s: float) -> Sampler:
    """Return this process's one sampler of the real sensors; the finest interval asked for wins."""
    if not _shared:
        openers, absent = default_openers()
        _shared.append(adopt(Sampler(openers, absent, interval_s=interval_s)))
    _shared[0].interval_s = min(_shared[0].interval_s, interval_s)
    return _shared[0]


def adopt(sampler: Sampler) -> Sampler:
    """Look after a sampler until the process ends."""
    _samplers.append(sampler)
    return sampler


def catch_signals() -> None:
    """Catch the signals that end a process, once, in the main thread only."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in CAUGHT:
        number = getattr(signal, name, None)
        if number is None or number in _earlier:
            continue
        earlier = signal.getsignal(number)
        if earlier is not signal.SIG_IGN and earlier is not None:
            _earlier[number] = earlier
            signal.signal(number, _on_signal)


def _on_signal(number: int, frame: Any) -> None:
    name = signal.Signals(number).name
    earlier = _earlier.get(number, signal.SIG_DFL)
    if callable(earlier):
        for sampler in _samplers:
            sampler.note(f"{name} received")
            sampler.sample(force=True)
        earlier(number, frame)
        return
    _finish_all(name)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _finish_all(reason: str) -> None:
    for sampler in _samplers:
        if sampler.pid == os.getpid():
            sampler.finish(reason)
    _samplers.clear()
    _shared.clear()


def _at_exit() -> None:
    problem = getattr(sys, "last_value", None)
    _finish_all(f"exception {type(problem).__name__}" if problem else "exit without stop")


def _after_fork() -> None:
    for number, earlier in _earlier.items():
        signal.signal(number, earlier)
    _earlier.clear()
    for sampler in _samplers:
        sampler.forget_after_fork()
    _samplers.clear()
    _shared.clear()


atexit.register(_at_exit)
_register_at_fork: Callable[..., None] | None = getattr(os, "register_at_fork", None)
if _register_at_fork is not None:
    _register_at_fork(after_in_child=_after_fork)
