"""The command line: one lazily loaded command a file, one mapping of refusals to exit codes.

Follows the habits of the field: data on stdout, the rest on stderr; ``--json`` on every reading
command; exit codes 0 done, 1 failure, 2 usage, 3 evidence insufficient or refused, 4 partly done,
130 interrupted. ``costlaw --help`` loads no command and none of numpy, scipy, polars, rich, altair.
No arithmetic here.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from typing import Any

import click
from click.shell_completion import CompletionItem

from costlaw.exceptions import (
    CostlawError,
    EvidenceError,
    OptionError,
    UnitError,
    UnknownName,
    one_line,
)
from costlaw.version import __version__

# name -> (module that holds ``command``, one line of help): add a command here and nowhere else
COMMANDS: dict[str, tuple[str, str]] = {
    "doctor": ("costlaw.cli.doctor", "Say what this machine can meter and what is installed."),
    "meter": ("costlaw.cli.meter", "Meter a command; recover and merge readings."),
    "audit": ("costlaw.cli.audit", "Hold every claim of the article and its paper against data."),
    "allocate": (
        "costlaw.cli.allocate",
        "Best parameters and examples for a budget, from your own runs.",
    ),
    "compare": ("costlaw.cli.compare", "Set every law side by side on your own runs."),
    "completion": ("costlaw.cli.completion", "Print the completion script of a shell."),
    "config": ("costlaw.cli.config", "Show or keep the default site."),
    "cost": ("costlaw.cli.cost", "What a system, an amount or a run cost then and costs today."),
    "decompose": ("costlaw.cli.decompose", "Where growth and progress at a benchmark came from."),
    "fit": ("costlaw.cli.fit", "Fit a law to published results or to a file of runs."),
    "forecast": (
        "costlaw.cli.forecast",
        "What a target error takes: compute, time, money, energy, carbon.",
    ),
    "import": ("costlaw.cli.import_runs", "Read the runs that a tracker logged; write a table."),
    "lab": ("costlaw.cli.lab", "Make the laws yourself: theory, sweeps, strategies."),
    "lifecycle": (
        "costlaw.cli.lifecycle",
        "Training against running, and strategies that cost less.",
    ),
    "plan": ("costlaw.cli.plan", "A target error or a budget as a ranked table of choices."),
    "literature": ("costlaw.cli.literature", "See, check and export the published results."),
    "report": ("costlaw.cli.report", "A forecast as a decision memo: HTML, PDF or Markdown."),
    "serve": ("costlaw.cli.serve", "Open the page: forecasts, claims, data, your own runs."),
}
DONE, FAILURE, USAGE, REFUSED, PARTLY, INTERRUPTED = 0, 1, 2, 3, 4, 130


class LazyGroup(click.Group):
    """A group that imports a command only when it is called.

    Parameters
    ----------
    table : dict of str to (str, str)
        Name of a command to the module that holds ``command`` and one line of help.
    """

    def __init__(self, *words: Any, table: dict[str, tuple[str, str]], **options: Any) -> None:
        super().__init__(*words, **options)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return sorted(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; None if there is none of that name."""
        if cmd_name not in self.table:
            return None
        command: click.Command = importlib.import_module(self.table[cmd_name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which was meant."""
        if args and args[0] not in self.table and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0].casefold(), self.table, n=2, cutoff=0.5)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            known = ", ".join(sorted(self.table))
            raise click.UsageError(f'no command "{args[0]}".{hint} Known: {known}.', ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete commands out of the table, without importing any."""
        items = [CompletionItem(name, help=self.table[name][1]) for name in sorted(self.table)
                 if name.startswith(incomplete)]  # fmt: skip
        return items + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands out of the table, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.table[name][1]) for name in sorted(self.table)])


@click.command(cls=LazyGroup, table=COMMANDS)
@click.version_option(__version__, prog_name="costlaw")
def command() -> None:
    """What does the next point of accuracy cost?

    \b
    costlaw forecast imagenet --error 5%
    costlaw forecast runs.csv --error 3%
    costlaw cost AlexNet
    """


def exit_code(error: BaseException) -> int:
    """Return the exit code that an error means.

    Examples
    --------
    >>> exit_code(EvidenceError("none")), exit_code(OptionError("bad")), exit_code(OSError())
    (3, 2, 1)
    """
    if isinstance(error, EvidenceError):
        return REFUSED
    if isinstance(error, UnknownName | OptionError | UnitError | click.UsageError):
        return USAGE
    return INTERRUPTED if isinstance(error, KeyboardInterrupt | click.Abort) else FAILURE


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line and leave with its exit code; no traceback reaches a person."""
    try:
        command.main(args=arguments, prog_name="costlaw", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader went away (head, less): not an error of ours
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort) as error:
        click.echo("interrupted", err=True)
        sys.exit(exit_code(error))
    except MemoryError:
        click.echo("costlaw: not enough memory; use fewer runs, or a sample of them.", err=True)
        sys.exit(FAILURE)
    except (CostlawError, OSError) as error:
        click.echo(f"costlaw: {one_line(str(error))}", err=True)
        sys.exit(exit_code(error))
    sys.exit(DONE)
