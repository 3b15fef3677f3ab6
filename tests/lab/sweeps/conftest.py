"""Drivers as processes of their own, ended when a test is."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import watching


@pytest.fixture
def started(tmp_path):
    """Return a function that starts ``costlaw lab …`` and comes back at once."""
    running = []

    def start(*words):
        running.append(watching.start(*words, folder=tmp_path))
        return running[-1]

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()
