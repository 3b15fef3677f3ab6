"""Options that several commands share, and what they do with a result.

One wording for each option; JSON or a card on stdout, everything else on stderr. No arithmetic.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from costlaw.cli.configuration import default_site
from costlaw.exceptions import OptionError

F = TypeVar("F", bound=Callable[..., Any])
EDITION = "Edition of the corpus: corrected (default), v1, v2, extended."
MEASURE = (
    "How compute is counted: hardware-burden (default), network-operations, consolidated, "
    "operations-per-pass."
)
LAW = (
    "power, exponential (1/error), exponential-levels, or any law of costlaw.laws such as "
    "power-irreducible, broken-power-1, joint; for forecast also pool: the default for own runs "
    "where there are enough."
)
RAN_ON = "Chip that runs ran on which state hours and no chip."
ESTIMAND = (
    "error-on-compute (default), compute-on-error, reduced-major-axis, frontier, fixed-year, "
    "stochastic-frontier, structural (compute stated within 0.3 dex), structural-0.15, "
    "structural-0.5."
)


def complete_sources(_ctx: Any, _param: Any, incomplete: str) -> list[CompletionItem]:
    """Complete the name of a benchmark, a file or a folder."""
    from costlaw.literature import benchmarks

    files = [f"{path}/" if Path(path).is_dir() else path
             for path in sorted(glob.glob(f"{glob.escape(incomplete)}*"))]  # noqa: PTH207 # fmt: skip
    known = [name for name in benchmarks() if name.startswith(incomplete)]
    return [CompletionItem(name) for name in [*known, *files]]


def complete_sites(_ctx: Any, _param: Any, incomplete: str) -> list[CompletionItem]:
    """Complete the name of a site."""
    from costlaw.costs.presets import PRESET_NAMES

    return [CompletionItem(name) for name in PRESET_NAMES if name.startswith(incomplete)]


def complete_readers(_ctx: Any, _param: Any, incomplete: str) -> list[CompletionItem]:
    """Complete the name of a format."""
    from costlaw.trackers.catalogue import READERS

    return [CompletionItem(name) for name in READERS if name.startswith(incomplete)]


def source_argument(command: F) -> F:
    """Add the argument that names a benchmark, a file or a store."""
    return click.argument("source", metavar="BENCHMARK|FILE|STORE",
                          shell_complete=complete_sources)(command)  # fmt: skip


def site_option(command: F) -> F:
    """Add ``--site``; by default the configured one (see ``configuration``)."""
    return click.option(
        "--site", default=default_site, metavar="PRESET", shell_complete=complete_sites,
        help="Where it is paid for: today, article-2021, authors-2022; default: costlaw config.",
    )(command)  # fmt: skip


def place_options(command: F) -> F:
    """Add ``--site``, or ``--chip`` and ``--region`` in its place; see :func:`placed`."""
    for decorate in (
        click.option("--region", default=None, metavar="PLACE",
                     help="Grid, instead of a whole site: FR, US-CA, gcp/europe-west9."),
        click.option("--chip", default=None, metavar="NAME",
                     help="Chip it is priced on, instead of a whole site (H100 with --region "
                     "alone); runs that state hours and no chip ran on it too."),
        click.option("--site", default=None, metavar="PRESET", shell_complete=complete_sites,
                     help="Where it is paid for: today, article-2021, authors-2022; default: "
                     "costlaw config."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def placed(options: dict[str, Any]) -> dict[str, Any]:
    """Return where it is paid for, as the verbs take it: the configured site if nothing is said."""
    found = {name: options[name] for name in ("site", "chip", "region")}
    if not any(found.values()):
        found["site"] = default_site()
    return found


def ran_on_option(command: F) -> F:
    """Add ``--ran-on`` under its shorter name too, where nothing is priced."""
    return click.option("--ran-on", "--chip", "ran_on", default=None, metavar="NAME",
                        help=RAN_ON)(command)  # fmt: skip


def evidence_options(command: F) -> F:
    """Add the options that choose runs, law and estimand."""
    if not any(one.name == "ran_on" for one in getattr(command, "__click_params__", ())):
        command = click.option("--ran-on", default=None, metavar="NAME", help=RAN_ON)(command)
    for decorate in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON (versioned schema)."),
        click.option("--error-unit", default="auto", show_default=True, metavar="UNIT",
                     help="How a file states its error: fraction, percent, accuracy, "
                     "accuracy-percent, loss."),
        click.option("--column", "columns", multiple=True, metavar="NAME=HEADER",
                     help="Name a column of a file: compute_flop=flops, or a product: "
                     "'compute_flop=6 * params * tokens'."),
        click.option("--chips", type=float, default=None, metavar="N",
                     help="How many chips each run held, where only a wall time is stated."),
        click.option("--estimand", default="error-on-compute", metavar="NAME", help=ESTIMAND),
        click.option("--law", default=None, metavar="NAME", help=LAW),
        click.option("--measure", default=None, metavar="NAME", help=MEASURE),
        click.option("--edition", default=None, metavar="NAME", help=EDITION),
    ):  # fmt: skip
        command = decorate(command)
    return command


def store_options(command: F) -> F:
    """Add the options that say how to read a tracker's store."""
    for decorate in (
        click.option("--join", multiple=True, metavar="FILE",
                     help="Join a file that knows more of the same runs: CodeCarbon, Zeus, CSV."),
        click.option("--unfinished", is_flag=True,
                     help="Also take runs that did not come to their end."),
        click.option("--points", default="auto", metavar="KIND",
                     help="last: one row a run; curve: points of every learning curve; auto "
                     "(default): curve if there is one run."),
        click.option("--experiment", default=None, metavar="NAME",
                     help="Experiment, study or project of a store that holds several."),
        click.option("--metric", default=None, metavar="NAME",
                     help="The metric that is the error, where several could be."),
        click.option("--from", "reader", default="auto", metavar="FORMAT",
                     shell_complete=complete_readers,
                     help="Format of a store; recognised by itself."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def store_reading(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that say how to read a store, as the verbs take them."""
    names = ("reader", "metric", "experiment", "points", "unfinished", "join")
    return {name: options[name] for name in names}


def read_columns(pairs: tuple[str, ...]) -> dict[str, str]:
    """Return ``("error=top1",)`` as a mapping.

    Raises
    ------
    OptionError
        If a pair has no ``=``.
    """
    named = {}
    for pair in pairs:
        column, mark, header = pair.partition("=")
        if not mark or not header:
            raise OptionError(f'--column {pair}: expected NAME=HEADER, such as error="val error".')
        named[column.strip()] = header
    return named


def reading(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that say how to read a source, as the verbs take them."""
    return {
        "edition": options["edition"],
        "measure": options["measure"],
        "columns": read_columns(options["columns"]),
        "error_unit": options["error_unit"],
        "ran_on": options["ran_on"],
        "chips": options["chips"],
    }


def figure_option(command: F) -> F:
    """Add ``--figure PATH``."""
    text = "Draw it: .svg, .png, or .html (one file, offline)."
    return click.option("--figure", default=None, metavar="PATH", help=text)(command)


def check_figure(path: str | None) -> None:
    """Refuse a path that no picture can be written to, before any work is done."""
    if path:
        from costlaw.figures import check_figure_path

        check_figure_path(path)


def draw(result: Any, path: str, *, figure: Callable[..., dict[str, Any]]) -> None:
    """Write the picture of a result, for HTML also a narrow one, and say where on stderr."""
    from costlaw.figures import save_figure

    narrow = figure(result, width=374) if path.casefold().endswith(".html") else None
    written = save_figure(figure(result), path, narrow=narrow)
    click.echo(f"figure written: {written}", err=True)


def log_options(command: F) -> F:
    """Add the options that write an answer back to a tracker."""
    for decorate in (
        click.option("--log-run", default=None, metavar="ID",
                     help="With --log-to: add to this run instead of a new one."),
        click.option("--log-to", default=None, metavar="PLACE",
                     help="Write it to a tracker: mlflow:ADDRESS or wandb:ENTITY/PROJECT."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def log_back(result: Any, place: str | None, run: str | None) -> None:
    """Write a result to a tracker where one was asked for, and say to which run."""
    if place is None:
        if run:
            raise OptionError("--log-run names a run of a tracker: it goes with --log-to PLACE.")
        return
    from costlaw.trackers import log_answer

    click.echo(f"logged to run {log_answer(result, place, run=run)}", err=True)


def show(result: Any, *, as_json: bool) -> None:
    """Print a result on stdout: its card, or its JSON."""
    if as_json:
        click.echo(json.dumps(result.to_dict(), indent=2, allow_nan=False, ensure_ascii=False))
    else:
        click.echo(str(result))


def strategies_known(table: str | None) -> tuple[Any, ...]:
    """Return the strategies of a table: a CSV, the lab's own (``lab``), or those that ship."""
    from costlaw.lifecycle import default_strategies, read_strategies

    if table is None:
        return default_strategies()
    return read_strategies(_lab_table() if table == "lab" else table)


def _lab_table() -> Any:
    from importlib import resources

    from costlaw.exceptions import DataError

    path = resources.files("costlaw.lab").joinpath("data", "strategies.csv")
    if not path.is_file():
        raise DataError("the lab has measured no strategies yet; leave out --strategies lab.")
    return path
