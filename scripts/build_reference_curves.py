"""Build the reference library of curves from the public files that it was taken from.

    python scripts/build_reference_curves.py RAW_FOLDER src/costlaw/fitting/data

RAW_FOLDER holds nsl_benchmark.csv, colpret_curves.csv, gadre_overtraining_losses.csv,
porian_isoflop_points.csv, porian_isoflop_optima.csv and pythia_evals.csv (where each comes from is
in the `source` column that this script writes). Only collections under MIT or Apache-2.0 are read.

What is done to the rows, all of it deterministic: a missing or non-positive value is dropped;
several values at one x become their geometric mean (hidden points of the benchmark stay as they
are, apart from exact repetitions); curves outside the benchmark keep at most 96 points, those
nearest to equal steps of ln x; a curve needs 6 values of x over a factor of 4.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
from pathlib import Path

import numpy as np
import polars as pl

MOST_POINTS = 96
SOURCES = [
    ("nsl", "Revisiting neural scaling laws in language and vision", 2022,
     "https://arxiv.org/abs/2209.06640", "benchmark.vision.csv, benchmark.lang.csv; copy in "
     "github.com/DongWooLee-Eli/nslpfn commit 10a5a60 (MIT)", "Apache-2.0"),
    ("colpret", "A hitchhiker's guide to scaling law estimation", 2025,
     "https://arxiv.org/abs/2410.11840", "github.com/IBM/ColPret, extract in "
     "github.com/DongWooLee-Eli/nslpfn commit 10a5a60", "MIT"),
    ("gadre", "Language models scale reliably with over-training and on downstream tasks", 2024,
     "https://arxiv.org/abs/2403.08540", "github.com/mlfoundations/scaling commit a003c49", "MIT"),
    ("porian", "Resolving discrepancies in compute-optimal scaling of language models", 2024,
     "https://arxiv.org/abs/2406.19146",
     "github.com/formll/resolving-scaling-law-discrepancies commit 0dc60d9", "MIT"),
    ("pythia", "Pythia: a suite for analyzing large language models", 2023,
     "https://arxiv.org/abs/2304.01373", "github.com/EleutherAI/pythia commit a19eecb",
     "Apache-2.0"),
]  # fmt: skip
PYTHIA_SIZES = {"70m": 7e7, "160m": 1.6e8, "410m": 4.1e8, "1b": 1e9, "1.4b": 1.4e9,
                "2.8b": 2.8e9, "6.9b": 6.9e9, "12b": 1.2e10}  # fmt: skip  # names of the models
PYTHIA_BATCH = {"0.25MtokBS": 262_144, "0.5MtokBS": 524_288, "1MtokBS": 1_048_576}
PYTHIA_TOKENS_PER_STEP = 2_097_152  # Biderman et al. 2023, section 2.2

Curve = dict[str, object]


def curve(**fields: object) -> Curve:
    """Return one curve: its names, and arrays x, error, hidden."""
    return fields


def tidy(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Drop bad rows, merge equal x, thin; None where too little is left."""
    good = np.isfinite(x) & np.isfinite(y) & (x > 0) & (y > 0)
    x, y = x[good], y[good]
    if x.size == 0:
        return None
    grid, place = np.unique(x, return_inverse=True)
    logs = np.bincount(place, np.log(y)) / np.bincount(place)
    if grid.size > MOST_POINTS:
        wanted = np.linspace(np.log(grid[0]), np.log(grid[-1]), MOST_POINTS)
        near = np.abs(np.log(grid)[None, :] - wanted[:, None]).argmin(1)
        keep = np.unique(near)
        grid, logs = grid[keep], logs[keep]
    if grid.size < 6 or grid[-1] / grid[0] < 4:
        return None
    return grid, np.exp(logs)


