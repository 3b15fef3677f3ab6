"""``costlaw literature``: see, check and export the corpus.

``list`` prints how many results each edition has for each use, usable ones first; ``show`` prints
one network or named system with its sources; ``check`` reads a contributor's rows; ``export``
writes an edition; ``draw`` a picture of the systems. Rows go to stdout, remarks to stderr. No
arithmetic beyond counting.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

import click

from costlaw.cli.options import check_figure, draw

MOST_PROBLEMS = 100  # printed; all are counted


@click.group(name="literature", short_help="See, check and export the published results.")
def command() -> None:
    """See, check and export the corpus of published results.

    \b
    costlaw literature list
    costlaw literature show AlexNet
    """


@command.command(name="list")
@click.option("--edition", help="Only this edition: v1, v2, corrected or extended.")
@click.option("--corrections", "show_corrections", is_flag=True,
              help="List every correction with what it moves.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_corpus(edition: str | None, show_corrections: bool, as_json: bool) -> None:
    """Count results by edition, benchmark, measure and use; usable ones first.

    \b
    costlaw literature list
    costlaw literature list --corrections
    """
    if show_corrections:
        _print_corrections(as_json)
        return
    record = _counts(edition)
    if as_json:
        click.echo(json.dumps(record, indent=2))
        return
    click.echo("Results that a law can be fitted to (edition, benchmark, measure, n)")
    for row in record["laws"]:
        click.echo(f"  {row['edition']:<10} {row['benchmark']:<12} {row['measure']:<20} {row['n']}")
    click.echo("Results by use (edition, benchmark, use, n)")
    for row in record["uses"]:
        click.echo(f"  {row['edition']:<10} {row['benchmark']:<12} {row['use']:<20} {row['n']}")
    click.echo(f"Named systems: {record['systems']}")


def _counts(edition: str | None) -> dict[str, Any]:
    from costlaw.exceptions import UnknownName
    from costlaw.literature import EDITIONS, available, benchmarks, load, systems

    if edition is not None and edition not in EDITIONS:
        raise UnknownName("edition", edition, EDITIONS)
    chosen = [edition] if edition else list(EDITIONS)
    laws = [
        {"edition": key[0], "benchmark": key[1], "measure": key[2], "n": count}
        for key, count in available().items()
        if key[0] in chosen
    ]
    uses = []
    for name in chosen:
        for benchmark in benchmarks():
            counts = Counter(use for result in load(benchmark, name) for use in result.uses)
            uses += [
                {"edition": name, "benchmark": benchmark, "use": use, "n": count}
                for use, count in sorted(counts.items(), reverse=True)
            ]
    return {
        "schema": {"name": "costlaw/literature-list", "version": 1},
        "laws": laws,
        "uses": uses,
        "systems": len(systems()),
    }


def _print_corrections(as_json: bool) -> None:
    from costlaw.literature import corrections

    if as_json:
        rows = [vars(item) for item in corrections()]
        schema = {"name": "costlaw/corrections", "version": 1}
        click.echo(json.dumps({"schema": schema, "corrections": rows}, indent=2))
        return
    for item in corrections():
        done = "accepted" if item.accepted else "rejected"
        value = f"{item.stored or 'not stated'} -> {item.corrected or 'not stated'}"
        click.echo(f"{item.key} {done}: {item.result} {item.field} {value}")
        click.echo(f"    why: {item.reason}")
        click.echo(f"    moves: {item.moves}")


@command.command()
@click.argument("name")
@click.option("--edition", default="corrected", show_default=True, help="Edition to look in.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(name: str, edition: str, as_json: bool) -> None:
    """Show every result of a network, or a named system, with its sources.

    \b
    costlaw literature show AlexNet
    costlaw literature show "ResNet-50" --edition v2 --json
    """
    found = _find(name, edition)
    if as_json:
        schema = {"name": "costlaw/literature-show", "version": 1}
        click.echo(json.dumps({"schema": schema, "found": found}, indent=2))
        return
    for record in found:
        for key, value in record.items():
            if value not in ("", None, [], {}):
                click.echo(f"{key}: {value}")
        click.echo("")


def _find(name: str, edition: str) -> list[dict[str, Any]]:
    from costlaw.exceptions import UnknownName
    from costlaw.literature import benchmarks, corrections, load, system, systems
    from costlaw.literature.export import records

    folded = _fold(name)
    found: list[dict[str, Any]] = [
        dict(row) for row in records(edition) if folded in _fold(str(row["network"]))
    ]
    exact = [row for row in found if _fold(str(row["network"])) == folded]
    found = exact or found
    decided = {row["key"] for row in found}
    found += [vars(item) for item in corrections() if item.result in decided]
    try:
        known = system(name)
        parts = {key: value for key, value in vars(known).items() if key != "source"}
        parts["parameters_per_example"] = known.parameters_per_example
        found.append({**parts, "source": known.source.cite(), "licence": known.source.licence})
    except UnknownName:
        if not found:
            networks = {r.network for b in benchmarks() for r in load(b, edition)}
            names = networks | {item.name for item in systems()}
            raise UnknownName("network or system", name, names) from None
    return found


def _fold(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@command.command(name="draw")
@click.argument("path", metavar="FILE")
def draw_systems(path: str) -> None:
    """Draw parameters per training example of named systems over time: .svg, .png or .html.

    \b
    costlaw literature draw parameters.svg
    """
    from costlaw.figures import parameters_figure
    from costlaw.literature import systems

    check_figure(path)
    draw(systems(), path, figure=parameters_figure)


@command.command()
@click.argument("file", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one problem a line.")
def check(file: str, as_json: bool) -> None:
    """Check a contributor's rows: file, line, what was expected, what to do.

    \b
    costlaw literature check rows.csv
    costlaw literature check rows.csv --json
    """
    from costlaw.exceptions import DataError
    from costlaw.literature.checking import check_file

    count = 0
    for problem in check_file(file):
        count += 1
        if as_json:
            click.echo(json.dumps(vars(problem)))
        elif count <= MOST_PROBLEMS:
            click.echo(str(problem))
    if count:
        more = f"; the first {MOST_PROBLEMS} are shown" if count > MOST_PROBLEMS else ""
        raise DataError(f"{file}: {count} problems{more}. Correct them and check again.")
    click.echo(f"{file}: no problem found.", err=True)


@command.command()
@click.argument("file", type=click.Path(dir_okay=True), required=False)
@click.option("--edition", default="corrected", show_default=True, help="Edition to write.")
@click.option("--benchmark", help="Only this benchmark.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
def export(*, file: str | None, edition: str, benchmark: str | None, force: bool) -> None:
    """Write an edition as CSV with the source and licence of every row (stdout by default).

    \b
    costlaw literature export --edition v2
    costlaw literature export rows.csv --edition v1 --force
    costlaw literature export --edition corrected --benchmark imagenet
    """
    from costlaw.literature.export import export as write
    from costlaw.literature.export import records, write_csv

    if file is None:
        write_csv(list(records(edition, benchmark)), sys.stdout)
        return
    count = write(file, edition, benchmark=benchmark, overwrite=force)
    click.echo(f"{file}: {count} results written.", err=True)
