"""Networks for pictures: convolutions, and a transformer over patches; rows of pixels go in.

Small relatives of LeCun et al. 1989 and Dosovitskiy et al. 2021, for 28 × 28 grey pixels.
"""

from __future__ import annotations

import torch
from torch import nn

from costlaw.lab.networks.bytes_network import Block

SIDE, PATCH = 28, 7


def convolutional(channels: int, *, classes: int, seed: int) -> nn.Sequential:
    """Return two layers of 3 × 3 convolutions that halve the picture, and one of weights.

    Examples
    --------
    >>> convolutional(8, classes=10, seed=0)(torch.zeros(2, 784)).shape
    torch.Size([2, 10])
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Unflatten(1, (1, SIDE, SIDE)),
            nn.Conv2d(1, channels, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(2 * channels * (SIDE // 4) ** 2, classes),
        )


class PatchNetwork(nn.Module):
    """A transformer over sixteen patches of 7 × 7 pixels, their mean read out.

    Examples
    --------
    >>> PatchNetwork(32, classes=10, seed=0)(torch.zeros(2, 784)).shape
    torch.Size([2, 10])
    """

    def __init__(self, width: int, *, classes: int, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.patches = nn.Linear(PATCH * PATCH, width)
            self.places = nn.Parameter(0.02 * torch.randn((SIDE // PATCH) ** 2, width))
            self.blocks = nn.Sequential(*(Block(width, causal=False) for _ in range(2)))
            self.last = nn.LayerNorm(width)
            self.scores = nn.Linear(width, classes)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the scores of each class."""
        side = SIDE // PATCH
        cut = pixels.view(-1, side, PATCH, side, PATCH).transpose(2, 3)
        x = self.patches(cut.reshape(len(pixels), side * side, PATCH * PATCH)) + self.places
        found: torch.Tensor = self.scores(self.last(self.blocks(x)).mean(dim=1))
        return found
