"""Train nine small networks on handwritten digits and log one line a run: the tutorial's runs.

Compute is counted, not measured: 2 FLOP a multiply-add, a pass backward costs two forward, so one
example in one step takes 6 FLOP a weight. Needs scikit-learn. ``--runs N`` trains the first N.
"""

import argparse
import csv
import sys
import warnings

from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

EPOCHS, SEEDS, HELD_OUT = 30, 8, 597
images, labels = load_digits(return_X_y=True)


def run(width: int, examples: int) -> dict[str, float | str]:
    """Train on eight splits and return what a tracker would log of them."""
    wrong = 0
    for seed in range(SEEDS):
        train_x, test_x, train_y, test_y = train_test_split(
            images / 16.0, labels, test_size=HELD_OUT, random_state=seed
        )
        network = MLPClassifier((width,), max_iter=EPOCHS, batch_size=20, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a fixed number of epochs is meant
            network.fit(train_x[:examples], train_y[:examples])
        wrong += int((network.predict(test_x) != test_y).sum())
    weights = sum(layer.size for layer in network.coefs_)
    return {
        "name": f"width-{width}",
        "val_error": round(wrong / (SEEDS * HELD_OUT), 4),
        "train_flops": 6 * weights * examples * EPOCHS,
        "parameters": weights,
        "examples": examples,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    count = parser.parse_args().runs
    runs = [run(16 + 8 * n, round(80 * 1.4**n)) for n in range(count)]
    writer = csv.DictWriter(sys.stdout, fieldnames=list(runs[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(runs)
