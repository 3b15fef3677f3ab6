"""Importing a big store: time and memory, beside the vendor's own client.

Run: python -m benchmarks.importing [--runs 10000] [--points 1000] [--peer-runs 200] [--json]
     python -m benchmarks.importing --only tensorboard --runs 100000 --hard-links
     python -m benchmarks.importing --stream --runs 100000

Makes a store of each kind (MLflow's SQLite file in the schema of the recorded one, TensorBoard
event files, one CSV a run as Lightning writes it), then reads it in children of their own:
``import_runs`` to a table of runs, and the vendor's client to the same two numbers a run
(last error, compute).
CPU is user + system and memory the child's peak, from wait4. A client that is too slow reads the
first ``--peer-runs`` runs only; its CPU is then scaled up, and the row says so. ``--hard-links``
writes a file and links it 50,000 times, so that 10^8 points fit on a disk.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from costlaw.trackers.formats.crc32c import crc32c, masked

ROOT = Path(__file__).parents[1]
LINKS = 50_000  # a file system has at most about 65,000 links of one file
STORES = ("mlflow", "tensorboard", "csv")
OURS = """
import json, sys
from costlaw.trackers import import_runs
runs = import_runs(sys.argv[1], points="last")
order = runs.numbers("compute_flop").argsort()
print(json.dumps([len(runs), float(runs.numbers("error")[order][-1])]))
"""
PEERS = {
    "mlflow": (
        "mlflow-skinny's MlflowClient.search_runs",
        """
import json, os, sys
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
from mlflow import MlflowClient
client = MlflowClient(f"sqlite:///{sys.argv[1]}")
found, token = [], None
while True:
    page = client.search_runs(["1"], max_results=1000, page_token=token)
    found += [(float(run.data.params["train_flops"]), run.data.metrics["val/error"])
              for run in page]
    token = page.token
    if not token:
        break
print(json.dumps([len(found), max(found)[1]]))
""",
    ),
    "tensorboard": (
        "tensorboard's EventFileLoader",
        """
import json, pathlib, sys
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util.tensor_util import make_ndarray
found = []
for path in sorted(pathlib.Path(sys.argv[1]).glob("*/*tfevents*"))[: int(sys.argv[2])]:
    last = {}
    for event in EventFileLoader(str(path)).Load():
        for value in event.summary.value:
            last[value.tag] = float(make_ndarray(value.tensor))
    found.append((last["train_flops"], last["val/error"]))
print(json.dumps([len(found), max(found)[1]]))
""",
    ),
    "csv": (
        "pandas.read_csv, a file a run",
        """
import json, pathlib, sys
import pandas
found = []
for path in sorted(pathlib.Path(sys.argv[1]).glob("*/metrics.csv"))[: int(sys.argv[2])]:
    table = pandas.read_csv(path)
    found.append((float(table["train_flops"].iloc[-1]), float(table["val_error"].iloc[-1])))
