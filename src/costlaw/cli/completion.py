"""``costlaw completion``: the script that completes commands, options and names in a shell.

The scripts are click's own; what completes a value is in ``options``.
"""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the script that completes commands, options and names in a shell.

    \b
    eval "$(costlaw completion bash)"                    # in ~/.bashrc
    eval "$(costlaw completion zsh)"                     # in ~/.zshrc
    costlaw completion fish > ~/.config/fish/completions/costlaw.fish
    """
    from click.shell_completion import get_completion_class

    from costlaw.cli import command as group

    maker = get_completion_class(shell)
    if maker is None:  # a click that knows fewer shells
        raise click.UsageError(f"the installed click has no completion for {shell}.")
    click.echo(maker(group, {}, "costlaw", "_COSTLAW_COMPLETE").source())
