"""Completion in a real bash, and as zsh and fish ask for it; examples in every help."""

import os
import subprocess
import sys

import click
import pytest

from costlaw.cli import command as group
from costlaw.cli import main


@pytest.fixture
def terminal(tmp_path):
    """An environment in which ``costlaw`` is this tree's command."""
    script = tmp_path / "costlaw"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m costlaw "$@"\n')
    script.chmod(0o755)
    return {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}


def test_a_real_bash_completes_commands_names_and_files(terminal, tmp_path):
    (tmp_path / "images.csv").touch()
    done = subprocess.run(
        ["bash", "-c", 'eval "$(costlaw completion bash)"\n'
         'complete_line() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=();'
         ' _costlaw_completion costlaw; echo "${COMPREPLY[@]}"; }\n'
         "complete_line costlaw fore\ncomplete_line costlaw forecast image\n"
         "complete_line costlaw forecast x --si\ncomplete_line costlaw forecast x --site au\n"],
        capture_output=True, text=True, check=True, timeout=120, env=terminal, cwd=tmp_path,
    )  # fmt: skip
    assert done.stdout.split("\n")[:4] == [
        "forecast",
        "imagenet images.csv",
        "--site",
        "authors-2022",
    ]
    assert done.stderr == ""


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_their_script_and_their_answers(terminal, shell, capsys):
    with pytest.raises(SystemExit):
        main(["completion", shell])
    assert f"{shell}_complete" in capsys.readouterr().out
    words = "costlaw lite" if shell == "zsh" else "lite"
    variables = {"_COSTLAW_COMPLETE": f"{shell}_complete", "COMP_WORDS": "costlaw lite",
                 "COMP_CWORD": "1" if shell == "zsh" else words}  # fmt: skip
    done = subprocess.run(["costlaw"], capture_output=True, text=True, check=True, timeout=120,
                          env={**terminal, **variables})  # fmt: skip
    assert "literature" in done.stdout


def commands(group=group, path=""):
    """Every command below a group with its path."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield f"{path}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")


@pytest.mark.parametrize(("path", "command"), list(commands()), ids=lambda item: str(item)[:30])
def test_every_help_shows_examples_before_its_options(path, command):
    text = command.get_help(click.Context(command, info_name=f"costlaw {path}"))
    before, _, _ = text.partition("Options:")
    example = [line for line in before.split("\n")[1:] if f"costlaw {path}" in line]
    assert example, f"no example of costlaw {path} above its options"
