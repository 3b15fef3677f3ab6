"""Operations against closed forms, against PyTorch's own counter, and what counting costs."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[2] / "tests" / "metering"


def _cpu(call: Any) -> tuple[Any, float]:
    began = time.process_time()
    made = call()
    return made, time.process_time() - began


def _theirs(network: Any, batch: Any, passes: str) -> float:
    """Return the count of torch.utils.flop_counter on the CPU, where the step is really run."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        out = network(*batch)
        if passes == "both":
            (out[0] if isinstance(out, tuple) else out).sum().backward()
    del torch
    return float(counter.get_total_flops())


def _variants() -> dict[str, Any]:
    """Return the networks that wrap others: checkpointed, frozen, autocast, compiled."""
    import networks
    import torch
    from torch import nn

    def checkpointed(way: str) -> Any:
        return networks.gpt(way="manual", checkpointed=way)

    def frozen() -> Any:
        network, batch, forward, _ = networks.gpt(way="manual")
        for part in (network.word, network.place, *network.blocks[:2]):
            part.requires_grad_(False)
        return network, batch, forward, 3 * forward - 4 * networks.block_flop(256, 256)

    class Mixed(nn.Module):
        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, tokens: Any) -> Any:
            with torch.autocast("cpu", torch.bfloat16):
                return self.inner(tokens)

    def mixed() -> Any:
        network, *rest = networks.gpt(way="fused")
        return Mixed(network), *rest

    def compiled() -> Any:
        network, *rest = networks.gpt(way="fused")
        return torch.compile(network, backend="eager"), *rest

    return {
        "GPT, checkpointed (re-entrant)": lambda: checkpointed("reentrant"),
        "GPT, checkpointed (saved tensors)": lambda: checkpointed("saved tensors"),
        "GPT, two of four blocks frozen": frozen,
        "GPT, autocast to bf16": mixed,
        "GPT, compiled": compiled,
    }


def flop_table() -> dict[str, Any]:
    """Return, per network, the error of our count and of PyTorch's, and the time of counting."""
    try:
        import torch
    except ImportError:
        return {"all": "PyTorch is not installed here; skipped"}
    sys.path.insert(0, str(TESTS))
    import networks

    from costlaw.metering.flop import count_flop

    torch.manual_seed(0)
    found: dict[str, Any] = {}
    for name, make in {**networks.SEVEN, **networks.OTHERS, **_variants()}.items():
        network, batch, forward, both = make()
        batch = [torch.zeros_like(part) for part in batch]
        count_flop(network, *batch, train=True)  # what is imported once is not a cost of a shape
        count, counting_s = _cpu(lambda n=network, b=batch: count_flop(n, *b, train=True))
        theirs_forward = _theirs(network, batch, "forward")
        (theirs_both, _), step_s = _step(network, batch), 0.0
        network.zero_grad()
        _, step_s = _cpu(lambda n=network, b=batch: _real(n, b))
        found[name] = {
            "forward_error": count.forward_flop / forward - 1,
            "both_error": count.model_flop / both - 1,
            "hardware_over_model": count.hardware_flop / count.model_flop,
            "torch_forward_error": theirs_forward / forward - 1,
            "torch_both_error": theirs_both / both - 1,
            "uncounted_share_bound": count.uncounted_share_bound,
            "unknown": list(count.unknown),
            "how": count.how,
            "counting_cpu_s": counting_s,
            "step_cpu_s": step_s,
            "six_nd_error": None if count.six_nd_flop is None
            else count.six_nd_flop / count.model_flop - 1,
        }  # fmt: skip
    return found


def _step(network: Any, batch: Any) -> tuple[float, None]:
    network.zero_grad()
    return _theirs(network, batch, "both"), None


def _real(network: Any, batch: Any) -> None:
    out = network(*batch)
    (out[0] if isinstance(out, tuple) else out).sum().backward()
