"""The meter that a user holds: a context manager, a decorator, start and stop.

``with meter("small") as m:`` opens a window; ``m.step(examples=64, error=0.12)`` reports;
``m.result`` is what it used and ``m.run`` the run that ``fit`` and ``forecast`` take. Windows nest
and overlap, as in Zeus (https://ml.energy/zeus); one sampler reads the sensors for all of them.

Nothing here needs numpy, polars, scipy or torch, and nothing is sent over a network.
"""

from __future__ import annotations

import functools
import inspect
import math
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from costlaw.exceptions import OptionError
from costlaw.metering.probes.catalogue import given_openers
from costlaw.metering.probes.probe import Probe
from costlaw.metering.records.journal import FOLDER
from costlaw.metering.sampler import Sampler
from costlaw.metering.stopping import adopt, catch_signals, shared_sampler

if TYPE_CHECKING:
    from costlaw.metering.flop.counted import FlopCount
    from costlaw.metering.metered import Metered
    from costlaw.metering.records.session import Window
    from costlaw.runs import Run

LEAST_INTERVAL_S = 0.05  # NVML refreshes its counter every 20-100 ms: faster tells nothing new


SETTINGS = frozenset(
    {
        "parameters",
        "seed",
        "error_unit",
        "chip",
        "chip_count",
        "number_format",
        "pue",
        "price_usd_per_hour",
        "price_origin",
        "region",
        "total_examples",
        "target_error",
    }
)


def _check(interval_s: float, settings: dict[str, Any]) -> None:
    """Refuse options that make no sense, before anything is metered."""
    if not (math.isfinite(interval_s) and interval_s >= LEAST_INTERVAL_S):
        raise OptionError(
            f"interval_s = {interval_s}: expected at least {LEAST_INTERVAL_S} s, because no sensor "
            "refreshes faster."
        )
    unknown = sorted(set(settings) - SETTINGS)
    if unknown:
        known = ", ".join(sorted(SETTINGS))
        raise OptionError(f"unknown settings {', '.join(unknown)}; expected any of {known}.")
    if settings.get("error_unit", "fraction") not in {"fraction", "nats"}:
        raise OptionError(
            f'error_unit = "{settings["error_unit"]}": expected fraction (the default) or nats.'
        )
    if {"chip", "chip_count", "number_format"} & set(settings):
        from costlaw.metering.capacity import check_settings

        check_settings(settings)


def meter(
    name: str | Callable[..., Any] = "run",
    *,
    folder: str | os.PathLike[str] = FOLDER,
    interval_s: float = 1.0,
    probes: Iterable[Probe] | None = None,
    signals: bool = True,
    live: bool | None = None,
    **settings: Any,
) -> Any:
    """Meter what happens inside a ``with`` block or a function.

    Parameters
    ----------
    name : str or callable
        Name of the run; a function if used as a bare decorator.
    folder : path
        Where the readings are written, one file per process.
    interval_s : float
        Time between samples [s].
    probes : iterable of Probe or None
        Sensors to read; this machine's if None.
    signals : bool
        Write a last reading on SIGTERM and SIGHUP before they do their work.
    live : bool or None
        Show one line on standard error; None: only if it is a terminal.
    **settings
        What else is known: ``parameters``, ``seed``; ``error_unit="nats"`` where the error is a
        loss; ``chip``, ``chip_count``, ``number_format`` (for utilization and hardware burden;
        GPUs that are read need not be named); ``pue``; for the live line ``price_usd_per_hour``,
        ``total_examples``, ``target_error``.

    Returns
    -------
    Meter
        Context manager, decorator, or started and stopped by hand.

    Raises
    ------
    OptionError
        If the interval is too short or a setting is unknown.

    Source
    ------
    Zeus (https://ml.energy/zeus) for windows; the kernel's powercap files and NVML for sensors.

    Examples
    --------
    >>> import tempfile
    >>> with meter("tiny", folder=tempfile.mkdtemp(), live=False) as m:
    ...     m.step(examples=64, error=0.25)
    >>> m.result.steps, m.result.examples, m.run.error
    (1, 64.0, 0.25)
    """
    if callable(name):
        return Meter(name.__name__)(name)
    return Meter(
        name,
        folder=folder,
        interval_s=interval_s,
        probes=probes,
        signals=signals,
        live=live,
        **settings,
    )


