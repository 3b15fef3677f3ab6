"""A problem of classification: examples to learn from, examples to be judged by.

What a task hands to a strategy. Inputs are float32 rows with mean about 0 and size about 1; labels
are class numbers. Drawing examples and setting some aside for tuning is seeded, never the test's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import OptionError
from costlaw.sources import Source

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Examples of a classification task.

    Parameters
    ----------
    name : str
        Name of the task.
    inputs, labels : ndarray of shape (n, d) and (n,)
        Examples to learn from.
    test_inputs, test_labels : ndarray of shape (m, d) and (m,)
        Examples to be judged by.
    classes : int
        Number of classes [count].
    picture : tuple of int or None
        Rows and columns, where a row of inputs is a picture.
    names : tuple of str
        Names of the inputs, where they have any.
    sources : tuple of Source
        Where the data come from.
    """

    name: str
    inputs: Floats
    labels: Labels
    test_inputs: Floats
    test_labels: Labels
    classes: int
    picture: tuple[int, int] | None = None
    names: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def examples(self) -> int:
        """Examples to learn from [count]."""
        return len(self.labels)

    def sample(self, examples: int, *, seed: int) -> Problem:
        """Return the problem with ``examples`` of its examples, drawn without replacement.

        Raises
        ------
        OptionError
            If there are not so many, or fewer than the classes are asked for.
        """
        if not self.classes <= examples <= self.examples:
            raise OptionError(
                f'examples = {examples}: "{self.name}" takes {self.classes} to {self.examples:,}.'
            )
        if examples == self.examples:
            return self
        chosen = np.random.default_rng([seed, 7]).permutation(self.examples)[:examples]
        return replace(self, inputs=self.inputs[chosen], labels=self.labels[chosen])

    def held_out(self, share: float = 0.2, *, seed: int) -> Problem:
        """Return the problem for tuning: judged by a share of what is learned from, not the test.

        Examples
        --------
        >>> x, y = np.zeros((10, 2), np.float32), np.arange(10) % 2
        >>> p = Problem(name="p", inputs=x, labels=y, test_inputs=x, test_labels=y, classes=2)
        >>> p.held_out(seed=0).examples, len(p.held_out(seed=0).test_labels)
        (8, 2)
        """
        order = np.random.default_rng([seed, 11]).permutation(self.examples)
        kept = self.examples - max(1, round(share * self.examples))
        return replace(
            self,
            inputs=self.inputs[order[:kept]],
            labels=self.labels[order[:kept]],
            test_inputs=self.inputs[order[kept:]],
            test_labels=self.labels[order[kept:]],
        )

    def with_(self, **changes: Any) -> Problem:
        """Return the problem with some fields changed."""
        return replace(self, **changes)
