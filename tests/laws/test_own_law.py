"""The example of a law of one's own runs, is short, and finds what it simulated."""

import re
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "own_law.py"


def test_the_example_runs_and_its_interval_holds_the_truth():
    done = subprocess.run([sys.executable, EXAMPLE], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("converged")
    numbers = [float(text) for text in re.findall(r"-?\d+\.\d*", done.stdout)]
    low, high = numbers[2:4], numbers[4:6]
    assert low[0] < 2.0 < high[0] and low[1] < -20.0 < high[1]
    assert EXAMPLE.read_text().count("\n") <= 60
