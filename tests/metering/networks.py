"""Networks with closed forms: operations from the formula of the network, not from its code.

Each function returns (network, batch, forward FLOP, forward + backward FLOP). Closed forms count
matrix products, convolutions and attention; 2 FLOP a multiply-add; attention in full.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

# -- residual network ------------------------------------------------------------------------------


class Residual(nn.Module):
    def __init__(self, wide_in: int, wide: int, stride: int) -> None:
        super().__init__()
        self.one = nn.Conv2d(wide_in, wide, 3, stride, 1, bias=False)
        self.two = nn.Conv2d(wide, wide, 3, 1, 1, bias=False)
        self.norm_one, self.norm_two = nn.BatchNorm2d(wide), nn.BatchNorm2d(wide)
        self.short = None
        if stride != 1 or wide_in != wide:
            self.short = nn.Conv2d(wide_in, wide, 1, stride, bias=False)

    def forward(self, x):
        y = self.norm_two(self.two(F.relu(self.norm_one(self.one(x)))))
        return F.relu(y + (x if self.short is None else self.short(x)))


def resnet18(batch: int = 1, size: int = 224):
    """He et al. 2015, arXiv:1512.03385, table 1, 18 layers."""
    widths = [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1),
              (256, 512, 2), (512, 512, 1)]  # fmt: skip
    network = nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
        nn.MaxPool2d(3, 2, 1), *[Residual(*sizes) for sizes in widths],
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000),
    )  # fmt: skip
    side = size // 2
    stem = 2 * 7 * 7 * 3 * 64 * side**2
    side //= 2
    rest = 0.0
    for wide_in, wide, stride in widths:
        side //= stride
        rest += 2 * 9 * wide_in * wide * side**2 + 2 * 9 * wide**2 * side**2
        rest += 2 * wide_in * wide * side**2 if stride == 2 else 0
    rest += 2 * 512 * 1000
    images = torch.empty(batch, 3, size, size)
    # the image wants no gradient: the first layer's backward pass is its weights' only
    return network, (images,), batch * (stem + rest), batch * (2 * stem + 3 * rest)


# -- transformers ----------------------------------------------------------------------------------


class Attention(nn.Module):
    """Attention with query heads, fewer key heads, and one of four ways to compute it."""

    def __init__(self, d: int, heads: int, **kind) -> None:
        super().__init__()
        self.heads, self.shared = heads, kind.get("key_heads", heads)
        self.way, self.causal = kind.get("way", "fused"), kind.get("causal", True)
        self.window = kind.get("window", 0)
        self.size = d // heads
        self.q = nn.Linear(d, d)
        self.kv = nn.Linear(d, 2 * self.shared * self.size)
        self.out = nn.Linear(d, d)

    def forward(self, x):
        b, t, d = x.shape
        q = self.q(x).view(b, t, self.heads, self.size).transpose(1, 2)
        k, v = self.kv(x).view(b, t, 2, self.shared, self.size).permute(2, 0, 3, 1, 4)
        y = getattr(self, self.way)(q, k, v)
        return self.out(y.transpose(1, 2).reshape(b, t, d))

    def fused(self, q, k, v):
        gqa = self.heads != self.shared
        return F.scaled_dot_product_attention(q, k, v, is_causal=self.causal, enable_gqa=gqa)

    def manual(self, q, k, v):
        scores = q @ k.transpose(-2, -1) * self.size**-0.5
        if self.causal:
            t = q.shape[-2]
            hidden = torch.ones(t, t, dtype=torch.bool, device=q.device).triu(1)
            scores = scores.masked_fill(hidden, float("-inf"))
        return scores.softmax(-1) @ v

    def banded(self, q, k, v):
        t = torch.arange(q.shape[-2], device=q.device)
        near = (t[:, None] - t[None]).abs() < self.window
        return F.scaled_dot_product_attention(q, k, v, attn_mask=near)

    def chunked(self, q, k, v):
        """Each block of ``window`` looks at itself and at the block before."""
        b, h, t, s = q.shape
        q = q.reshape(b, h, t // self.window, self.window, s)
        padded = [F.pad(z, (0, 0, self.window, 0)) for z in (k, v)]
        k, v = (z.unfold(2, 2 * self.window, self.window).transpose(-2, -1) for z in padded)
        return (torch.softmax(q @ k.transpose(-2, -1), -1) @ v).reshape(b, h, t, s)


class Block(nn.Module):
    def __init__(self, d: int, heads: int, **kind) -> None:
        super().__init__()
        self.norm_one, self.norm_two = nn.LayerNorm(d), nn.LayerNorm(d)
        self.attention = Attention(d, heads, **kind)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)
        self.again = kind.get("checkpointed")

    def work(self, x):
        x = x + self.attention(self.norm_one(x))
        return x + self.down(F.gelu(self.up(self.norm_two(x))))

    def forward(self, x):
        if self.again is None:
            return self.work(x)
        return checkpoint(self.work, x, use_reentrant=self.again == "reentrant")


class Gpt(nn.Module):
    def __init__(self, d: int, heads: int, layers: int, words: int, length: int, **kind) -> None:
        super().__init__()
        self.word, self.place = nn.Embedding(words, d), nn.Embedding(length, d)
        self.blocks = nn.ModuleList(Block(d, heads, **kind) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, words, bias=False)

    def forward(self, tokens):
        x = self.word(tokens) + self.place(torch.arange(tokens.shape[1]))  # on the default device
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def block_flop(t: int, d: int, *, seen: float | None = None, key_share: float = 1.0) -> float:
    """Forward FLOP of one block: 24 t d² with full key heads, and 4 t d for each token seen."""
    projections = 2 * t * d * d * (2 + 2 * key_share + 8)
    return projections + 4 * t * (t if seen is None else seen) * d


def gpt(batch: int = 1, t: int = 256, **kind):
    d, layers, heads, words = kind.get("d", 256), 4, 4, kind.get("words", 8192)
    options = {k: v for k, v in kind.items() if k not in {"d", "words"}}
    network = Gpt(d, heads, layers, words, t, **options)
    share = kind.get("key_heads", heads) / heads
    seen = 2 * kind["window"] if kind.get("way") == "chunked" else None
    blocks = batch * layers * block_flop(t, d, seen=seen, key_share=share)
    forward = blocks + batch * 2 * t * d * words
    return network, (torch.zeros(batch, t, dtype=torch.int64),), forward, 3 * forward


class Vit(nn.Module):
    def __init__(self, d: int, heads: int, layers: int, way: str) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, d, 16, 16)
        self.first = nn.Parameter(torch.zeros(1, 1, d))
        self.place = nn.Parameter(torch.zeros(1, 197, d))
        self.blocks = nn.Sequential(
            *(Block(d, heads, way=way, causal=False) for _ in range(layers))
        )
        self.head = nn.Linear(d, 1000)

    def forward(self, images):
        x = self.patch(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.first.expand(len(x), -1, -1), x], 1) + self.place
        return self.head(self.blocks(x)[:, 0])


def vit(way: str, batch: int = 1):
    """ViT-S/16: Dosovitskiy et al. 2020, arXiv:2010.11929; size S of Touvron et al. 2021."""
    d, layers, t = 384, 12, 197
    patch = batch * 2 * 196 * 3 * 16 * 16 * d
    rest = batch * (layers * block_flop(t, d) + 2 * d * 1000)
    images = torch.empty(batch, 3, 224, 224)
    return Vit(d, 6, layers, way), (images,), patch + rest, 2 * patch + 3 * rest


def encoder(batch: int = 2, t: int = 128):
    """PyTorch's own encoder; the input wants no gradient."""
    d, layers, wide = 256, 4, 1024
    network = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(d, 4, wide, batch_first=True), layers,
        enable_nested_tensor=False,
    )  # fmt: skip
    layer = 2 * t * d * (4 * d + 2 * wide) + 4 * t * t * d
    spared = 2 * t * d * 3 * d  # the first layer's gradient of its input
    forward = batch * layers * layer
    return network, (torch.empty(batch, t, d),), forward, 3 * forward - batch * spared


