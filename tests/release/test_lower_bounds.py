"""The oldest versions that are allowed are pinned out of the one list of dependencies."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]
BOUNDS = runpy.run_path(str(ROOT / "scripts" / "lower_bounds.py"))


def test_every_dependency_of_the_core_has_a_lower_bound():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert len(BOUNDS["pins"]([])) == len(project["dependencies"])
    for extra, lines in project["optional-dependencies"].items():
        for line in lines:
            assert ">=" in line or line.startswith("costlaw["), f"{extra}: {line} has no bound"
