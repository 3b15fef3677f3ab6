"""Callbacks inside the real libraries: small trainings, closed forms, real evaluations.

Slow, because each library takes seconds to import: ``make test-slow``. What each library calls is
recorded in ``recorded/``, and the fast tests play it back (``test_trainings.py``).
"""

# ruff: noqa: E402 - the libraries may be absent, and are asked for first

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
torch = pytest.importorskip("torch")
os.environ.setdefault("KERAS_BACKEND", "torch")

from costlaw.metering import recover_runs

RECORDED = Path(__file__).parent / "recorded"


@pytest.fixture(autouse=True)
def _quiet():
    """Leave the libraries' own warnings to them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def record(name: str, watch) -> list:
    """Write down what a library made its callback do, for the fast tests."""
    calls: list = []

    def spy(method):
        original = getattr(watch, method)

        def noted(*args, **known):
            said = [method]
            if method == "batch":
                size = costlaw_size(args[0])
                said.append({"examples": size})
            elif method == "evaluated":
                said.append({k: float(v) for k, v in args[0].items() if is_number(v)})
            elif method == "begin":
                said.append({k: v for k, v in known.items() if isinstance(v, (int, float))})
            calls.append(said)
            return original(*args, **known)

        setattr(watch, method, noted)

    for method in ("begin", "batch", "step", "evaluated", "end"):
        spy(method)
    if os.environ.get("COSTLAW_RECORD"):
        import atexit

        atexit.register(
            lambda: (RECORDED / f"{name}.json").write_text(json.dumps(calls, indent=1) + "\n")
        )
    return calls


def costlaw_size(batch):
    from costlaw.metering.callbacks.training import size_of

    return size_of(batch)


def is_number(value) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


# -- Hugging Face ----------------------------------------------------------------------------------

T, D, LAYERS, WORDS = 16, 32, 2, 64


def small_gpt():
    transformers = pytest.importorskip("transformers")
    return transformers.GPT2LMHeadModel(
        transformers.GPT2Config(
            vocab_size=WORDS, n_positions=T, n_embd=D, n_layer=LAYERS, n_head=2,
            bos_token_id=0, eos_token_id=0,
        )
    )  # fmt: skip


def gpt_flop(batch: int) -> float:
    """Forward: four products of 12 d² and full attention a layer, and the head."""
    layer = 2 * T * 12 * D * D + 4 * T * T * D
    return batch * (LAYERS * layer + 2 * T * D * WORDS)


class Words(torch.utils.data.Dataset):
    def __len__(self):
        return 22

    def __getitem__(self, index):
        words = torch.arange(T) % WORDS
        return {"input_ids": words, "labels": words}


@pytest.mark.parametrize("mixed", [False, True], ids=["fp32", "bf16"])
def test_a_hugging_face_training_is_counted_batch_by_batch(tmp_path, mixed):
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("accelerate")
    from costlaw.metering.callbacks import HuggingFaceMeter

    network = small_gpt()
    callback = HuggingFaceMeter("gpt", folder=tmp_path / "m", live=False)
    calls = record("hugging_face", callback.watch)
    arguments = transformers.TrainingArguments(
        output_dir=str(tmp_path / "out"), per_device_train_batch_size=4, num_train_epochs=1,
        gradient_accumulation_steps=2, use_cpu=True, bf16=mixed, report_to=[],
        save_strategy="no", eval_strategy="steps", eval_steps=2, disable_tqdm=True,
    )  # fmt: skip
    trainer = transformers.Trainer(
        model=network, args=arguments, train_dataset=Words(), eval_dataset=Words(),
        callbacks=[callback],
    )  # fmt: skip
    trainer.train()
    found = callback.result
    assert found.ended == "finished"
    assert (found.steps, found.examples) == (3, 22)  # 4+4, 4+4, 4+2: the uneven last batch too
    assert found.model_flop == pytest.approx(3 * gpt_flop(22), rel=1e-3)
    assert found.settings["parameters"] == sum(p.numel() for p in network.parameters())
    before = len(found.curve)
    metrics = trainer.evaluate()  # after the end, as most scripts do
    assert callback.result.error == pytest.approx(metrics["eval_loss"])
    assert len(callback.result.curve) == before + 1
    runs = recover_runs(tmp_path / "m")
    assert runs.benchmark.error_unit == "nats"
    assert runs.numbers("error")[0] == pytest.approx(metrics["eval_loss"])
    assert [call[0] for call in calls][:2] == ["begin", "batch"]


# -- Lightning -------------------------------------------------------------------------------------


def lightning_module(by_hand=False):
    lightning = pytest.importorskip("lightning")

    class Small(lightning.pytorch.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(8, 3)
            self.automatic_optimization = not by_hand

        def training_step(self, batch, number):
            loss = torch.nn.functional.cross_entropy(self.layer(batch[0]), batch[1])
            self.log("train_loss", loss)
            if by_hand:
                optimizer = self.optimizers()
                optimizer.zero_grad()
                self.manual_backward(loss)
                optimizer.step()
            return {"loss": loss}

        def validation_step(self, batch, number):
            right = (self.layer(batch[0]).argmax(-1) == batch[1]).float().mean()
            self.log("val_acc", 0.5 + 0.4 * right)

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), 0.1)

    return lightning.pytorch, Small()


def batches(rows=22, size=4):
    data = torch.utils.data.TensorDataset(torch.randn(rows, 8), torch.arange(rows) % 3)
    return torch.utils.data.DataLoader(data, batch_size=size)


@pytest.mark.parametrize("by_hand", [False, True], ids=["automatic", "by hand"])
def test_a_lightning_training_is_counted_by_its_training_step(tmp_path, by_hand):
    lightning, module = lightning_module(by_hand)
    from costlaw.metering.callbacks import LightningMeter

    callback = LightningMeter("small", folder=tmp_path / "m", live=False)
    record("lightning", callback.watch)
    trainer = lightning.Trainer(
        max_epochs=2, accelerator="cpu", callbacks=[callback], logger=False,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
        accumulate_grad_batches=1 if by_hand else 2,
    )  # fmt: skip
    trainer.fit(module, batches(), batches())
    found = callback.result
    assert found.ended == "finished"
    assert (found.steps, found.examples) == (12 if by_hand else 6, 44)
    assert len(found.curve) == 2
    assert found.error == pytest.approx(1 - float(trainer.callback_metrics["val_acc"]))
    if by_hand:
        assert found.model_flop is None
        assert any("operations were not counted" in note for note in found.notes)
    else:  # forward and the weights' gradient; the input wants none
        assert found.model_flop == 2 * 2 * 44 * 8 * 3
        assert callback.run.compute_flop == found.model_flop


def test_an_exception_in_a_lightning_training_is_named_and_its_readings_are_kept(tmp_path):
    lightning, module = lightning_module()
    from costlaw.metering.callbacks import LightningMeter

    module.validation_step = lambda *batch: 1 / 0
    callback = LightningMeter("small", folder=tmp_path / "m", live=False)
    trainer = lightning.Trainer(
        max_epochs=1, accelerator="cpu", callbacks=[callback], logger=False,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
        num_sanity_val_steps=0,
    )  # fmt: skip
    with pytest.raises(ZeroDivisionError):
        trainer.fit(module, batches(), batches())
    assert callback.result.ended == "exception ZeroDivisionError"
    assert callback.result.examples == 22


# -- Keras -----------------------------------------------------------------------------------------


def test_a_keras_training_on_pytorch_is_counted_while_it_runs(tmp_path):
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "torch":
        pytest.skip("keras was imported with another backend before")
    from costlaw.metering.callbacks import KerasMeter

    network = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile("sgd", loss, metrics=["accuracy"])
    callback = KerasMeter("dense", folder=tmp_path / "m", live=False)
    record("keras", callback.watch)
    x, y = torch.randn(22, 8).numpy(), (torch.arange(22) % 3).numpy()
    own = network.train_step
    history = network.fit(x, y, batch_size=4, epochs=2, validation_data=(x, y), verbose=0,
                          callbacks=[callback])  # fmt: skip
    assert network.train_step == own
    found = callback.result
    assert (found.ended, found.steps, found.examples) == ("finished", 12, 44)
    assert found.model_flop == pytest.approx(2 * 2 * 44 * 8 * 3, rel=1e-3)
    assert found.settings["parameters"] == 27
    assert len(found.curve) == 2
    assert callback.run.error == pytest.approx(1 - history.history["val_accuracy"][-1])


def test_a_keras_training_takes_what_it_is_told_where_nothing_can_be_seen(tmp_path):
    keras = pytest.importorskip("keras")
    from costlaw.metering.callbacks import KerasMeter

    network = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3)])
    network.compile("sgd", "mse")
    callback = KerasMeter(
        "told", folder=tmp_path / "m", live=False, examples_per_batch=4, flop_per_batch=100.0
    )
    x = torch.randn(16, 8).numpy()
    network.fit(x, x[:, :3], batch_size=4, epochs=2, validation_data=(x, x[:, :3]), verbose=0,
                callbacks=[callback])  # fmt: skip
    found = callback.result
    assert (found.steps, found.examples, found.model_flop) == (8, 32, 800.0)
    assert found.settings["error_unit"] == "nats"
