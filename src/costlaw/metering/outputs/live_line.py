"""One line in the terminal: elapsed, energy, cost so far, time to finish and to the target error.

Shown on standard error, only on a terminal. The cost uses the price that the caller gave (none is
known here). The forecast to the target is a local power law through the last half of the errors
(least squares in logarithms); it is printed as "about" and only while the errors fall clearly.
For a forecast with an interval and a back-test, give the runs to ``forecast``.
"""

from __future__ import annotations

import math
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costlaw.metering.metered import energy_text
from costlaw.metering.records.session import Window
from costlaw.metering.summary import summarise

if TYPE_CHECKING:
    from costlaw.metering.sampler import Sampler

TOKEN = "COSTLAW_LIVE_LINE"  # path that a meter inside a metered command makes: its line is shown
PRICE = "COSTLAW_USD_PER_HOUR"  # what the outer meter's door knows of the price
LEAST_MARKS = 8
LEAST_SLOPE_SIGMAS = 3.0


class LiveLine:
    """Rewrites one line at each sample; the outermost meter's only.

    Parameters
    ----------
    number : int
        Window whose line it is.
    gives_way : Path or None
        While this file is there, a meter inside the command shows its own, which knows more.
    """

    def __init__(self, number: int, gives_way: Path | None = None) -> None:
        self._number = number
        self._gives_way = gives_way
        self._width = 0

    @classmethod
    def attach(
        cls, sampler: Sampler, number: int, *, force: bool = False, gives_way: Path | None = None
    ) -> None:
        """Show a window's line, if there is a terminal and no other line is on it."""
        shown = any(isinstance(observer, cls) for observer in sampler.observers)
        if not (force or _is_terminal()) or shown:
            return
        sampler.observers.append(cls(number, gives_way))
        token = os.environ.get(TOKEN)
        if token:
            try:
                Path(token).touch()
            except OSError:
                return  # both lines are shown then

    def __call__(self, sampler: Sampler) -> None:
        """Rewrite the line; take it away when the window has ended."""
        ended = self._number not in sampler.tallies
        hidden = ended or (self._gives_way is not None and self._gives_way.exists())
        if hidden and not self._width:
            text = ""
        else:
            text = "" if hidden else describe(sampler, sampler.window(self._number))
            text = text[: max(shutil.get_terminal_size().columns - 1, 20)]
            try:
                # a bare return keeps what the training prints next from being appended
                sys.stderr.write("\r" + text.ljust(self._width) + "\r")
                sys.stderr.flush()
            except (OSError, ValueError):
                ended = True
        self._width = len(text)
        if ended and self in sampler.observers:
            sampler.observers.remove(self)


def _is_terminal() -> bool:
    try:
        return bool(sys.stderr.isatty())
    except (AttributeError, ValueError):
        return False


def describe(sampler: Sampler, window: Window) -> str:
    """Return the line's text."""
    elapsed = window.last.t - window.opened.t
    metered = summarise(sampler.session, window)
    parts = [window.name, _clock(elapsed)]
    figure = metered.headline
    if figure is not None:
        parts.append(f"{energy_text(figure.energy_kwh)} (tier {figure.tier}, {figure.scope})")
    price = _price(window)
    if price:
        parts.append(f"${price * elapsed / 3600:.2f} so far")
    total = window.settings.get("total_examples")
    if total and window.examples and window.examples < total:
        parts.append(f"done in {_clock(elapsed * (total / window.examples - 1))}")
    target = window.settings.get("target_error")
    if target:
        left = seconds_to_error(window, target)
        parts.append(
            f"error {target:g} in about {_clock(left)}"
            if left is not None
            else f"error {target:g} not in sight"
        )
    return " · ".join(parts)


def _price(window: Window) -> float:
    """Return the price that the caller or an outer meter's door gave [USD/hour], or 0."""
    try:
        return float(window.settings.get("price_usd_per_hour") or os.environ.get(PRICE) or 0.0)
    except ValueError:
        return 0.0


def seconds_to_error(window: Window, target: float) -> float | None:
    """Return about how long until the target error [s], or None if the errors do not say."""
    marks = [m for m in window.marks if m.error > 0 and m.t > window.opened.t]
    marks = marks[len(marks) // 2 :]
    if len(marks) < LEAST_MARKS:
        return None
    if marks[-1].error <= target:
        return 0.0
    x = [math.log(mark.t - window.opened.t) for mark in marks]
    y = [math.log(mark.error) for mark in marks]
    slope, sigma, level = _line(x, y)
    if slope >= -LEAST_SLOPE_SIGMAS * sigma or slope >= 0:
        return None
    exponent = (math.log(target) - level) / slope
    if exponent > math.log(1e9):
        return None
    return max(math.exp(exponent) - (window.last.t - window.opened.t), 0.0)


def _line(x: list[float], y: list[float]) -> tuple[float, float, float]:
    """Return slope, its standard error and the level at x = 0 of the least-squares line."""
    n = len(x)
    mean_x, mean_y = sum(x) / n, sum(y) / n
    spread = sum((a - mean_x) ** 2 for a in x)
    if spread == 0:
        return 0.0, math.inf, mean_y
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / spread
    level = mean_y - slope * mean_x
    left: Any = sum((b - level - slope * a) ** 2 for a, b in zip(x, y, strict=True))
    return slope, math.sqrt(left / (n - 2) / spread), level


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
