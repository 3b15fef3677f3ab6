"""Record MLflow's two local stores. Made with mlflow-skinny 3.17.2 and its SQLite schema.

    python tests/trackers/recordings/make_mlflow.py

One run is left running, one fails, one is deleted, one ends in NaN; paths and the user's name are
blanked in the database.
"""

import contextlib
import io
import os
import runpy
import sqlite3
import sys
from pathlib import Path

HERE = Path(__file__).parent


def make(folder, kind="database"):
    """Log the runs into a new store below a folder and return its path."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    import mlflow

    store = folder / ("mlflow.db" if kind == "database" else "mlruns")
    mlflow.set_tracking_uri(f"sqlite:///{store}" if kind == "database" else f"file://{store}")
    with contextlib.redirect_stderr(io.StringIO()):
        log(mlflow, str(folder / "artifacts"))
    return store


def log(mlflow, artifacts):
    """Log the settings' runs and four that a reader has to leave out."""
    plan = runpy.run_path(str(HERE / "settings.py"))
    experiment = mlflow.create_experiment("sweep", artifact_location=artifacts)
    client = mlflow.MlflowClient()
    for run in plan["RUNS"]:
        with mlflow.start_run(run_name=run["name"], experiment_id=experiment):
            mlflow.log_params({"parameters": run["parameters"], "data": "digits", "C": 0.5})
            for step, error, flops in plan["curve"](run):
                mlflow.log_metrics({"val/error": error, "train_flops": flops,
                                    "train_loss": 2 * error}, step=step)  # fmt: skip
    for name, end in (("going", None), ("broke", "FAILED"), ("deleted", "FINISHED"),
                      ("diverged", "FINISHED")):  # fmt: skip
        run = client.create_run(experiment, run_name=name)
        bad = float("nan") if name == "diverged" else 0.5
        client.log_metric(run.info.run_id, "val/error", bad, step=1)
        client.log_metric(run.info.run_id, "train_flops", 1e15, step=1)
        if end:
            client.set_terminated(run.info.run_id, end)
        if name == "deleted":
            client.delete_run(run.info.run_id)


def blank(path):
    """Take paths and the user's name out of a database, and the room they took."""
    with sqlite3.connect(path) as store:
        store.execute("update runs set artifact_uri = '', user_id = 'someone', source_name = ''")
        store.execute("update experiments set artifact_location = ''")
        store.execute("delete from tags where key != 'mlflow.runName'")
    store.execute("pragma page_size = 512")
    store.execute("vacuum")
    store.close()


if __name__ == "__main__":
    target = HERE / "mlflow"
    target.mkdir(exist_ok=True)
    (target / "mlflow.db").unlink(missing_ok=True)
    sys.stderr.write(f"{make(target)}\n")
    blank(target / "mlflow.db")
