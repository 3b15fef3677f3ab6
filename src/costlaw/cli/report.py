"""``costlaw report``: a forecast as a decision memo: HTML, PDF, Markdown. No arithmetic here."""

from __future__ import annotations

import shlex
import sys
from typing import Any

import click

from costlaw.cli.options import (
    evidence_options,
    place_options,
    placed,
    reading,
    show,
    source_argument,
    store_options,
    store_reading,
)
from costlaw.exceptions import OptionError

FORMATS = ("html", "pdf", "md")


@click.command("report", short_help="A forecast as a decision memo: HTML, PDF or Markdown.")
@source_argument
@click.option("--error", "error", required=True, metavar="E", help="Target error: 5% or 0.05.")
@click.option("--html", "html", metavar="FILE", help="One page that works offline.")
@click.option("--pdf", "pdf", metavar="FILE", help="A PDF.")
@click.option("--md", "md", metavar="FILE", help="Markdown, with its picture beside it.")
@place_options
@store_options
@evidence_options
def command(source: str, error: str, **options: Any) -> None:
    """Write a decision memo: question, answer, evidence, picture, sensitivities, sources.

    \b
    costlaw report imagenet --error 5% --html memo.html
    costlaw report runs.csv --error 3% --pdf memo.pdf --md memo.md
    """
    from costlaw.report import check_memo_path, memo, save_memo
    from costlaw.verbs import forecast

    wanted = {name: options[name] for name in FORMATS if options[name]}
    if not wanted and not options["as_json"]:
        raise OptionError("no file to write: expected --html FILE, --pdf FILE or --md FILE.")
    for name, path in wanted.items():
        check_memo_path(path, f".{name}")
    result = forecast(
        source, error, **placed(options), law=options["law"], estimand=options["estimand"],
        **reading(options), **store_reading(options),
    )  # fmt: skip
    made = memo(result, command=shlex.join(["costlaw", *sys.argv[1:]]))
    for path in wanted.values():
        for written in save_memo(made, path):
            click.echo(f"memo written: {written}", err=True)
    show(made, as_json=options["as_json"])
