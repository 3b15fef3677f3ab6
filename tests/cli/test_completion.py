"""Completion in a real bash, zsh and fish, as they ask for it; examples in every help."""

import contextlib
import os
import shlex
import shutil
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


LINES = (
    "costlaw fore",
    "costlaw forecast image",
    "costlaw forecast x --si",
    "costlaw forecast x --site au",
    "costlaw forecast two",
    "costlaw forecast log",
)
ZSHRC = """
eval "$(costlaw completion zsh)"
setopt menu_complete
ask() { zle complete-word; print -r -- "$BUFFER|" >> $ASKED; }
next() { BUFFER=""; }
zle -N ask; zle -N next; bindkey '^I' ask; bindkey '^G' next
PS1="rea""dy>"
"""


@pytest.fixture
def files(tmp_path):
    """A folder with a file of each difficulty."""
    folder = tmp_path / "files"
    (folder / "logs").mkdir(parents=True)
    for name in ("images.csv", "two, words.csv"):
        (folder / name).touch()
    return folder


def shell_or_skip(name):
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")


def test_a_real_fish_completes_commands_names_and_files(terminal, files):
    shell_or_skip("fish")
    asked = ["costlaw completion fish | source"]
    asked += [f"complete --do-complete {shlex.quote(line)}; echo ." for line in LINES]
    done = subprocess.run(["fish", "--no-config", "-c", "\n".join(asked)], capture_output=True,
                          text=True, check=True, timeout=120, cwd=files, env=terminal)  # fmt: skip
    answers = [block.split("\n") for block in done.stdout.split("\n.\n")]
    assert answers[0][0].startswith("forecast\tWhat a target error takes: compute, ")
    assert answers[1] == ["imagenet", "images.csv"]
    assert answers[2][0].startswith("--site\tWhere it is paid for: today, ")
    assert answers[3:6] == [["authors-2022"], ["two, words.csv"], ["logs/"]]
    assert done.stderr == ""


def test_a_real_zsh_without_settings_completes_commands_names_and_files(terminal, files, tmp_path):
    shell_or_skip("zsh")
    import pty

    (tmp_path / ".zshrc").write_text(ZSHRC)
    variables = {**terminal, "ZDOTDIR": str(tmp_path), "ASKED": str(tmp_path / "asked"),
                 "TERM": "dumb"}  # fmt: skip
    ours, theirs = pty.openpty()
    with subprocess.Popen(["zsh", "-d", "-i"], stdin=theirs, stdout=theirs, stderr=theirs,
                          cwd=files, env=variables, start_new_session=True):  # fmt: skip
        os.close(theirs)
        shown = b""
        while b"ready>" not in shown:
            shown += os.read(ours, 4096)
        typed = "".join(line + "\t" * (1 + line.endswith("image")) + "\a" for line in LINES)
        os.write(ours, typed.encode() + b"\x04")
        with contextlib.suppress(OSError):  # how a terminal ends
            while os.read(ours, 4096):
                pass
    os.close(ours)
    assert (tmp_path / "asked").read_text().split("|\n")[:-1] == [
        "costlaw forecast ",
        "costlaw forecast imagenet",
        "costlaw forecast images.csv",
        "costlaw forecast x --site ",
        "costlaw forecast x --site authors-2022 ",
        "costlaw forecast two,\\ words.csv ",
        "costlaw forecast logs/",
    ]
    assert b"command not found" not in shown


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
