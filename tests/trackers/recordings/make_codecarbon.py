"""Record CodeCarbon's file of two runs. Made with codecarbon 3.3.2 (offline tracker, process
mode).

    python tests/trackers/recordings/make_codecarbon.py

What it measures is this machine's; the names of the machine, its processors and its place are
blanked.
"""

import csv
import os
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
BLANKED = ("python_version", "os", "cpu_model", "gpu_model", "longitude", "latitude", "region",
           "cloud_provider", "cloud_region")  # fmt: skip


def make(folder, names=("net-0", "net-1")):
    """Track a short loop for each name and return CodeCarbon's file."""
    os.environ["CODECARBON_LOG_LEVEL"] = "critical"
    from codecarbon import OfflineEmissionsTracker

    for name in names:
        tracker = OfflineEmissionsTracker(
            country_iso_code="FRA", output_dir=str(folder), project_name=name, log_level="critical",
            measure_power_secs=1, tracking_mode="process", allow_multiple_runs=True,
            force_cpu_power=50,
        )  # fmt: skip
        tracker.start()
        sum(n * n for n in range(3_000_000))
        tracker.stop()
    return folder / "emissions.csv"


def blank(path, target):
    """Write the file without what tells of the machine."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with target.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, **{key: "" for key in BLANKED if key in row}} for row in rows)


if __name__ == "__main__":
    (HERE / "codecarbon").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        blank(make(Path(scratch)), HERE / "codecarbon" / "emissions.csv")
