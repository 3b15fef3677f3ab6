"""A few metered trainings give a law, and the law gives the price of the next point.

Run: python examples/metered_law.py [folder]      (needs PyTorch: pip install "costlaw[flop]")

Seven trainings of one small network, each with twice the steps of the one before. The meter counts
time, energy and operations; the error goes in with ``m.report``. The seven runs are what
``costlaw.forecast`` takes, as objects here or as the folder of readings:

    costlaw forecast costlaw-runs --error 5%
"""

import sys

import torch
from torch import nn

import costlaw
from costlaw.metering.flop import FlopCounter

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "costlaw-runs"
SIZE, BATCH = 32, 64
torch.manual_seed(0)
torch.set_num_threads(1)
TEACHER = nn.Sequential(nn.Linear(SIZE, 8, bias=False), nn.Tanh(), nn.Linear(8, 1, bias=False))
TEACHER.requires_grad_(False)


def examples(count):
    x = torch.randn(count, SIZE)
    return x, (TEACHER(x) > 0).float()


def train(steps):
    torch.manual_seed(steps)
    network = nn.Sequential(nn.Linear(SIZE, 128), nn.ReLU(), nn.Linear(128, 1))
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    loss_of = nn.functional.binary_cross_entropy_with_logits
    counter = FlopCounter(network, loss_of)
    weights = sum(weight.numel() for weight in network.parameters())
    with costlaw.meter(f"{steps} steps", folder=FOLDER, parameters=weights, seed=steps) as m:
        for _ in range(steps):
            x, y = examples(BATCH)
            optimizer.zero_grad()
            loss_of(network(x), y).backward()
            optimizer.step()
            m.step(examples=BATCH, flop=counter(x, target=y))
        x, y = examples(20_000)
        m.report(error=((network(x) > 0) != y).float().mean().item())
    return m


if __name__ == "__main__":
    runs = [train(25 * 2**k) for k in range(7)]
    for m in runs:
        print(repr(m.result), f"error {m.run.error:.3f}")
    best = min(m.run.error for m in runs)
    print(costlaw.forecast(runs, 0.9 * best))
