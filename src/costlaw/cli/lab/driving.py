"""What ``run``, ``resume`` and ``scale`` share: options, the line of progress, the exit code."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

import click

from costlaw.cli import DONE, FAILURE, INTERRUPTED, PARTLY
from costlaw.exceptions import OptionError

F = TypeVar("F", bound=Callable[..., Any])
QUIET_EVERY_S = 15.0  # between two lines where standard error is not a terminal


def driving_options(command: F) -> F:
    """Add the options that say where trials run and how much they may use."""
    for decorate in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON (versioned schema)."),
        click.option("--quiet", is_flag=True, help="No progress on standard error."),
        click.option("--usd-per-cpu-hour", type=float, help="What an hour of one core costs here."),
        click.option("--kwh", type=float, help="Stop cleanly at this much energy."),
        click.option("--usd", type=float, help="Stop cleanly at this many dollars."),
        click.option("--cpu-hours", type=float, help="Stop cleanly at this much CPU time."),
        click.option("--address", metavar="HOST:PORT", help="Address of a Ray cluster."),
        click.option("--runner", default="local", show_default=True, help="local or ray."),
        click.option("--workers", type=int, help="Trials side by side; all that fit if absent."),
    ):
        command = decorate(command)
    return command


def budget_of(options: dict[str, Any], given: Any) -> Any:
    """Return the budget of a description with the caps of the command line put over it."""
    from dataclasses import replace

    names = ("cpu_hours", "usd", "kwh", "usd_per_cpu_hour")
    said = {name: options[name] for name in names if options[name] is not None}
    return replace(given, **said) if said else given


def runner_of(options: dict[str, Any], threads: int) -> Any:
    """Return the runner that was asked for."""
    from costlaw.lab.runners.catalogue import make_runner

    return make_runner(options["runner"], workers=options["workers"], threads=threads,
                       address=options["address"])  # fmt: skip


def whole_numbers(name: str, text: str | None) -> tuple[int, ...] | None:
    """Return ``"8,16"`` as numbers.

    Raises
    ------
    OptionError
        If a part is not a whole number.

    Examples
    --------
    >>> whole_numbers("sizes", "8, 16")
    (8, 16)
    """
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise OptionError(f"--{name} {text}: expected whole numbers such as 8,16,32.") from error


def settings_of(pairs: tuple[str, ...]) -> dict[str, str | int | float | bool]:
    """Return ``("epochs=3",)`` as settings: a whole number, a number, true, false, or text.

    Raises
    ------
    OptionError
        If a pair has no ``=``.

    Examples
    --------
    >>> settings_of(("epochs=3", "rate=0.1", "wide=true", "kind=a"))
    {'epochs': 3, 'rate': 0.1, 'wide': True, 'kind': 'a'}
    """
    found: dict[str, str | int | float | bool] = {}
    for pair in pairs:
        name, mark, value = pair.partition("=")
        if not mark or not name:
            raise OptionError(f"--set {pair}: expected NAME=VALUE, such as epochs=3.")
        found[name.strip()] = _value(value.strip())
    return found


def _value(text: str) -> str | int | float | bool:
    if text in {"true", "false"}:
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


class ProgressLine:
    """Progress on standard error: one line that moves on a terminal, now and then one elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._moves = sys.stderr.isatty()
        self._next = time.monotonic() + QUIET_EVERY_S

    def __call__(self, progress: Any) -> None:
        """Show how far it is."""
        if self._quiet:
            return
        if self._moves:
            sys.stderr.write(f"\r\x1b[K{progress}"[:400])
            sys.stderr.flush()
        elif time.monotonic() >= self._next:
            self._next = time.monotonic() + QUIET_EVERY_S
            click.echo(str(progress), err=True)

    def end(self) -> None:
        """Leave the terminal's line."""
        if self._moves and not self._quiet:
            sys.stderr.write("\r\x1b[K")


def leave(result: Any, runner: Any) -> None:
    """End with the exit code that a sweep's state means: done, partly done, failed, interrupted."""
    code = DONE
    if result.state.stopped == "interrupted":
        code = INTERRUPTED
    elif not result.is_complete:
        code = PARTLY if result.finished or result.state.stopped else FAILURE
    if runner.is_gone():  # what its library would still do at the end would only crash
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    raise SystemExit(code)
