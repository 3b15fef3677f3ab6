"""A tracker's store: logs as Lightning's CSVLogger leaves them, straight into a forecast."""

import tempfile
from pathlib import Path

import costlaw

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        store = Path(name) / "lightning_logs"
        for run in range(8):
            folder, compute = store / f"version_{run}", 1e15 * 4.0**run
            folder.mkdir(parents=True)
            rows = [f"{step},{0.5 * (compute * step / 100) ** -0.1 * 30:.5f},{compute * step / 100}"
                    for step in (25, 50, 75, 100)]  # fmt: skip
            (folder / "metrics.csv").write_text(
                "step,val_error,train_flops\n" + "\n".join(rows) + "\n"
            )
        runs = costlaw.import_runs(store)
        print(*runs.notes, sep="\n")
        answer = costlaw.forecast(runs, 0.9 * float(runs.numbers("error").min()))
        print(answer)