print(json.dumps([len(found), max(found)[1]]))
""",
    ),
}
SCALED = {"tensorboard"}
STREAM = """
import json, sys, resource
import numpy as np
from costlaw.trackers.choosing import choose
from costlaw.trackers.collecting import collect
from costlaw.trackers.logged import LoggedRun, Trace
from costlaw.trackers.tabulating import raw_frame
count, points = int(sys.argv[1]), int(sys.argv[2])
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
steps = np.arange(1.0, points + 1)
stream = (
    LoggedRun(name=f"run {n}", identity=f"{n:032x}", settings={"train_flops": 1e15 + n},
              traces={"val/error": Trace.of(steps, 0.9 * (1e15 + n) ** -0.02 * steps ** -0.1)})
    for n in range(count)
)
table = collect(stream, named=frozenset(), points="last", unfinished=False)
chosen, _ = choose(table, named={}, directions={}, error_unit="auto", origin="stream")
frame, _, _ = raw_frame(table, chosen)
print(json.dumps([frame.height, base]))
"""


def curve(run: int, points: int) -> tuple[np.ndarray, float]:
    """Error at every step of one run, and its compute."""
    compute = 1e15 * (1 + run)
    return (0.9 * compute**-0.02 * np.arange(1, points + 1) ** -0.1), compute


def make_mlflow(folder: Path, runs: int, points: int) -> Path:
    path = folder / "mlflow.db"
    recorded = ROOT / "tests" / "trackers" / "recordings" / "mlflow" / "mlflow.db"
    with sqlite3.connect(recorded) as model, sqlite3.connect(path) as store:
        model.backup(store)
    store.execute("pragma journal_mode = off")
    store.execute("pragma synchronous = off")
    for table in ("runs", "metrics", "latest_metrics", "params", "tags"):
        store.execute(f"delete from {table}")
    for run in range(runs):
        name, (values, compute) = f"{run:032x}", curve(run, points)
        store.execute(
            "insert into runs (run_uuid, name, status, start_time, end_time, lifecycle_stage, "
            "experiment_id, artifact_uri, user_id) "
            "values (?, ?, 'FINISHED', ?, ?, 'active', 1, '', 'someone')",
            [name, f"run {run}", run + 1, run + 5001],
        )
        store.execute("insert into params values ('train_flops', ?, ?)", [f"{compute:.6g}", name])
        store.executemany(
            "insert into metrics values ('val/error', ?, ?, ?, ?, 0)",
            [(value, run, name, step) for step, value in enumerate(values.tolist(), start=1)],
        )
        store.execute("insert into latest_metrics values ('val/error', ?, ?, ?, 0, ?)",
                      [float(values[-1]), run, points, name])  # fmt: skip
    store.commit()
    store.close()
    return path


def event(step: int, tag: bytes, value: float) -> bytes:
    inner = b"\x0a" + bytes([len(tag)]) + tag + b"\x15" + struct.pack("<f", value)
    summary = b"\x0a" + bytes([len(inner)]) + inner
    fixed = b"\x10" + bytes([step & 127 | 128, step >> 7 & 127 | 128, step >> 14])
    return (
        b"\x09"
        + struct.pack("<d", 1.7e9 + step)
        + fixed
        + b"\x2a"
        + bytes([len(summary)])
        + summary
    )


def framed(rows: np.ndarray) -> bytes:
    """Records of one length as TFRecords, the checksums of all of them at once."""
    size = np.frombuffer(struct.pack("<Q", rows.shape[1]), np.uint8)
    head = np.concatenate([size, masked(crc32c(size[None, :])).view(np.uint8)])
    tails = masked(crc32c(rows)).view(np.uint8).reshape(-1, 4)
    return np.concatenate([np.tile(head, (len(rows), 1)), rows, tails], axis=1).tobytes()


def make_tensorboard(folder: Path, runs: int, points: int, *, hard_links: bool = False) -> Path:
    store, name = folder / "logs", "events.out.tfevents.1700000000.host"
    made = [event(step, b"val/error", 0.0) for step in range(1, points + 1)]
    rows = np.frombuffer(b"".join(made), np.uint8).reshape(points, -1).copy()
    for run in range(runs):
        home = store / f"run-{run:06d}"
        home.mkdir(parents=True)
        if hard_links and run % LINKS:
            (home / name).hardlink_to(store / f"run-{run // LINKS * LINKS:06d}" / name)
            continue
        values, compute = curve(run, points)
        rows[:, -4:] = values.astype("<f4").view(np.uint8).reshape(points, 4)
        last = np.frombuffer(event(points, b"train_flops", compute), np.uint8)
        (home / name).write_bytes(framed(rows) + framed(last[None, :]))
    return store


def make_csv(folder: Path, runs: int, points: int) -> Path:
    store = folder / "lightning_logs"
    for run in range(runs):
        home = store / f"version_{run:06d}"
        home.mkdir(parents=True)
        values, compute = curve(run, points)
        lines = [f"{step - 1},{value:.6g},{compute * step / points:.6g}"
                 for step, value in enumerate(values.tolist(), start=1)]  # fmt: skip
        (home / "metrics.csv").write_text("\n".join(["step,val_error,train_flops", *lines]) + "\n")
    return store


def child(code: str, *arguments: str) -> dict:
    """Run a child; return what it printed, its CPU seconds and its peak memory [MB]."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        cwd=ROOT,
    )  # fmt: skip
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.stderr.read().decode()[-2000:])
    return {"answer": json.loads(out), "cpu_s": usage.ru_utime + usage.ru_stime,
            "peak_mb": usage.ru_maxrss / 1024}  # fmt: skip


def measure(options: argparse.Namespace) -> list[dict]:
    rows = []
    for kind in options.only or STORES:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            more = {"hard_links": True} if options.hard_links and kind == "tensorboard" else {}
            store = str(globals()[f"make_{kind}"](Path(name), options.runs, options.points, **more))
            ours = child(OURS, store)
            row = {"store": kind, "runs": options.runs, "points": options.points, "ours": ours}
            rows.append(row)
            if options.hard_links:
                continue
            title, code = PEERS[kind]
            few = min(options.peer_runs, options.runs) if kind in SCALED else options.runs
            peer = child(code, store, str(few))
            row["peer"] = {**peer, "name": title, "runs": few,
                           "cpu_s": peer["cpu_s"] * options.runs / few}  # fmt: skip
            if few == options.runs and not np.allclose(ours["answer"], peer["answer"], rtol=1e-5):
                raise SystemExit(f"{kind}: {ours['answer']} is not {peer['answer']}")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--peer-runs", type=int, default=200)
    parser.add_argument("--only", action="append", choices=STORES)
    parser.add_argument("--hard-links", action="store_true")
    parser.add_argument("--folder", default=None, help="where the stores are made")
    parser.add_argument(
        "--stream",
        action="store_true",
        help="no store: runs straight into the table, points and all",
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.stream:
        found = child(STREAM, str(options.runs), str(options.points))
        print(
            json.dumps({"schema": "costlaw.benchmark-stream/1", "points": options.points, **found})
        )
        return
    rows = measure(options)
    if options.json:
        print(json.dumps({"schema": "costlaw.benchmark-importing/1", "rows": rows}, indent=2))
        return
    print("| store | runs × points | CPU s | peak MB | vendor's client | CPU s | peak MB | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        ours, peer = row["ours"], row.get("peer")
        line = f"| {row['store']} | {row['runs']:,} × {row['points']:,} | {ours['cpu_s']:.1f} | "
        line += f"{ours['peak_mb']:.0f} | "
        if peer:
            scaled = "" if peer["runs"] == row["runs"] else f" ({peer['runs']} runs, scaled)"
            line += f"{peer['name']}{scaled} | {peer['cpu_s']:.1f} | {peer['peak_mb']:.0f} | "
            line += f"{peer['cpu_s'] / ours['cpu_s']:.1f} |"
        else:
            line += "not run | | | |"
        print(line)


if __name__ == "__main__":
    main()
