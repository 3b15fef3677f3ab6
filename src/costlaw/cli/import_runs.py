"""``costlaw import``: the runs that a tracker logged, as a checked table; what was taken and why.

Prints and writes what ``costlaw.trackers`` answers; no arithmetic.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from costlaw.cli.options import read_columns, store_options, store_reading
from costlaw.exceptions import OptionError, OutputError

_SUFFIXES = (".csv", ".parquet", ".jsonl")
_SHOWN = 8


@click.command("import", short_help="Read the runs that a tracker logged; write a table.")
@click.argument("path", metavar="PATH|ADDRESS")
@store_options
@click.option("--column", "columns", multiple=True, metavar="NAME=HEADER",
              help="Name a metric or setting, such as compute_flop=flops.")  # fmt: skip
@click.option("--error-unit", default="auto", show_default=True, metavar="UNIT",
              help="How the error is stated: fraction, percent, accuracy, accuracy-percent, "
              "loss.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON (versioned schema).")
@click.option("--out", default=None, metavar="FILE", help="Write .csv, .parquet or .jsonl.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
def command(path: str, **options: Any) -> None:
    """Read the runs that a tracker logged: MLflow, W&B, TensorBoard, Hugging Face, Lightning,
    Keras, Optuna, CodeCarbon, Zeus, CSV, Parquet, JSON lines.

    \b
    costlaw import mlruns
    costlaw import mlflow.db --metric val_error --out runs.csv
    costlaw import lightning_logs --join emissions.csv
    costlaw import http://localhost:5000 --experiment sweep --json
    """
    from costlaw.trackers import import_runs

    _check_out(options["out"], force=options["force"])
    runs = import_runs(
        path, columns=read_columns(options["columns"]), error_unit=options["error_unit"],
        **store_reading(options),
    )  # fmt: skip
    if options["out"]:
        _write(runs, Path(options["out"]))
        click.echo(f"{options['out']}: {len(runs)} runs written.", err=True)
    if options["as_json"]:
        click.echo(json.dumps(_record(runs), indent=2, allow_nan=False, ensure_ascii=False))
    else:
        click.echo(_card(runs))
    for note in runs.notes:
        click.echo(f"note: {note}", err=True)


def _check_out(out: str | None, *, force: bool) -> None:
    if out is None:
        return
    if Path(out).suffix.casefold() not in _SUFFIXES:
        raise OptionError(f"--out {out}: expected a file ending in {', '.join(_SUFFIXES)}.")
    if Path(out).exists() and not force:
        raise OptionError(f"--out {out}: the file exists; to replace it: --force.")


def _table(runs: Any) -> Any:
    """Return the canonical columns; a loss keeps its name so that it is read back as one."""
    from costlaw.runs.run import FIELDS

    table = runs.frame.select(name for name in FIELDS if runs.has(name))
    return table if runs.benchmark.is_fraction else table.rename({"error": "loss"})


def _write(runs: Any, path: Path) -> None:
    table = _table(runs)
    write = {".csv": table.write_csv, ".parquet": table.write_parquet, ".jsonl": table.write_ndjson}
    try:
        write[path.suffix.casefold()](path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}).") from error


def _record(runs: Any) -> dict[str, Any]:
    return {
        "schema": "costlaw.runs/1",
        "origin": runs.origin,
        "sources": [source.cite() for source in runs.sources],
        "digest": runs.digest,
        "error_unit": runs.benchmark.error_unit,
        "measure": runs.measure,
        "choices": [vars(choice) for choice in runs.choices],
        "notes": list(runs.notes),
        "runs": [run.to_dict() for run in runs],
    }


def _card(runs: Any) -> str:
    lines = [f"{len(runs)} runs from {runs.origin}, error in {runs.benchmark.error_unit}"]
    lines += [f"  {choice.column}: {choice.header} — {choice.reason}"
              for choice in runs.choices if not choice.header.startswith("@")]  # fmt: skip
    table = _table(runs)
    names = [name for name in table.columns if name not in {"curve", "lineage", "seed"}][:6]
    lines.append("  ".join(f"{name:>14}" for name in names))
    for row in table.select(names).head(_SHOWN).iter_rows():
        lines.append("  ".join(f"{_cell(cell):>14}" for cell in row))
    if len(runs) > _SHOWN:
        lines.append(f"… and {len(runs) - _SHOWN} more; write them all: --out runs.csv")
    return "\n".join(lines)


def _cell(cell: Any) -> str:
    if cell is None:
        return "—"
    return f"{cell:.5g}" if isinstance(cell, float) else str(cell)[:24]
