"""Choose which metric is the error and which settings are resources, or refuse and say the option.

What was held out wins over what was trained on; a metric wins over a setting of the same meaning
(what happened over what was asked for). Two errors, or two amounts of compute, are refused. Every
choice carries its reason. Values are converted in ``tabulating``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from costlaw.exceptions import ColumnError, UnknownName
from costlaw.runs import ColumnChoice
from costlaw.runs.columns import fold
from costlaw.runs.run import FIELDS, TEXT_FIELDS
from costlaw.trackers.collecting import Collected
from costlaw.trackers.meaning import is_held_out, kind_of_named, meaning

_OWN = frozenset({"name", "curve", "step", "year", "paper"})  # given by the store or not at all
_ESSENTIAL = frozenset({"error", "compute_flop"})


def choose(
    table: Collected, *, named: Mapping[str, str], directions: Mapping[str, str],
    error_unit: str, origin: str,
) -> tuple[dict[str, ColumnChoice], list[str]]:  # fmt: skip
    """Choose one metric or setting for each canonical column.

    Parameters
    ----------
    table : Collected
        What the store says.
    named : mapping of str to str
        Canonical column to metric or setting, as the caller wants it.
    directions : mapping of str to str
        ``minimize`` or ``maximize`` for each objective that the store declares.
    error_unit : str
        ``auto`` or how the caller says the error is stated.
    origin : str
        Store, for messages.

    Returns
    -------
    tuple of dict and list
        Choices, and notes on what was set aside.

    Raises
    ------
    ColumnError
        If no metric is an error, or two claims stay.
    UnknownName
        If ``named`` holds a name that the store does not.
    """
    _check_named(table, named, origin)
    claims: dict[str, list[ColumnChoice]] = {}
    texts: list[str] = []
    for header in table.headers:
        choice = meaning(header)
        if choice is None or choice.column in _OWN or header in named.values():
            continue
        if choice.column not in TEXT_FIELDS and not table.numbers_of(header):
            texts.append(header)
            continue
        if choice.column == "error" and header not in table.metrics and table.metrics:
            continue  # a setting called "loss" names the loss function
        claims.setdefault(choice.column, []).append(choice)
    notes = [f"set aside, not numbers: {', '.join(texts)}"] if texts else []
    chosen: dict[str, ColumnChoice] = {}
    for column in FIELDS:
        if column in named:
            chosen[column] = _named_choice(column, named[column])
        elif column in claims:
            chosen[column] = _settle(table, claims[column], origin=origin, notes=notes)
    _need_error(table, chosen, directions=directions, error_unit=error_unit, origin=origin)
    return _follow_direction(chosen, directions, error_unit, origin=origin), notes


def _check_named(table: Collected, named: Mapping[str, str], origin: str) -> None:
    known = set(table.headers) | table.other_names
    for column, header in named.items():
        if column not in FIELDS:
            raise UnknownName("column", column, FIELDS)
        if header not in known:
            raise UnknownName(f"metric or setting in {origin}", header, known)


def _named_choice(column: str, header: str) -> ColumnChoice:
    guess = meaning(header)
    factor = guess.factor if guess and guess.column == column else 1.0
    kind = kind_of_named(header) if column == "error" else "as given"
    return ColumnChoice(column=column, header=header, factor=factor, kind=kind,
                        reason=f'"{header}" named by the caller, read {_words(kind)}',
                        named=True)  # fmt: skip


def _words(kind: str) -> str:
    return kind if kind == "as given" else f"as {kind}"


def _settle(
    table: Collected, claims: list[ColumnChoice], *, origin: str, notes: list[str]
) -> ColumnChoice:
    """Return the one claim, or the best by rule, or refuse."""
    column = claims[0].column
    held_out = [claim for claim in claims if is_held_out(claim.header)]
    if column == "error" and held_out and len(held_out) < len(claims):
        aside = ", ".join(claim.header for claim in claims if claim not in held_out)
        notes.append(f"{aside} set aside: of the training split, {held_out[0].header} is held out")
        claims = held_out
    if len(claims) > 1:
        claims = [claim for claim in claims if fold(claim.header) == column] or claims
    if len(claims) > 1:
        claims = [claim for claim in claims if claim.header in table.metrics] or claims
    if len(claims) == 1:
        return claims[0]
    if column in _ESSENTIAL:
        shown = ", ".join(f'"{claim.header}"' for claim in claims)
        option = "--metric" if column == "error" else f"--column {column}="
        gap = " " if column == "error" else ""
        raise ColumnError(
            f"{origin}: {shown} all look like {column}; expected one. "
            f'Say which: {option}{gap}"{claims[0].header}".'
        )
    covered = max(claims, key=lambda claim: len(table.cells[claim.header]))
    aside = ", ".join(claim.header for claim in claims if claim is not covered)
    notes.append(f"{column}: {covered.header} taken, {aside} set aside")
    return replace(covered, reason=f"{covered.reason} (first of {len(claims)} that could be)")


def _need_error(
    table: Collected, chosen: dict[str, ColumnChoice], *, directions: Mapping[str, str],
    error_unit: str, origin: str,
) -> None:  # fmt: skip
    """Take the one declared objective as the error where the caller says its unit; else refuse."""
    if "error" in chosen:
        return
    if len(directions) == 1:
        ((header, direction),) = directions.items()
        if error_unit != "auto" and header in table.cells:
            chosen["error"] = ColumnChoice(
                column="error", header=header, reason=f'the study\'s objective "{header}"'
            )
            return
        raise ColumnError(
            f'{origin}: the objective "{header}" ({direction}) does not say whether it is an error,'
            " a loss or an accuracy. Say it: --error-unit fraction, percent, loss, accuracy or "
            "accuracy-percent."
        )
    seen = sorted(table.metrics | table.other_names)[:20]
    raise ColumnError(
        f"{origin}: no metric is recognised as an error, an accuracy or a loss "
        f"(found {', '.join(seen) or 'no metric at all'}). "
        f"Name it: --metric {seen[0] if seen else 'NAME'}."
    )


def _follow_direction(
    chosen: dict[str, ColumnChoice], directions: Mapping[str, str], error_unit: str, *, origin: str
) -> dict[str, ColumnChoice]:
    """Hold the error's kind against the direction that the store declares for it."""
    error = chosen["error"]
    direction = directions.get(error.header)
    if direction is None or error_unit != "auto":
        return chosen
    rises = error.kind.startswith("accuracy")
    if rises == (direction == "maximize"):
        return chosen
    if error.kind == "as given" and direction == "maximize" and not meaning(error.header):
        reason = f'{error.reason}; the study maximizes it: error = 1 - "{error.header}"'
        return {**chosen, "error": replace(error, kind="accuracy", reason=reason)}
    raise ColumnError(
        f'{origin}: the store says {direction} for "{error.header}", but its name reads '
        f"{_words(error.kind)}. Say how to read it: --error-unit fraction, loss or accuracy."
    )
