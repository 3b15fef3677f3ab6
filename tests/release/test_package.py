"""What is released: licences, the wheel's content, the wheel at work with no optional library."""

import email.parser
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CORE = {re.split(r"[>=\[]", line)[0] for line in PROJECT["dependencies"]}
BLOCKER = """
import importlib.abc, sys
ALLOWED = set({allowed!r})

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        known = top in ALLOWED or top in sys.stdlib_module_names or top.startswith("_")
        if not known:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
        return None

sys.meta_path.insert(0, Absent())
"""


def tracked(below):
    done = subprocess.run(["git", "ls-files", below], cwd=ROOT, capture_output=True, text=True,
                          check=True)  # fmt: skip
    return [name for name in done.stdout.split("\n") if name]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel and the source archive, built from this tree."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


def test_every_file_has_its_licence():
    pytest.importorskip("reuse")
    done = subprocess.run(
        [sys.executable, "-m", "reuse", "lint"], cwd=ROOT, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]


def test_every_licence_of_a_source_is_named_in_the_attributions():
    page = (ROOT / "docs" / "attributions.md").read_text()
    for path in (ROOT / "src" / "costlaw").rglob("sources.csv"):
        for name in set(re.findall(r"\b(?:CC-BY-[\w.-]+|MIT|Apache-2\.0|BSD-3-Clause)\b",
                                   path.read_text())):  # fmt: skip
            assert name in page, f"{path}: {name}"


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(built):
    names = {name for name in zipfile.ZipFile(built[0]).namelist() if ".dist-info/" not in name}
    expected = {name.removeprefix("src/") for name in tracked("src/costlaw")}
    assert names == expected
    kinds = {Path(name).suffix for name in names}
    assert {".csv", ".json", ".typed"} <= kinds | {Path(name).name[-6:] for name in names}


def test_the_wheel_says_what_it_is_and_carries_its_licences(built):
    with zipfile.ZipFile(built[0]) as wheel:
        info = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        data = email.parser.Parser().parsestr(wheel.read(info).decode())
        licences = {Path(name).name for name in wheel.namelist() if "/licenses/" in name}
    assert data["Name"] == "costlaw"
    assert data["Requires-Python"] == PROJECT["requires-python"]
    assert set(data.get_all("Provides-Extra")) == set(PROJECT["optional-dependencies"])
    assert {"LICENSE", "Apache-2.0.txt", "CC-BY-4.0.txt", "MIT.txt"} <= licences


def test_the_source_archive_holds_what_a_distributor_needs(built):
    with tarfile.open(built[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md", "Makefile"} <= names
    assert set(tracked("src/costlaw")) <= names
    assert set(tracked("tests/release")) <= names


def closure(names):
    """Import names that the core's own dependencies bring, by the metadata that is installed."""
    from importlib import metadata

    top = {}
    for package, dists in metadata.packages_distributions().items():
        for dist in dists:
            top.setdefault(dist.lower().replace("_", "-"), set()).add(package)
    seen, waiting = set(), [name.lower() for name in names]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for line in metadata.requires(name) or []:
            if "extra ==" not in line:
                waiting.append(re.split(r"[\s;><=!~\[(]", line)[0].lower().replace("_", "-"))
    return {package for name in seen for package in top.get(name, set())}


@pytest.fixture(scope="module")
def bare(built, tmp_path_factory):
    """Run a line of Python on the wheel's own files, with every optional library absent."""
    home = tmp_path_factory.mktemp("bare")
    zipfile.ZipFile(built[0]).extractall(home / "wheel")
    allowed = closure(CORE) | {"costlaw", "sitecustomize", "_distutils_hack"}
    (home / "sitecustomize.py").write_text(BLOCKER.format(allowed=sorted(allowed)))
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment["PYTHONPATH"] = os.pathsep.join([str(home), str(home / "wheel")])

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments], cwd=home, env=environment, capture_output=True,
            text=True, check=False, timeout=120,
        )  # fmt: skip

    return run


def test_the_wheel_works_without_any_optional_library(bare):
    where = bare("-c", "import costlaw; print(costlaw.__file__)")
    assert "wheel" in where.stdout
    assert "No module named 'altair'" in bare("-c", "import altair").stderr
    for words in (["forecast", "imagenet", "--error", "5%"], ["cost", "AlexNet"], ["audit"],
                  ["literature", "list"], ["--help"]):  # fmt: skip
        done = bare("-m", "costlaw", *words)
        assert done.returncode == 0, f"{words}: {done.stderr[-800:]}"


def test_what_needs_an_extra_says_which(bare):
    done = bare("-m", "costlaw", "forecast", "imagenet", "--error", "5%", "--figure", "x.svg")
    assert done.returncode == 1
    assert 'pip install "costlaw[figures]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_importing_the_package_loads_no_optional_library(bare):
    code = (
        "import sys, costlaw\n"
        "for name in costlaw.__all__:\n"
        "    try: getattr(costlaw, name)\n"
        "    except ImportError as error: print(name, error)\n"
    )
    done = bare("-c", code)
    assert done.stdout == "", done.stdout
    assert done.returncode == 0, done.stderr[-800:]
