"""Record W&B's offline runs. Made with wandb 0.31.0.

python tests/trackers/recordings/make_wandb.py
"""

import os
import runpy
import shutil
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def make(folder):
    """Log the runs offline below a folder and return W&B's folder; one more run never finishes."""
    os.environ["WANDB_SILENT"] = "true"
    import wandb

    plan = runpy.run_path(str(HERE / "settings.py"))
    settings = wandb.Settings(
        console="off", disable_git=True, x_disable_stats=True, x_disable_meta=True,
        mode="offline", host="recorder", save_code=False,
    )  # fmt: skip
    for run in plan["RUNS"]:
        logged = wandb.init(project="sweep", name=run["name"], dir=str(folder), settings=settings,
                            config={"parameters": run["parameters"],
                                    "optimizer": {"name": "adam", "lr": 0.1}})  # fmt: skip
        for step, error, flops in plan["curve"](run):
            logged.log({"val/error": error, "train_flops": flops, "train/loss": 2 * error},
                       step=step)  # fmt: skip
        logged.finish()
    return folder / "wandb"


if __name__ == "__main__":
    target = HERE / "wandb"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    with tempfile.TemporaryDirectory() as scratch:
        for path in sorted(make(Path(scratch)).glob("offline-run-*/*.wandb")):
            shutil.copy(path, target / path.name)
