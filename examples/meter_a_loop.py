"""Meter a loop: what it used, and the run that a law can be fitted to."""

import tempfile
import time

import costlaw

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        with costlaw.meter("loop", folder=folder, interval_s=0.1) as window:
            for epoch in range(3):
                time.sleep(0.1)  # a training step stands here
                window.step(examples=64, error=0.5 / (epoch + 1))
        print(window.result)
        print(window.run)
