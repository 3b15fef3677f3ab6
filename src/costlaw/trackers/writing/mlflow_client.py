"""Write to MLflow with MLflow's own client (extra ``mlflow``)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from costlaw.exceptions import MissingExtra, OutputError
from costlaw.trackers.place import Place
from costlaw.trackers.reachable import unreachable

FOLDER = "costlaw"
# the client tries a dead server again for minutes unless it is told otherwise
_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
             "MLFLOW_DISABLE_TELEMETRY": "true"}  # fmt: skip


def write(
    numbers: Mapping[str, float], texts: Mapping[str, str], *, address: str, run: str | None,
    experiment: str,
) -> str:  # fmt: skip
    """Write metrics and files to a run and return its identity; a new run is ended well or failed.

    Raises
    ------
    MissingExtra
        If the client is not installed.
    OutputError
        If the store cannot be reached or refuses.
    """
    origin = Place(address).origin
    reason = unreachable(address) if Place(address).is_address else ""
    if reason:
        raise OutputError(f"{origin}: the server cannot be reached ({reason}); nothing written.")
    for variable, setting in _PATIENCE.items():
        os.environ.setdefault(variable, setting)
    try:
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
    except ImportError as error:
        raise MissingExtra("mlflow", "writing to MLflow") from error
    try:
        client = MlflowClient(tracking_uri=address)
        identity = run or client.create_run(_experiment(client, experiment)).info.run_id
        done = False
        try:
            for name, value in numbers.items():
                client.log_metric(identity, name, value)
            for name, text in texts.items():
                client.log_text(identity, text, f"{FOLDER}/{name}")
            done = True
        finally:
            if run is None:
                client.set_terminated(identity, "FINISHED" if done else "FAILED")
    except (MlflowException, OSError) as error:
        raise OutputError(f"{origin}: MLflow refuses ({_reason(error)}).") from None
    return str(identity)


def _experiment(client: Any, name: str) -> str:
    found = client.get_experiment_by_name(name)
    return str(found.experiment_id if found else client.create_experiment(name))


def _reason(error: Exception) -> str:
    """Return what happened without the address and what was sent with it."""
    code = getattr(error, "error_code", type(error).__name__)
    hints = {"UNAUTHENTICATED": "wrong or missing token", "PERMISSION_DENIED": "permission denied",
             "RESOURCE_DOES_NOT_EXIST": "no such run"}  # fmt: skip
    return hints.get(str(code), str(code))