class Meter:
    """One metered span; see :func:`meter`."""

    def __init__(
        self,
        name: str,
        *,
        folder: str | os.PathLike[str] = FOLDER,
        interval_s: float = 1.0,
        probes: Iterable[Probe] | None = None,
        signals: bool = True,
        live: bool | None = None,
        **settings: Any,
    ) -> None:
        _check(interval_s, settings)
        self.name = name
        self.settings = settings
        self.folder = Path(folder).absolute()
        self._options: dict[str, Any] = {
            "folder": folder, "interval_s": interval_s, "probes": probes, "signals": signals,
            "live": live, **settings,
        }  # fmt: skip
        self._sampler: Sampler | None = None
        self._number = 0
        self._window: Window | None = None
        self._file: str | None = None
        self._result: Metered | None = None
        self._running = False
        self._told_flop = False

    # -- beginning and end -------------------------------------------------------------------------

    def start(self, *, gives_way: Path | None = None) -> Meter:
        """Begin metering; a second start of a running meter is refused.

        Parameters
        ----------
        gives_way : Path or None
            The live line is not shown while this file is there.
        """
        if self._running:
            raise OptionError(f'meter "{self.name}" is running already; stop it first.')
        options = self._options
        if options["probes"] is None:
            self._sampler = shared_sampler(options["interval_s"])
        else:
            openers = given_openers(options["probes"])
            self._sampler = adopt(Sampler(openers, interval_s=options["interval_s"]))
        self._result = None
        if options["signals"]:
            catch_signals()
        self._number = self._sampler.open_window(self.name, self.folder, self.settings)
        self._window = self._sampler.window(self._number)
        self._file = self._sampler.path_of(self._number)
        self._running = True
        if options["live"] is not False:
            from costlaw.metering.outputs.live_line import LiveLine

            LiveLine.attach(
                self._sampler, self._number, force=bool(options["live"]), gives_way=gives_way
            )
        return self

    def stop(self, reason: str = "finished") -> Metered:
        """End metering and return what was used."""
        if self._sampler is None:
            raise OptionError(f'meter "{self.name}" was never started.')
        if self._running and self._sampler.pid == os.getpid():
            self._sampler.close_window(self._number, reason)
        self._running = False
        return self.result

    def __enter__(self) -> Meter:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop("finished" if kind is None else f"exception {kind.__name__}")

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Meter every call of a function; ``function.last_meter`` is the latest."""
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def waiting(*args: Any, **kwargs: Any) -> Any:
                with Meter(self.name, **self._options) as fresh:
                    waiting.last_meter = fresh  # type: ignore[attr-defined]
                    return await function(*args, **kwargs)

            return waiting

        @functools.wraps(function)
        def metered(*args: Any, **kwargs: Any) -> Any:
            with Meter(self.name, **self._options) as fresh:
                metered.last_meter = fresh  # type: ignore[attr-defined]
                return function(*args, **kwargs)

        return metered

    # -- what the run says -------------------------------------------------------------------------

    def step(
        self,
        *,
        examples: float | None = None,
        error: float | None = None,
        flop: FlopCount | None = None,
        model_flop: float | None = None,
        hardware_flop: float | None = None,
        count: int = 1,
    ) -> None:
        """Report training steps: their examples, their operations, the error reached.

        Operations [FLOP] come as a ``flop`` count of one step (see ``metering.flop``) or as sums.

        Costs about a microsecond; nothing is read or written here. A number that is not finite is
        left out, and the result says how many were.
        """
        tally = self._sampler.tallies.get(self._number) if self._sampler else None
        if tally is None:
            return
        if flop is not None:
            if not self._told_flop:
                self._told_flop = True
                self.note(flop.outside)
            model_flop, hardware_flop = count * flop.model_flop, count * flop.hardware_flop
        tally.add(count, examples=examples, model_flop=model_flop, hardware_flop=hardware_flop)
        if error is not None and self._sampler is not None:
            tally.mark(self._sampler.now_s(), error)

    def report(self, *, error: float) -> None:
        """Report an error, such as a validation error, without a step; also after the end."""
        if self._running:
            self.step(error=error, count=0)
        elif self._sampler is not None and self._window is not None and math.isfinite(error):
            self._sampler.report_late(self._window, self.folder, float(error))
            self._result = None

    def describe(self, **settings: Any) -> None:
        """Add settings that became known after the start, such as ``parameters``."""
        _check(LEAST_INTERVAL_S, settings)
        if self._sampler is not None and self._number in self._sampler.tallies:
            self._sampler.describe(self._number, settings)

    def note(self, text: str) -> None:
        """Write a remark into the file."""
        if self._sampler is not None:
            self._sampler.note(text, self._number)

    def at_each_sample(self, observer: Callable[[Any], None]) -> None:
        """Call ``observer(sampler)`` after each sample, in the sampler's thread."""
        if self._sampler is not None:
            self._sampler.observers.append(observer)

    def refresh(self) -> None:
        """Take a reading now, so that ``result`` is up to date; nothing is written for it."""
        if self._running and self._sampler is not None:
            self._sampler.sample(write=False)
            tally = self._sampler.tallies.get(self._number)
            if tally is not None and self._window is not None:
                counts = tally.counts()
                (self._window.steps, self._window.examples, self._window.model_flop,
                 self._window.hardware_flop) = counts  # fmt: skip

    def window(self, name: str) -> Meter:
        """Return a meter for a part of this one, with the same settings."""
        return Meter(name, **self._options)

    # -- what it used ------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether it was started and not yet stopped."""
        return self._running

    @property
    def file(self) -> str | None:
        """The file the readings are in, or None if they could not be written."""
        return self._file

    @property
    def result(self) -> Metered:
        """What the span used; of a running meter, up to the latest sample."""
        if self._sampler is None or self._window is None:
            raise OptionError(f'meter "{self.name}" was never started.')
        if self._result is None or self._running:
            from costlaw.metering.summary import summarise

            self._result = summarise(self._sampler.session, self._window, file=self.file)
        return self._result

    @property
    def run(self) -> Run:
        """The span as a run that ``fit`` and ``forecast`` take."""
        return self.result.run()
