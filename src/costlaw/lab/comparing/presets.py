"""How much a comparison takes: small enough for minutes, or large enough to say something."""

from __future__ import annotations

from dataclasses import dataclass

from costlaw.exceptions import OptionError, UnknownName


@dataclass(frozen=True, kw_only=True)
class Preset:
    """The budget of a comparison, the same for every strategy.

    Parameters
    ----------
    name : str
        Its name.
    examples : int
        Examples to learn from, at most [count].
    size : int
        Units of each of two hidden layers of the dense network [count].
    epochs : float
        Passes over the examples.
    seeds : int
        Repetitions [count].
    trials : int
        Settings tried before, on a fifth of the examples held out [count].
    claims : bool
        Whether it is large enough for a word on which is better.
    """

    name: str
    examples: int
    size: int
    epochs: float
    seeds: int
    trials: int
    claims: bool

    def __post_init__(self) -> None:
        if min(self.examples, self.size, self.trials) < 1 or self.epochs <= 0 or self.seeds < 2:
            raise OptionError(
                f"{self}: expected examples, size, trials and epochs above 0 and at least 2 seeds, "
                "because an interval over one seed does not exist."
            )


PRESETS = {
    "tiny": Preset(name="tiny", examples=400, size=16, epochs=1, seeds=2, trials=1, claims=False),
    "small": Preset(
        name="small", examples=10_000, size=128, epochs=3, seeds=3, trials=5, claims=False
    ),
    "full": Preset(
        name="full", examples=20_000, size=128, epochs=6, seeds=5, trials=5, claims=True
    ),
}


def find_preset(name: str) -> Preset:
    """Return a preset by its name.

    Raises
    ------
    UnknownName
        If there is none of that name.

    Examples
    --------
    >>> find_preset("small").examples
    10000
    """
    if name not in PRESETS:
        raise UnknownName("preset", name, PRESETS)
    return PRESETS[name]
