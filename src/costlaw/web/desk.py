"""The desk: takes questions, answers them in bounded pools of threads, and remembers.

One idea: two pools, one for published results (milliseconds) and one for files that people hand in
(possibly slow), so that a slow fit never stands before a page; each takes on a bounded number of
questions and is waited for a bounded time. Every answer is that of the same verbs as on the command
line; draws are kept by the digest of the data they come from.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from costlaw.exceptions import UnknownName
from costlaw.fitting.own import Comparison, LawFit
from costlaw.fitting.scatter import Fit
from costlaw.forecasting import Forecast
from costlaw.intake import evidence_of
from costlaw.literature import benchmark, benchmarks
from costlaw.own_runs import compare
from costlaw.runs import Runs
from costlaw.verbs import fit, forecast
from costlaw.web.files import Files
from costlaw.web.memory import Memory
from costlaw.web.refusals import Busy, TooSlow
from costlaw.web.views import View

T = TypeVar("T")


def benchmark_name(source: str) -> str:
    """Return the benchmark a name means; here a name never means a file of the machine.

    Raises
    ------
    UnknownName
        As the command line refuses it.
    """
    try:
        return benchmark(source).name
    except UnknownName as error:
        raise UnknownName("benchmark or file", source, benchmarks()) from error


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much the desk takes on.

    Parameters
    ----------
    threads : int
        Of each pool.
    waiting : int
        Questions of one pool that are answered or wait at once.
    patience_s : float
        How long one is waited for [s].
    answers, texts : int
        Results and rendered texts that are kept.
    """

    threads: int = 2
    waiting: int = 200
    patience_s: float = 30.0
    answers: int = 96
    texts: int = 192


class Desk:
    """Answers questions; one per server."""

    def __init__(self, files: Files, limits: Limits | None = None) -> None:
        self.files = files
        self.is_closed = False
        self.limits = limits or Limits()
        self.answers = Memory(room=self.limits.answers)
        self.texts = Memory(room=self.limits.texts)
        self._pools = {
            own: ThreadPoolExecutor(self.limits.threads, thread_name_prefix=f"desk-{name}")
            for own, name in ((False, "published"), (True, "own"))
        }
        self._taken = {own: threading.BoundedSemaphore(self.limits.waiting) for own in self._pools}

    async def ask(self, question: Callable[[], T], *, own: bool = False) -> T:
        """Answer a question in a pool.

        Parameters
        ----------
        question : callable
            Without arguments; what it raises is raised here.
        own : bool
            Whether it concerns a file that was handed in.

        Raises
        ------
        Busy
            If too many wait.
        TooSlow
            If it takes too long; it is finished and remembered nevertheless.
        """
        taken = self._taken[own]
        if not taken.acquire(blocking=False):
            raise Busy("the server has its hands full; expected to answer soon. Ask again.")
        work = self._pools[own].submit(question)
        work.add_done_callback(lambda _done: taken.release())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(work), self.limits.patience_s)
        except TimeoutError as error:
            raise TooSlow(
                f"no answer within {self.limits.patience_s:g} s; expected a smaller table. It is "
                "still being worked on: ask again later, or use the command line."
            ) from error

    def close(self) -> None:
        """Take no more questions, drop those that wait, and remove the files."""
        self.is_closed = True
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        self.files.close()

    # -- answers; called in a pool -------------------------------------------------------------

    def runs(self, view: View) -> Runs:
        """Return the runs that a view rests on."""
        if view.is_file:
            held = self.files.held(view.file_key)
            asked = (view.columns, view.error_unit, view.metric, *view.held().values())
            return self.kept(
                ("runs", held.key, held.name, asked), lambda: self.files.read(held, view)
            )
        name = benchmark_name(view.source)
        edition, measure = view.edition or None, view.measure or None
        return self.kept(
            ("runs", name, edition, measure),
            lambda: evidence_of(name, edition=edition, measure=measure),
        )

    def fit(self, view: View) -> Fit | LawFit:
        """Return the fit of a view."""
        runs, law = self.runs(view), view.law or "power"
        key = ("fit", runs.digest, runs.origin, runs.measure, law, view.estimand)
        return self.answers.get(key, lambda: fit(runs, law=law, estimand=view.estimand))

    def forecast(self, view: View) -> Forecast:
        """Return the forecast of a view."""
        runs = self.runs(view)
        asked = (view.law, view.estimand, *view.place().values(), view.error)
        return self.answers.get(
            ("forecast", runs.digest, runs.origin, runs.measure, asked),
            lambda: forecast(
                runs, view.error, law=view.law or None, estimand=view.estimand, **view.place()
            ),
        )

    def compared(self, view: View, error: str | None) -> Comparison:
        """Return every law side by side on the runs of a view."""
        runs = self.runs(view)
        key = ("compared", runs.digest, runs.origin, error)
        return self.answers.get(key, lambda: compare(runs, error))

    def kept(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """Return any other answer, made once."""
        made: T = self.answers.get(key, make)
        return made
