"""Print the oldest version of each dependency that pyproject.toml allows, one pin a line.

    python scripts/lower_bounds.py > lower.txt              # the core and what the tests need
    python scripts/lower_bounds.py figures meter > lower.txt

``make lower-bounds`` installs these and runs the tests with them.
"""

import re
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
_BOUND = re.compile(r"([\w.-]+)(?:\[[\w,-]+\])?\s*>=\s*([\w.]+)")
TOOLS = {"ruff", "mypy", "import-linter"}  # of the makers, not of what is released


def pins(extras: list[str]) -> list[str]:
    """Return ``name==version`` for the core and some extras."""
    project = tomllib.loads(PROJECT.read_text())["project"]
    wanted = list(project["dependencies"])
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    found = (_BOUND.fullmatch(line) for line in wanted)
    return sorted({f"{match[1]}=={match[2]}" for match in found if match and match[1] not in TOOLS})


if __name__ == "__main__":
    sys.stdout.write("\n".join(pins(sys.argv[1:] or ["figures", "meter"])) + "\n")
