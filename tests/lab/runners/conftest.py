"""The misbehaving tasks and the watchers of the sweeps' tests serve the runners too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "sweeps"))
