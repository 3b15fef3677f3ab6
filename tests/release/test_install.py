"""A newcomer's machine: the wheel installed into a fresh environment, the tutorial typed in.

make test-release        # needs the package registry; 333 CPU s
"""

import os
import runpy
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
# those with torch pull gigabytes unless a CPU build is named first
NOT_HERE = {"test", "lab", "flop", "ray", "callbacks"}
IMPORTS = {"figures": "altair, vl_convert", "meter": "psutil, pynvml", "report": "typst",
           "web": "fastapi, uvicorn", "docs": "mkdocs, mkdocstrings", "mlflow": "mlflow",
           "wandb": "wandb", "tensorboard": "tensorboard",
           "prometheus": "prometheus_client", "opentelemetry": "opentelemetry.metrics",
           "oracles": "statsmodels, lmfit, iminuit, odrpack"}  # fmt: skip
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
                   cwd=ROOT, check=True, capture_output=True)  # fmt: skip
    return next(folder.glob("*.whl"))


def fresh(folder, *requirements):
    """Make an environment that sees nothing of this one; return its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run([str(python), "-m", "pip", "install", "-q", "-c",
                    str(ROOT / "constraints.txt"), *requirements], check=True, env=clean,
                   capture_output=True, timeout=900)  # fmt: skip
    return python


def test_the_tutorial_typed_in_on_a_fresh_machine_works_as_printed(wheel, tmp_path, monkeypatch):
    python = fresh(tmp_path / "env", str(wheel))
    code = (
        "import runpy, pathlib, sys\n"
        f"pages = runpy.run_path({str(ROOT / 'scripts' / 'pages.py')!r}, run_name='pages')\n"
        "import os\nos.environ['COSTLAW_INSTALLED'] = '1'\n"
        f"page = pages['run_page'](pathlib.Path({str(ROOT / 'docs' / 'tutorial.md')!r}))\n"
        "import costlaw\nassert 'site-packages' in costlaw.__file__, costlaw.__file__\n"
        "print(page.ran, *page.troubles, sep='\\n')\n"
        "sys.exit(bool(page.troubles))\n"
    )
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    clean["COSTLAW_INSTALLED"] = "1"
    done = subprocess.run([str(python), "-c", code], env=clean, capture_output=True, text=True,
                          check=False, cwd=tmp_path, timeout=300)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    shown = runpy.run_path(str(ROOT / "scripts" / "pages.py"), run_name="pages")
    blocks = shown["blocks_of"]((ROOT / "docs" / "tutorial.md").read_text())
    runnable = [b for b in blocks if b.language in shown["RUN"] and "not run" not in b.notes]
    assert int(done.stdout.split("\n")[0]) == len([b for b in runnable if not b.title])


@pytest.mark.parametrize("extra", sorted(set(EXTRAS) - NOT_HERE))
def test_each_extra_installs_and_imports(wheel, tmp_path, extra):
    python = fresh(tmp_path / "env", f"costlaw[{extra}] @ {wheel.as_uri()}")
    done = subprocess.run(
        [str(python), "-c", f"import costlaw, {IMPORTS[extra]}; costlaw.Forecast"],
        capture_output=True, text=True, check=False, timeout=300,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
