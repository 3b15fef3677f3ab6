"""What one training step was counted to be, and what was not counted.

Conventions. One multiply-add is two operations. *Model FLOP* are the matrix products,
convolutions, attention, recurrent layers and Fourier transforms that the forward and the backward
pass need, each once; *hardware FLOP* add what is done twice to save memory (activation
checkpointing, the scores that fused attention computes again in its backward pass). Attention is
counted in full: a causal mask is not taken to halve it; ``causal_flop`` says how much of the model
FLOP lies in causal attention, for readers who halve it (PaLM, arXiv:2204.02311, appendix B, counts
in full). Elementwise work (activations, norms, softmax, optimisers) is outside both figures, as in
6ND; it is reported with an upper bound on its share.

This module imports no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from costlaw.showing import Shown
from costlaw.units import format_number, format_percent, format_share

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, kw_only=True)
class Uncounted:
    """An operator outside the count.

    Parameters
    ----------
    operator : str
        Its name in PyTorch.
    calls : int
        How often it was called.
    arithmetic_flop : float
        Its additions and multiplications where they are one an element, else 0 [FLOP].
    bound_flop : float or None
        What it does at most [FLOP]; None where nothing is known of it.
    """

    operator: str
    calls: int
    arithmetic_flop: float
    bound_flop: float | None


@dataclass(frozen=True, kw_only=True)
class FlopCount(Shown):
    """Operations of one step; see the module for the conventions.

    Parameters
    ----------
    model_flop, hardware_flop : float
        Without and with recomputation [FLOP].
    forward_flop, backward_flop, recomputed_flop : float
        Parts: model FLOP of the two passes, and hardware FLOP done twice [FLOP].
    causal_flop : float
        Part of the model FLOP inside causal attention, in full [FLOP].
    by_operator : dict
        Hardware FLOP by operator of PyTorch [FLOP].
    uncounted : tuple of Uncounted
        Operators outside the count, the largest bound first.
    how : str
        ``"meta"`` or ``"live"``.
    parameters, embedding_parameters : int or None
        Weights of the network, and those that are only looked up [count].
    tokens : int or None
        Tokens of the step, where the input is tokens [count].
    notes : tuple of str
        What was assumed.
    """

    model_flop: float
    hardware_flop: float
    forward_flop: float
    backward_flop: float
    recomputed_flop: float
    causal_flop: float = 0.0
    by_operator: Mapping[str, float] = field(default_factory=dict)
    uncounted: tuple[Uncounted, ...] = ()
    how: str = "meta"
    parameters: int | None = None
    embedding_parameters: int | None = None
    tokens: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def elementwise_flop(self) -> float:
        """Additions and multiplications outside the count, one an element [FLOP]."""
        return sum(part.arithmetic_flop for part in self.uncounted)

    @property
    def uncounted_share_bound(self) -> float | None:
        """At most this share of all work is outside the count; None where nothing bounds it."""
        bounds = [part.bound_flop for part in self.uncounted]
        if any(bound is None for bound in bounds):
            return None
        left = sum(bound or 0.0 for bound in bounds)
        return left / (left + self.hardware_flop) if left else 0.0

    @property
    def outside(self) -> str:
        """What is outside the count, in words."""
        bound = self.uncounted_share_bound
        if self.unknown:
            return f"operations: nothing is known of {', '.join(self.unknown[:4])}; not counted"
        most = format_share(bound or 0.0, 1)
        return f"operations: elementwise work outside the count is at most {most}"

    @property
    def unknown(self) -> tuple[str, ...]:
        """Operators of which nothing is known: their share has no bound."""
        return tuple(part.operator for part in self.uncounted if part.bound_flop is None)

    @property
    def six_nd_flop(self) -> float | None:
        """The rule 6 × parameters (looked-up ones left out) × tokens, as a check only [FLOP]."""
        if self.tokens is None or self.parameters is None:
            return None
        passes = 6.0 if self.backward_flop else 2.0
        return passes * (self.parameters - (self.embedding_parameters or 0)) * self.tokens

    def table(self) -> pl.DataFrame:
        """Return quantity, estimate, low, high, level, unit as a tidy frame."""
        import polars as pl

        names = ("model", "hardware", "forward", "backward", "recomputed", "causal", "elementwise")
        rows = [(f"{name} FLOP", float(getattr(self, f"{name}_flop"))) for name in names]
        rows += [(f"operator {name}", float(flop)) for name, flop in self.by_operator.items()]
        frame = pl.DataFrame(rows, schema={"quantity": pl.String, "estimate": pl.Float64},
                             orient="row")  # fmt: skip
        missing = [pl.lit(None, dtype=pl.Float64).alias(name) for name in ("low", "high", "level")]
        return frame.with_columns(*missing, pl.lit("FLOP").alias("unit"))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plain = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in {"by_operator", "uncounted", "notes"}
        }
        return {
            "schema": "costlaw-flop/1",
            **plain,
            "six_nd_flop": self.six_nd_flop,
            "elementwise_flop": self.elementwise_flop,
            "uncounted_share_bound": self.uncounted_share_bound,
            "by_operator": dict(self.by_operator),
            "uncounted": [
                {name: getattr(part, name) for name in part.__dataclass_fields__}
                for part in self.uncounted
            ],
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        return (
            f"FlopCount({format_number(self.model_flop)} model FLOP, "
            f"{format_number(self.hardware_flop)} hardware FLOP a step, {self.how})"
        )

    def __str__(self) -> str:
        bound = self.uncounted_share_bound
        left = "no bound" if bound is None else f"at most {format_percent(bound)} of all work"
        lines = [
            f"model FLOP     {format_number(self.model_flop)} a step "
            f"(forward {format_number(self.forward_flop)})",
            f"hardware FLOP  {format_number(self.hardware_flop)} "
            f"({format_number(self.recomputed_flop)} done twice)",
            f"causal         {format_number(self.causal_flop)} of it in causal attention, in full",
            f"not counted    {len(self.uncounted)} elementwise operators, {left}",
        ]
        if self.unknown:
            lines.append(f"unknown        {', '.join(self.unknown[:4])}")
        if self.six_nd_flop:
            lines.append(
                f"check          6ND gives {format_number(self.six_nd_flop)} "
                f"({format_percent(self.six_nd_flop / self.model_flop - 1)} off)"
            )
        return "\n".join([*lines, *(f"note           {note}" for note in self.notes[:4])])
