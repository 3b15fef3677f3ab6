"""What the site adds to the written pages: command line and Python reference, pages not listed yet.

The reference is made at build time from the commands' own help and the docstrings, so it cannot be
out of date.
"""

import sys
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))
GENERATED = {"Python": "reference/python.md", "Command line": "reference/command-line.md"}
FOLDERS = {"How to": "how-to", "Why": "explanation"}


def on_config(config):
    """Fill the sections of the navigation: folders in order, pages that stand nowhere last."""
    docs = Path(config["docs_dir"])
    named = {page for section in config["nav"] for page in _pages(section)}
    for section in config["nav"]:
        if not isinstance(section, dict):
            continue
        ((title, pages),) = section.items()
        if title in FOLDERS:
            pages += sorted(f"{FOLDERS[title]}/{path.name}"
                            for path in (docs / FOLDERS[title]).glob("*.md"))  # fmt: skip
        elif title == "Reference":
            pages += [*({name: page} for name, page in GENERATED.items())]
            if (docs / "vocabulary.md").exists():
                pages.append("vocabulary.md")
    named |= {page for section in config["nav"] for page in _pages(section)}
    others = sorted(path.name for path in docs.glob("*.md") if path.name not in named)
    if others:
        config["nav"].insert(-1, {"Topics": others})
    config["nav"] = [
        section
        for section in config["nav"]
        if not (isinstance(section, dict) and not next(iter(section.values())))
    ]
    return config


def _pages(section):
    """Return the pages named below a section."""
    if isinstance(section, str):
        return [section]
    found = []
    for value in section.values():
        for item in value if isinstance(value, list) else [value]:
            found += _pages(item)
    return found


def on_files(files, config):
    """Add the generated pages."""
    for page, text in (("reference/python.md", _python()),
                       ("reference/command-line.md", _command_line())):  # fmt: skip
        files.append(File.generated(config, page, content=text))
    return files


def _python():
    import costlaw

    parts = ["# Python\n\nEvery public name, from its docstring.\n"]
    for name in costlaw.__all__:
        if name != "__version__":
            where = f"{costlaw._PUBLIC[name]}.{name}"
            parts.append(f"::: {where}\n    options:\n      heading: costlaw.{name}\n")
    return "\n".join(parts)


def _command_line():
    from costlaw.cli import command as group

    parts = [
        "# Command line\n\nWhat `--help` prints. Exit codes: 0 done, 1 failure, 2 usage, 3 "
        "insufficient evidence or refused, 4 partly done, 130 interrupted.\n"
    ]
    parts += _help("costlaw", group, depth=2)
    return "\n".join(parts)


def _help(path, command, *, depth):
    """Return the help of a command and of those below it."""
    import click

    context = click.Context(command, info_name=path, max_content_width=90)
    parts = [f"{'#' * min(depth, 3)} {path}\n", f"```text\n{command.get_help(context)}\n```\n"]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            parts += _help(f"{path} {name}", below, depth=depth + 1)
    return parts
