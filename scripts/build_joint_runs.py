"""Build src/costlaw/fitting/joint/data/chinchilla.csv from the points read off a figure.

The 245 points were read off Figure 4 of Hoffmann et al. 2022 by Besiroglu et al. 2024 and are
published in their repository; parameters, training FLOP and loss are facts of that figure. Examples
(tokens) are compute / (6 * parameters), the convention of both papers. Usage:

    python scripts/build_joint_runs.py RAW_FOLDER

RAW_FOLDER holds scaling/chinchilla_svg_extracted.csv. Prints a digest of what it wrote.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src/costlaw/fitting/joint/data/chinchilla.csv"
FLOP_PER_PARAMETER_AND_TOKEN = 6.0  # Hoffmann et al. 2022, Section 3.3: C = 6 N D


def main(raw: Path) -> None:
    with (raw / "scaling" / "chinchilla_svg_extracted.csv").open(newline="") as file:
        points = list(csv.DictReader(file))
    rows = []
    for number, point in enumerate(points, start=1):
        parameters, compute = float(point["model_size"]), float(point["training_flop"])
        examples = compute / (FLOP_PER_PARAMETER_AND_TOKEN * parameters)
        name = f"point-{number:03d}"
        row = [name, parameters, examples, compute, float(point["loss"]), "besiroglu-2024"]
        rows.append([str(item) for item in row])
    with TARGET.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "parameters", "examples", "compute_flop", "loss", "source"])
        writer.writerows(rows)
    print(len(rows), hashlib.sha256(TARGET.read_bytes()).hexdigest())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
