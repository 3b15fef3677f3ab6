"""Counting what follows what: bytes after up to seven bytes, smoothed from short to long contexts.

Witten and Bell's method (1991): a context seen n times with t different bytes after it trusts its
own counts with weight n / (n + t) and the shorter context with the rest. NumPy only: contexts are
packed into 64-bit numbers, counted by sorting, looked up by bisection.

Operations, stated because they are not matrix products: learning sorts and counts every order
(n log2 n comparisons and 2 n additions each); a use bisects two tables of each order and does four
operations of arithmetic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from costlaw.exceptions import OptionError

MOST_ORDER = 7  # so that a context and the byte after it fit 64 bits


@dataclass(frozen=True, kw_only=True, eq=False)
class _Order:
    """Counts of one length of context, as sorted tables."""

    pairs: Any
    pair_counts: Any
    contexts: Any
    context_counts: Any
    different: Any


@dataclass(frozen=True, kw_only=True, eq=False)
class Counts:
    """What was counted in a text, for contexts of 0 to ``order`` bytes.

    Parameters
    ----------
    order : int
        Longest context [byte].
    tables : tuple
        Counts of each length.
    examples : int
        Bytes counted [count].
    """

    order: int
    tables: tuple[_Order, ...]
    examples: int

    @property
    def parameters(self) -> float:
        """Counts stored [count]."""
        return float(sum(len(t.pairs) + len(t.contexts) for t in self.tables))

    @property
    def training_flop(self) -> float:
        """Comparisons and additions of counting, sorting each order [operations]."""
        return (self.order + 1) * self.examples * (math.log2(max(self.examples, 2)) + 2.0)

    @property
    def flop_per_use(self) -> float:
        """Comparisons and arithmetic of one prediction of one byte [operations]."""
        return sum(
            math.log2(len(t.pairs) + 1) + math.log2(len(t.contexts) + 1) + 4.0 for t in self.tables
        )

    def bits_per_byte(self, text: Any) -> float:
        """Return the mean surprise at each byte of a text [bit]."""
        text = np.asarray(text, np.uint64)
        sure = np.full(len(text), 1 / 256)
        for length, table in enumerate(self.tables):
            context, pair = _packed(text, length)
            place, known = _looked_up(table.contexts, context)
            count = np.where(known, table.context_counts[place], 0)
            kinds = np.where(known, table.different[place], 1)
            place, known = _looked_up(table.pairs, pair)
            own = np.where(known, table.pair_counts[place], 0)
            mixed = (own + kinds * sure[length:]) / (count + kinds)
            sure[length:] = np.where(count > 0, mixed, sure[length:])
        return float(-np.log2(sure[self.order :]).mean())


def count(text: Any, order: int) -> Counts:
    """Return the counts of a text.

    Raises
    ------
    OptionError
        If the order is not 0 to 7, or the text no longer than it.

    Examples
    --------
    >>> text = np.frombuffer(b"abababababab" * 50, np.uint8)
    >>> count(text, 2).bits_per_byte(text) < 0.1 < count(text, 0).bits_per_byte(text)
    True
    """
    if not 0 <= order <= MOST_ORDER or len(text) <= order:
        raise OptionError(f"order = {order}: expected 0 to {MOST_ORDER}, and a longer text.")
    wide = np.asarray(text, np.uint64)
    tables = []
    for length in range(order + 1):
        _, pair = _packed(wide, length)
        pairs, counts = np.unique(pair, return_counts=True)
        contexts = pairs >> np.uint64(8)
        starts = np.flatnonzero(np.concatenate([[True], contexts[1:] != contexts[:-1]]))
        tables.append(
            _Order(
                pairs=pairs, pair_counts=counts, contexts=contexts[starts],
                context_counts=np.add.reduceat(counts, starts),
                different=np.diff(np.concatenate([starts, [len(pairs)]])),
            )
        )  # fmt: skip
    return Counts(order=order, tables=tuple(tables), examples=len(text))


def _packed(text: Any, length: int) -> tuple[Any, Any]:
    """Return every context of a length, and context and next byte, as 64-bit numbers."""
    here = len(text) - length
    context = np.zeros(here, np.uint64)
    for back in range(length):
        context = (context << np.uint64(8)) | text[back : back + here]
    return context, (context << np.uint64(8)) | text[length:]


def _looked_up(table: Any, wanted: Any) -> tuple[Any, Any]:
    place = np.minimum(np.searchsorted(table, wanted), len(table) - 1)
    return place, table[place] == wanted