def nsl(raw: Path) -> list[Curve]:
    """The 92 curves of the neural-scaling-law benchmark with their official split."""
    table = pl.read_csv(raw / "nsl_benchmark.csv").unique(maintain_order=True)
    out = []
    for (domain, task, model), rows in table.group_by(
        ["domain", "task", "model"], maintain_order=True
    ):
        rows = rows.sort("training", "seen_examples", descending=[True, False])
        data_set = str(task).rsplit("_", 1)[0] if domain == "IC" else str(domain)
        out.append(
            curve(collection=f"nsl-{domain.lower()}", domain=domain, network=model,
                  data_set=data_set, measure=str(task), axis="examples", source="nsl",
                  x=rows["seen_examples"].to_numpy(), error=rows["loss"].to_numpy(),
                  hidden=1 - rows["training"].to_numpy())
        )  # fmt: skip
    return out


def colpret_network(name: str) -> str:
    """The family of networks that a ColPret name belongs to."""
    for start in ("GPT2-", "GPT-3", "OLMo", "OPT", "pile-t5", "pythia", "lambda", "redPajama"):
        if name.startswith(start):
            return start.strip("-")
    if "-d=" in name:
        return "open-lm " + name.split("_l=", maxsplit=1)[0].split("d=")[1]
    return "mixture" if name.startswith(("Pile", "SlimPajama")) else name.strip()


def colpret(raw: Path) -> list[Curve]:
    """Training-loss curves of language models, one a run; the value's kind differs by family."""
    out = []
    table = pl.read_csv(raw / "colpret_curves.csv")
    for (name,), rows in table.group_by(["model"], maintain_order=True):
        both = tidy(rows["tokens"].to_numpy(), rows["metric_value"].to_numpy())
        if both is None:
            continue
        data_set = next((s for s in ("c4_original", "rpj", "rw_original", "oscar", "c4")
                         if s in str(name)), "own")  # fmt: skip
        out.append(
            curve(collection="colpret", domain="LM training curve", network=colpret_network(name),
                  data_set=data_set, measure=str(name).strip(), axis="examples",
                  source="colpret", x=both[0], error=both[1])
        )  # fmt: skip
    return out


def gadre(raw: Path) -> list[Curve]:
    """Final losses over compute at fixed network, and over parameters at a fixed multiplier."""
    table = pl.read_csv(raw / "gadre_overtraining_losses.csv").filter(pl.col("seed").is_null())
    losses = [name for name in table.columns if name.startswith("loss_")]
    out = []
    for loss in losses:
        for (data_set, size), rows in table.group_by(["dataset", "params"], maintain_order=True):
            both = tidy(6.0 * size * rows["tokens"].to_numpy().astype(float), rows[loss].to_numpy())
            if both is not None:
                out.append(
                    curve(collection="gadre", domain="LM final loss", network=f"open-lm {size}",
                          data_set=data_set, measure=f"{loss} {data_set} {size}", axis="compute",
                          source="gadre", x=both[0], error=both[1])
                )  # fmt: skip
    return out


def porian(raw: Path) -> list[Curve]:
    """Loss over tokens at fixed parameters, over parameters at fixed FLOP, optimum over compute."""
    block = ["source_table", "dataset", "hparams", "warmup", "decay", "param_count", "val"]
    points = pl.read_csv(raw / "porian_isoflop_points.csv")
    optima = pl.read_csv(raw / "porian_isoflop_optima.csv")
    cuts = [("tokens at fixed parameters", points, [*block, "n"], "tokens", "examples"),
            ("optimum over compute", optima, block, "flops", "compute")]  # fmt: skip
    out = []
    for what, table, keys, x_name, axis in cuts:
        for key, rows in table.group_by(keys, maintain_order=True):
            both = tidy(rows[x_name].to_numpy().astype(float), rows["loss"].to_numpy())
            if both is not None:
                label = " ".join(str(part) for part in key)
                out.append(
                    curve(collection="porian", domain=what, network=" ".join(map(str, key[2:6])),
                          data_set=key[1], measure=label, axis=axis, source="porian",
                          x=both[0], error=both[1])
                )  # fmt: skip
    return out


