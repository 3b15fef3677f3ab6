"""Record what Hugging Face, Lightning and Keras write while they train small networks.

Made with transformers 5.23.0, lightning 2.6.6, keras 3.15.1, torch 2.13.0 (processor only):

    KERAS_BACKEND=torch python tests/trackers/recordings/make_trained.py

Beside each recording stands ``expected.csv``: what the library itself returned (evaluation of the
trainer, history, callback metrics), the yardstick of the readers.
"""

import csv
import os
import shutil
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
WIDTHS = (2, 4, 8, 16)
EXAMPLES = 512


def write(folder, rows):
    """Write what the library returned."""
    with (folder / "expected.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def make_hugging_face(folder):
    """Train small GPT-2 networks with the Trainer; keep their state files."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments

    torch.manual_seed(0)
    start = torch.randint(0, 16, (EXAMPLES, 1))
    tokens = (start + torch.arange(12)[None, :]) % 16  # each token is the one before plus one
    data = [{"input_ids": row, "labels": row} for row in tokens]
    rows = []
    for width in WIDTHS:
        config = GPT2Config(vocab_size=16, n_positions=12, n_embd=width, n_layer=1, n_head=1)
        model = GPT2LMHeadModel(config)
        with tempfile.TemporaryDirectory() as scratch:
            arguments = TrainingArguments(
                output_dir=scratch, num_train_epochs=3, per_device_train_batch_size=16,
                learning_rate=1e-2, eval_strategy="steps", eval_steps=16, logging_steps=16,
                save_steps=48, report_to=[], use_cpu=True, seed=0, disable_tqdm=True,
                include_num_input_tokens_seen=True,
            )  # fmt: skip
            trainer = Trainer(model=model, args=arguments, train_dataset=data[:448],
                              eval_dataset=data[448:])  # fmt: skip
            trainer.train()
            last = trainer.evaluate()
            trainer.save_state()
            home = folder / f"width-{width}"
            for path in Path(scratch).rglob("trainer_state.json"):
                kept = home / path.relative_to(scratch)
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, kept)
            rows.append({"name": f"width-{width}", "eval_loss": repr(last["eval_loss"]),
                         "total_flos": repr(trainer.state.total_flos)})  # fmt: skip
    write(folder, rows)


def make_lightning(folder):
    """Train small networks with Lightning's Trainer and CSVLogger."""
    import lightning as L
    import torch
    from lightning.pytorch.loggers import CSVLogger

    class Net(L.LightningModule):
        def __init__(self, width, parameters):
            super().__init__()
            self.save_hyperparameters()
            self.net = torch.nn.Sequential(torch.nn.Linear(8, width), torch.nn.Tanh(),
                                           torch.nn.Linear(width, 3))  # fmt: skip
            self.seen = 0

        def training_step(self, batch, _):
            loss = torch.nn.functional.cross_entropy(self.net(batch[0]), batch[1])
            self.seen += len(batch[0])
            self.log("train_loss", loss)
            return loss

        def validation_step(self, batch, _):
            logits = self.net(batch[0])
            self.log("val_loss", torch.nn.functional.cross_entropy(logits, batch[1]))
            self.log("train_flops", 6.0 * self.hparams.parameters * self.seen)

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), 1e-2)

    torch.manual_seed(0)
    x = torch.randn(EXAMPLES, 8)
    y = (x @ torch.randn(8, 3)).argmax(1)
    train, test = (torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x[s], y[s]), 32)
                   for s in (slice(0, 384), slice(384, None)))  # fmt: skip
    rows = []
    for width in WIDTHS:
        net = Net(width, 11 * width + width + 3)
        logger = CSVLogger(folder, name="", version=f"width-{width}")
        trainer = L.Trainer(max_epochs=4, logger=logger, accelerator="cpu", log_every_n_steps=4,
                            enable_checkpointing=False, enable_progress_bar=False,
                            enable_model_summary=False, num_sanity_val_steps=0)  # fmt: skip
        trainer.fit(net, train, test)
        last = trainer.callback_metrics
        rows.append({"name": f"width-{width}", "val_loss": repr(float(last["val_loss"])),
                     "train_flops": repr(float(last["train_flops"])),
                     "parameters": net.hparams.parameters})  # fmt: skip
    write(folder, rows)


def make_keras(folder):
    """Train small networks with Keras and its CSVLogger, compute added to the logs."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras
    import numpy as np

    class Compute(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["train_flops"] = 6.0 * self.model.count_params() * 384 * (epoch + 1)

    rng = np.random.default_rng(0)
    x = rng.normal(size=(EXAMPLES, 8)).astype("float32")
    y = (x @ rng.normal(size=(8, 3))).argmax(1)
    rows = []
    for width in WIDTHS:
        keras.utils.set_random_seed(0)
        net = keras.Sequential([keras.layers.Dense(width, activation="tanh"),
                                keras.layers.Dense(3)])  # fmt: skip
        net.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                    metrics=["accuracy"])  # fmt: skip
        history = net.fit(
            x[:384], y[:384], validation_data=(x[384:], y[384:]), epochs=6, verbose=0,
            callbacks=[Compute(), keras.callbacks.CSVLogger(str(folder / f"width-{width}.log"))],
        )  # fmt: skip
        rows.append({"name": f"width-{width}",
                     "val_loss": repr(float(history.history["val_loss"][-1])),
                     "train_flops": repr(6.0 * net.count_params() * 384 * 6)})  # fmt: skip
    write(folder, rows)


if __name__ == "__main__":
    for name, make in (("hugging_face", make_hugging_face), ("lightning", make_lightning),
                       ("keras", make_keras)):  # fmt: skip
        shutil.rmtree(HERE / name, ignore_errors=True)
        (HERE / name).mkdir()
        make(HERE / name)
