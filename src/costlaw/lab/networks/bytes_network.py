"""A small transformer that says which byte comes next (Vaswani et al. 2017, decoder only).

Two layers, heads of 16, normalisation before each part, learned positions. Scores come out as
(batch, 256, length), the order in which PyTorch's cross-entropy takes them.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

BYTES, CONTEXT, LAYERS, HEAD = 256, 64, 2, 16


class Block(nn.Module):
    """Attention to what came before, then a layer of four times the width."""

    def __init__(self, width: int, *, causal: bool = True) -> None:
        super().__init__()
        self.heads, self.causal = max(1, width // HEAD), causal
        self.before_attention, self.before_layer = nn.LayerNorm(width), nn.LayerNorm(width)
        self.asked, self.answered = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the rows, each told of those it may look at."""
        batch, length, width = x.shape
        parts = self.asked(self.before_attention(x)).view(batch, length, 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=self.causal)
        x = x + self.answered(seen.transpose(1, 2).reshape(batch, length, width))
        return x + self.narrow(functional.gelu(self.wide(self.before_layer(x))))


class BytesNetwork(nn.Module):
    """A transformer over bytes.

    Parameters
    ----------
    width : int
        Numbers a byte is held in; a multiple of 16, or less than 32 [count].
    seed : int
        Of the weights.

    Examples
    --------
    >>> BytesNetwork(16, seed=0)(torch.zeros(2, 5, dtype=torch.int64)).shape
    torch.Size([2, 256, 5])
    """

    def __init__(self, width: int, *, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.table = nn.Embedding(BYTES, width)
            self.places = nn.Parameter(0.02 * torch.randn(CONTEXT, width))
            self.blocks = nn.Sequential(*(Block(width) for _ in range(LAYERS)))
            self.last = nn.LayerNorm(width)
            self.scores = nn.Linear(width, BYTES)
            nn.init.normal_(self.table.weight, std=0.02)

    def forward(self, bytes_seen: torch.Tensor) -> torch.Tensor:
        """Return scores of the next byte at each place."""
        x = self.table(bytes_seen) + self.places[: bytes_seen.shape[1]]
        found: torch.Tensor = self.scores(self.last(self.blocks(x))).transpose(1, 2)
        return found
