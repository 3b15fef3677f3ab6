"""The tree of refusals: every way costlaw says no, and why.

Each message has four parts in this order: what happened; which run, file or line; what was
expected; what to do. Each class is also the builtin that a caller would think of first.

    CostlawError
    ├── DataError (ValueError)          a run, row or file is not what it must be
    │   └── ColumnError                 a needed column is missing or ambiguous
    ├── UnitError (ValueError)          a text or a pair of units does not fit together
    ├── UnknownName (KeyError)          no such benchmark, chip, law, site: did you mean …
    ├── OptionError (ValueError)        an argument is outside what it may be
    ├── EvidenceError (RuntimeError)    the evidence does not carry a number
    │   ├── FitError                    the law could not be fitted at all
    │   └── UnreachableError (ValueError)   the law does not reach the target error
    ├── ProbeError (RuntimeError)       a sensor is absent, forbidden or broken
    ├── OutputError (OSError)           a result could not be written
    └── MissingExtra (ImportError)      an optional dependency is not installed

Nothing here prints or exits; the command line maps this tree to its exit codes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CostlawError(Exception):
    """Any refusal by costlaw."""


class DataError(CostlawError, ValueError):
    """A run, a row or a file is not what it must be."""


class ColumnError(DataError):
    """A needed column is missing, or two columns claim to be the same thing."""


class UnitError(CostlawError, ValueError):
    """A text cannot be read as a quantity, or two units do not fit together."""


class OptionError(CostlawError, ValueError):
    """An argument is outside what it may be."""


class UnknownName(CostlawError, KeyError):
    """A benchmark, chip, law, site or column that does not exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(sorted(known))
        folded = {option.casefold(): option for option in self.known}
        near = difflib.get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.5)
        self.suggestions = tuple(folded[match] for match in near)
        super().__init__(name)

    def __str__(self) -> str:
        """Say what is unknown, what was meant perhaps, and what there is."""
        text = f'unknown {self.kind} "{self.name}".'
        if self.suggestions:
            text += f" Did you mean {' or '.join(self.suggestions)}?"
        shown = ", ".join(self.known[:12])
        more = f" and {len(self.known) - 12} more" if len(self.known) > 12 else ""
        return f"{text} Known: {shown}{more}." if self.known else text


class EvidenceError(CostlawError, RuntimeError):
    """The evidence does not carry a number: an honest refusal, not a failure."""


class FitError(EvidenceError):
    """The law could not be fitted at all."""


class UnreachableError(EvidenceError, ValueError):
    """The fitted law does not reach the target error."""


class ProbeError(CostlawError, RuntimeError):
    """A sensor is absent, forbidden or broken."""


class OutputError(CostlawError, OSError):
    """A result could not be written where it was asked for."""


class MissingExtra(CostlawError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, extra: str, purpose: str) -> None:
        self.extra = extra
        super().__init__(
            f"{purpose} needs the optional extra [{extra}]. "
            f'Install it with: pip install "costlaw[{extra}]"'
        )


def one_line(text: str) -> str:
    """Return a message as one printable line: a name in a file may hold anything.

    Examples
    --------
    >>> one_line("run \x1b[31m" + chr(0x2028) + "b")
    'run �[31m b'
    """
    words = " ".join(text.split())
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in words)