# -- recurrent, routed, state-space ----------------------------------------------------------------


def lstm(batch: int = 4, t: int = 64):
    d, h, layers = 256, 256, 2
    network = nn.LSTM(d, h, layers, batch_first=True)
    gates = 2 * batch * 4 * h  # of one step, for each input
    forward = layers * t * gates * (d + h)
    # backward: every weight's gradient; hidden states' but the first; inputs' but the first layer's
    hidden = layers * (t - 1) * gates * h + (layers - 1) * t * gates * d
    return network, (torch.empty(batch, t, d),), forward, 2 * forward + hidden


class Experts(nn.Module):
    """Top-2 of 4 experts (Shazeer et al. 2017): routed by index, or by a one-hot product."""

    def __init__(self, d: int, experts: int = 4, top: int = 2, *, indexed: bool) -> None:
        super().__init__()
        self.gate, self.top, self.indexed = nn.Linear(d, experts, bias=False), top, indexed
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(d, 4 * d), nn.GELU(), nn.Linear(4 * d, d))
            for _ in range(experts)
        )

    def forward(self, x):
        flat = x.reshape(-1, x.shape[-1])
        weight, chosen = self.gate(flat).softmax(-1).topk(self.top)
        if not self.indexed:  # every expert has room for its fair share of tokens
            room = self.top * len(flat) // len(self.experts)
            each = flat[torch.arange(room) % len(flat)]
            return sum(expert(each).sum() for expert in self.experts) + weight.sum()
        out = torch.zeros_like(flat)
        for number, expert in enumerate(self.experts):
            token, place = torch.where(chosen == number)
            out = out.index_add(0, token, expert(flat[token]) * weight[token, place, None])
        return out


