"""Metering a command: its children, its exit code and its signals, untouched.

The command runs as a child with the terminal, the folder and the environment of the caller. Signals
sent to the meter are passed on; a command that dies of a signal makes the meter die of it too.
Processes that outlive the command are named, not waited for, and not metered any longer. On Linux
the meter adopts processes whose parents end before them (``PR_SET_CHILD_SUBREAPER``, ``prctl(2)``),
so that a daemon of the command is seen, counted and reaped.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from costlaw.exceptions import OptionError
from costlaw.metering.metered import Metered
from costlaw.metering.nodes.host import METERED_BY
from costlaw.metering.nodes.processes import ProcessTree
from costlaw.metering.outputs.live_line import PRICE, TOKEN
from costlaw.metering.windows import Meter

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
PASSED_ON = ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2")


@dataclass(frozen=True, kw_only=True)
class Launched:
    """How a metered command ended: its exit code, negative for a signal, and what it used."""

    code: int
    metered: Metered


def launch(
    words: Sequence[str],
    *,
    name: str,
    started: Callable[[Meter], Any] | None = None,
    **options: Any,
) -> Launched:
    """Run a command under a meter and return how it ended.

    Parameters
    ----------
    words : sequence of str
        The command and its arguments.
    name : str
        Name of the run.
    started : callable or None
        Called with the meter before the command begins, such as to serve its readings.
    **options
        As for ``meter``.

    Raises
    ------
    OptionError
        If the command does not exist or may not be run.
    """
    adopts = _adopt_orphans()
    token = Path(tempfile.gettempdir()) / f"costlaw-line-{os.getpid()}-{time.monotonic_ns()}"
    watch = Meter(name, signals=False, **options).start(gives_way=token)
    child: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, frame: Any) -> None:
        # Ctrl-C in a terminal reaches the child by itself: passing it on would be a second one
        if child is not None and not (number == signal.SIGINT and _shares_terminal()):
            child.send_signal(number)

    earlier = _catch(pass_on)
    try:
        if started is not None:
            started(watch)
        child = subprocess.Popen(list(words), env=_environment(token, options))
        if adopts:
            watch.at_each_sample(partial(_reap_all_but, child.pid))
        code = child.wait()
    except OSError as problem:
        watch.stop("not started")
        raise OptionError(f'cannot run "{words[0]}": {problem.strerror}.') from problem
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
        token.unlink(missing_ok=True)
    _note_what_is_left(watch)
    reason = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
    return Launched(code=code, metered=watch.stop("finished" if code == 0 else reason))


def _catch(handler: Any) -> dict[int, Any]:
    """Hand the signals that are passed on to a handler; return their earlier ones."""
    earlier: dict[int, Any] = {}
    for label in PASSED_ON:
        number = getattr(signal, label, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            earlier[number] = signal.signal(number, handler)
    return earlier


def _note_what_is_left(watch: Meter) -> None:
    """Name the processes that outlive the command."""
    left = ProcessTree().living_children()
    if left:
        watch.note(
            f"{len(left)} processes outlive the command ({', '.join(map(str, left[:5]))}); what "
            "they use from here on is not metered"
        )


def _environment(token: Path, options: Mapping[str, Any]) -> dict[str, str]:
    """Return the caller's environment, with how a meter inside the command shows its line."""
    told = {TOKEN: str(token), METERED_BY: str(os.getpid())}
    if options.get("price_usd_per_hour"):
        told[PRICE] = str(options["price_usd_per_hour"])
    return {**os.environ, **told}


def _adopt_orphans() -> bool:
    """Become the parent of descendants whose own parent ends; return whether it worked."""
    if sys.platform != "linux":
        return False
    import ctypes

    try:
        return ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    except (OSError, AttributeError):
        return False


def _reap_all_but(kept: int, sampler: Any = None) -> None:
    """Take ended orphans off the process table; the command itself is waited for elsewhere."""
    try:
        while True:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None or ended.si_pid == kept:
                return
            os.waitpid(ended.si_pid, os.WNOHANG)
    except ChildProcessError:
        return


def _shares_terminal() -> bool:
    """Return whether we are in the foreground group of a terminal."""
    try:
        return os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


def die_as(code: int) -> None:
    """End this process as the command ended: the same exit code, or the same signal."""
    if code >= 0:
        raise SystemExit(code)
    number = -code
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the command's crash, not ours
        if number not in {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_DFL)
    except (ImportError, OSError, ValueError):
        raise SystemExit(128 + number) from None
    os.kill(os.getpid(), number)
    raise SystemExit(128 + number)
