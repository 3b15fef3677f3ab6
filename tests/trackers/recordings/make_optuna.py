"""Record Optuna's two storages. Made with optuna 5.0.0.

    python tests/trackers/recordings/make_optuna.py

Two trials do not count: one is pruned, one ends in infinity.
"""

import math
import runpy
from pathlib import Path

HERE = Path(__file__).parent


def make(folder, kind="database", *, direction="minimize", metric="val_error"):
    """Run a study whose trials are the settings' runs and return its file."""
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    plan = runpy.run_path(str(HERE / "settings.py"))
    path = folder / ("optuna.db" if kind == "database" else "optuna.journal")
    storage = (f"sqlite:///{path}" if kind == "database"
               else JournalStorage(JournalFileBackend(str(path))))  # fmt: skip
    study = optuna.create_study(storage=storage, study_name="sweep", direction=direction)
    if metric:
        study.set_metric_names([metric])

    def objective(trial):
        trial.suggest_float("lr", 1e-4, 1e-1, log=True)
        trial.suggest_categorical("optimizer", ["sgd", "adam"])
        if trial.number == len(plan["RUNS"]):
            raise optuna.TrialPruned
        if trial.number > len(plan["RUNS"]):
            return math.inf if direction == "minimize" else -math.inf
        run = plan["RUNS"][trial.number]
        for key in ("train_flops", "parameters"):
            trial.set_user_attr(key, run[key])
        for step, error, _ in plan["curve"](run):
            trial.report(error, step)
        return run["error"] if direction == "minimize" else 1 - run["error"]

    study.optimize(objective, n_trials=len(plan["RUNS"]) + 2)
    return path


if __name__ == "__main__":
    target = HERE / "optuna"
    target.mkdir(exist_ok=True)
    for path in target.iterdir():
        path.unlink()
    make(target)
    make(target, "journal")
    for path in target.glob("*.lock"):
        path.unlink()
