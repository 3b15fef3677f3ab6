"""The house: ARCHITECTURE.md against the folders, names, sizes, and the front door."""

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import costlaw

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "costlaw"
FILES = sorted(PACKAGE.rglob("*.py"))
FORBIDDEN = {"utils", "util", "core", "common", "base", "helpers", "helper", "misc"}
VERBS = {"fit", "forecast", "cost", "meter", "decompose", "plan", "compare", "plot"}
TEXT = {".py", ".md", ".toml", ".csv", ".cff", ".txt", ".json"}


def rooms_on_disk():
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    return folders | modules


def rooms_in_picture():
    picture = (ROOT / "ARCHITECTURE.md").read_text().split("```")[1]
    return set(re.findall(r"([a-z_]+)(?:/|\.py)", picture))


def test_the_picture_shows_the_rooms_that_exist_and_no_others():
    assert rooms_in_picture() == rooms_on_disk()


def test_no_room_has_the_name_of_a_public_verb():
    assert not rooms_on_disk() & VERBS


def test_no_folder_or_module_has_a_name_that_says_nothing():
    names = {part for path in FILES for part in path.relative_to(PACKAGE).with_suffix("").parts}
    assert not names & FORBIDDEN


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_is_short_its_functions_too_and_it_says_its_idea(path):
    text = path.read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module says its one idea"
    assert text.count("\n") <= 500
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        docstring = ast.get_docstring(node, clean=False)
        doc_lines = docstring.count("\n") + 1 if docstring else 0
        length = (node.end_lineno or 0) - node.lineno + 1 - doc_lines
        assert length <= 40, f"{node.name} has {length} lines without its docstring"
        arguments = node.args.posonlyargs + node.args.args
        positional = [a.arg for a in arguments if a.arg not in {"self", "cls"}]
        decorators = " ".join(ast.unparse(d) for d in node.decorator_list)
        assert len(positional) <= 3 or "click" in decorators, f"{node.name}: {positional}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_inner_file_walks_through_the_front_door(path):
    if path in {PACKAGE / "__init__.py", PACKAGE / "__main__.py"}:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            assert "costlaw" not in [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            assert node.module != "costlaw"


def test_every_public_name_works_after_every_submodule_was_imported():
    for module in pkgutil.walk_packages([str(PACKAGE)], "costlaw."):
        if module.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:  # an optional extra that is not installed here
            assert error.name and not error.name.startswith("costlaw"), error
    for name in costlaw.__all__:
        value = getattr(costlaw, name)
        assert value is not None
        assert not isinstance(value, type(sys)), f"{name} is hidden by a module"
    assert len(costlaw.__all__) <= 41  # 40 names and the version


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, costlaw; heavy = {'numpy', 'scipy', 'polars', 'torch', 'ray', 'altair', "
        "'matplotlib', 'fastapi', 'pandas'}; print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_in_the_repository_holds_an_absolute_path_of_a_machine():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    pattern = re.compile(r"(?<![\w.])/(?:work|home|root|Users)/\w")
    found = []
    for name in tracked:
        path = ROOT / name
        if path.suffix in TEXT and path.is_file():
            found += [f"{name}: {m[0]}" for m in pattern.finditer(path.read_text(errors="replace"))]
    assert not found


def test_only_the_command_that_starts_the_server_imports_the_page():
    for path in FILES:
        if path.is_relative_to(PACKAGE / "web") or path == PACKAGE / "cli" / "serve.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            assert not any(name.startswith("costlaw.web") for name in names), path
