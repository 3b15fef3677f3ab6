"""Which experiment, study or project of a store is meant, where it holds several."""

from __future__ import annotations

from collections.abc import Mapping

from costlaw.exceptions import OptionError, UnknownName


def pick(counts: Mapping[str, int], wanted: str | None, *, kind: str, origin: str) -> str:
    """Return the one that is wanted, or the only one that holds runs.

    Parameters
    ----------
    counts : mapping of str to int
        Runs by name.
    wanted : str or None
        What the caller asked for.
    kind : str
        ``experiment``, ``study``, … for messages.
    origin : str
        Store, for messages.

    Raises
    ------
    UnknownName
        If there is none of the wanted name.
    OptionError
        If several hold runs and none was asked for.

    Examples
    --------
    >>> pick({"Default": 0, "sweep": 9}, None, kind="experiment", origin="mlruns.db")
    'sweep'
    """
    if wanted is not None:
        if wanted not in counts:
            raise UnknownName(f"{kind} in {origin}", wanted, counts)
        return wanted
    full = [name for name, count in counts.items() if count]
    if len(full) > 1:
        shown = ", ".join(f'"{name}" ({counts[name]} runs)' for name in full[:12])
        raise OptionError(
            f"{origin}: {len(full)} {kind} names hold runs: {shown}; a law is fitted to one. "
            f'Say which: --experiment "{full[0]}".'
        )
    return full[0] if full else next(iter(counts), "")
