"""A project on a W&B server, through W&B's own client (extra ``wandb``).

The server's interface is not documented, so the client that its makers keep is used: ``Api.runs``
for names, states, settings and last values, ``Run.history`` for a curve. The key is the client's
own business (``WANDB_API_KEY``, or ``wandb login``); it is never part of a message. A curve of more
than 10,000 steps is the server's sample of it.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from costlaw.exceptions import DataError, MissingExtra, OptionError
from costlaw.trackers.logged import Fault, LoggedRun, Points, Trace, Value, Wanted
from costlaw.trackers.place import Place
from costlaw.trackers.reachable import unreachable
from costlaw.trackers.reader import Reader
from costlaw.trackers.readers.wandb_offline import is_own

PAGE = 200  # runs an answer
SAMPLES = 10_000  # steps of one curve
TIMEOUT_S = 30
_CLOUD = "https://api.wandb.ai"
_SCHEME = "wandb://"
_STATES = {"finished": True, "running": False, "crashed": False, "failed": False, "killed": False,
           "pending": False, "preempting": False, "preempted": False}  # fmt: skip


class WandbApi(Reader):
    """A project on a server of W&B."""

    name = "wandb-api"
    title = "W&B project"

    def sniff(self, place: Place) -> bool:
        """Return whether the place is ``wandb://entity/project`` or a page of wandb.ai."""
        if place.text.casefold().startswith(_SCHEME):
            return True
        host = urlsplit(place.text).hostname or ""
        return place.is_address and (host == "wandb.ai" or host.endswith(".wandb.ai"))

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield the runs of one project, oldest first."""
        base, project = _base_and_project(place, wanted.environment)
        _check_reachable(base, place.origin)
        with _quiet():
            wandb = _client()
            try:
                api = wandb.Api(overrides={"base_url": base}, timeout=TIMEOUT_S)
                for run in api.runs(project, per_page=PAGE, order="+created_at", lazy=False):
                    yield _run(run)
            except (wandb.Error, ValueError, OSError) as error:
                raise DataError(f"{place.origin}: {_refusal(error)}") from None


def _base_and_project(place: Place, environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the server's address, and ``entity/project``."""
    parts = urlsplit(place.text)
    if place.text.casefold().startswith(_SCHEME):
        words = [parts.netloc.rpartition("@")[2], *parts.path.split("/")]
        base = environment.get("WANDB_BASE_URL") or _CLOUD
    else:
        words = parts.path.split("/")
        host = parts.netloc.rpartition("@")[2]
        base = _CLOUD if host == "wandb.ai" else f"{parts.scheme}://{host}"
    names = [word for word in words if word]
    if len(names) < 2:
        raise OptionError(
            f"{place.origin}: expected an entity and a project, such as wandb://my-team/my-project."
        )
    return base.rstrip("/"), "/".join(names[:2])


def _check_reachable(base: str, origin: str) -> None:
    """Refuse at once what the client would try again for minutes."""
    reason = unreachable(base)
    if reason:
        raise DataError(
            f"{origin}: the server {urlsplit(base).hostname} cannot be reached ({reason}); "
            "expected a running W&B server. Check the address and the network, or read the offline "
            "folder (wandb/) or a CSV export instead."
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the client's words, reports and folders away while it is in use."""
    with tempfile.TemporaryDirectory() as folder:
        ours = {"WANDB_SILENT": "true", "WANDB_ERROR_REPORTING": "false", "WANDB_DIR": folder}
        before = {key: os.environ.get(key) for key in ours}
        os.environ.update(ours)
        try:
            yield
        finally:
            for key, value in before.items():
                if value is None:
                    os.environ.pop(key, None)
                else:
                    os.environ[key] = value


def _client() -> Any:
    try:
        import wandb
    except ImportError as error:
        raise MissingExtra("wandb", "reading a W&B server") from error
    return wandb


def _refusal(error: Exception) -> str:
    """Return what the client's error means; its own words may hold what was sent."""
    words = f"{type(error).__name__} {error}".casefold()
    if any(mark in words for mark in ("401", "403", "api_key", "api key", "authentic", "permission",
                                      "login")):  # fmt: skip
        return (
            "the server refuses: wrong or missing key, or no right to see this project. Set "
            "WANDB_API_KEY, or run: wandb login."
        )
    if "could not find project" in words or "404" in words:
        return "there is no such project, or the key may not see it. Check entity and project."
    return (
        f"the server does not answer as W&B's client expects ({type(error).__name__}). Check the "
        "address, or read the offline folder (wandb/) or a CSV export instead."
    )


def _run(run: Any) -> LoggedRun | Fault:
    summary = dict(_flat("", run.summary_metrics))
    traces = {key: Trace(step=_step(summary), last=cell, load=partial(_points, run, key))
              for key, cell in summary.items()
              if isinstance(cell, float) and not is_own(key)}  # fmt: skip
    runtime = summary.get("_runtime")
    return LoggedRun(
        name=str(run.name or run.id), identity=str(run.id),
        settings={key: cell for key, cell in _flat("", run.config) if not is_own(key)},
        traces=traces, finished=_STATES.get(str(run.state).casefold()),
        duration_s=runtime if isinstance(runtime, float) and runtime > 0 else None,
    )  # fmt: skip


def _step(summary: Mapping[str, Value]) -> float:
    step = summary.get("_step", 0.0)
    return step if isinstance(step, float) and math.isfinite(step) else 0.0


def _points(run: Any, key: str) -> Points:
    rows = run.history(samples=SAMPLES, keys=[key], pandas=False)
    pairs = [(row.get("_step", place), _number(row[key])) for place, row in enumerate(rows)
             if key in row]  # fmt: skip
    kept = [(step, value) for step, value in pairs if value is not None]
    if not kept:
        return Trace.single(math.nan).load()
    return Trace.of([step for step, _ in kept], [value for _, value in kept]).load()


def _flat(prefix: str, cells: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, Value]]:
    """Yield scalars under dotted names; tables and media are passed over."""
    for key, cell in cells.items():
        name = f"{prefix}{key}"
        value = _number(cell)
        if value is not None:
            yield name, value
        elif isinstance(cell, str | bool):
            yield name, str(cell)
        elif isinstance(cell, Mapping) and "_type" not in cell and depth < 4:
            yield from _flat(f"{name}.", cell, depth + 1)


def _number(cell: Any) -> float | None:
    if isinstance(cell, str):
        return {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}.get(cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    try:
        return float(cell)
    except OverflowError:
        return math.inf
