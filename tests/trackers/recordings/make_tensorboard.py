"""Record TensorBoard event files. Made with torch 2.13.0 and tensorboard 2.21.0.

    python tests/trackers/recordings/make_tensorboard.py

``torch`` holds what torch's SummaryWriter writes (simple values, hyperparameters); ``keras`` the
layout and the tensor summaries of TensorFlow 2 and Keras, made with tensorboard's own encoder.
"""

import runpy
import shutil
from pathlib import Path

HERE = Path(__file__).parent


def make(folder):
    """Log the runs with torch's writer, one folder a run, and return the folder."""
    from torch.utils.tensorboard import SummaryWriter

    plan = runpy.run_path(str(HERE / "settings.py"))
    for run in plan["RUNS"]:
        with SummaryWriter(folder / run["name"]) as writer:
            for step, error, flops in plan["curve"](run):
                writer.add_scalar("val/error", error, step)
                writer.add_scalar("train_flops", flops, step)
                writer.add_scalar("train/loss", 2 * error, step)
            writer.add_hparams({"parameters": run["parameters"], "optimizer": "adam"},
                               {"hparam/last": run["error"]}, run_name="1700000000.5")  # fmt: skip
    return folder


def make_keras_layout(folder):
    """Log the runs as TensorFlow 2 and Keras do: train and validation folders, tensors."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.plugins.scalar.summary_v2 import scalar_pb
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    plan = runpy.run_path(str(HERE / "settings.py"))
    for run in plan["RUNS"]:
        for split, factor in (("train", 0.9), ("validation", 1.0)):
            writer = EventFileWriter(str(folder / run["name"] / split))
            for step, error, flops in plan["curve"](run):
                tags = {"epoch_error": factor * error}
                if split == "train":
                    tags["train_flops"] = flops
                for tag, value in tags.items():
                    writer.add_event(Event(wall_time=1.7e9 + step, step=step,
                                           summary=scalar_pb(tag, value)))  # fmt: skip
            writer.close()
    return folder


def rename(folder):
    """Take the machine's name out of the files' names."""
    for number, path in enumerate(sorted(folder.rglob("*.tfevents.*"))):
        path.rename(path.with_name(f"events.out.tfevents.{1700000000 + number}.recorder"))


if __name__ == "__main__":
    shutil.rmtree(HERE / "tensorboard", ignore_errors=True)
    rename(make(HERE / "tensorboard" / "torch"))
    rename(make_keras_layout(HERE / "tensorboard" / "keras"))