def experts(*, indexed: bool, tokens: int = 64, d: int = 64):
    gate = 2 * tokens * d * 4
    work = 2 * tokens * 2 * 2 * d * 4 * d  # top 2, two products
    x = torch.randn(1, tokens, d)
    # the input wants no gradient: the gate and each expert's first product spare theirs
    network = Experts(d, indexed=indexed)
    return network, (x,), gate + work, 2 * gate + 3 * work - work / 2


class StateSpace(nn.Module):
    """A selective state space (Gu & Dao 2023, arXiv:2312.00752), scanned step by step."""

    def __init__(self, d: int, states: int, rank: int) -> None:
        super().__init__()
        self.into, self.out = nn.Linear(d, 4 * d, bias=False), nn.Linear(2 * d, d, bias=False)
        self.near = nn.Conv1d(2 * d, 2 * d, 4, padding=3, groups=2 * d)
        self.select = nn.Linear(2 * d, rank + 2 * states, bias=False)
        self.pace = nn.Linear(rank, 2 * d)
        self.decay = nn.Parameter(torch.zeros(2 * d, states))
        self.rank, self.states = rank, states

    def forward(self, x):
        t = x.shape[1]
        u, gate = self.into(x).chunk(2, -1)
        u = F.silu(self.near(u.transpose(1, 2))[..., :t].transpose(1, 2))
        pace, b, c = self.select(u).split([self.rank, self.states, self.states], -1)
        pace = F.softplus(self.pace(pace))
        keep = torch.exp(pace[..., None] * -torch.exp(self.decay))
        add = (pace * u)[..., None] * b[:, :, None]
        return self.out(scan(keep, add, c) * F.silu(gate))


def scan(keep, add, c):
    """state = keep × state + add; output = sum of c × state: 4 operations an element."""
    state, outputs = torch.zeros_like(add[:, 0]), []
    for step in range(keep.shape[1]):
        state = keep[:, step] * state + add[:, step]
        outputs.append((state * c[:, step, None]).sum(-1))
    return torch.stack(outputs, 1)


def state_space(batch: int = 2, t: int = 32):
    d, states, rank = 64, 16, 4
    inner = 2 * d
    first = 2 * t * d * 2 * inner
    rest = 2 * t * inner * (rank + 2 * states) + 2 * t * rank * inner + 2 * t * inner * d
    near = 2 * inner * 4 * (t + 3)  # the padded end is convolved too
    x = torch.empty(batch, t, d)
    whole = batch * (first + rest + near)
    return StateSpace(d, states, rank), (x,), whole, 3 * whole - batch * first


SEVEN = {
    "ResNet-18": resnet18,
    "GPT, fused attention": lambda: gpt(way="fused"),
    "GPT, manual attention": lambda: gpt(way="manual"),
    "ViT-S/16, fused attention": lambda: vit("fused"),
    "ViT-S/16, manual attention": lambda: vit("manual"),
    "LSTM": lstm,
    "Transformer encoder": encoder,
}
OTHERS = {
    "grouped-query attention": lambda: gpt(way="fused", key_heads=2),
    "sliding window, mask": lambda: gpt(way="banded", window=32),
    "sliding window, chunks": lambda: gpt(way="chunked", window=32),
    "mixture of experts, fixed room": lambda: experts(indexed=False),
    "mixture of experts, by index": lambda: experts(indexed=True),
    "state-space scan": state_space,
}
