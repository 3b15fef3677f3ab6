"""Recognise columns by name and unit: the one place where this is done.

A header such as ``Training FLOPs (E)``, ``val_acc [%]`` or ``wall_time_hours`` is folded to words;
its meaning, its unit factor and whether it is an accuracy come out with the reason, so that a
person can check the choice before anything is fitted. Two columns that claim the same meaning are
refused unless the caller names one. Values are not read here (see ``checks``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from costlaw.exceptions import ColumnError, UnknownName
from costlaw.runs.run import FIELDS, RESOURCES

_HOUR, _DAY = 3600.0, 86400.0
_SCALES = {"k": 1e3, "m": 1e6, "g": 1e9, "b": 1e9, "t": 1e12, "p": 1e15, "e": 1e18, "z": 1e21}

# canonical column -> names in order of preference; a name matches when it equals the folded header
_NAMES: dict[str, tuple[str, ...]] = {
    "name": ("name", "model", "network", "run", "run_name", "run_id", "id", "experiment", "exp",
             "system"),
    "error": ("error", "err", "test_error", "val_error", "valid_error", "validation_error",
              "eval_error", "top1_error", "top_1_error", "error_rate", "wer"),
    "compute_flop": ("compute_flop", "compute", "training_compute", "train_compute", "flop",
                     "flops", "train_flop", "train_flops", "training_flop", "training_flops",
                     "total_flop", "total_flops", "total_flos", "network_operations", "c"),
    "flop_per_pass": ("flop_per_pass", "flops_per_pass", "operations_per_pass", "forward_flop",
                      "forward_flops", "inference_flop", "inference_flops"),
    "hardware_burden_flop": ("hardware_burden_flop", "hardware_burden"),
    "parameters": ("parameters", "params", "n_params", "num_params", "num_parameters",
                   "n_parameters", "model_size", "param_count", "n"),
    "examples": ("examples", "n_examples", "samples", "n_samples", "num_samples", "tokens",
                 "n_tokens", "train_tokens", "training_tokens", "seen_examples", "train_size",
                 "training_size", "dataset_size", "num_input_tokens_seen", "tokens_seen",
                 "consumed_tokens", "consumed_samples", "data", "d"),
    "epochs": ("epochs", "epoch", "num_epochs", "n_epochs"),
    "year": ("year", "date", "publication_year", "publication_date"),
    "duration_s": ("duration_s", "duration", "time", "wall_time", "wallclock", "wall_clock",
                   "elapsed", "runtime", "training_time", "train_time", "train_runtime"),
    "energy_kwh": ("energy_kwh", "energy", "energy_consumed"),
    "cost_usd": ("cost_usd", "cost", "price", "usd", "dollars"),
    "paper": ("paper", "paper_title", "title"),
    "lineage": ("lineage", "family", "group", "cluster", "collection", "laboratory"),
    "curve": ("curve", "curve_id"),
    "step": ("step", "steps", "global_step", "iteration", "iterations"),
    "seed": ("seed", "random_seed"),
    "schedule": ("schedule", "lr_schedule", "lr_scheduler", "lr_scheduler_type",
                 "learning_rate_schedule", "scheduler"),
    "learning_rate": ("learning_rate", "lr", "current_lr"),
    "embedding_parameters": ("embedding_parameters", "embedding_params", "n_embedding_params",
                             "emb_params"),
    "last_layer_parameters": ("last_layer_parameters", "head_params", "head_parameters",
                              "unembedding_parameters", "lm_head_params", "output_parameters"),
    "non_embedding_parameters": ("non_embedding_parameters", "non_embedding_params",
                                 "parameters_without_embeddings", "n_non_embedding"),
    "device_hours": ("device_hours", "gpu_hours", "tpu_hours"),
    "chips": ("chips", "n_chips", "num_chips", "chip_count", "gpus", "n_gpus", "num_gpus", "ngpus",
              "n_gpu", "num_gpu", "gpu_count", "tpus", "n_tpus", "num_tpus", "devices", "n_devices",
              "num_devices", "device_count", "accelerators", "world_size"),
    "chip": ("chip", "chip_name", "chip_type", "gpu", "gpu_name", "gpu_type", "gpu_model", "tpu",
             "tpu_type", "accelerator", "accelerator_type", "hardware"),
}  # fmt: skip
_LOSS = ("loss", "test_loss", "val_loss", "valid_loss", "validation_loss", "eval_loss",
         "final_loss", "train_loss", "nll", "cross_entropy", "perplexity_log")  # fmt: skip
_ACCURACY = ("accuracy", "acc", "test_accuracy", "test_acc", "val_accuracy", "val_acc",
             "validation_accuracy", "eval_accuracy", "top1", "top_1", "top1_accuracy", "top1_acc",
             "score", "f1", "em", "box_ap", "bleu", "auc")  # fmt: skip
_SPLITS = frozenset({"val", "valid", "validation", "test", "eval", "dev", "holdout", "heldout",
                     "top", "1", "top1", "best", "final", "last"})  # fmt: skip
_TRAINED = frozenset({"train", "training"})
# "GPU hrs (A100)" and "A100-hours" too; which chip is asked for where it matters
_DEVICE_TIME = re.compile(
    r"(?:total_)?(?:(?:gpu|tpu|device|chip|accelerator)(?:_v\d\w*)?_(?P<any>[a-z]+)|"
    r"[a-z]+\d+[a-z]*_(?P<long>hours|hrs|days))(?:_[a-z]*\d\w*|_total)?"
)
_LABELS = frozenset({"name", "paper", "lineage", "curve", "seed", "schedule", "learning_rate",
                     "chip"})  # fmt: skip
_TIME_UNITS = {"s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3, "min": 60.0,
               "minute": 60.0, "minutes": 60.0, "h": _HOUR, "hr": _HOUR, "hour": _HOUR,
               "hours": _HOUR, "hrs": _HOUR, "d": _DAY, "day": _DAY, "days": _DAY}  # fmt: skip
_ENERGY_UNITS = {"kwh": 1.0, "wh": 1e-3, "mwh": 1e3, "gwh": 1e6, "j": 1 / 3.6e6, "kj": 1 / 3.6e3,
                 "mj": 1 / 3.6}  # fmt: skip
_COUNT_UNITS = {"thousand": 1e3, "k": 1e3, "m": 1e6, "million": 1e6, "millions": 1e6, "b": 1e9,
                "bn": 1e9, "billion": 1e9, "billions": 1e9, "t": 1e12,
                "trillion": 1e12}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ColumnChoice:
    """Which column of the input became which column of the table, and why.

    Parameters
    ----------
    column : str
        Canonical column.
    header : str
        Header in the input.
    factor : float
        The input is multiplied by this to reach the canonical unit.
    kind : str
        ``as given``, ``accuracy`` (error = 1 - value), ``loss``, ``percent`` or
        ``accuracy percent``.
    reason : str
        Why, in words.
    named : bool
        Whether the caller named it; its cells are then needed, whatever it is.
    """

    column: str
    header: str
    factor: float = 1.0
    kind: str = "as given"
    reason: str = ""
    named: bool = False


def fold(header: str) -> str:
    """Return a header in lower case with ``_`` between its words.

    Examples
    --------
    >>> fold("Training FLOPs (E)"), fold("valAcc[%]")
    ('training_flops_e', 'val_acc_percent')
    """
    text = header.strip().lstrip("\ufeff").replace("%", " percent ")
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", text)
    return re.sub(r"[^0-9a-z]+", "_", text.casefold()).strip("_")


def _flop_factor(unit: str) -> float | None:
    match = re.fullmatch(r"(?:([kmgtpez])_?)?(?:flops?|f|macs?)?", unit)
    if not match or not unit:
        return None
    scale = _SCALES[match[1]] if match[1] else 1.0
    return 2.0 * scale if "mac" in unit else scale


def _unit_factor(column: str, unit: str) -> float | None:
    """Return the factor from ``unit`` to the canonical unit of ``column``, or None."""
    if column in {"compute_flop", "flop_per_pass", "hardware_burden_flop"}:
        if re.fullmatch(r"1e\d+(_flops?)?", unit):
            return float(unit.split("_", maxsplit=1)[0])
        if match := re.fullmatch(r"p(?:flops?|f)?_(?:s_)?(day|days|d)", unit):
            return 1e15 * _TIME_UNITS[match[1]]
        return _flop_factor(unit)
    if column == "duration_s":
        return _TIME_UNITS.get(unit)
    if column == "energy_kwh":
        return _ENERGY_UNITS.get(unit)
    if column in {"examples", "step"} or column.endswith("parameters"):
        return _COUNT_UNITS.get(unit)
    if column == "cost_usd":
        return {"usd": 1.0, "dollars": 1.0, "k_usd": 1e3, "m_usd": 1e6}.get(unit)
    return None


def _prefixed_flop(folded: str) -> tuple[str, float] | None:
    """Recognise ``gflops``, ``train_pflop``, ``gmacs``: a SI prefix inside the word."""
    match = re.fullmatch(
        r"((?:train|training|total|forward|inference)_)?([kmgtpez])(flops?|macs?)", folded
    )
    if not match:
        return None
    per_pass = match[1] in {"forward_", "inference_"} or match[3].startswith("mac")
    factor = _SCALES[match[2]] * (2.0 if match[3].startswith("mac") else 1.0)
    return ("flop_per_pass" if per_pass else "compute_flop"), factor


def _match_error(folded: str, header: str) -> ColumnChoice | None:
    percent = folded.endswith(("_percent", "_pct"))
    stem = re.sub(r"_(percent|pct|fraction|nats|points)$", "", folded)
    kind = " percent" if percent else ""
    if stem in _NAMES["error"]:
        reason = f'"{header}" is an error' + (" in percent" if percent else "")
        return ColumnChoice(column="error", header=header, kind=(kind.strip() or "as given"),
                            reason=reason)  # fmt: skip
    if stem in _LOSS:
        return ColumnChoice(column="error", header=header, kind="loss",
                            reason=f'"{header}" is a loss')  # fmt: skip
    if stem in _ACCURACY:
        reason = f'"{header}" is an accuracy{kind}: error = 1 - accuracy'
        return ColumnChoice(column="error", header=header, kind=f"accuracy{kind}", reason=reason)
    return None


def recognise(header: str) -> ColumnChoice | None:
    """Say what one header means, or None if it means nothing to costlaw.

    Examples
    --------
    >>> recognise("val_acc [%]").kind
    'accuracy percent'
    >>> recognise("Train FLOPs (E)").factor
    1e+18
    >>> recognise("wall_time_hours").factor
    3600.0
    >>> recognise("colour") is None
    True
    """
    folded = fold(header)
    error = _match_error(folded, header)
    if error:
        return error
    held = _DEVICE_TIME.fullmatch(folded)
    unit = (held["any"] or held["long"]) if held else None
    if unit in _TIME_UNITS and unit != "ms":
        return ColumnChoice(column="device_hours", header=header,
                            factor=_TIME_UNITS[unit] / _HOUR,
                            reason=f'"{header}" is the time of all chips together')  # fmt: skip
    timed = re.fullmatch(
        r"(?:(?:train|training|wall|total)_)?(hours|minutes|seconds|days|hrs)", folded
    )
    if timed:
        return ColumnChoice(column="duration_s", header=header, factor=_TIME_UNITS[timed[1]],
                            reason=f'"{header}" is a duration in {timed[1]}')  # fmt: skip
    prefixed = _prefixed_flop(folded)
    if prefixed:
        column, scale = prefixed
        return ColumnChoice(column=column, header=header, factor=scale,
                            reason=f'"{header}" counts {scale:g} FLOP each')  # fmt: skip
    for column, names in _NAMES.items():
        for name in sorted(names, key=len, reverse=True):
            if folded == name:
                return ColumnChoice(column=column, header=header, reason=f'"{header}" is {column}')
            if len(name) > 1 and folded.startswith(name + "_"):
                factor = _unit_factor(column, folded[len(name) + 1 :])
                if factor is not None:
                    reason = f'"{header}" is {column}, times {factor:g}'
                    return ColumnChoice(column=column, header=header, factor=factor, reason=reason)
    return None


def choose_columns(
    headers: Sequence[str], *, named: Mapping[str, str] | None = None, origin: str = "table"
) -> dict[str, ColumnChoice]:
    """Choose one input column for each canonical column.

    Parameters
    ----------
    headers : sequence of str
        Headers of the input.
    named : mapping of str to str, optional
        Canonical column to header, as the caller wants it; wins over recognition.
    origin : str
        File or table, for messages.

    Returns
    -------
    dict of str to ColumnChoice

    Raises
    ------
    ColumnError
        If two headers claim one column and none is named.
    UnknownName
        If ``named`` uses an unknown canonical column or a header that is not there.
    """
    named = dict(named or {})
    for column, header in named.items():
        if column not in FIELDS:
            raise UnknownName("column", column, FIELDS)
        if header not in headers:
            raise UnknownName(f"header in {origin}", header, headers)
    claims = _claims([header for header in headers if header not in named.values()])
    chosen: dict[str, ColumnChoice] = {}
    for column in FIELDS:
        if column in named:
            guess = recognise(named[column])
            same = guess is not None and guess.column == column
            chosen[column] = ColumnChoice(
                column=column,
                header=named[column],
                factor=guess.factor if guess and same else 1.0,
                kind=guess.kind if guess and same else "as given",
                reason="named by the caller",
                named=True,
            )
        elif column in claims and (settled := _settled(column, claims[column])):
            chosen[column] = settled
    _refuse_two(claims, chosen, origin)
    return chosen


def _claims(headers: Sequence[str]) -> dict[str, list[ColumnChoice]]:
    """Return the headers that claim each column; what was held out wins over what was trained on.

    Where no header is an error as it stands, ``Top-1 err`` and ``best val acc`` are looked at too.
    """
    claims: dict[str, list[ColumnChoice]] = {}
    for header in headers:
        if choice := recognise(header):
            claims.setdefault(choice.column, []).append(choice)
    if "error" not in claims:
        loose = [found for header in headers if (found := _loose_error(header))]
        claims |= {"error": loose} if loose else {}
    for column, listed in claims.items():
        held_out = [one for one in listed if not _TRAINED & set(fold(one.header).split("_"))]
        long = [one for one in listed if len(fold(one.header)) > 1]
        claims[column] = (held_out if column == "error" else long) or listed
    return claims


def _loose_error(header: str) -> ColumnChoice | None:
    """Recognise an error behind the words of a split, such as ``best_val_top1_acc``."""
    words = fold(header).split("_")
    bare = "_".join(word for word in words if word not in _SPLITS)
    found = _match_error(bare, header)
    return None if found is None else replace(found, header=header)


def _settled(column: str, claims: list[ColumnChoice]) -> ColumnChoice | None:
    """Return the one claim, or the exact canonical name among several; None where two stay."""
    exact = [claim for claim in claims if fold(claim.header) == column]
    if len(claims) == 1 or len(exact) == 1:
        return (exact or claims)[0]
    if column in _LABELS:
        order = _NAMES[column]
        return min(claims, key=lambda claim: order.index(fold(claim.header)))
    return None


def _refuse_two(
    claims: Mapping[str, list[ColumnChoice]], chosen: Mapping[str, ColumnChoice], origin: str
) -> None:
    """Refuse two claims where they matter: for the error, for compute, or if all else is absent."""
    open_ = [column for column in claims if column not in chosen]
    matter = ("error", "compute_flop", "hardware_burden_flop")
    resources = [column for column in chosen if column in RESOURCES]
    for column in open_:
        if column not in matter and (resources or column not in RESOURCES):
            continue
        shown = '", "'.join(claim.header for claim in claims[column])
        raise ColumnError(
            f'{origin}: columns "{shown}" all look like {column}; expected one. '
            f'Say which: --column {column}="{claims[column][0].header}".'
        )
