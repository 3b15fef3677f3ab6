"""Run the real command in a child process, as a person would."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def costlaw(tmp_path):
    """Return a function that runs ``costlaw …`` in an empty folder."""

    def run(*words: str, timeout: float = 120):
        environment = {**os.environ, "PYTHONWARNINGS": "default"}
        return subprocess.run(
            [sys.executable, "-m", "costlaw", *words],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=timeout,
            check=False,
        )  # fmt: skip

    return run