def pythia(raw: Path) -> list[Curve]:
    """Benchmark error over tokens of one run, and over parameters at the last checkpoint."""
    table = pl.read_csv(raw / "pythia_evals.csv").filter(pl.col("step") >= 256)
    table = table.with_columns(error=1 - pl.col("acc"))
    out = []
    for (model, shots, task), rows in table.group_by(
        ["model", "shots", "task"], maintain_order=True
    ):
        batch = next((v for k, v in PYTHIA_BATCH.items() if k in model), PYTHIA_TOKENS_PER_STEP)
        both = tidy(rows["step"].to_numpy().astype(float) * batch, rows["error"].to_numpy())
        if both is not None:
            out.append(
                curve(collection="pythia", domain="benchmark error over tokens", network=model,
                      data_set=task, measure=f"{model} {task} {shots}-shot", axis="examples",
                      source="pythia", x=both[0], error=both[1])
            )  # fmt: skip
    last = table.filter(pl.col("step") == 143_000)  # the last step of every Pythia run
    for (shots, task), rows in last.group_by(["shots", "task"], maintain_order=True):
        for suffix in ("", "-deduped"):
            some = {f"pythia-{k}{suffix}": v for k, v in PYTHIA_SIZES.items()}
            mine = rows.filter(pl.col("model").is_in(list(some)))
            x = np.array([some[name] for name in mine["model"]])
            both = tidy(x, mine["error"].to_numpy())
            if both is not None:
                out.append(
                    curve(collection="pythia-size", domain="benchmark error over parameters",
                          network=f"pythia{suffix}", data_set=task,
                          measure=f"sizes{suffix} {task} {shots}-shot", axis="parameters",
                          source="pythia", x=both[0], error=both[1])
                )  # fmt: skip
    return out


def write(curves: list[Curve], folder: Path) -> str:
    """Write curves.csv and points.csv.gz, and return the digest of both."""
    names = ("collection", "domain", "network", "data_set", "measure", "axis", "source")
    heads, rows = [], []
    for number, one in enumerate(curves):
        heads.append({"curve": number, **{k: str(one[k]) for k in names}, "points": len(one["x"])})
        hidden = one.get("hidden", np.zeros(len(one["x"]), int))
        rows.append(pl.DataFrame({"curve": np.full(len(one["x"]), number), "x": one["x"],
                                  "error": one["error"], "hidden": hidden}))  # fmt: skip
    points = pl.concat(rows).with_columns(
        x=pl.col("x").round_sig_figs(7), error=pl.col("error").round_sig_figs(8)
    )
    folder.mkdir(parents=True, exist_ok=True)
    head_text = pl.DataFrame(heads).write_csv().encode()
    point_text = points.write_csv().encode()
    (folder / "curves.csv").write_bytes(head_text)
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as out:
        out.write(point_text)
    (folder / "points.csv.gz").write_bytes(buffer.getvalue())
    columns = ("source", "title", "year", "url", "locator", "licence")
    pl.DataFrame(SOURCES, schema=columns, orient="row").write_csv(folder / "sources.csv")
    return hashlib.blake2b(head_text + point_text, digest_size=16).hexdigest()


def main() -> None:
    raw, folder = Path(sys.argv[1]), Path(sys.argv[2])
    curves = [c for build in (nsl, colpret, gadre, porian, pythia) for c in build(raw)]
    digest = write(curves, folder)
    (folder / "curves.digest").write_text(digest + "\n")
    counts = {}
    for one in curves:
        counts[one["collection"]] = counts.get(one["collection"], 0) + 1
    print(f"{len(curves)} curves, {sum(len(c['x']) for c in curves)} points: {counts}")
    print(f"digest {digest}")


if __name__ == "__main__":
    main()
