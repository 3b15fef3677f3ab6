"""An MLflow server, over its REST interface with Python's own urllib.

Runs come in pages of 1000 with their last values; points are asked for only for a curve. A token is
taken from the environment or the address, sent to that host only, and never part of any message.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from costlaw.exceptions import DataError
from costlaw.trackers.formats.experiments import pick
from costlaw.trackers.logged import Fault, LoggedRun, Points, Trace, Wanted
from costlaw.trackers.place import Place
from costlaw.trackers.reader import Reader
from costlaw.trackers.readers.mlflow_database import FINISHED, seconds

PAGE = 1000
TIMEOUT_S = 30.0
LARGEST_ANSWER = 1 << 26  # bytes of one answer
_API = "/api/2.0/mlflow/"


class _NoRedirects(HTTPRedirectHandler):
    """Follow no redirect: it would carry the token to another host."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class MlflowServer(Reader):
    """A tracking server of MLflow."""

    name = "mlflow-server"
    title = "MLflow server"

    def sniff(self, place: Place) -> bool:
        """Return whether the place is an address that no other reader claims."""
        host = urlsplit(place.text).hostname or ""
        return place.is_address and "wandb" not in (urlsplit(place.text).scheme, *host.split("."))

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield the runs of one experiment."""
        server = _Server(place, wanted.environment)
        experiments = {
            item["name"]: item["experiment_id"]
            for item in server.pages("experiments/search", {}, "experiments")
        }
        if wanted.experiment is not None:
            chosen = pick(dict.fromkeys(experiments, 1), wanted.experiment,
                          kind="experiment", origin=place.origin)  # fmt: skip
        else:
            counts = {name: server.holds_runs(number) for name, number in experiments.items()}
            chosen = pick(counts, None, kind="experiment", origin=place.origin)
        query = {"experiment_ids": [experiments.get(chosen, "")], "run_view_type": "ACTIVE_ONLY"}
        for item in server.pages("runs/search", query, "runs"):
            yield _run(server, item)


class _Server:
    """One server: asks, pages, and refuses in words without a secret in them."""

    def __init__(self, place: Place, environment: Mapping[str, str]) -> None:
        self.origin = place.origin
        self._headers = {"Content-Type": "application/json", **_credentials(place, environment)}
        self._opener = build_opener(_NoRedirects)

    def ask(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        """Return the answer to one request: POST with a body, GET without.

        Raises
        ------
        DataError
            If the server cannot be reached, refuses, or does not answer as MLflow does.
        """
        data = json.dumps(body).encode() if body is not None else None
        request = Request(f"{self.origin}{_API}{path}", data=data, headers=self._headers)
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                raw = answer.read(LARGEST_ANSWER + 1)
        except HTTPError as error:
            error.close()
            raise DataError(f"{self.origin}: {_refusal(error.code)}") from None
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise DataError(
                f"{self.origin}: the server cannot be reached ({reason}); expected a running "
                "MLflow server. Check the address, or read its database file instead."
            ) from None
        except ValueError:
            raise DataError(f"{self.origin}: not a usable address or token.") from None
        if len(raw) > LARGEST_ANSWER:
            raise DataError(f"{self.origin}: an answer is larger than 64 MiB; refused.")
        try:
            found = json.loads(raw)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise DataError(f"{self.origin}: does not answer as an MLflow server does.")
        return found

    def pages(self, path: str, query: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
        """Yield the items of every page of a search."""
        token = ""
        while True:
            body = {**query, "max_results": PAGE, **({"page_token": token} if token else {})}
            answer = self.ask(path, body)
            yield from answer.get(key, [])
            following = answer.get("next_page_token", "")
            if not following or following == token:
                return
            token = following

    def holds_runs(self, experiment: str) -> int:
        """Return 1 if an experiment holds a run, else 0."""
        body = {"experiment_ids": [experiment], "max_results": 1, "run_view_type": "ACTIVE_ONLY"}
        return len(self.ask("runs/search", body).get("runs", []))

    def points(self, run: str, metric: str) -> Points:
        """Return every point of one metric of one run."""
        steps, values, token = [], [], ""
        while True:
            query = {"run_id": run, "metric_key": metric, "max_results": 25000,
                     **({"page_token": token} if token else {})}  # fmt: skip
            answer = self.ask(f"metrics/get-history?{urlencode(query)}", None)
            for item in answer.get("metrics", []):
                steps.append(float(item.get("step", 0)))
                values.append(_float(item.get("value")))
            following = answer.get("next_page_token", "")
            if not following or following == token:
                break
            token = following
        return Trace.of(steps, values).load()


def _credentials(place: Place, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the header that says who asks: the address' own, else MLflow's variables."""
    parts = urlsplit(place.text)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not user:
        token = environment.get("MLFLOW_TRACKING_TOKEN", "")
        if token:
            return {"Authorization": f"Bearer {token}"}
        user = environment.get("MLFLOW_TRACKING_USERNAME", "")
        password = environment.get("MLFLOW_TRACKING_PASSWORD", "")
    if not user:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def _refusal(code: int) -> str:
    if code in {401, 403}:
        return (
            f"the server refuses ({code}): wrong or missing token. Set MLFLOW_TRACKING_TOKEN, or "
            "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD."
        )
    if 300 <= code < 400:
        return f"the server points elsewhere ({code}); expected its final address. Name that one."
    return f"the server answers {code}; expected an MLflow server. Check the address."


def _run(server: _Server, item: dict[str, Any]) -> LoggedRun:
    info, data = item.get("info", {}), item.get("data", {})
    identity = str(info.get("run_id", ""))
    traces = {
        entry["key"]: Trace(step=float(entry.get("step", 0)), last=_float(entry.get("value")),
                            load=partial(server.points, identity, entry["key"]))
        for entry in data.get("metrics", [])
    }  # fmt: skip
    start, end = (_float(info.get(key, 0)) for key in ("start_time", "end_time"))
    return LoggedRun(
        name=str(info.get("run_name") or identity), identity=identity,
        settings={entry["key"]: str(entry.get("value", "")) for entry in data.get("params", [])},
        traces=traces, duration_s=seconds(start, end),
        finished=FINISHED.get(info.get("status", "")),
    )  # fmt: skip


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
