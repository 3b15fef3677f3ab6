"""``costlaw completion``: the script that completes commands, options and names in a shell.

What completes a value is in ``options``; the question and the answer are click's. bash has click's
script; zsh and fish have their own here, since click's does nothing in a zsh that has not called
``compinit``, puts a space behind a folder, and in fish cuts names and descriptions at a comma.
"""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")
ZSH = """#compdef costlaw
_costlaw_completion() {
    (( $+commands[costlaw] )) || return 1
    local type key help
    local -a plain folders described answer
    answer=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \\
        _COSTLAW_COMPLETE=zsh_complete costlaw)}")
    for type key help in ${answer}; do
        case $type in
            dir) _path_files -/ ;;
            file) _path_files -f ;;
            *) if [[ $help != _ ]]; then described+=("$key:$help")
               elif [[ $key == */ ]]; then folders+=("$key")
               else plain+=("$key"); fi ;;
        esac
    done
    (( $#described )) && _describe -V unsorted described -U
    (( $#plain )) && compadd -U -V unsorted -a plain
    (( $#folders )) && compadd -U -V unsorted -S '' -a folders
    return 0
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _costlaw_completion "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
    compdef _costlaw_completion costlaw
fi
"""
FISH = """function _costlaw_completion
    set -l answer (env _COSTLAW_COMPLETE=fish_complete COMP_WORDS=(commandline -cp) \\
        COMP_CWORD=(commandline -t) costlaw)
    for line in $answer
        set -l parts (string split -m 1 , -- $line)
        switch $parts[1]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
            case '*'
                echo $parts[2]
        end
    end
end
complete --no-files --command costlaw --arguments '(_costlaw_completion)'
"""


def script(shell: str) -> str:
    """Return the completion script of a shell."""
    if shell != "bash":
        return ZSH if shell == "zsh" else FISH
    from click.shell_completion import BashComplete

    from costlaw.cli import command as group

    return BashComplete(group, {}, "costlaw", "_COSTLAW_COMPLETE").source()


@click.command("completion", short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the script that completes commands, options and names in a shell.

    \b
    eval "$(costlaw completion bash)"                    # in ~/.bashrc
    eval "$(costlaw completion zsh)"                     # in ~/.zshrc
    costlaw completion fish > ~/.config/fish/completions/costlaw.fish
    """
    click.echo(script(shell))
