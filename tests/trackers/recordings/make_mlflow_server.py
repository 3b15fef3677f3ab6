"""Record what a real MLflow server answers. Made with mlflow 3.17.2 (SQLite backend).

    python tests/trackers/recordings/make_mlflow_server.py

Starts a server, logs the settings' runs through MLflow's client, asks what the reader asks, and
keeps every answer with the request that it belongs to.
"""

import json
import os
import runpy
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

HERE = Path(__file__).parent
TOOLS = runpy.run_path(str(HERE.parent / "mlflow_replay.py"))


@contextmanager
def real_server(folder, *, seconds=180):
    """Run a real MLflow server on a free port; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port),
               "--workers", "1", "--backend-store-uri", f"sqlite:///{folder}/mlflow.db",
               "--artifacts-destination", str(folder / "artifacts")]  # fmt: skip
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder,
                                   start_new_session=True)  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + seconds
        while True:
            try:
                urllib.request.urlopen(f"{address}/health", timeout=5).close()
                break
            except (URLError, OSError):
                if time.monotonic() > end or process.poll() is not None:
                    raise RuntimeError((folder / "server.log").read_text()[-2000:]) from None
                time.sleep(0.5)
        yield address
    finally:
        os.killpg(process.pid, 15)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait(timeout=60)


def log_runs(address):
    """Log the settings' runs and those that a reader has to leave out."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    import mlflow

    mlflow.set_tracking_uri(address)
    runpy.run_path(str(HERE / "make_mlflow.py"))["log"](mlflow, None)


def record(address):
    """Return every answer that reading the server takes, curves included."""
    from costlaw.trackers import import_runs
    from costlaw.trackers.readers import mlflow_server as reader

    kept = {}
    plain = reader._Server.ask

    def ask(self, path, body):
        answer = plain(self, path, body)
        data = json.dumps(body) if body is not None else ""
        kept[TOOLS["key_of"](f"/api/2.0/mlflow/{path}", data)] = answer
        return answer

    reader._Server.ask = ask
    try:
        import_runs(address)
        import_runs(address, points="curve")
    finally:
        reader._Server.ask = plain
    return kept


def blank(cell):
    """Take paths, dates of files and the user's name out of an answer."""
    if isinstance(cell, dict):
        return {key: "" if key in {"artifact_uri", "artifact_location", "user_id"} else blank(value)
                for key, value in cell.items() if key != "tags"}  # fmt: skip
    return [blank(item) for item in cell] if isinstance(cell, list) else cell


if __name__ == "__main__":
    target = HERE / "mlflow_server"
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, real_server(Path(scratch)) as running:
        log_runs(running)
        answers = blank(record(running))
    (target / "answers.json").write_text(json.dumps(answers, indent=1, sort_keys=True) + "\n")
