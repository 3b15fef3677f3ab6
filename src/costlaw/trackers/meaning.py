"""What a tracker's metric or setting means: the table's own recognition, after unwrapping a name.

Trackers wrap names in splits and namespaces (``validation/epoch_loss``, ``train/total_flos``). The
wrapping is taken off here and the rest is asked of ``runs.columns``, the one place that recognises
columns. A one-letter name (the ``C`` of a support vector machine) means nothing until it is named.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from costlaw.runs import ColumnChoice
from costlaw.runs.columns import fold, recognise

_REPEATED = re.compile(r" \(\d+\)$")
HELD_OUT = frozenset({"val", "valid", "validation", "test", "testing", "eval", "evaluation", "dev",
                      "heldout", "holdout"})  # fmt: skip
_SPLITS = {"valid": "val", "validation": "val", "dev": "val", "heldout": "val", "holdout": "val",
           "testing": "test", "evaluation": "eval", "training": "train"}  # fmt: skip
_NAMESPACES = frozenset({"train", "training", "trainer", "perf", "global", "metrics", "metric",
                         "params", "config", "model", "data", "final", "summary"})  # fmt: skip
_FILLERS = frozenset({"epoch", "step", "sparse", "categorical", "binary", "multiclass", "mean",
                      "epochs"})  # fmt: skip
_LOSS_TAILS = frozenset({"loss", "nll", "entropy", "cost"})
_ERROR_TAILS = frozenset({"error", "err", "wer", "cer"})
_ACCURACY_TAILS = frozenset({"accuracy", "acc", "f1", "auc", "score", "precision", "recall", "bleu",
                             "map", "em", "top1"})  # fmt: skip


@lru_cache(maxsize=65536)
def meaning(header: str) -> ColumnChoice | None:
    """Say what a metric or setting means, or None.

    Examples
    --------
    >>> meaning("validation/epoch_loss").kind, meaning("train/total_flos").column
    ('loss', 'compute_flop')
    >>> meaning("C") is None, meaning("val_sparse_categorical_accuracy").kind
    (True, 'accuracy')
    """
    plain = _REPEATED.sub("", header)  # the second of two columns of one name is still one of them
    folded = fold(plain)
    if len(folded) < 2:
        return None
    found = recognise(plain)
    if found:
        return found if plain == header else replace(found, header=header)
    words = folded.split("_")
    bare = [word for word in words if word not in _FILLERS]
    if len(bare) > 1 and bare[-1] in HELD_OUT:
        bare = [bare[-1], *bare[:-1]]
    if bare:
        bare[0] = _SPLITS.get(bare[0], bare[0])
        found = recognise("_".join(bare))
        if found and found.column == "error":
            return _renamed(found, header)
    if len(words) > 1 and words[0] in _NAMESPACES:
        found = recognise("_".join(words[1:]))
        if found and (found.column != "error" or words[0] not in {"train", "training"}):
            return _renamed(found, header)
    return None


def _renamed(found: ColumnChoice, header: str) -> ColumnChoice:
    return replace(found, header=header, reason=f'"{header}" read as {found.reason}')


def kind_of_named(header: str) -> str:
    """Return how to read a metric that the caller named: by its meaning, else by its last word.

    Examples
    --------
    >>> kind_of_named("probe_acc"), kind_of_named("my_nll"), kind_of_named("quality")
    ('accuracy', 'loss', 'as given')
    """
    found = meaning(header)
    if found and found.column == "error":
        return found.kind
    words = set(fold(header).split("_"))
    for tails, kind in ((_ERROR_TAILS, "as given"), (_LOSS_TAILS, "loss"),
                        (_ACCURACY_TAILS, "accuracy")):  # fmt: skip
        if words & tails:
            return kind
    return "as given"


def is_held_out(header: str) -> bool:
    """Return whether a metric is of a split that was not trained on.

    Examples
    --------
    >>> is_held_out("eval/loss"), is_held_out("loss")
    (True, False)
    """
    return bool(HELD_OUT & set(fold(header).split("_")))
