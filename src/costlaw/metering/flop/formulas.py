"""Operations of each operator of PyTorch that multiplies matrices, from the shapes it is given.

PyTorch's own table (``torch.utils.flop_counter``, 23 entries in 2.13) lacks fused attention on the
CPU, recurrent layers and the fused encoder layer, which therefore count as nothing: -9 % for a
small GPT, -98 % for an LSTM (pytorch#195460). Each formula returns :class:`Work`, so that what a
fused kernel does twice is told apart from what the network needs.

Elementwise operators are ``elementwise``'s business.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Named = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Work:
    """Operations of one call [FLOP]: needed, done again, and those inside a causal mask."""

    model: float
    again: float = 0.0
    causal: float = 0.0


Formula = Callable[[Named, Any], Work]


def _first(out: Any) -> Any:
    return out[0] if isinstance(out, (tuple, list)) else out


def rows(tensor: Any) -> int:
    """Return how many vectors a tensor holds along its last dimension."""
    return tensor.numel() // max(tensor.shape[-1], 1)


def product_of(left: str) -> Formula:
    """Return the formula of a matrix product whose left factor has this name."""

    def formula(named: Named, out: Any) -> Work:
        return Work(model=2.0 * named[left].numel() * _first(out).shape[-1])

    return formula


def _inner(left: str) -> Formula:
    return lambda named, out: Work(model=2.0 * named[left].numel())


def _grouped(named: Named, out: Any) -> Work:
    left, right = named["self"], named["mat2"]
    shared = left.dim() == 3 and right.dim() == 2  # groups lie along the right factor's columns
    size = left.shape[1] * left.shape[2] if shared else left.numel()
    return Work(model=2.0 * size * right.shape[-1])


def _sparse(left: str, right: str) -> Formula:
    def formula(named: Named, out: Any) -> Work:
        factor = named[left]
        filled = factor._nnz() if factor.layout.__str__() != "torch.strided" else factor.numel()
        return Work(model=2.0 * filled * named[right].shape[-1])

    return formula


# -- convolution ---------------------------------------------------------------------------------


def _convolution_flop(weight: Any, many: Any) -> float:
    """Return 2 × weights × positions: ``many`` is the side with one value a position."""
    return 2.0 * weight.numel() * many.shape[0] * math.prod(many.shape[2:])


def _convolution(named: Named, out: Any) -> Work:
    side = named["input"] if named.get("transposed") else _first(out)
    return Work(model=_convolution_flop(named["weight"], side))


def _convolution_backward(named: Named, out: Any) -> Work:
    side = named["input"] if named["transposed"] else named["grad_output"]
    wanted = sum(bool(flag) for flag in named["output_mask"][:2])
    return Work(model=wanted * _convolution_flop(named["weight"], side))


# -- attention -----------------------------------------------------------------------------------


def attention_work(pairs: float, sizes: tuple[int, int], *, causal: bool) -> Work:
    """Return the forward work of attention over (query, key) pairs of sizes (query, value)."""
    flop = 2.0 * pairs * (sizes[0] + sizes[1])
    return Work(model=flop, causal=flop if causal else 0.0)


def attention_backward_work(
    pairs: float,
    sizes: tuple[int, int],
    *,
    causal: bool,
    wanted: tuple[bool, bool, bool] = (True, True, True),
    fused: bool = True,
) -> Work:
    """Return the backward work for the wanted gradients of query, key, value.

    dV and dP take a product of the value's size each, dQ and dK one of the query's; a fused kernel
    computes the scores again (FlashAttention, arXiv:2205.14135, section 3.1) and every gradient.
    """
    query, key, value = wanted
    needed = 2.0 * pairs * (
        sizes[1] * value + sizes[1] * (query or key) + sizes[0] * query + sizes[0] * key
    )  # fmt: skip
    done = 2.0 * pairs * (2 * sizes[1] + 3 * sizes[0]) if fused else needed
    return Work(model=needed, again=done - needed, causal=needed if causal else 0.0)


def _pairs(query: Any, key: Any, *, length: int) -> float:
    """Return (query, key) pairs over batch and heads; ``length`` is the place of the sequence."""
    return float(rows(query)) * key.shape[length]


def _packed_pairs(named: Named, names: tuple[str, str]) -> float | None:
    """Return the pairs of sequences packed end to end, or None if they are not."""
    starts, more = named.get(names[0]), named.get(names[1])
    if starts is None or starts.is_meta:
        return None
    lengths = [row.diff().tolist() for row in (starts, starts if more is None else more)]
    heads = named["query"].shape[-2]
    return float(heads * sum(q * k for q, k in zip(*lengths, strict=True)))


def _attention(
    length: int = -2, packed: tuple[str, str] | None = None, *, backward: bool = False
) -> Formula:
    def formula(named: Named, out: Any) -> Work:
        query, key, value = named["query"], named["key"], named["value"]
        pairs = _packed_pairs(named, packed) if packed else None
        if pairs is None:
            pairs = _pairs(query, key, length=length)
        sizes = (query.shape[-1], value.shape[-1])
        causal = bool(named.get("is_causal") or named.get("custom_mask_type"))
        if backward:
            return attention_backward_work(pairs, sizes, causal=causal)
        return attention_work(pairs, sizes, causal=causal)

    return formula


# -- recurrent and encoder layers ----------------------------------------------------------------


def matrices_flop(positions: float, weights: list[Any]) -> float:
    """Return the work of giving every position to each matrix; vectors (biases) add nothing."""
    return 2.0 * positions * sum(weight.numel() for weight in weights if weight.dim() == 2)


def _recurrent(names: tuple[str, ...], passes: float = 1.0) -> Formula:
    def formula(named: Named, out: Any) -> Work:
        weights: list[Any] = []
        for name in names:
            found = named[name]
            weights += list(found) if isinstance(found, (tuple, list)) else [found]
        return Work(model=passes * matrices_flop(rows(named["input"]), weights))

    return formula


def _self_attention(source: Any, size: int) -> tuple[float, float]:
    """Return (positions, flop of the scores and their use) of full self-attention."""
    if source.is_nested:
        lengths = [part.shape[0] for part in source.unbind()]
    else:
        lengths = [source.shape[-2]] * (rows(source) // max(source.shape[-2], 1))
    return float(sum(lengths)), sum(4.0 * length * length * size for length in lengths)


def _fused_attention_layer(named: Named, out: Any) -> Work:
    source = named["query"] if "query" in named else named["src"]
    positions, scores = _self_attention(source, named["embed_dim"])
    names = ("qkv_weight", "proj_weight", "ffn_weight_1", "ffn_weight_2")
    weights = [named[name] for name in names if name in named]
    return Work(model=scores + matrices_flop(positions, weights))


# -- Fourier transforms --------------------------------------------------------------------------


def _fourier(share: float, side: str) -> Formula:
    """Return 5 n log2 n a complex transform (Cooley-Tukey, the count that FFTW reports)."""

    def formula(named: Named, out: Any) -> Work:
        tensor = _first(out) if side == "out" else named["self"]
        size = math.prod(tensor.shape[axis] for axis in named["dim"])
        if size < 2:
            return Work(model=0.0)
        return Work(model=share * 5.0 * tensor.numel() * math.log2(size))

    return formula


_LAYER = ("weight0", "weight1")
_LAYER_BACKWARD = ("weight1", "weight2")
_CPU = "_scaled_dot_product_flash_attention_for_cpu"
_FUSED = (
    "_scaled_dot_product_flash_attention", "_scaled_dot_product_efficient_attention",
    "_scaled_dot_product_cudnn_attention", "_scaled_dot_product_fused_attention_overrideable", _CPU,
)  # fmt: skip

FORMULAS: dict[str, Formula] = {
    "mm": product_of("self"),
    "addmm": product_of("mat1"),
    "_addmm_activation": product_of("mat1"),
    "bmm": product_of("self"),
    "baddbmm": product_of("batch1"),
    "addbmm": product_of("batch1"),
    "_int_mm": product_of("self"),
    "_scaled_mm": product_of("self"),
    "_weight_int4pack_mm": product_of("self"),
    "_weight_int8pack_mm": product_of("self"),
    "mkldnn_linear": product_of("self"),
    "_sparse_semi_structured_linear": product_of("input"),
    "_grouped_mm": _grouped,
    "_scaled_grouped_mm": _grouped,
    "_sparse_mm": _sparse("sparse", "dense"),
    "_sparse_addmm": _sparse("mat1", "mat2"),
    "mv": _inner("self"),
    "addmv": _inner("mat"),
    "dot": _inner("self"),
    "vdot": _inner("self"),
    "convolution": _convolution,
    "_convolution": _convolution,
    "cudnn_convolution": lambda named, out: _convolution(
        {"weight": named["weight"]}, out
    ),
    "_slow_conv2d_forward": _convolution,
    "convolution_overrideable": _convolution,
    "convolution_backward": _convolution_backward,
    **{name: _attention() for name in _FUSED},
    **{f"{name}_backward": _attention(backward=True) for name in _FUSED},
    "_flash_attention_forward": _attention(1, ("cum_seq_q", "cum_seq_k")),
    "_flash_attention_backward": _attention(1, ("cum_seq_q", "cum_seq_k"), backward=True),
    "_efficient_attention_forward": _attention(1, ("cu_seqlens_q", "cu_seqlens_k")),
    "_efficient_attention_backward": _attention(1, ("cu_seqlens_q", "cu_seqlens_k"), backward=True),
    "mkldnn_rnn_layer": _recurrent(_LAYER),
    "mkldnn_rnn_layer_backward": _recurrent(_LAYER_BACKWARD, 2.0),
    "_cudnn_rnn": _recurrent(("weight",)),
    "_cudnn_rnn_backward": _recurrent(("weight",), 2.0),
    "miopen_rnn": _recurrent(("weight",)),
    "miopen_rnn_backward": _recurrent(("weight",), 2.0),
    "_native_multi_head_attention": _fused_attention_layer,
    "_transformer_encoder_layer_fwd": _fused_attention_layer,
    "_fft_c2c": _fourier(1.0, "self"),
    "_fft_r2c": _fourier(0.5, "self"),
    "_fft_c2r": _fourier(0.5, "out"),
}  # fmt: skip
